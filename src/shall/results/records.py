"""What happened, as data that serialises to JSON.

A check that does not hold is a result, never an exception. Everything here was redacted before
it was made: no consumer has to remember to.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType

from shall.messages import Message

FORMAT = 1
"""The version of the JSON form of results and events; a reader refuses a higher one."""


class Outcome(StrEnum):
    """How a check, a step or a case ended."""

    PASSED = "passed"
    FAILED = "failed"  # a check did not hold
    ERROR = (
        "error"  # it could not be carried out: unreachable, timed out, bad expression, invalid file
    )
    SKIPPED = "skipped"


# To look a member up in its class takes four times as long until Python 3.12.
PASSED, FAILED, ERROR, SKIPPED = Outcome


class RunStatus(StrEnum):
    """Whether a run is whole."""

    RUNNING = "running"
    COMPLETE = "complete"
    INTERRUPTED = "interrupted"  # cancelled, or the process died
    TIMED_OUT = "timed_out"
    STOPPED = "stopped"  # no case began after one that did not pass, as was asked for


class Position(Struct, frozen=True, gc=False):
    """Where a step or check is written in its case's file. Lines and columns count from 1."""

    line: int
    column: int = 1


class Difference(Struct, frozen=True, gc=False):
    """Where two JSON structures differ: a path below the field of the check, and both values.

    A value that is not there is UNSET. Long ones are cut, and then text.
    """

    path: str
    expected: Any = UNSET
    actual: Any = UNSET


class CheckResult(Struct, frozen=True, gc=False):
    """One check. ``path`` is its place in the case: ``steps[0].assert[1]``.

    ``implicit`` marks a check that nobody wrote: no status of 400 or above where none is asserted,
    no errors of GraphQL, messages of a WebSocket that come. ``actual`` is None with
    ``found`` False when the field does not exist.
    ``position`` is set where the check did not hold, ``differences`` where it compared structures.
    """

    kind: str
    path: str
    outcome: Outcome
    field: str | None = None
    expected: Any = None
    actual: Any = None
    found: bool = True
    implicit: bool = False
    message: Message | None = None
    position: Position | UnsetType = UNSET
    differences: tuple[Difference, ...] | UnsetType = UNSET


class Timings(Struct, frozen=True, gc=False):
    """Phases of one exchange in seconds, each measured from its start.

    Without a response only ``total_s`` is set: the time until the step ended.
    """

    dns_s: float = 0.0
    connect_s: float = 0.0
    tls_s: float = 0.0
    first_byte_s: float = 0.0
    total_s: float = 0.0


NO_TIMINGS = Timings()


class Redirect(Struct, frozen=True, gc=False):
    """A redirect that was followed: its status, and the URL that it led to."""

    status: int
    url: str


SQL_METHOD = "SQL"
"""The method in the record of a query: its URL is the name of the database."""


class ExchangeRecord(Struct, frozen=True, gc=False):
    """What is stored of one HTTP exchange: redacted, bodies as text and cut at a limit.

    ``status`` None: no response came. Sizes are in bytes, before cutting. ``redirects`` is set
    where any were followed, ``attempts`` where the request was repeated: this is the last one.
    ``content_type`` is that of the response, and empty without one, where its headers are not
    stored.
    ``renewal`` holds what was sent before it, since a token was refused: the request that was
    refused, unless no new token was had, and those for a new one.
    """

    method: str
    url: str
    request_headers: tuple[tuple[str, str], ...] = ()
    request_body: str = ""
    status: int | None = None
    response_headers: tuple[tuple[str, str], ...] = ()
    response_body: str = ""
    response_size_bytes: int = 0
    timings: Timings = NO_TIMINGS
    redirects: tuple[Redirect, ...] | UnsetType = UNSET
    attempts: int | UnsetType = UNSET
    content_type: str | UnsetType = UNSET
    renewal: tuple["ExchangeRecord", ...] | UnsetType = UNSET


class StepResult(Struct, frozen=True, gc=False):
    """One step or teardown. ``path`` is its place in the case: ``steps[0]``, ``teardowns[1]``."""

    id: str
    path: str
    outcome: Outcome
    duration_s: float
    checks: tuple[CheckResult, ...] = ()
    exchange: ExchangeRecord | None = None
    error: Message | None = None
    retryable: bool = False
    position: Position | UnsetType = UNSET


class CriterionRef(Struct, frozen=True, gc=False):
    """A criterion that a case verifies; ``fingerprint`` None when no document has that key."""

    key: str
    fingerprint: str | None = None


