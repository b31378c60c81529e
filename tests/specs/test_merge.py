"""Merging two changes of a document."""

import pytest

from shall.specs.merge import Overlap, like, merged

BASE = "one\ntwo\nthree\nfour\nfive\n"


@pytest.mark.parametrize(
    ("present", "wanted", "expected"),
    [
        (BASE, "ONE\ntwo\nthree\nfour\nfive\n", "ONE\ntwo\nthree\nfour\nfive\n"),
        (
            "one\ntwo\nthree\nfour\nFIVE\n",
            "ONE\ntwo\nthree\nfour\nfive\n",
            "ONE|two|three|four|FIVE|",
        ),
        ("zero\n" + BASE, BASE.replace("four", "4"), "zero|one|two|three|4|five|"),
        (BASE.replace("two\n", ""), BASE + "six\n", "one|three|four|five|six|"),
        (BASE.replace("one\n", ""), BASE.replace("three\n", "3\n3b\n"), "two|3|3b|four|five|"),
        (BASE.replace("two", "2"), BASE.replace("two", "2"), "one|2|three|four|five|"),
        (
            BASE.replace("one", "1").replace("five", "5"),
            BASE.replace("three", "3"),
            "1|two|3|four|5|",
        ),
    ],
)
def test_changes_of_different_lines_are_merged(present: str, wanted: str, expected: str) -> None:
    assert merged(BASE, present, wanted) == expected.replace("|", "\n")


@pytest.mark.verifies("mcp#2.19")
@pytest.mark.parametrize(
    ("present", "wanted", "overlap"),
    [
        (BASE.replace("two", "2"), BASE.replace("two", "zwei"), Overlap(2, 2)),
        (BASE.replace("two", "2"), BASE.replace("three", "3"), Overlap(2, 3)),
        ("zero\n" + BASE.replace("four", "4"), BASE.replace("four\n", ""), Overlap(5, 4)),
        (BASE + "six\n", BASE + "sechs\n", Overlap(6, 6)),
    ],
)
def test_changes_of_the_same_or_neighbouring_lines_overlap(
    present: str, wanted: str, overlap: Overlap
) -> None:
    assert merged(BASE, present, wanted) == overlap


@pytest.mark.verifies("mcp#2.18")
@pytest.mark.parametrize(
    ("present", "wanted", "expected"),
    [
        ("a\r\nb\r\n", "a\nx\nb\n", "a\r\nx\r\nb\r\n"),
        ("a\r\nb\nc\r\n", "a\nb\nx\n", "a\r\nb\nx\r\n"),
        ("a\nb", "a\nb\nc", "a\nb\nc"),
        ("a\nb", "a\nb\n", "a\nb\n"),
        ("a\nb\n", "a\nb", "a\nb"),
        ("a\u2028b\n", "a\u2028b\nc\n", "a\u2028b\nc\n"),
        ("", "a\n", "a\n"),
        ("a\n", "", ""),
        ("a\n\n\nb\n", "a\n\n\nb\n", "a\n\n\nb\n"),
    ],
)
def test_lines_that_stay_keep_their_bytes(present: str, wanted: str, expected: str) -> None:
    assert like(present, wanted) == expected
