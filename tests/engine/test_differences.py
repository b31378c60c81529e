"""Where two JSON structures differ."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from shall.engine.differences import MOST, differences
from shall.engine.predicate import same

values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["a", "b"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=8,
)


@given(values, values)
def test_there_is_a_difference_exactly_where_two_values_are_not_the_same(
    left: Any, right: Any
) -> None:
    assert bool(differences(left, right)) != same(left, right)


def test_an_item_that_is_missing_in_front_of_a_list_is_one_difference() -> None:
    [found] = differences({"a": [1, 2, 3, 4]}, {"a": [2, 3, 4]})

    assert (found.path, found.expected, found.actual) == ("$.a[0]", 1, UNSET)


def test_keys_that_nothing_is_expected_of_are_no_difference_of_a_part() -> None:
    assert differences({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}, partial=True) == ()


@pytest.mark.verifies("reports#1.14")
def test_differences_of_a_large_response_are_few_and_short() -> None:
    left, right = ([character * 1000] * 5000 for character in "ab")

    found = differences(left, right)

    assert len(found) == MOST
    assert max(len(it.actual) for it in found) == 200
