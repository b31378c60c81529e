"""Two texts side by side: words of a sentence, or lines of a file with what is around a change."""

from collections.abc import Iterator
from difflib import SequenceMatcher

from shall.pages.markup import Html, joined, tag
from shall.pages.words import word
from shall.specs.changes import compared_words

MOST_LINES = 2_000
"""Lines of a file that are compared."""

MOST_WORDS = 4_000
"""Characters of a text whose words are compared."""

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


def lines_beside(before: str, after: str, language: str) -> Html:
    """Show the lines of two files that differ, with three around them, side by side."""
    former, present = before.splitlines(), after.splitlines()
    is_cut = max(len(former), len(present)) > MOST_LINES
    rows = [
        tag(
            "tr",
            *_cells(old, "less", "then", language),
            *_cells(new, "more", "now", language),
            class_="" if old[2] or new[2] else "same",
        )
        for old, new in _hunks(former, present)
    ]
    names = tag(
        "tr",
        *(
            tag("th", word(f"story.{it}", language), colspan="2", scope="colgroup")
            for it in ("then", "now")
        ),
    )
    shown = tag("table", tag("thead", names), tag("tbody", *rows), class_="beside")
    return joined(shown, tag("p", word("story.cut", language), class_="soft") if is_cut else None)


def _cells(line: Line, kind: str, name: str, language: str) -> tuple[Html, Html]:
    number, text, differs = line
    mark = {"less": "-", "more": "+"}[kind] if differs and number is not None else ""
    shown = tag("code", f"{mark} {text}" if mark else text) if number is not None or text else None
    return (
        tag("td", str(number) if number is not None else None, class_="num soft"),
        tag("td", shown, class_=kind if mark else "", data_label=word(f"story.{name}", language)),
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
