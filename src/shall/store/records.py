"""A stored run without its cases, and where it began."""

from datetime import datetime

from msgspec import Struct

from shall.results.records import RunStatus


class RunRecord(Struct, frozen=True):
    """A run without its cases. Times are aware UTC; ``duration_s`` None while it runs."""

    run_id: str
    started_at: datetime
    status: RunStatus
    total: int
    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    duration_s: float | None = None
    environment: str = ""
    test_names: tuple[str, ...] = ()


class RunOrigin(Struct, frozen=True):
    """Where a run began: the checked-out commit in hex, and the name of the machine.

    ``is_dirty`` says whether files differ from the commit. None: not known; an empty commit: there
    is no repository, or no commit.
    """

    commit: str | None = None
    is_dirty: bool | None = None
    host: str | None = None


UNKNOWN_ORIGIN = RunOrigin()
