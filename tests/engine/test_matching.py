from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shall.engine.matching import unmatched

_sizes = st.integers(0, 5)


@pytest.mark.verifies("engine#2.10")
@given(st.data())
def test_an_assignment_is_found_whenever_trying_all_of_them_finds_one(data: st.DataObject) -> None:
    left, right = data.draw(_sizes), data.draw(_sizes)
    fits = {(one, other): data.draw(st.booleans()) for one in range(left) for other in range(right)}

    missing = unmatched(left, right, lambda one, other: fits[one, other])

    possible = any(
        all(fits[one, other] for one, other in enumerate(chosen))
        for chosen in permutations(range(right), left)
    )
    assert (missing is None) == possible


def test_matching_a_thousand_items_is_not_recursive() -> None:
    size = 1000

    assert unmatched(size, size, lambda one, other: other in (one, one + 1)) is None
    assert unmatched(size, size, lambda one, other: other == min(one + 1, size - 1)) is not None
