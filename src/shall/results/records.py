"""What happened, as data that serialises to JSON.

A check that does not hold is a result, never an exception. Everything here was redacted before
it was made: no consumer has to remember to.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

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


class RunStatus(StrEnum):
    """Whether a run is whole."""

    RUNNING = "running"
    COMPLETE = "complete"
    INTERRUPTED = "interrupted"  # cancelled, or the process died
    TIMED_OUT = "timed_out"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check. ``path`` is its place in the case: ``steps[0].assert[1]``.

    ``implicit`` marks the check that a step without a status assertion gets for free: no status
    of 400 or above. ``actual`` is None with ``found`` False when the field does not exist.
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


@dataclass(frozen=True, slots=True)
class Timings:
    """Phases of one exchange in seconds, each measured from its start."""

    dns_s: float = 0.0
    connect_s: float = 0.0
    tls_s: float = 0.0
    first_byte_s: float = 0.0
    total_s: float = 0.0


@dataclass(frozen=True, slots=True)
class ExchangeRecord:
    """What is kept of one HTTP exchange: redacted, bodies as text and cut at a limit.

    ``status`` None: no response came. Sizes are in bytes, before cutting.
    """

    method: str
    url: str
    request_headers: tuple[tuple[str, str], ...] = ()
    request_body: str = ""
    status: int | None = None
    response_headers: tuple[tuple[str, str], ...] = ()
    response_body: str = ""
    response_size_bytes: int = 0
    timings: Timings = field(default_factory=Timings)


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step or teardown. ``path`` is its place in the case: ``steps[0]``, ``teardowns[1]``."""

    id: str
    path: str
    outcome: Outcome
    duration_s: float
    checks: tuple[CheckResult, ...] = ()
    exchange: ExchangeRecord | None = None
    error: Message | None = None
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class CriterionRef:
    """A criterion that a case verifies; ``fingerprint`` None when no document has that key."""

    key: str
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One attempt at one case with one row of data.

    ``started_at`` is aware UTC. ``checks_executed`` counts the checks that were written in the
    case and carried out (implicit ones not). ``outcome`` is that of the steps;
    ``teardown_outcome`` stands beside it and never hides it.
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


@dataclass(frozen=True, slots=True)
class RunResult:
    """A run: the results of its cases in the order of the files. ``started_at`` is aware UTC."""

    run_id: str
    started_at: datetime
    duration_s: float
    status: RunStatus
    cases: tuple[CaseResult, ...]
    environment: str = ""
    format: int = FORMAT

    def counts(self) -> Mapping[Outcome, int]:
        """Count the cases by outcome; every outcome is a key."""
        counted = Counter(case.outcome for case in self.cases)
        return {outcome: counted[outcome] for outcome in Outcome}

    @property
    def all_hold(self) -> bool:
        """Whether the run is whole, nothing failed, and every teardown worked."""
        bad = {Outcome.FAILED, Outcome.ERROR}
        return self.status is RunStatus.COMPLETE and not any(
            case.outcome in bad or case.teardown_outcome in bad for case in self.cases
        )
