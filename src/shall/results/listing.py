"""Cases and runs as lists show them: a line each, without steps and exchanges."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from shall.late_pattern import late_pattern
from shall.results.reason import Reason, reason_of
from shall.results.records import (
    CaseResult,
    Outcome,
    RunStatus,
    feature_of,
    is_bad,
)

PAGE_LINES = 500
"""The most lines of a page."""

BAD = "bad"
"""The outcome of a filter that means failed or error."""

_LONGEST_WORD = 200
_MOST_WORDS = 10
_WORD = late_pattern(r'(-?)(?:"([^"]*)"?|(\S+))')
_BAD = frozenset({Outcome.FAILED, Outcome.ERROR})


class CaseLine(Struct, frozen=True, gc=False):
    """One case of a run. ``number`` is its position in the run, from 1.

    ``started_at`` is aware UTC. ``criteria`` are keys. ``reason`` None: it passed, or it was
    skipped without one.
    """

    number: int
    case_key: str
    name: str
    outcome: Outcome
    started_at: datetime
    duration_s: float
    checks_executed: int
    is_bad: bool = False
    teardown_outcome: Outcome | None = None
    data_row: str | None = None
    attempt: int = 1
    shard: int = 0
    environment: str = ""
    fingerprint: str = ""
    criteria: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    reason: Reason | None = None
    retries: int = 0
    worker: int | None = None

    @property
    def shown_outcome(self) -> Outcome:
        """The outcome to show: a failed teardown of a case that passed is an error."""
        return Outcome.ERROR if self.is_bad and self.outcome not in _BAD else self.outcome


class CaseOrder(StrEnum):
    """In which order lines come."""

    BAD_FIRST = "bad"  # then by number
    NUMBER = "number"
    SLOWEST = "slowest"


class CaseFilter(Struct, frozen=True):
    """Which cases are listed: those that fulfil all that is set.

    Each of ``words`` and none of ``excluded`` is in the name, the key, the row of data or a key of
    a criterion; ASCII letters match in either case. ``outcome`` is that which is shown, or ``bad``.
    ``feature`` is the part of a criterion's key before ``#``.
    """

    words: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    outcome: str = ""
    tag: str = ""
    feature: str = ""
    slower_than_s: float | None = None


class CaseCounts(Struct, frozen=True):
    """The cases of a run, counted by the outcome that is shown, by tag and by feature."""

    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    tags: Mapping[str, int] = field(default_factory=dict)
    features: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """The number of cases."""
        return sum(self.outcomes.values())


class CasePage(Struct, frozen=True):
    """Some of the ``matching`` cases of a run; ``counts`` are of all its cases."""

    lines: Sequence[CaseLine] = ()
    matching: int = 0
    counts: CaseCounts = CaseCounts()


class RunLine(Struct, frozen=True):
    """One run, with its cases counted by the outcome that is shown.

    ``started_at`` is aware UTC. ``total`` cases were to run. ``duration_s`` None: it has not ended.
    ``commit`` in hex and ``host`` are None where they are not known, and so is ``is_dirty``.
    """

    run_id: str
    started_at: datetime
    status: RunStatus
    total: int
    outcomes: Mapping[Outcome, int]
    duration_s: float | None = None
    environment: str = ""
    commit: str | None = None
    is_dirty: bool | None = None
    host: str | None = None

    @property
    def bad_total(self) -> int:
        """The number of cases that did not pass, or whose teardown did not."""
        return sum(self.outcomes.get(outcome, 0) for outcome in _BAD)


class LiveRun(Struct, frozen=True):
    """A run that goes on, or did a moment ago; with the newest of its cases that did not pass.

    ``can_stop``: its process looks for a request to stop.
    """

    line: RunLine
    can_stop: bool = False
    is_asked_to_stop: bool = False
    bad_name: str = ""
    bad_reason: Reason | None = None


class CoverageLine(Struct, frozen=True):
    """What `shall cover` measured of a run: of each kind how many were seen, and are declared.

    ``started_at`` is that of the run, aware UTC. ``source`` is the path or URL of the document.
    """

    run_id: str
    started_at: datetime
    source: str
    operations: tuple[int, int]
    statuses: tuple[int, int]
    content_types: tuple[int, int]


class RunFilter(Struct, frozen=True):
    """Which runs are listed. ``outcome``: ``passed`` (no case is bad) or ``bad``."""

    environment: str | None = None
    outcome: str = ""
    run_id: str = ""


EVERY_RUN = RunFilter()


class RunPage(Struct, frozen=True):
    """Some of the ``matching`` runs, the newest first; ``total`` and environments are of all."""

    lines: Sequence[RunLine] = ()
    matching: int = 0
    total: int = 0
    environments: Sequence[str] = ()


class ReasonCount(Struct, frozen=True):
    """How many cases of a run have the same reason; ``first`` is the number of the first one.

    ``varies``: it is that of the first one, and its values differ in the others.
    """

    reason: Reason
    count: int
    first: int
    varies: bool = False


class ReasonCounts(Struct, frozen=True):
    """Why the cases of a run did not pass; ``others`` reasons, of fewer cases, are left out."""

    counts: Sequence[ReasonCount] = ()
    others: int = 0


class CaseBrief(Struct, frozen=True, gc=False):
    """What comparing runs reads of a case: without times, criteria and reasons."""

    case_key: str
    data_row: str | None
    attempt: int
    number: int
    name: str
    outcome: Outcome
    is_bad: bool
    duration_s: float
    fingerprint: str


class PastOutcome(Struct, frozen=True, gc=False):
    """How a case ended in one run. ``started_at`` is aware UTC; ``number`` is its position."""

    run_id: str
    started_at: datetime
    outcome: Outcome
    duration_s: float
    environment: str
    fingerprint: str
    is_bad: bool
    is_outage: bool
    number: int = 0


class PastCase(Struct, frozen=True):
    """How a case, or a row of its data, ended, the newest first; its name is the newest one."""

    case_key: str
    name: str
    data_row: str | None
    outcomes: Sequence[PastOutcome]


class PastCases(Struct, frozen=True):
    """The cases of the newest runs, whose ids come newest first, in the order of their keys."""

    run_ids: Sequence[str] = ()
    cases: Sequence[PastCase] = ()


class PastTotal(Struct, frozen=True, gc=False):
    """How often a case with one text, in one environment, passed and did not.

    Cases that met an outage and skipped ones are not counted.
    """

    case_key: str
    data_row: str | None
    environment: str
    fingerprint: str
    passed: int
    bad: int


class PastTotals(Struct, frozen=True):
    """The totals of the newest runs, and how long their cases took that passed.

    ``durations`` has those of each run, the newest first, ``times`` those of each case and row.
    """

    durations: Mapping[str, Sequence[float]] = field(default_factory=dict)
    times: Mapping[tuple[str, str | None], Sequence[float]] = field(default_factory=dict)
    totals: Sequence[PastTotal] = ()


class PastFilter(Struct, frozen=True):
    """Which cases: all, those of a key, those of a key or name, or those of a criterion."""

    case_key: str | None = None
    case: str | None = None
    criterion: str | None = None


def search_words(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words of a search, and those after a ``-``, which are excluded.

    Quotation marks hold a phrase together.

    >>> search_words('order "not found" -slow')
    (('order', 'not found'), ('slow',))
    """
    words: list[str] = []
    excluded: list[str] = []
    found = _WORD.findall(text[: _LONGEST_WORD * _MOST_WORDS])
    for minus, phrase, word in found:
        sought = (phrase.strip() or word)[:_LONGEST_WORD]
        if sought and (minus or sought != "-"):
            (excluded if minus else words).append(sought)
    return tuple(words[:_MOST_WORDS]), tuple(excluded[:_MOST_WORDS])


def line_of(case: CaseResult, number: int) -> CaseLine:
    """Return the line of a case that is the ``number``-th of its run, from 1."""
    return CaseLine(
        number,
        case.case_key,
        case.name,
        case.outcome,
        case.started_at,
        case.duration_s,
        case.checks_executed,
        is_bad(case),
        case.teardown_outcome,
        case.data_row,
        case.attempt,
        case.shard,
        case.environment,
        case.case_fingerprint,
        tuple(ref.key for ref in case.criteria),
        case.tags,
        reason_of(case),
        case.retries or 0,
        case.worker or None,
    )


def counts_of(lines: Sequence[CaseLine]) -> CaseCounts:
    """Count cases by the outcome that is shown, by tag and by feature."""
    outcomes: Counter[Outcome] = Counter(line.shown_outcome for line in lines)
    tags: Counter[str] = Counter()
    features: Counter[str] = Counter()
    for line in lines:
        tags.update({*line.tags})
        features.update({*map(feature_of, line.criteria)})
    return CaseCounts(outcomes, tags, features)
