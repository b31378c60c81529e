"""What the engine reports during a run: from ``RunStarted`` to ``RunFinished``.

Reporters, MCP progress and the store only read these. A ``StepFinished`` carries no bodies: a
value may turn out to be a secret in a later step, so bodies come with ``CaseFinished``, redacted.
"""

from collections.abc import Callable
from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from shall.results.records import CaseResult, RunSummary, ShardRecord, StepResult


class RunStarted(Struct, frozen=True, gc=False):
    """A run begins; ``total`` cases are to run. ``started_at`` is aware UTC."""

    run_id: str
    started_at: datetime
    total: int
    environment: str = ""
    shard: ShardRecord | UnsetType = UNSET


class CaseStarted(Struct, frozen=True, gc=False):
    """A case begins."""

    run_id: str
    case_key: str
    name: str


class StepFinished(Struct, frozen=True, gc=False):
    """A step ended; ``step.exchange`` is None here."""

    run_id: str
    case_key: str
    step: StepResult


class CaseFinished(Struct, frozen=True, gc=False):
    """A case ended, its teardown included. ``number`` is its place in the order of the files."""

    result: CaseResult
    number: int = 0


class RunFinished(Struct, frozen=True, gc=False):
    """A run ended."""

    summary: RunSummary


Event = RunStarted | CaseStarted | StepFinished | CaseFinished | RunFinished
Emit = Callable[[Event], None]
