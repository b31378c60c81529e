"""Whether this process should be sent work."""

import asyncio
import errno
import logging
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from shall.bootstrap import load_http_client
from shall.errors import ShallError
from shall.store.state_checks import check_writable
from shall.workspace.workspace import Workspace
from shall.workspace.workspaces import Workspaces

MIN_FREE_BYTES = 64 << 20
"""Below this the disk of the state counts as full: a run's results might not fit."""

CHECK_TIMEOUT_S = 2.0
KEPT_FOR_S = 1.0
"""How long an answer is good for: anybody may ask, as often as they like."""

_log = logging.getLogger(__name__)


class Readiness:
    """Whether a case could be run here and its results stored. Belongs to one event loop.

    The first workspace opens, each state can be written and its store answers, and the HTTP
    client loads. A thread asks, one question at a time however many callers ask.
    """

    def __init__(
        self,
        workspaces: Workspaces,
        is_draining: Callable[[], bool] = lambda: False,
        *,
        min_free_bytes: int = MIN_FREE_BYTES,
        timeout_s: float = CHECK_TIMEOUT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._workspaces = workspaces
        self._is_draining = is_draining
        self._min_free_bytes = min_free_bytes
        self._timeout_s = timeout_s
        self._clock = clock
        self._is_started = False
        self._checking: asyncio.Task[tuple[str, ...]] | None = None
        self._known: tuple[str, ...] = ()
        self._known_until = float("-inf")

    def start(self) -> None:
        """Report that the process has started."""
        self._is_started = True

    @property
    def is_ready(self) -> bool:
        """Whether nothing is known that speaks against it; it asks nobody."""
        return self._is_started and not self._is_draining() and not self._known

    async def reasons(self) -> tuple[str, ...]:
        """Return the reasons not to be ready; none where it is.

        They are ``starting``, ``draining``, ``workspace unavailable``, ``state not writable``,
        ``store unavailable``, ``disk full`` and ``HTTP client unavailable``, without a path or a
        cause: anybody may read them, the log has more.
        """
        if self._is_draining():
            return ("draining",)
        if not self._is_started:
            return ("starting",)
        if self._clock() < self._known_until:
            return self._known
        if self._checking is None:
            self._checking = asyncio.create_task(self._check())
        done, _ = await asyncio.wait([self._checking], timeout=self._timeout_s)
        return self._known if done else ("store unavailable",)

    async def _check(self) -> tuple[str, ...]:
        before = self._known
        try:
            self._known = await asyncio.to_thread(self._look)
        finally:
            self._checking = None
        self._known_until = self._clock() + KEPT_FOR_S
        if self._known != before:
            _log.warning("ready" if not self._known else "not ready: %s", *_joined(self._known))
        return self._known

    def _look(self) -> tuple[str, ...]:
        try:
            self._workspaces.choose(None)
        except ShallError as error:
            _log.warning("no workspace can be used: %s", error)
            reasons = ["workspace unavailable"]
        else:
            reasons = [it for space in self._workspaces.opened for it in self._reasons_of(space)]
        try:
            load_http_client()
        except ImportError as error:
            _log.warning("no request can be sent: %s", error)
            reasons.append("HTTP client unavailable")
        return tuple(dict.fromkeys(reasons))

    def _reasons_of(self, workspace: Workspace) -> list[str]:
        reasons = []
        try:
            if workspace.state_warning:
                _log.warning("%s", workspace.state_warning)
                reasons.append(_reason_of_no_state(workspace.state))
            elif workspace.store is not None and workspace.has_state():
                workspace.store.check()
                check_writable(workspace.state)
            elif workspace.makes_state():
                _check_could_be_made(workspace.state)
        except ShallError as error:
            _log.warning("the store does not answer: %s", error)
            reasons.append("store unavailable")
        except OSError as error:
            _log.warning("the state %s cannot be written: %s", workspace.state, error.strerror)
            reasons.append(_reason(error))
        try:
            folder = workspace.state if workspace.state.exists() else workspace.root
            if shutil.disk_usage(folder).free < self._min_free_bytes:
                reasons.append("disk full")
        except OSError:
            pass  # no state is stored there: nothing can be too large for it
        return reasons


def _reason_of_no_state(state: Path) -> str:
    """Return why a state could not be opened: the first part of its path that exists shows it."""
    try:
        _check_could_be_made(state)
    except OSError as error:
        return _reason(error)
    return "store unavailable"


def _check_could_be_made(state: Path) -> None:
    there = next(it for it in (state, *state.parents) if it.exists())
    if not there.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(there))
    if not os.access(there, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(there))


def _reason(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "disk full"
    forbidden = {errno.EACCES, errno.EPERM, errno.EROFS}
    return "state not writable" if error.errno in forbidden else "store unavailable"


def _joined(reasons: tuple[str, ...]) -> tuple[str, ...]:
    return (", ".join(reasons),) if reasons else ()
