"""Two texts side by side: words of a sentence, or lines of a file with what is around a change."""

import json
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from shall.cases.model import CheckKind
from shall.pages.markup import Html, joined, tag
from shall.pages.parts import short
from shall.pages.words import word
from shall.report.values import as_json_text
from shall.results.records import CheckResult, Outcome
from shall.specs.changes import compared_words

MOST_LINES = 2_000
"""Lines of a file that are compared."""

MOST_WORDS = 4_000
"""Characters of a text whose words are compared."""

MOST_JSON_LINES = 200
"""Lines of a structure that are compared."""

CONTEXT_LINES = 3

Line = tuple[int | None, str, bool]
"""Number, text, and whether it differs; no number where the other side has more lines."""


def words_beside(before: str, after: str, language: str) -> Html:
    """Show two texts of a requirement side by side, with the words that differ."""
    old, new = [], []
    for is_same, was, now in compared_words(before[:MOST_WORDS], after[:MOST_WORDS]):
        old.append(joined(was) if is_same or not was else tag("del", was))
        new.append(joined(now) if is_same or not now else tag("ins", now))
    sides = (("then", old), ("now", new))
    is_cut = max(len(before), len(after)) > MOST_WORDS
    return tag(
        "div",
        *(
            tag("div", tag("h4", word(f"story.{name}", language)), tag("p", *side))
            for name, side in sides
        ),
        tag("p", word("story.cut", language), class_="soft") if is_cut else None,
        class_="sides words",
    )


def words_inline(before: str, after: str) -> Html:
    """Show two texts in one, with the words that left and those that came marked."""
    parts: list[Html | str] = []
    for is_same, was, now in compared_words(before, after):
        if is_same:
            parts.append(was)
            continue
        parts += [tag("del", was)] if was else []
        parts += [tag("ins", now)] if now else []
    return joined(*parts)


def lines_beside(before: str, after: str, language: str) -> Html:
    """Show the lines of two files that differ, with three around them, side by side."""
    former, present = before.splitlines(), after.splitlines()
    is_cut = max(len(former), len(present)) > MOST_LINES
    names = (word("story.then", language), word("story.now", language))
    return joined(
        _compared(former, present, names),
        tag("p", word("story.cut", language), class_="soft") if is_cut else None,
    )


def _compared(
    former: list[str], present: list[str], names: tuple[str, str], kind: str = ""
) -> Html:
    left, right = names
    rows = [
        tag(
            "tr",
            *_cells(old, "less", left),
            *_cells(new, "more", right),
            class_="" if old[2] or new[2] else "same",
        )
        for old, new in _hunks(former, present)
    ]
    head = tag("tr", *(tag("th", it, colspan="2", scope="colgroup") for it in names))
    return tag("table", tag("thead", head), tag("tbody", *rows), class_=f"beside {kind}".rstrip())


def values_beside(check: CheckResult, names: tuple[str, str], longer_than: int) -> Html:
    """Show two structures that were to be equal as lines of JSON, side by side.

    Nothing where they are short or no structures, or were cut when they were stored.
    """
    sides = (check.expected, check.actual)
    if check.kind != CheckKind.EQUALS or check.outcome is Outcome.PASSED or not check.found:
        return Html()
    if not all(isinstance(it, (dict, list)) and it for it in sides):
        return Html()
    if max(len(as_json_text(it)) for it in sides) <= longer_than:
        return Html()
    expected, actual = map(_json_lines, sides)
    return _compared(expected, actual, names, "values") if expected != actual else Html()


def _json_lines(value: Any) -> list[str]:
    """Return JSON with sorted keys; without the commas, which would make equal lines differ."""
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True, default=str)
    lines = [short(line.removesuffix(",")) for line in text.split("\n")]
    return [*lines[:MOST_JSON_LINES], "…"] if len(lines) > MOST_JSON_LINES else lines


def _cells(line: Line, kind: str, name: str) -> tuple[Html, Html]:
    number, text, differs = line
    mark = {"less": "-", "more": "+"}[kind] if differs and number is not None else ""
    shown = tag("code", f"{mark} {text}" if mark else text) if number is not None or text else None
    return (
        tag("td", str(number) if number is not None else None, class_="num soft"),
        tag("td", shown, class_=kind if mark else "", data_label=name),
    )


def _hunks(old: list[str], new: list[str]) -> Iterator[tuple[Line, Line]]:
    matcher = SequenceMatcher(None, old[:MOST_LINES], new[:MOST_LINES])
    for at, group in enumerate(matcher.get_grouped_opcodes(CONTEXT_LINES)):
        if at:
            yield (None, "…", False), (None, "…", False)
        for what, i1, i2, j1, j2 in group:
            differs = what != "equal"
            for offset in range(max(i2 - i1, j2 - j1)):
                yield _line(old, i1, i2, offset, differs), _line(new, j1, j2, offset, differs)


def _line(lines: list[str], start: int, end: int, offset: int, differs: bool) -> Line:
    at = start + offset
    return (at + 1, lines[at], differs) if at < end else (None, "", differs)
