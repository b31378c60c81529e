"""The status of a criterion: what the newest outcomes of its cases and tests still prove.

An outcome is evidence for a text, not for a number: it counts only as long as the criterion and
the case or test are those that it was recorded for.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from shall.specs.model import Change, Criterion, Link, LinkKind, Operation


class Status(StrEnum):
    """The status of a criterion or link. More may be added: do not treat the set as closed."""

    FAILING = "failing"  # the newest outcome of at least one is failed or error
    SUSPECT = "suspect"  # the requirement changed since
    STALE = "stale"  # the case or test, or a variable that it reads, changed since
    VACUOUS = "vacuous"  # it passed, but nothing in it could have failed
    UNREACHABLE = "unreachable"  # the service was not reached from this machine; nothing else ran
    PARTLY = "partly"  # some passed, others did not run
    SKIPPED = "skipped"  # all that ran was skipped
    NOT_RUN = "not run"  # linked, but nothing ran yet
    DRAFT = "draft"  # all that is linked are cases that somebody has to fill in first
    UNTESTED = "untested"  # no case and no test is linked
    WAIVED = "waived"  # it need not be proved for a while, for a reason that is recorded
    NOT_TESTABLE = "not testable"  # a person verifies it, as recorded
    REMOVED = "removed"  # nothing proves it, and an open change of OpenSpec removes it
    PROVED = "proved"  # every linked case and test that was not skipped ran and passed


_PRECEDENCE = (Status.FAILING, Status.SUSPECT, Status.STALE, Status.VACUOUS)

WORST_FIRST = (
    *_PRECEDENCE,
    Status.UNTESTED,
    Status.DRAFT,
    Status.UNREACHABLE,
    Status.PARTLY,
    Status.SKIPPED,
    Status.NOT_RUN,
    Status.WAIVED,
    Status.NOT_TESTABLE,
    Status.REMOVED,
)
"""The order of a report; ``PROVED`` follows."""

UNSOUND = frozenset(_PRECEDENCE)
"""What a criterion must not be where a proof is asked for: it was tried, and is not proved."""

UNCOUNTED = frozenset({Status.WAIVED, Status.NOT_TESTABLE, Status.REMOVED})
"""Criteria that no percentage counts, neither as proved nor as missing."""

_MISSING = frozenset({Status.UNTESTED, Status.DRAFT, Status.NOT_RUN, Status.SKIPPED})

_OPEN = frozenset({Status.NOT_RUN, Status.DRAFT})
"""Statuses of links beside which nothing is proved as a whole."""

ABSENT = "absent"
"""The recorded outcome of a reported test that is gone, or no longer names the criterion."""

_BAD = frozenset({"failed", "error"})
_EARLIEST = datetime.min.replace(tzinfo=UTC)


class Latest(Struct, frozen=True, gc=False):
    """The newest outcome of one source for one criterion, environment and row of data.

    ``criterion_fingerprint`` None: the criterion was unknown when it was recorded, so nothing is
    proved. ``is_dirty`` None and ``commit`` empty: not recorded. ``variables`` is how those of
    ``shall.yaml`` that the case read differ from today's: ``changed``, or ``overridden`` by the
    caller of the run; empty: they do not, or it is not recorded.
    """

    criterion: str
    source: str
    outcome: str
    run_id: str
    criterion_fingerprint: str | None
    source_fingerprint: str
    environment: str = ""
    data_row: str | None = None
    at: datetime = _EARLIEST
    checks_executed: int = 1
    commit: str = ""
    is_dirty: bool | None = None
    variables: str = ""


Source = tuple[str, str]
"""A case key and the environment in which it ran."""


class Unreachable(Struct, frozen=True, gc=False):
    """The service that a case of this machine did not reach when it last ran.

    ``at`` is aware UTC. It is not evidence: it fails nothing, and no other machine knows it.
    """

    source: str
    environment: str
    address: str
    run_id: str
    at: datetime

    @property
    def key(self) -> Source:
        """The case and its environment."""
        return self.source, self.environment


class LinkOutcome(Struct, frozen=True, gc=False):
    """A link with its status in one environment; ``latest`` is None where it never ran.

    ``unreachable`` is set where this machine did not reach the service since. ``reviewed_at`` is
    when a person last confirmed the link; ``is_review_outdated``: for another text. ``counted`` are
    all outcomes that decide, those of parameter sets and rows of data; ``latest`` is one of them.
    """

    link: Link
    status: Status = Status.NOT_RUN
    latest: Latest | None = None
    environment: str = ""
    unreachable: Unreachable | None = None
    reviewed_at: datetime | None = None
    is_review_outdated: bool = False
    counted: tuple[Latest, ...] = ()

    @property
    def outcome(self) -> str | None:
        """The newest outcome: the worst of the rows of data."""
        return self.latest.outcome if self.latest else None

    @property
    def run_id(self) -> str | None:
        """The run that the outcome is of."""
        return self.latest.run_id if self.latest else None

    @property
    def reason(self) -> str:
        """Why it does not prove its criterion, as the texts name it: mostly its status."""
        if self.status is Status.SUSPECT and self.is_review_outdated:
            return "not_reviewed"
        latest = self.latest
        is_same = latest is not None and latest.source_fingerprint == self.link.fingerprint
        if self.status is Status.STALE and latest is not None and latest.variables and is_same:
            return f"variables.{latest.variables}"
        return self.status.value


def outcomes_of(
    criterion: Criterion,
    links: Sequence[Link],
    latest: Iterable[Latest],
    environments: Sequence[str] | None = None,
    unreachable: Mapping[Source, Unreachable] | None = None,
) -> tuple[LinkOutcome, ...]:
    """Return each link of a criterion with its status in each environment.

    ``latest`` are outcomes that were recorded for these links. ``environments`` are those in which
    a criterion must hold; None: every one in which a linked case ran. A marked test counts for
    each of them: it runs the code, not a deployment. So does a reported one without environment.
    Where reports of a marked test name environments, the outcomes of all of them count.
    ``unreachable`` are the last runs that did not reach their service.
    """
    unreachable = unreachable or {}
    facts = list(latest)
    bound = {fact.source for fact in facts if fact.environment}
    cases = {
        link.source
        for link in links
        if link.kind is LinkKind.CASE or (link.kind is LinkKind.REPORT and link.source in bound)
    }
    found: dict[tuple[str, str], list[Latest]] = {}
    for fact in facts:
        is_elsewhere = environments is not None and fact.environment not in {"", *environments}
        if is_elsewhere and fact.source not in cases:
            continue
        where = fact.environment if fact.source in cases else ""
        found.setdefault((fact.source, where), []).append(fact)
    if environments is None:
        tried = [key for key in found if key[0] in cases]
        tried = tried or [key for key in unreachable if key[0] in cases]
        environments = sorted({where for _, where in tried}) or [""]
    return tuple(
        _link_outcome(
            criterion,
            link,
            found.get((link.source, where), ()),
            where,
            unreachable.get((link.source, where)),
        )
        for link in links
        for where in (environments if link.source in cases else [""])
    )


def evidence_status_of(outcomes: Sequence[LinkOutcome], status: Status) -> Status:
    """Return the status that the committed evidence alone gives, the same on every machine.

    ``status`` is that of the outcomes; only an unreachable service makes another of it.
    """
    if not any(it.status is Status.UNREACHABLE for it in outcomes):
        return status
    return status_of(
        [
            replace(it, status=Status.NOT_RUN) if it.status is Status.UNREACHABLE else it
            for it in outcomes
        ]
    )


def status_of(outcomes: Sequence[LinkOutcome]) -> Status:
    """Return the status of a criterion by those of its links, the worst by a fixed precedence.

    A skipped link is left out where another one proves the criterion; a draft is not, since
    somebody means to say more about it.
    """
    statuses = {outcome.status for outcome in outcomes}
    for status in _PRECEDENCE:
        if status in statuses:
            return status
    if Status.UNREACHABLE in statuses:
        return Status.UNREACHABLE
    if Status.PROVED in statuses:
        return Status.PROVED if statuses.isdisjoint(_OPEN) else Status.PARTLY
    for status in (Status.SKIPPED, Status.NOT_RUN, Status.DRAFT):
        if status in statuses:
            return status
    return Status.UNTESTED


def pending_status(status: Status, change: Change | None) -> Status:
    """Return the status of a criterion beside an open change: one that it removes is not missing.

    What fails or is proved is shown as that: the criterion holds until the change is archived.
    """
    removes = change is not None and change.operation is Operation.REMOVED
    return Status.REMOVED if removes and status in _MISSING else status


def _link_outcome(
    criterion: Criterion,
    link: Link,
    facts: Sequence[Latest],
    environment: str,
    unreachable: Unreachable | None,
) -> LinkOutcome:
    facts = [fact for fact in facts if fact.criterion_fingerprint is not None]
    if not facts and link.is_draft:
        return LinkOutcome(link, Status.DRAFT, environment=environment)
    if not facts:
        status = Status.NOT_RUN if unreachable is None else Status.UNREACHABLE
        return LinkOutcome(link, status, environment=environment, unreachable=unreachable)
    rows = _rows_of_case(facts) if link.kind is LinkKind.CASE else _parameter_sets(facts)
    status = _link_status(criterion, link, rows)
    is_whole = len(rows) >= link.sets or any(fact.data_row is None for fact in rows)
    if status is Status.PROVED and not is_whole:
        status = Status.NOT_RUN
    counted = tuple(rows)
    if len(rows) == 1:
        return LinkOutcome(link, status, rows[0], environment, unreachable, counted=counted)
    alike = [fact for fact in rows if _link_status(criterion, link, [fact]) is status]
    worst = max(alike or rows, key=lambda fact: fact.at)
    return LinkOutcome(link, status, worst, environment, unreachable, counted=counted)


def _rows_of_case(facts: Sequence[Latest]) -> Sequence[Latest]:
    """Return the rows of data that the case still has, since a run runs all of them.

    Those that it no longer has were recorded for another text of the case.
    """
    if len(facts) == 1:
        return facts
    newest = max(facts, key=lambda fact: fact.at)
    return [fact for fact in facts if fact.source_fingerprint == newest.source_fingerprint]


def _parameter_sets(facts: Sequence[Latest]) -> Sequence[Latest]:
    """Return what counts of a test: its last outcome as a whole, and of each set recorded since.

    No report says which parameter sets a test has, so one that is missing keeps its last outcome.
    """
    since: dict[str, datetime] = {}
    for fact in facts:
        if fact.data_row is None:
            since[fact.environment] = max(fact.at, since.get(fact.environment, _EARLIEST))
    return [
        fact
        for fact in facts
        if fact.data_row is None or fact.at > since.get(fact.environment, _EARLIEST)
    ]


def _link_status(criterion: Criterion, link: Link, rows: Sequence[Latest]) -> Status:
    """Return the status of rows that were recorded for one text of a case or test."""
    outcomes = {fact.outcome for fact in rows}
    if outcomes & _BAD:
        return Status.FAILING
    if link.is_draft:
        return Status.DRAFT
    if "passed" not in outcomes:
        return Status.SKIPPED
    if {fact.criterion_fingerprint for fact in rows} != {criterion.fingerprint}:
        return Status.SUSPECT
    if {fact.source_fingerprint for fact in rows} != {link.fingerprint}:
        return Status.STALE
    if any(fact.variables for fact in rows):
        return Status.STALE
    if not link.can_fail or not all(fact.checks_executed for fact in rows):
        return Status.VACUOUS
    return Status.PROVED
