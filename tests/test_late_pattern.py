"""Patterns that are compiled on first use."""

import re

import pytest

from shall.late_pattern import late_pattern


def test_a_late_pattern_matches_as_one_that_is_compiled_at_once() -> None:
    pattern = late_pattern(r"(?P<name>[a-z]+)\d", re.IGNORECASE)

    found = pattern.fullmatch("Ab1")

    assert found is not None
    assert found["name"] == "Ab"
    assert pattern.sub("-", "a1 b2") == "- -"
    assert pattern.pattern == r"(?P<name>[a-z]+)\d"


def test_a_late_pattern_searches_bytes() -> None:
    found = late_pattern(rb"\d+").search(b"id 17")
    assert found is not None
    assert found[0] == b"17"


def test_a_wrong_late_pattern_is_an_error_where_it_is_used() -> None:
    pattern = late_pattern("(")
    with pytest.raises(re.error):
        pattern.search("")