def feature_of(criterion: str) -> str:
    """Return the feature of a criterion: what is before ``#`` in its key."""
    return criterion.partition("#")[0]


class CaseResult(Struct, frozen=True, gc=False):
    """One attempt at one case with one row of data.

    ``started_at`` is aware UTC. ``checks_executed`` counts the checks that were written in the
    case and carried out (implicit ones not). ``outcome`` is that of the steps;
    ``teardown_outcome`` is separate and never hides it. ``position`` is set where ``error`` is
    about a part of the case (its parameter ``path``). ``problems`` are the diagnostics of a file
    that cannot be read, as ``Diagnostic.to_json`` returns them. ``case_fingerprint`` is empty where
    the case verifies no criterion; ``variables`` is what evidence records of the variables of
    ``shall.yaml`` that it reads. ``rows`` is how many rows of data it has, if any,
    ``retries`` how often its steps were tried again, ``repeats`` how often the run repeats its
    cases: ``attempt`` is one of them. ``seed`` is that of the random values that it drew.
    ``worker`` is the number of the process that ran it, from 1, where a run has several.
    """

    run_id: str
    case_key: str
    name: str
    outcome: Outcome
    started_at: datetime
    duration_s: float
    checks_executed: int
    steps: tuple[StepResult, ...] = ()
    teardowns: tuple[StepResult, ...] = ()
    teardown_outcome: Outcome | None = None
    error: Message | None = None
    data_row: str | None = None
    attempt: int = 1
    shard: int = 0
    environment: str = ""
    criteria: tuple[CriterionRef, ...] = ()
    case_fingerprint: str = ""
    tags: tuple[str, ...] = ()
    position: Position | UnsetType = UNSET
    problems: tuple[dict[str, Any], ...] | UnsetType = UNSET
    rows: int | UnsetType = UNSET
    retries: int | UnsetType = UNSET
    repeats: int | UnsetType = UNSET
    seed: int | UnsetType = UNSET
    worker: int | UnsetType = UNSET
    variables: str | UnsetType = UNSET


_BAD = frozenset({FAILED, ERROR})


def is_bad(case: CaseResult) -> bool:
    """Return whether a case or its teardown did not pass."""
    return case.outcome in _BAD or case.teardown_outcome in _BAD


def is_retried(case: CaseResult) -> bool:
    """Return whether a case passed only after a step was tried again."""
    return bool(case.retries) and case.outcome is PASSED


class Outage(Struct, frozen=True):
    """A service that ``count`` cases could not reach; ``why`` is a word such as ``refused``."""

    address: str
    why: str
    count: int


def outage_of(case: CaseResult) -> tuple[str, str] | None:
    """Return address and reason where a step of a case found no service to connect to."""
    if case.outcome is not ERROR:
        return None
    params = case.error.params if case.error is not None else {}
    if "why" in params:  # of shared steps
        return str(params["address"]), str(params["why"])
    return _outage(case.steps)


def _outage(steps: tuple[StepResult, ...]) -> tuple[str, str] | None:
    for step in steps:
        if step.outcome in _BAD:
            error = step.error
            if error is None or error.code != "step.unreachable" or "why" not in error.params:
                return None
            return str(error.params["address"]), str(error.params["why"])
    return None


def is_torn(case: CaseResult) -> bool:
    """Return whether a teardown did not pass, for another reason than the steps of its case."""
    if case.teardown_outcome not in _BAD:
        return False
    outage = outage_of(case)
    return outage is None or any(
        _outage((step,)) != outage for step in case.teardowns if step.outcome in _BAD
    )


Fault: TypeAlias = Literal[
    "failed",  # a check did not hold
    "invalid",  # the case cannot be used
    "internal",
    "denied",  # the operator allows no request there
    "unreachable",  # or too slow
]
"""Why a case did not pass, for the exit status."""


class FlakyCase(Struct, frozen=True):
    """A case, or a row of its data, that passed in ``passed`` of the ``total`` repetitions."""

    case_key: str
    name: str
    data_row: str | None
    passed: int
    total: int


