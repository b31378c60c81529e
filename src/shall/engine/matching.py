"""Assigns expected items to the items of a list, each to one of its own."""

from collections.abc import Callable, Iterable


def unmatched(
    left: int, candidates: Callable[[int], Iterable[int]], fits: Callable[[int, int], bool]
) -> int | None:
    """Return an expected item that no assignment serves; None where all can be served.

    A first fit would fail where an item fits several: this is the assignment by augmenting paths
    (Kuhn), which finds one whenever there is one. ``fits(i, j)`` is asked once for each of the
    ``candidates`` of an expected item.
    """
    choices: list[list[int]] = []
    owner: dict[int, int] = {}
    for item in range(left):
        choices.append([other for other in candidates(item) if fits(item, other)])
        if not _assign(item, choices, owner):
            return item
    return None


def _assign(item: int, choices: list[list[int]], owner: dict[int, int]) -> bool:
    """Find an augmenting path from an item, breadth first, and turn it."""
    came_from: dict[int, int] = {}
    waiting = [item]
    for current in waiting:
        for other in choices[current]:
            if other in came_from:
                continue
            came_from[other] = current
            if other not in owner:
                _turn(other, item, came_from, owner)
                return True
            waiting.append(owner[other])
    return False


def _turn(free: int, start: int, came_from: dict[int, int], owner: dict[int, int]) -> None:
    """Assign to each item of the path the one that it reached; its earlier one moves on."""
    if came_from[free] == start:
        owner[free] = start
        return
    held = {mine: other for other, mine in owner.items()}
    other = free
    while True:
        mine = came_from[other]
        owner[other] = mine
        if mine == start:
            return
        other = held[mine]
