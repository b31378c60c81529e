"""The rules, described for a reader: in the terminal, and on the reference page."""

from collections.abc import Sequence
from typing import NamedTuple

from shall.diagnostics import Severity
from shall.diagnostics.terminal import width
from shall.errors import BadValue
from shall.messages import translated
from shall.specs.lint.rule import Rule
from shall.specs.lint.rules import RULES


def listed(language: str, rules: Sequence[Rule] = RULES) -> str:
    """Return a line for each rule: code, name, severity and meaning."""
    names = max(len(rule.name) for rule in rules)
    words = {it: translated(it.value, language) for it in Severity}
    severities = max(map(width, words.values()))
    return "\n".join(
        f"{rule.code}  {rule.name:<{names}}  {words[rule.severity]}"
        f"{' ' * (severities - width(words[rule.severity]))}  {rule.meaning.in_language(language)}"
        for rule in rules
    )


def explained(name: str, language: str, rules: Sequence[Rule] = RULES) -> str:
    """Return what a rule reports, with examples. Raises ``BadValue``."""
    rule = next((it for it in rules if name in {it.code, it.name}), None)
    if rule is None:
        raise BadValue(f"There is no rule {name}.", hint="`shall lint --list` lists the rules.")
    words = ("Bad:", "Good:", "Fix:", "`shall lint --fix` corrects it.")
    if language == "zh":
        words = ("不好：", "好：", "修复：", "`shall lint --fix` 可自动修复。")
    lines = [
        f"{rule.code} {rule.name} ({translated(rule.severity.value, language)})",
        "",
        rule.meaning.in_language(language),
        rule.hint.in_language(language),
        "",
        words[0],
        *_indented(rule.bad),
        words[1],
        *_indented(rule.good),
    ]
    return "\n".join([*lines, f"{words[2]} {words[3]}"] if rule.has_fix else lines)


def _indented(examples: tuple[str, ...]) -> list[str]:
    return [f"    {line}" for text in examples for line in text.rstrip().split("\n")]


class Reading(NamedTuple):
    """What a reader found: findings in real documents, how many were read, and how many right."""

    found: int
    read: int = 0
    right: int = 0


READINGS = {
    "S101": Reading(384, 30, 30),
    "S102": Reading(16, 8, 7),
    "S103": Reading(0),
    "S104": Reading(0),
    "S105": Reading(0),
    "S106": Reading(10, 9, 9),
    "S107": Reading(357, 30, 30),
    "S111": Reading(472, 50, 46),
    "S112": Reading(24, 24, 23),
    "S113": Reading(120, 40, 39),
    "S114": Reading(467, 56, 9),
    "S115": Reading(31, 19, 15),
    "S116": Reading(31, 22, 22),
    "S117": Reading(0),
    "S118": Reading(77, 40, 36),
    "S119": Reading(164, 30, 30),
    "S121": Reading(0),
    "S122": Reading(3, 3, 3),
    "S123": Reading(5, 5, 3),
    "S131": Reading(22, 21, 21),
    "S132": Reading(5, 5, 5),
    "S133": Reading(0),
    "S134": Reading(262, 64, 64),
    "S135": Reading(98, 30, 28),
    "S136": Reading(15, 15, 11),
    "S137": Reading(198, 30, 30),
    "S138": Reading(12, 12, 12),
}
"""By code. Rules about comments are not among them: no document had such a comment."""

_HEAD = """\
# Rules of shall lint

`shall lint` checks how requirements are written: see [Lint](../guides/lint.md). A code is never
renamed or reused. `shall lint --explain S111` describes a rule in the terminal, also in Chinese.

Each rule was read on documents that others wrote: 8,645 criteria of Kiro, OpenSpec, spec-kit,
spec-workflow and cc-sdd projects, in English and Chinese. *Found* is the number of findings,
*right* how many of those read (a random sample) a reader agreed with; a dash: none was read. Rules
with less than 90 % right are information. A rule that found nothing there is known from our own
labelled sentences only (`tests/specs/lint/sample.tsv`).

`S103`, `S104` and `S117` found nothing there. They were therefore tried on 300 sentences of 40
other documents, half of them Chinese, as written and damaged. Of those as written none was found.
With the response cut off, `S103` found 291 of 299; with the words of the condition removed, `S104`
found 190 of 190; with a figure replaced by `TBD` or `待定`, `S117` found 22 of 41. What it missed
was mostly in code, in a range, or the name of a state. In 8,948 further criteria `S103` and `S104`
found nothing, and `S117` two, both about the word `TODO` itself; one of these is found no longer.

In 13,159 criteria of 67 projects, some of them the same, `S103` found 1, `S105` 12, `S117` 2,
`S121` 2 and `S132` 47. A reader agreed with 2 of `S132`. The other findings are gone: the outcome
of a scenario behind a list was not read as a step (`S105`), and letters of other scripts were no
words to compare (`S132`, all in a Hebrew document). `S122` found 7, all right.

`S138` holds a change against the current document. It was read on 13 projects with OpenSpec: of 47
requirements that a change modifies, six had their present text beside them.

Of `S114` those are counted as right where two things could be meant; all 56 were pronouns. Of
`S134` those where no criterion of the requirement says what happens when something fails.

| code | name | severity | fix | found | right of read |
| --- | --- | --- | --- | --- | --- |
"""


def page() -> str:
    """Return the reference page of the rules."""
    rows = []
    for rule in RULES:
        reading = READINGS.get(rule.code, Reading(0))
        right = f"{reading.right} of {reading.read}" if reading.read else "–"
        fix = "yes" if rule.has_fix else ""
        link = f"[`{rule.code}`](#{rule.code.lower()}-{rule.name})"
        cells = (link, rule.name, rule.severity.value, fix, f"{reading.found:,}", right)
        rows.append(f"| {' | '.join(cells)} |")
    return _HEAD + "\n".join([*rows, *map(section, RULES)]) + "\n"


def section(rule: Rule, syntax: str = "markdown") -> str:
    """Return the part of a page about a rule; its examples are in a syntax."""
    bad, good = ("\n\n".join(text.rstrip() for text in it) for it in (rule.bad, rule.good))
    english = f"{rule.meaning.en} {rule.hint.en}".replace("<", "&lt;")
    chinese = f"{rule.meaning.zh}{rule.hint.zh}".replace("<", "&lt;")
    return (
        f"\n## {rule.code} {rule.name}\n\n{english}\n\n{chinese}\n\n"
        f"Bad:\n\n```{syntax}\n{bad}\n```\n\nGood:\n\n```{syntax}\n{good}\n```"
    )
