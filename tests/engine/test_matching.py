from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shall.cases.expect import read_expect
from shall.cases.fields import Findings
from shall.cases.model import Check
from shall.engine.budgets import Budget
from shall.engine.candidates import Candidates
from shall.engine.conditions import CONDITIONS
from shall.engine.matching import unmatched
from shall.engine.query import Selected
from shall.errors import InvalidCase

_sizes = st.integers(0, 5)


@pytest.mark.verifies("engine#2.10")
@given(st.data())
def test_an_assignment_is_found_whenever_trying_all_of_them_finds_one(data: st.DataObject) -> None:
    left, right = data.draw(_sizes), data.draw(_sizes)
    fits = {(one, other): data.draw(st.booleans()) for one in range(left) for other in range(right)}

    missing = unmatched(left, lambda _: range(right), lambda one, other: fits[one, other])

    possible = any(
        all(fits[one, other] for one, other in enumerate(chosen))
        for chosen in permutations(range(right), left)
    )
    assert (missing is None) == possible


@pytest.mark.repeats
def test_matching_a_thousand_items_is_not_recursive() -> None:
    size = 1000

    assert (
        unmatched(size, lambda _: range(size), lambda one, other: other in (one, one + 1)) is None
    )
    assert (
        unmatched(size, lambda _: range(size), lambda one, other: other == min(one + 1, size - 1))
        is not None
    )


_leaves = st.none() | st.booleans() | st.sampled_from([0, 1, 1.0, "1", "x", []])
_items = st.lists(
    st.fixed_dictionaries({}, optional={"a": _leaves, "b": _leaves})
    | _leaves
    | st.lists(_leaves, max_size=2),
    max_size=5,
)
_expected = st.lists(
    st.fixed_dictionaries({}, optional={"a": _leaves, "b": _leaves})
    | _leaves
    | st.just({"b": {"greater_than": 0}, "a": 1}),
    max_size=4,
)


@pytest.mark.verifies("engine#2.10")
@given(_items, _expected)
def test_an_index_finds_what_comparing_each_pair_finds(items: list[Any], written: Any) -> None:
    found: list[Check] = []
    for kind in ("in_any_order", "contains_all"):
        try:
            found += read_expect({"$": {kind: written}}, (), Findings())
        except InvalidCase:
            continue
    for check in found:
        with_index = CONDITIONS[check.kind](Selected(items), check.expected, Budget())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Candidates, "of", lambda self, _: range(len(self._items)))
            without = CONDITIONS[check.kind](Selected(items), check.expected, Budget())

        assert (with_index is None) == (without is None)
        assert (with_index and with_index.code) == (without and without.code)
