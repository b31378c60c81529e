"""Edits of a document after a proof: only a text that was proved counts as proved."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shall.span import Span
from shall.specs.fingerprint import criterion_fingerprint
from shall.specs.matrix import build_matrix
from shall.specs.model import Link, LinkKind, SpecSet
from shall.specs.reader import join_features, read_document
from shall.specs.status import Latest, Status

Lines = list[tuple[int, str]]
HEAD = "### Requirement 1: Doors\n\n#### Acceptance Criteria\n\n"
TEXTS = st.lists(
    st.sampled_from([f"WHEN {it} is pressed, THE door SHALL open" for it in "abcdefgh"]),
    unique=True,
    min_size=2,
    max_size=6,
)
# What an editor does to the lines of a list: each takes and returns the numbered texts.
EDITS: dict[str, Callable[[Lines], Lines]] = {
    "insert": lambda lines: [lines[0], (2, "THE door SHALL wait"), *lines[1:]],
    "delete": lambda lines: lines[1:],
    "swap": lambda lines: [lines[1], lines[0], *lines[2:]],
    "renumber": lambda lines: [(number + 10, text) for number, text in lines],
    "repeat a number": lambda lines: [(1, text) for _, text in lines[:2]] + lines[2:],
    "reword": lambda lines: [(1, lines[0][1] + " slowly"), *lines[1:]],
}
MARKUP: dict[str, Callable[[str], str]] = {
    "bold": lambda text: text.replace("WHEN", "**WHEN**").replace("THE", "**THE**"),
    "line ends": lambda text: text.replace("\n", "\r\n"),
    "wrapped": lambda text: text.replace(", THE", ",\n   THE"),
    "spaces": lambda text: text.replace("door SHALL", "door  SHALL"),
    "box": lambda text: text.replace(". WHEN", ". [x] WHEN"),
}


def specs(lines: Lines, *edits: str) -> SpecSet:
    text = HEAD + "".join(f"{number}. {text}\n" for number, text in lines)
    for edit in edits:
        text = MARKUP[edit](text)
    return join_features([read_document(text, "specs/door/requirements.md", "door")])


def proof(before: SpecSet) -> tuple[list[Link], list[Latest]]:
    links = [
        Link(it.key, LinkKind.CASE, f"{it.local}.yaml", Span("a.yaml", 1), "t")
        for it in before.criteria()
    ]
    return links, [
        Latest(it.key, f"{it.local}.yaml", "passed", "run-1", it.fingerprint, "t")
        for it in before.criteria()
    ]


@pytest.mark.verifies("tracing#4.1")
@given(TEXTS, st.lists(st.sampled_from(sorted(EDITS)), min_size=1, max_size=3))
def test_after_any_edit_only_texts_that_were_proved_are_proved(
    texts: list[str], edits: list[str]
) -> None:
    lines = list(enumerate(texts, 1))
    before = specs(lines)
    proved = {it.key: it.fingerprint for it in before.criteria()}
    for edit in edits:
        lines = EDITS[edit](lines) if len(lines) > 1 else lines
    after = specs(lines)
    matrix = build_matrix(after, *proof(before))
    assert len([*after.criteria()]) == len(lines)
    for row in matrix.rows:
        if row.status is Status.PROVED:
            assert proved[row.criterion.key] == row.criterion.fingerprint


@pytest.mark.verifies("tracing#1.5")
@given(TEXTS, st.sets(st.sampled_from(sorted(MARKUP))))
def test_markup_changes_no_proof(texts: list[str], edits: set[str]) -> None:
    lines = list(enumerate(texts, 1))
    matrix = build_matrix(specs(lines, *sorted(edits)), *proof(specs(lines)))
    assert {row.status for row in matrix.rows} == {Status.PROVED}


@pytest.mark.parametrize("parts", [500])
def test_an_item_of_many_paragraphs_is_one_criterion_with_the_fingerprint_of_all(
    parts: int,
) -> None:
    text = HEAD + "1. THE door SHALL open\n" + "\n   and close\n" * parts
    (criterion,) = read_document(text, "specs/door/requirements.md", "door").criteria()
    assert criterion.text.count("and close") == parts
    assert criterion.fingerprint == criterion_fingerprint(criterion.text)
