"""The budget of connections whose callers are not known, without a server."""

import pytest

from shall.serve.limits.unknown_connections import UnknownConnections


class Caller:
    """A connection that leaves the budget when it is turned away, as a real one does."""

    def __init__(self, budget: UnknownConnections) -> None:
        self._budget = budget
        self.is_open = True
        budget.enter(self)

    def turn_away(self) -> None:
        self.is_open = False
        self._budget.leave(self)


@pytest.mark.verifies("defences#3.4")
def test_who_holds_most_is_turned_away_where_all_hold_too_much() -> None:
    budget = UnknownConnections(max_connections=9, max_bytes=100)
    small, large, last = Caller(budget), Caller(budget), Caller(budget)
    budget.hold(small, 30)
    budget.hold(large, 60)
    budget.hold(last, 10)
    assert small.is_open and large.is_open and last.is_open

    budget.hold(small, 1)
    assert [small.is_open, large.is_open, last.is_open] == [True, False, True]
    budget.hold(last, 59)  # what left is counted no more
    assert last.is_open


@pytest.mark.verifies("defences#3.4")
def test_what_is_answered_is_held_no_more() -> None:
    budget = UnknownConnections(max_connections=9, max_bytes=100)
    callers = [Caller(budget) for _ in range(3)]
    for caller in callers:
        budget.hold(caller, 90)
        budget.release(caller)
    assert all(caller.is_open for caller in callers)


@pytest.mark.verifies("defences#3.2")
def test_who_was_silent_for_longest_makes_room() -> None:
    budget = UnknownConnections(max_connections=2, max_bytes=100)
    first, second = Caller(budget), Caller(budget)
    budget.release(first)  # it was answered just now
    third = Caller(budget)
    assert [first.is_open, second.is_open, third.is_open] == [True, False, True]
