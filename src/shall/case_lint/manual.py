"""All rules of ``shall lint``, described for a reader, and the page of those about cases."""

from shall.case_lint.rules import RULES
from shall.specs.lint import manual
from shall.specs.lint.manual import Reading
from shall.specs.lint.rules import RULES as RULES_OF_SPECS

READINGS = {
    "C201": Reading(330, 70, 70),
    "C203": Reading(5, 5, 5),
    "C204": Reading(133, 133, 131),
    "C205": Reading(25, 25, 24),
}
"""By code. C202 found nothing; C206 and C207 are about drafts, which none of the cases was."""

_HEAD = """\
# Rules of shall lint about cases

`shall lint` checks test cases too: see [Lint](../guides/lint.md#cases). Their rules are chosen like
[those about requirements](lint-rules.md). A code is never renamed or reused.

Each rule was read on 880 cases imported from the Postman (347), Tavern (343), hurl (156) and runn
(34) files of 34 projects. *Found* is the number of findings, *right* how many of those read a
reader agreed with; a dash: none was read. `C201` is about the case as imported: checks in scripts
that `shall import` reports as left out are none. An import replaces credentials by variables, so
`C205` was read on the same cases with the credentials left in.

| code | name | severity | found | right of read |
| --- | --- | --- | --- | --- |
"""


def listed(language: str) -> str:
    """Return a line for each rule."""
    return manual.listed(language, (*RULES_OF_SPECS, *RULES))


def explained(name: str, language: str) -> str:
    """Return what a rule reports, with examples. Raises ``BadValue``."""
    return manual.explained(name, language, (*RULES_OF_SPECS, *RULES))


def page() -> str:
    """Return the reference page of the rules about cases."""
    rows = []
    for rule in RULES:
        reading = READINGS.get(rule.code, Reading(0))
        right = f"{reading.right} of {reading.read}" if reading.read else "–"
        link = f"[`{rule.code}`](#{rule.code.lower()}-{rule.name})"
        cells = (link, rule.name, rule.severity.value, f"{reading.found:,}", right)
        rows.append(f"| {' | '.join(cells)} |")
    return _HEAD + "\n".join([*rows, *(manual.section(it, "yaml") for it in RULES)]) + "\n"
