"""Starts commands of ours in processes that need not import anything.

``Popen`` is ``subprocess.Popen``, but where it can, it lets a process that has imported what our
commands import (``fork_server.py``) fork the new one. That is a process like any other: a child
of the test's, with a session, descriptors, folder and environment of its own, running the same
entry point. Only its imports are missing: tests of those use ``subprocess.Popen``.
"""

import ctypes
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
_MODULES = ("shall", "mcp_server_spec.main", "pytest", "uvicorn")
_CODE = "shall.cli.commands import "
"""What code of an entry point holds, as an installed command has it."""
_XDIST = ("-u", "-c", "import sys;exec(eval(sys.stdin.readline()))")
"""What starts a worker of pytest-xdist."""
_SCRIPTS = ("api-auto-test-mcp", "gunicorn", "shall", "uvicorn")
_AT_START = ("LD_", "OTEL_", "PYTHON")
"""Variables that count only before anything is imported begin with these."""
_AT_ANY_TIME = "PYTHONPATH"
"""The one of them that the fork server applies."""
_PIPES = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")
_OPTIONS = (
    *("executable", "preexec_fn", "close_fds", "pass_fds", "cwd", "env", "startupinfo"),
    *("creationflags", "shell", *_PIPES, "restore_signals", "gid", "gids", "uid", "umask"),
    *("start_new_session", "process_group"),
)
"""The parameters of ``subprocess.Popen._execute_child``, from Python 3.11 to 3.14."""
_USUAL = {
    "executable": None,
    "preexec_fn": None,
    "pass_fds": (),
    "shell": False,
    "gid": None,
    "gids": None,
    "uid": None,
    "umask": -1,
    "process_group": -1,
}
"""What the fork server does not carry out."""
_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
_ONE_AT_A_TIME = threading.Lock()


@cache
def _fork_server() -> tuple[socket.socket, "subprocess.Popen[bytes]"]:
    """Start the process that forks, once; it ends with ours, which closes the socket."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.fork_server", str(its.fileno())],
            cwd=Path(__file__).parents[1],
            env={name: it for name, it in os.environ.items() if not name.startswith("COVERAGE_")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[its.fileno()],
        )
    return ours, process


def _parsed(command: Sequence[str], environment: Mapping[str, str]) -> tuple[str, list[str]] | None:
    """Return the module or file and its arguments, if the fork server can run it."""
    program = shutil.which(command[0], path=environment.get("PATH")) or command[0]
    if program in (sys.executable, str(BIN / "python")) and command[1].startswith("-m"):
        module, *arguments = [command[1][2:], *command[2:]] if command[1] != "-m" else command[2:]
        return (module, arguments) if module in _MODULES else None
    if program == sys.executable and tuple(command[1:]) == _XDIST:
        return "-c", [command[3]]
    if program == sys.executable and command[1] == "-c":
        return ("-c", list(command[2:])) if _CODE in command[2] else None
    if program == sys.executable and Path(command[1]).suffix == ".py":
        return str(Path(command[1]).absolute()), list(command[2:])
    if Path(program).parent == BIN and Path(program).name in _SCRIPTS:
        return program, list(command[1:])
    return None


def _counts_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name: it
        for name, it in environment.items()
        if name.startswith(_AT_START) and name != _AT_ANY_TIME
    }


class Popen(subprocess.Popen[Any]):
    """A process as ``subprocess`` starts it, forked where that makes no difference."""

    _close_pipe_fds: Callable[..., None]

    def _execute_child(self, args: Any, *more: Any) -> None:
        options = dict(zip(_OPTIONS, more, strict=True))
        environment = dict(os.environ if options["env"] is None else options["env"])
        program = None
        if (
            sys.platform == "linux"
            and all(options[name] == usual for name, usual in _USUAL.items())
            and _counts_at_start(environment) == _counts_at_start(os.environ)
        ):
            program = _parsed([os.fspath(it) for it in args], environment)
        if program is None:
            super()._execute_child(args, *more)  # type: ignore[misc]
            return
        command = {
            "program": program[0],
            "arguments": program[1],
            "folder": str(Path(options["cwd"] or ".").absolute()),
            "environment": environment,
            "has_own_session": options["start_new_session"],
        }
        streams = [options[name] for name in ("p2cread", "c2pwrite", "errwrite")]
        streams = [number if it == -1 else it for number, it in enumerate(streams)]
        self.pid = _forked(json.dumps(command).encode(), streams)
        self._child_created = True
        self._close_pipe_fds(*(options[name] for name in _PIPES))


def _forked(command: bytes, streams: list[int]) -> int:
    """Return the id of a new process, which becomes a child of this one."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    with _ONE_AT_A_TIME:
        server, _ = _fork_server()
        prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        try:
            socket.send_fds(server, [command], streams)
            answers = {server.recv(32), server.recv(32)} - {b"adopted"}
        finally:
            prctl(_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
    return int(answers.pop())
