"""The verdict of the gate as metrics, judged beside the scrapes that ask for it."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from threading import BoundedSemaphore, Lock

from msgspec import Struct

from shall.actions.gate import check_gate
from shall.actions.workers import start_thread
from shall.errors import ShallError
from shall.mcp.spec_changes import stamps_of
from shall.specs.gate import Verdict
from shall.specs.status import Status
from shall.workspace.workspaces import Workspaces

LOOK_S = 10.0
"""How often it is looked at most whether documents, evidence or the baseline changed."""

LONGEST_S = 300.0
"""After that the gate is judged again: cases, tests and the time change its verdict, too."""

_log = logging.getLogger(__name__)


class Judgement(Struct, frozen=True):
    """A verdict, and the number of criteria by status. ``judged_at`` is in seconds of the epoch."""

    is_passed: bool
    criteria: Mapping[str, int]
    judged_at: float


class GateWatch:
    """Knows the newest judgement of the first workspace. May be asked from any thread.

    Asking returns what is known and starts a thread that looks whether it is still true, so that no
    scrape waits for a large project. A project without criteria has no judgement. ``turns`` bounds
    how many threads compute.
    """

    def __init__(
        self,
        workspaces: Workspaces,
        turns: BoundedSemaphore,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._workspaces = workspaces
        self._turns = turns
        self._clock = clock
        self._looking = Lock()
        self._look_at = float("-inf")
        self._judge_at = float("-inf")
        self._stamps: object = None
        self._known: Judgement | None = None

    def newest(self) -> Judgement | None:
        """Return the newest judgement; None where there is none yet."""
        if self._clock() >= self._look_at and self._looking.acquire(blocking=False):
            self._look_at = self._clock() + LOOK_S
            try:
                start_thread(self._look, "shall-gate")
            except ShallError:  # no thread is left: the next scrape tries again
                self._looking.release()
        return self._known

    def _look(self) -> None:
        try:
            with self._turns:
                self.look()
        except Exception:  # noqa: BLE001 - a project may be in any state; its scrapes go on
            _log.warning("the gate could not be judged", exc_info=True)
        finally:
            self._looking.release()

    def look(self) -> None:
        """Judge again if that may give another verdict."""
        try:
            space = self._workspaces.choose(None)
        except ShallError:
            self._known = None
            return
        stamps = stamps_of(space)
        if stamps == self._stamps and self._clock() < self._judge_at:
            return
        self._stamps, self._judge_at = stamps, self._clock() + LONGEST_S
        gate = check_gate(space)
        counts = Counter(row.status for row in gate.matrix.rows)
        criteria = {status.value: counts[status] for status in Status}
        is_passed = gate.verdict is Verdict.PASSED
        has_any = bool(gate.matrix.rows)
        self._known = Judgement(is_passed, criteria, time.time()) if has_any else None
