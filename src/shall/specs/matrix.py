"""Criteria and links and outcomes to a coverage matrix."""

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shall.diagnostics import Diagnostic, Severity
from shall.span import Span
from shall.specs.model import Criterion, Link, SpecSet


class Status(StrEnum):
    """Where a criterion stands. More statuses will come: do not treat the set as closed."""

    PROVED = "proved"  # every linked case and test that ran passed, and at least one ran
    FAILING = "failing"  # the latest outcome of at least one is failed or error
    NOT_RUN = "not run"  # linked, but nothing ran yet
    UNTESTED = "untested"  # nothing says that it verifies it


_WORST_FIRST = (Status.FAILING, Status.UNTESTED, Status.NOT_RUN, Status.PROVED)


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

    def diagnostic(self) -> Diagnostic:
        """Return the problem that readers of the source of the link are shown."""
        return unresolved(self.link.criterion, self.candidates, self.link.span)


@dataclass(frozen=True, slots=True)
class Matrix:
    """The coverage matrix; ``problems`` name case and test files that could not be read."""

    rows: tuple[Row, ...]
    unknown: tuple[UnknownLink, ...] = ()
    problems: tuple[Diagnostic, ...] = ()

    def counts(self) -> Mapping[str, int]:
        """Count the criteria by status; every status is a key."""
        counted = Counter(row.status for row in self.rows)
        return {status.value: counted[status] for status in Status}

    def worst_first(self) -> tuple[Row, ...]:
        """Return the rows by status, failing ones first, in each by the order of the documents.

        A status that this order does not know comes before those that are proved.
        """
        order = {status: at for at, status in enumerate(_WORST_FIRST)}
        unknown = len(_WORST_FIRST) - 1.5
        return tuple(sorted(self.rows, key=lambda row: order.get(row.status, unknown)))

    @property
    def proved_percent(self) -> float:
        """Proved criteria as a percentage of all; 0.0 where there are none."""
        if not self.rows:
            return 0.0
        return 100 * self.counts()[Status.PROVED.value] / len(self.rows)


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
    criteria = specs.criteria()
    keys = _ways_to_name(criteria)
    outcomes = {(it.criterion, it.source): it for it in latest}
    linked: dict[str, list[LinkOutcome]] = {criterion.key: [] for criterion in criteria}
    unknown: list[UnknownLink] = []
    for link in links:
        named = keys.get(link.criterion, [])
        if len(named) == 1:
            linked[named[0]].append(_with_outcome(link, named[0], outcomes))
        else:
            unknown.append(UnknownLink(link, tuple(named) or _near(link.criterion, keys)))
    rows = tuple(
        Row(criterion, _status(linked[criterion.key]), tuple(linked[criterion.key]))
        for criterion in criteria
    )
    return Matrix(rows, tuple(unknown))


def resolve(specs: SpecSet) -> Mapping[str, Criterion]:
    """Map every way to name a criterion to it: its key, and its local id where that is unique."""
    criteria = {criterion.key: criterion for criterion in specs.criteria()}
    ways = _ways_to_name(tuple(criteria.values()))
    return {name: criteria[keys[0]] for name, keys in ways.items() if len(keys) == 1}


def candidates_of(name: str, specs: SpecSet) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the keys of the criteria that a link names, and where there is none the near keys."""
    keys = _ways_to_name(specs.criteria())
    named = tuple(keys.get(name, ()))
    return named, () if named else _near(name, keys)


def is_ambiguous(name: str, candidates: Sequence[str]) -> bool:
    """Return whether a link names each of several candidates."""
    return len(candidates) > 1 and all(key.partition("#")[2] == name for key in candidates)


def unresolved(
    name: str, candidates: Sequence[str], span: Span | None = None, field: str = ""
) -> Diagnostic:
    """Return the problem of a link that names no criterion, or several: its ``candidates``."""
    listed = ", ".join(candidates)
    if is_ambiguous(name, candidates):
        code, message, hint = (
            "link.ambiguous-criterion",
            f"{name} is ambiguous.",
            "Write one of {}.",
        )
    else:
        code, message = "link.unknown-criterion", f"{name} is unknown."
        hint = "Did you mean {}?" if listed else ""
    return Diagnostic(code, Severity.WARNING, message, span, hint.format(listed), field)


def _ways_to_name(criteria: Sequence[Criterion]) -> dict[str, list[str]]:
    ways: dict[str, list[str]] = {}
    for criterion in criteria:
        ways.setdefault(criterion.key, []).append(criterion.key)
        ways.setdefault(criterion.key.partition("#")[2], []).append(criterion.key)
    return ways


def _near(name: str, keys: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    full = [key for key in keys if "#" in key]
    return tuple(difflib.get_close_matches(name, full, n=3, cutoff=0.6))


def _with_outcome(link: Link, key: str, outcomes: Mapping[tuple[str, str], Latest]) -> LinkOutcome:
    found = outcomes.get((key, link.source)) or outcomes.get((link.criterion, link.source))
    return LinkOutcome(link, found.outcome, found.run_id) if found else LinkOutcome(link)


def _status(links: Sequence[LinkOutcome]) -> Status:
    outcomes = {link.outcome for link in links}
    if outcomes & {"failed", "error"}:
        return Status.FAILING
    if "passed" in outcomes:
        return Status.PROVED
    return Status.NOT_RUN if links else Status.UNTESTED
