"""What a project requires of its requirements and their coverage, as ``shall.yaml`` says it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, TypeAlias, get_args

from msgspec import Struct


class Rules(Struct, frozen=True):
    """What the criteria of some features must satisfy.

    ``minimum`` is in per cent. ``forbid`` are statuses that no criterion may have. ``require``
    maps a level or kind of criteria to the statuses that they may have.
    """

    minimum: float = 100
    forbid: frozenset[str] = frozenset({"failing", "suspect", "stale", "vacuous"})
    require: Mapping[str, frozenset[str]] = {}
    max_age: timedelta | None = None
    clean_tree: bool = False


BaselineRule: TypeAlias = Literal[
    "required",
    "committed",  # where a commit has or had one
    "optional",
]
"""Where a gate must have a baseline to compare with."""

BASELINE_RULES: tuple[BaselineRule, ...] = get_args(BaselineRule)


class Renewal(Struct, frozen=True):
    """What a run records again though nothing changed.

    That is what is older than ``after``, half of the least ``max_age`` of a gate, and with
    ``if_dirty`` what was not recorded on a commit without other changes, where the run is.
    """

    after: timedelta | None = None
    if_dirty: bool = False


class GateRules(Struct, frozen=True):
    """All rules of a gate. None: what it would limit may be there.

    ``features`` are globs with rules of their own; the last one that matches a feature counts.
    """

    rules: Rules = Rules()
    features: tuple[tuple[str, Rules], ...] = ()
    unknown_links: int | None = 0
    unread: int | None = 0
    unasserted: int | None = None
    baseline: BaselineRule = "committed"

    def renewal(self) -> Renewal:
        """Return what a run records again, so that no rule fails for good."""
        every = [self.rules, *(own for _, own in self.features)]
        ages = [it.max_age for it in every if it.max_age]
        return Renewal(min(ages) / 2 if ages else None, any(it.clean_tree for it in every))


class LintOptions(Struct, frozen=True):
    """The section ``lint`` of ``shall.yaml``. Rules are named by code, name or start of a code.

    ``select`` empty means every rule. ``severity`` replaces the severity of a rule, ``terms`` adds
    terms to a rule about words and removes those that begin with a minus sign, ``per_file`` maps
    a glob to rules that do not apply to the files that match.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, str] = {}
    terms: Mapping[str, tuple[str, ...]] = {}
    per_file: Mapping[str, tuple[str, ...]] = {}
