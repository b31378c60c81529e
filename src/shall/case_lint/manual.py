"""All rules of ``shall lint``, described for a reader, and the page of those about cases."""

from shall.case_lint.rules import RULES
from shall.specs.lint import manual
from shall.specs.lint.rules import RULES as RULES_OF_SPECS

_HEAD = """\
# Rules of shall lint about cases

`shall lint` checks test cases too: see [Lint](../guides/lint.md#cases). Their rules are chosen like
[those about requirements](lint-rules.md). A code is never renamed or reused.
In 217 cases imported from the tests of Tavern and 11 of earlier releases they found nothing.

| code | name | severity |
| --- | --- | --- |
"""


def listed(language: str) -> str:
    """Return a line for each rule."""
    return manual.listed(language, (*RULES_OF_SPECS, *RULES))


def explained(name: str, language: str) -> str:
    """Return what a rule reports, with examples. Raises ``BadValue``."""
    return manual.explained(name, language, (*RULES_OF_SPECS, *RULES))


def page() -> str:
    """Return the reference page of the rules about cases."""
    rows = [
        f"| [`{it.code}`](#{it.code.lower()}-{it.name}) | {it.name} | {it.severity.value} |"
        for it in RULES
    ]
    return _HEAD + "\n".join([*rows, *(manual.section(it, "yaml") for it in RULES)]) + "\n"
