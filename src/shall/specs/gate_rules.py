"""What a gate asks of the criteria, as a project sets it."""

from collections.abc import Mapping
from datetime import timedelta

from msgspec import Struct

from shall.specs.clause import Kind, Level
from shall.specs.statuses import UNSOUND

REQUIRABLE = frozenset({*Level, *Kind} - {""})
"""What a rule ``require`` may be about: how binding a criterion is, or what it is."""


class Rules(Struct, frozen=True):
    """What the criteria of some features must satisfy.

    ``minimum`` is in per cent. ``forbid`` are statuses that no criterion may have. ``require``
    maps a level or kind of criteria to the statuses that they may have.
    """

    minimum: float = 100
    forbid: frozenset[str] = frozenset(UNSOUND)
    require: Mapping[str, frozenset[str]] = {}
    max_age: timedelta | None = None
    clean_tree: bool = False


class GateRules(Struct, frozen=True):
    """All rules of a gate. None: what it would limit may be there.

    ``features`` are globs with rules of their own; the last one that matches a feature counts.
    """

    rules: Rules = Rules()
    features: tuple[tuple[str, Rules], ...] = ()
    unknown_links: int | None = 0
    unread: int | None = 0
    unasserted: int | None = None

    def renew_after(self) -> timedelta | None:
        """Return the age from which a run records a proof again: half of the least ``max_age``."""
        ages = [it.max_age for it in (self.rules, *(own for _, own in self.features)) if it.max_age]
        return min(ages) / 2 if ages else None
