"""What the engine tells while it runs: from ``RunStarted`` to ``RunFinished``.

Reporters, MCP progress and the store only read these. A ``StepFinished`` carries no bodies: a
value may turn out to be a secret in a later step, so bodies come with ``CaseFinished``, redacted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shall.results.records import CaseResult, RunResult, StepResult


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run begins; ``total`` cases are to run. ``started_at`` is aware UTC."""

    run_id: str
    started_at: datetime
    total: int
    environment: str = ""


@dataclass(frozen=True, slots=True)
class CaseStarted:
    """A case begins."""

    run_id: str
    case_key: str
    name: str


@dataclass(frozen=True, slots=True)
class StepFinished:
    """A step ended; ``step.exchange`` is None here."""

    run_id: str
    case_key: str
    step: StepResult


@dataclass(frozen=True, slots=True)
class CaseFinished:
    """A case ended, its teardown included."""

    result: CaseResult


@dataclass(frozen=True, slots=True)
class RunFinished:
    """A run ended."""

    result: RunResult


Event = RunStarted | CaseStarted | StepFinished | CaseFinished | RunFinished
Emit = Callable[[Event], None]
