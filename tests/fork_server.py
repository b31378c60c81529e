"""A process that has imported what our commands import, and forks one for each that tests start.

Run by ``tests/forked.py`` with the descriptor of a socket: a message is a command as JSON with its
standard input, output and error, the answers are its process id and ``adopted``, in any order. Ends
when the socket closes. Workers that a command starts with ``multiprocessing`` or pytest-xdist are
forked as well.
"""

import atexit
import gc
import importlib
import inspect
import itertools
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import util
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import coverage
from _pytest.config import default_plugins
from execnet.gateway_base import ThreadExecModel
from tests import forked

import shall
from shall.engine import fakes
from shall.mcp.server import made_tools

_LATE = (
    *("anyio._backends._asyncio", "uvicorn.lifespan.on", "uvicorn.loops.auto", "uvloop"),
    *("uvicorn.protocols.http.auto", "markdown_it", "pycurl", "regex", "rich.logging", "yaml"),
    *("pytest", "unittest.mock", "xdist.dsession", "xdist.plugin", "xdist.remote"),
    *(f"_pytest.{it}" for it in default_plugins),
)
"""Modules that are imported only when a command first needs them."""
_NOT = ("shall.__main__", "shall.asgi", "shall.pytest_plugin", "shall.pytest_support")
"""Entry points: they run when a command starts."""
_SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""What prometheus-client reads when it is imported, to know whether processes share its counts."""
_COUNTING = ("prometheus_client", "shall.cli", "shall.serve")
"""prometheus-client, and all that imports it."""
_start_python = util.spawnv_passfds


@dataclass(frozen=True)
class Command:
    """A program and where it runs.

    ``program`` is a module's name, a file's path, or ``-c`` where code is the first argument.
    """

    program: str
    arguments: list[str]
    folder: str
    environment: dict[str, str]
    has_own_session: bool


def _preload() -> None:
    for name in _LATE:
        importlib.import_module(name)
    for module in pkgutil.walk_packages(shall.__path__, "shall."):
        if not module.name.startswith(_NOT):
            importlib.import_module(module.name)
    fakes.load()
    for has_workflow in (False, True):
        made_tools(has_workflow=has_workflow)
    inspect.stack()  # coverage calls it when it starts: the paths of all modules are known then
    gc.collect()
    gc.freeze()  # a child's garbage collector would copy every page


def _wait_for_command(control: socket.socket) -> Command | None:
    """Fork for each command; return it in the child, and None at the end."""
    while True:
        message, received, _, _ = socket.recv_fds(control, 1 << 20, 3)
        if not message:
            return None
        between = os.fork()
        if between == 0:
            _leave_to_parent()
            command = Command(**json.loads(message))
            if command.has_own_session:
                os.setsid()
            signal.signal(signal.SIGINT, signal.default_int_handler)
            control.send(str(os.getpid()).encode())
            control.close()
            for number, descriptor in enumerate(received):
                os.dup2(descriptor, number)
            os.closerange(3, max(received) + 1)
            return command
        for descriptor in received:
            os.close(descriptor)
        os.waitpid(between, 0)
        control.send(b"adopted")


def _leave_to_parent() -> None:
    """Fork and end, so that the test's process becomes the parent of the new one; return there."""
    between = os.getpid()
    if os.fork():
        os._exit(0)
    while os.getppid() == between:
        time.sleep(0.001)  # nothing is told of a new parent


def _forget_counts() -> None:
    for name in [it for it in sys.modules if it.startswith(_COUNTING)]:
        del sys.modules[name]


def _fork_worker(path: bytes, args: Sequence[Any], passfds: Sequence[int]) -> int:
    """Fork a worker of ``multiprocessing``, which would start Python and import all anew."""
    *_, code, flag = args
    if "spawn_main" not in code:
        return _start_python(path, args, passfds)
    sys.stdout.flush()
    # A signal that comes before the handlers of the command are gone would be lost with them.
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    child = os.fork()
    if child == 0:
        gc.freeze()
        atexit._clear()
        for number in signal.valid_signals():
            if callable(signal.getsignal(number)):
                signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        kept = sorted({2, *passfds})
        for before, after in itertools.pairwise([*kept, os.sysconf("SC_OPEN_MAX")]):
            os.closerange(before + 1, after)
        if _SHARED in os.environ:
            _forget_counts()
        if coverage.Coverage.current() is not None:
            coverage.process_startup(force=True)  # data of its own
        sys.argv = ["-c", flag]
        _end(_status_of(lambda: exec(code, {})))
    signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    return child


def _fork_workers_of_xdist() -> Command | None:
    """Leave a copy of this process, as it is now, to fork what execnet starts; return there."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        ours.close()
        return _wait_for_command(its) or os._exit(0)
    its.close()
    forked._fork_server = lambda: (ours, None)  # type: ignore[assignment]
    starting = SimpleNamespace(PIPE=subprocess.PIPE, Popen=forked.Popen)
    ThreadExecModel.subprocess = starting  # type: ignore[method-assign, assignment]
    return None


def _run(command: Command) -> None:
    if "-n" in command.arguments:
        command = _fork_workers_of_xdist() or command
    os.environ.clear()
    os.environ.update(command.environment)
    time.tzset()
    coverage.process_startup()  # where the environment asks for it
    os.chdir(command.folder)
    sys.argv = [command.program, *command.arguments]
    if _SHARED in os.environ or any("gunicorn" in it for it in sys.argv):
        _forget_counts()
    util.spawnv_passfds = _fork_worker
    if command.program == "-c":
        code = sys.argv.pop(1)
        sys.path[0] = ""
        exec(code, {"__name__": "__main__"})
    elif Path(command.program).is_absolute():
        sys.path[0] = str(Path(command.program).parent)
        runpy.run_path(command.program, run_name="__main__")
    else:
        sys.path[:1] = [str(Path.cwd()), *filter(None, os.getenv("PYTHONPATH", "").split(":"))]
        runpy.run_module(command.program, run_name="__main__", alter_sys=True)


def _status_of(run: Callable[[], None]) -> int:
    """Run a program; return its exit status, as the interpreter finds it."""
    try:
        run()
    except SystemExit as ended:
        if ended.code is None or isinstance(ended.code, int):
            return ended.code or 0
        print(ended.code, file=sys.stderr)  # noqa: T201 - as the interpreter does
        return 1
    except Exception:  # noqa: BLE001 - as the interpreter does
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def _end(status: int) -> None:
    """End this process without taking its modules apart, which copies most of its memory."""
    threading._shutdown()  # type: ignore[attr-defined]  # waits for the threads
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status & 0xFF)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _preload()
    with socket.socket(fileno=int(sys.argv[1])) as listening:
        asked = _wait_for_command(listening)
    if asked is not None:
        _end(_status_of(partial(_run, asked)))
