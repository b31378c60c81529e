"""The verdict of the gate as metrics, judged beside the scrapes that ask for it."""

import logging
import time
from collections.abc import Callable, Mapping
from threading import BoundedSemaphore, Lock

from msgspec import Struct

from shall.actions.gate import check_gate
from shall.actions.workers import start_thread
from shall.errors import ShallError
from shall.mcp.spec_changes import stamps_of
from shall.specs.gate import Gate, Verdict
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
    scrape waits for a large project. A project without criteria, or one that cannot be judged, has
    no judgement. ``turns`` bounds
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
                self._judge()
        except (ShallError, OSError) as error:  # the project is gone, or the server leaves
            self._known = None
            _log.warning("the gate could not be judged: %s", error)
        except Exception:  # noqa: BLE001 - scrapes go on
            self._known = None
            _log.exception("the gate could not be judged")
        finally:
            self._looking.release()

    def _judge(self) -> None:
        """Judge again if that may give another verdict."""
        space = self._workspaces.choose(None)
        stamps = stamps_of(space)
        if stamps == self._stamps and self._clock() < self._judge_at:
            return
        self._stamps, self._judge_at = stamps, self._clock() + LONGEST_S
        self._known = _judged(check_gate(space))


def _judged(gate: Gate) -> Judgement | None:
    matrix = gate.matrix
    if not matrix.rows and not matrix.wrong_specs:
        return None
    return Judgement(gate.verdict is Verdict.PASSED, matrix.counts(), time.time())