class Repetitions:
    """Counts how the repetitions of each case ended."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str | None], tuple[str, int, int]] = {}

    def add(self, case: CaseResult) -> None:
        """Count a repetition that passed or did not; one that was skipped is neither."""
        is_passed = case.outcome is PASSED and not is_bad(case)
        if is_passed or is_bad(case):
            key = (case.case_key, case.data_row)
            _, passed, total = self._counts.get(key, ("", 0, 0))
            self._counts[key] = (case.name, passed + is_passed, total + 1)

    def flaky(self) -> tuple[FlakyCase, ...]:
        """Return the cases that passed in some repetitions and not in others, by their path."""
        return tuple(
            FlakyCase(key, name, row, passed, total)
            for (key, row), (name, passed, total) in sorted(
                self._counts.items(), key=lambda it: (it[0][0], it[0][1] or "")
            )
            if 0 < passed < total
        )


class ShardRecord(Struct, frozen=True):
    """Which part of its cases a run had: ``index`` of ``total``, counted from 1.

    ``cases`` is the number of all cases, ``digest`` the SHA-256 of their keys in hex. ``commit`` is
    the one that was checked out, in hex; empty without git. ``is_dirty``: files differed from it.
    """

    index: int
    total: int
    cases: int
    digest: str
    commit: str = ""
    is_dirty: bool = False


class RunSummary(Struct, frozen=True):
    """A run without its cases: counts, and the first cases that did not pass.

    ``bad`` holds at most ``summary.SHOWN`` of the ``bad_total`` cases that failed, or whose
    teardown did (``torn``), in the order of the files; ``skipped`` the first that were skipped,
    ``outages`` the first services that could not be reached, ``retried`` the first cases that
    passed after a step was tried again. ``flaky`` are those that passed in some repetitions only.
    ``left_out`` cases did not run, since others are marked with ``only``.
    ``started_at`` is aware UTC.
    """

    run_id: str
    started_at: datetime
    duration_s: float
    status: RunStatus
    outcomes: dict[Outcome, int]
    torn: int = 0
    checks_executed: int = 0
    bad_total: int = 0
    bad: tuple[CaseResult, ...] = ()
    skipped: tuple[CaseResult, ...] = ()
    outages: tuple[Outage, ...] = ()
    retried: tuple[CaseResult, ...] = ()
    flaky: tuple[FlakyCase, ...] = ()
    faults: frozenset[Fault] = frozenset()
    environment: str = ""
    left_out: int | UnsetType = UNSET

    def counts(self) -> Mapping[Outcome, int]:
        """Return the number of cases by outcome; every outcome is a key."""
        return {outcome: self.outcomes.get(outcome, 0) for outcome in Outcome}

    @property
    def total(self) -> int:
        """The number of cases."""
        return sum(self.outcomes.values())

    @property
    def all_hold(self) -> bool:
        """Whether the run is whole, nothing failed, and every teardown worked."""
        return self.status is RunStatus.COMPLETE and not self.bad_total


class RunResult(Struct, frozen=True, gc=False):
    """A run: the results of its cases in the order of the files. ``started_at`` is aware UTC.

    ``cases`` of a large run are read from a file: each has to be asked for once, not held.
    """

    run_id: str
    started_at: datetime
    duration_s: float
    status: RunStatus
    cases: Sequence[CaseResult]
    environment: str = ""
    format: int = FORMAT
    shard: ShardRecord | UnsetType = UNSET
    left_out: int | UnsetType = UNSET

    def counts(self) -> Mapping[Outcome, int]:
        """Count the cases by outcome; every outcome is a key."""
        counted = Counter(case.outcome for case in self.cases)
        return {outcome: counted[outcome] for outcome in Outcome}

    @property
    def bad(self) -> tuple[CaseResult, ...]:
        """The cases that did not pass, or whose teardown did not."""
        return tuple(filter(is_bad, self.cases))

    @property
    def skipped(self) -> tuple[CaseResult, ...]:
        """The cases that were skipped."""
        return tuple(case for case in self.cases if case.outcome is SKIPPED)

    @property
    def retried(self) -> tuple[CaseResult, ...]:
        """The cases that passed after a step was tried again."""
        return tuple(filter(is_retried, self.cases))

    @property
    def flaky(self) -> tuple[FlakyCase, ...]:
        """The cases that passed in some repetitions and not in others."""
        repetitions = Repetitions()
        for case in self.cases:
            if case.repeats:
                repetitions.add(case)
        return repetitions.flaky()

    @property
    def bad_total(self) -> int:
        """The number of those cases."""
        return len(self.bad)

    @property
    def torn(self) -> int:
        """The number of cases whose teardown did not pass."""
        return sum(map(is_torn, self.cases))

    @property
    def outages(self) -> tuple[Outage, ...]:
        """The services that could not be reached, in the order of the files."""
        counted = Counter(found for case in self.cases if (found := outage_of(case)) is not None)
        return tuple(Outage(*found, count) for found, count in counted.items())

    @property
    def all_hold(self) -> bool:
        """Whether the run is whole, nothing failed, and every teardown worked."""
        return self.status is RunStatus.COMPLETE and not any(map(is_bad, self.cases))
