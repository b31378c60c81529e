"""Runs a program as a child: in a process group of its own, for a limited time.

Of what it prints the end is returned, however much there is. When it ends, or its time is over, or
``kill`` is called from another thread, every process of its group is killed; on Linux also those
that left the group, by a mark in their environment. Its standard input is a pipe that this process
holds open: a child notices by its end that its parent is gone.
"""

import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

OUTPUT_BYTES = 16 << 10
"""What is returned of the output: its end."""

_READ_BYTES = 1 << 16
_MARK = "SHALL_CHILD"
"""The variable by which the processes that a child started are found."""

_ROUNDS = 20
"""How often those are looked for: a process that is killed may just have started another."""

_PATIENCE_S = 0.05
"""How often to look whether a child has ended, where the system does not say it."""


class Ended(Struct, frozen=True):
    """How a child ended. ``status`` None: it was killed, ``is_late`` because its time was over."""

    status: int | None
    output: str
    is_late: bool = False


class ChildProcess:
    """A program that is run once, in one thread; ``kill`` may be called from any."""

    def __init__(self, command: Sequence[str], cwd: str, environment: Mapping[str, str]) -> None:
        self._command = command
        self._cwd = cwd
        self._mark = os.urandom(16).hex()
        self._environment = {**environment, _MARK: self._mark}
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._is_killed = False

    def run(self, timeout_s: float) -> Ended:
        """Start the program, and wait until it ended or its time is over.

        Raises:
            OSError: It cannot be started.
        """
        with self._lock:
            if self._is_killed:
                return Ended(None, "")
            self._child = child = subprocess.Popen(  # noqa: S603 - a list, and no shell
                self._command,
                cwd=self._cwd,
                env=dict(self._environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        output = bytearray()
        try:
            is_late = not _wait(child, time.monotonic() + timeout_s, output)
        finally:
            is_killed = self._is_killed
            self._end()
            _kill_marked(self._mark)
        _read_rest(child, output)
        text = bytes(output[-OUTPUT_BYTES:]).decode("utf-8", "replace")
        return Ended(None if is_late or is_killed else child.returncode, text, is_late)

    def kill(self) -> None:
        """Kill the program and its group; one that was not started yet never is."""
        with self._lock:
            self._is_killed = True
            self._kill_group()

    def _end(self) -> None:
        with self._lock:
            self._kill_group()
            child, self._child = self._child, None
        if child is not None:
            child.wait()
            if child.stdin is not None:
                child.stdin.close()

    def _kill_group(self) -> None:
        # Until the child is waited for, no other process can have its number.
        if self._child is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._child.pid, signal.SIGKILL)


def _kill_marked(mark: str) -> None:
    """Kill the processes that have a mark in their environment, until there is none."""
    sought = f"{_MARK}={mark}".encode()
    for _ in range(_ROUNDS):
        found = [pid for pid in _processes() if sought in _environment_of(pid)]
        if not found:
            return
        for pid in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def _processes() -> list[int]:
    try:
        return [int(it.name) for it in Path("/proc").iterdir() if it.name.isdigit()]
    except OSError:  # no Linux
        return []


def _environment_of(pid: int) -> bytes:
    """Return the environment that a process was started with; nothing of one that is not ours."""
    try:
        with Path(f"/proc/{pid}/environ").open("rb") as file:
            return file.read(1 << 20)
    except OSError:
        return b""


def _wait(child: "subprocess.Popen[bytes]", until: float, output: bytearray) -> bool:
    """Read output until the child has ended; return whether it did in time."""
    assert child.stdout is not None  # noqa: S101 - it is a pipe
    pidfd = _pidfd(child.pid)
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout, selectors.EVENT_READ)
            if pidfd is not None:
                selector.register(pidfd, selectors.EVENT_READ)
            while (left := until - time.monotonic()) > 0:
                ready = selector.select(left if pidfd is not None else min(left, _PATIENCE_S))
                if any(key.fileobj is child.stdout for key, _ in ready):
                    data = os.read(child.stdout.fileno(), _READ_BYTES)
                    if data:
                        _add(output, data)
                    else:
                        selector.unregister(child.stdout)
                if _has_ended(child):
                    return True
    finally:
        if pidfd is not None:
            os.close(pidfd)
    return False


def _pidfd(pid: int) -> int | None:
    """Return a descriptor that is readable when a process has ended; None: there is none."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def _has_ended(child: "subprocess.Popen[bytes]") -> bool:
    """Return whether a child has ended, where the system can without freeing its number."""
    if not hasattr(os, "waitid"):
        return child.poll() is not None
    return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _read_rest(child: "subprocess.Popen[bytes]", output: bytearray) -> None:
    """Read what is still in the pipe; what left the group may hold its other end."""
    assert child.stdout is not None  # noqa: S101 - it is a pipe
    os.set_blocking(child.stdout.fileno(), False)
    with suppress(BlockingIOError):
        for _ in range(OUTPUT_BYTES * 64 // _READ_BYTES + 1):
            data = os.read(child.stdout.fileno(), _READ_BYTES)
            if not data:
                break
            _add(output, data)
    child.stdout.close()


def _add(output: bytearray, data: bytes) -> None:
    output += data
    if len(output) > 4 * OUTPUT_BYTES:
        del output[:-OUTPUT_BYTES]
