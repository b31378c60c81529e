"""What the engine reports during a run: from ``RunStarted`` to ``RunFinished``.

Reporters, MCP progress and the store only read these. A step is reported with its case: a value
of it may turn out to be a secret in a later step.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

import msgspec
from msgspec import UNSET, Struct, UnsetType

from shall.results.encoding import decode_case, finite
from shall.results.records import FORMAT, CaseResult, RunSummary, ShardRecord


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


class CaseFinished(Struct, frozen=True, gc=False, rename={"figures": "result"}):
    """A case ended, its teardown included. ``number`` is its place in the order of the files.

    ``figures`` is its result, of which steps and teardowns may not be read where it passed.
    ``encoded`` is the whole result as ``encode_case`` returns it, where that was made already.
    """

    figures: CaseResult
    number: int = 0
    encoded: bytes | None = None

    @property
    def result(self) -> CaseResult:
        """The whole result."""
        if self.encoded is None:
            return self.figures
        return decode_case(self.encoded)


class RunFinished(Struct, frozen=True, gc=False):
    """A run ended."""

    summary: RunSummary


Event = RunStarted | CaseStarted | CaseFinished | RunFinished
Emit = Callable[[Event], None]


def event_to_json(event: Event) -> dict[str, Any]:
    """Return an event as JSON data; ``event`` names its kind."""
    if type(event) is CaseFinished:
        event = CaseFinished(event.result, event.number)
    data = cast("dict[str, Any]", finite(msgspec.to_builtins(event, enc_hook=str)))
    data.pop("encoded", None)
    return {"event": type(event).__name__, "format": FORMAT, **data}
