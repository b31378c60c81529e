"""What the engine reports during a run: from ``RunStarted`` to ``RunFinished``.

Reporters, MCP progress and the store only read these. A step is reported with its case: a value
of it may turn out to be a secret in a later step.
"""

from collections.abc import Callable
from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from shall.results.records import CaseResult, RunSummary, ShardRecord


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


class CaseFinished(Struct, frozen=True, gc=False):
    """A case ended, its teardown included. ``number`` is its place in the order of the files.

    ``encoded`` is the result as ``encode_case`` returns it, where that was made already.
    """

    result: CaseResult
    number: int = 0
    encoded: bytes | None = None


class RunFinished(Struct, frozen=True, gc=False):
    """A run ended."""

    summary: RunSummary


Event = RunStarted | CaseStarted | CaseFinished | RunFinished
Emit = Callable[[Event], None]
