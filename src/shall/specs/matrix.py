"""Criteria and links and outcomes to a coverage matrix."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shall.errors import Problem
from shall.specs.model import Criterion, Link, SpecSet


class Status(StrEnum):
    """Where a criterion stands. More statuses will come: do not treat the set as closed."""

    PROVED = "proved"  # every linked case and test that ran passed, and at least one ran
    FAILING = "failing"  # the latest outcome of at least one is failed or error
    NOT_RUN = "not run"  # linked, but nothing ran yet
    UNTESTED = "untested"  # nothing says that it verifies it


@dataclass(frozen=True, slots=True)
class LinkOutcome:
    """A link and its latest outcome; None when it never ran. ``run_id`` names the run."""

    link: Link
    outcome: str | None = None
    run_id: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One criterion with everything that verifies it."""

    criterion: Criterion
    status: Status
    links: tuple[LinkOutcome, ...]


@dataclass(frozen=True, slots=True)
class UnknownLink:
    """A link to a criterion that no document holds; ``candidates`` are near keys."""

    link: Link
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    """The coverage matrix; ``problems`` name case and test files that could not be read."""

    rows: tuple[Row, ...]
    unknown: tuple[UnknownLink, ...] = ()
    problems: tuple[Problem, ...] = ()

    def counts(self) -> Mapping[str, int]:
        """Count the criteria by status; every status is a key."""
        raise NotImplementedError

    @property
    def proved_percent(self) -> float:
        """Proved criteria as a percentage of all; 0.0 where there are none."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest outcome of one source for one criterion."""

    criterion: str
    source: str
    outcome: str
    run_id: str


def build_matrix(specs: SpecSet, links: Iterable[Link], latest: Iterable[Latest]) -> Matrix:
    """Join criteria, links and latest outcomes.

    Only the latest of each (criterion, source) that a link still names counts. A skipped outcome
    does not prove and does not fail: the link reads as not run.
    """
    raise NotImplementedError
