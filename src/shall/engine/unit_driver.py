"""Runs a generated pytest file in the interpreter of a project, and writes down what came of it.

This file is copied and run by that interpreter: it needs Python 3.8 and pytest, and nothing of
this package. Its argument is a folder with ``job.json``; it writes ``results.jsonl`` there, a line
for each thing that happened. When its standard input ends, its parent has ended, and it
ends with its process group.
"""

from __future__ import annotations

import importlib
import json
import os
import reprlib
import signal
import sys
import threading
import traceback
from typing import Any

MOST_TEXT = 2000
MOST_ITEMS = 50
MOST_LEVELS = 6
MOST_RECORDS = 5000


def main(folder: str) -> None:
    """Run a job."""
    with open(os.path.join(folder, "job.json"), encoding="utf-8") as file:
        job = json.load(file)
    _end_with_parent()
    _limit(job["limits"])
    recorder = Recorder(os.path.join(folder, "results.jsonl"), job)
    try:
        pytest = importlib.import_module("pytest")
    except ImportError as error:
        recorder.write({"event": "missing", "text": str(error), "python": sys.version.split()[0]})
        return
    sys.path[:0] = job["paths"]
    if not recorder.import_modules():
        return
    arguments = ["-s", "-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:doctest"]
    arguments += ["--import-mode=importlib", "-c", os.path.join(folder, "pytest.ini")]
    arguments += ["--rootdir", folder, os.path.join(folder, job["test"])]
    recorder.hook_into(pytest)
    status = pytest.main(arguments, plugins=[recorder])
    recorder.write({"event": "ended", "status": int(status)})
    sys.stdout.flush()
    os._exit(0)  # threads that the code under test left behind would keep the process


def _end_with_parent() -> None:
    """End this group when standard input does; what is tested reads an empty one."""
    alive = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)

    def wait() -> None:
        while os.read(alive, 4096):
            pass
        os.killpg(os.getpgrp(), signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()


def _limit(limits: dict[str, int]) -> None:
    try:
        import resource
    except ImportError:
        return
    for name, wanted in limits.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        if name == "RLIMIT_NPROC":
            wanted += _running()
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            wanted = min(wanted, hard)
        try:
            resource.setrlimit(kind, (wanted, wanted))
        except (OSError, ValueError):
            pass  # the system has no such limit


def _running() -> int:
    """Count the threads of this account: the limit is one of all of them together."""
    count, account = 0, os.getuid()
    try:
        for name in os.listdir("/proc"):
            try:
                if name.isdigit() and os.stat("/proc/" + name).st_uid == account:
                    count += len(os.listdir("/proc/" + name + "/task"))
            except OSError:
                pass
    except OSError:
        return 4096
    return count


class Recorder:
    """Writes what pytest reports; a plugin of it."""

    def __init__(self, path: str, job: dict[str, Any]) -> None:
        self.job = job
        self.file = open(path, "a", encoding="utf-8", errors="backslashreplace")
        self.script = os.path.join(os.path.dirname(path), job["test"])
        self.left = MOST_RECORDS

    def write(self, record: dict[str, Any]) -> None:
        """Write one line."""
        if self.left > 0:
            self.left -= 1
            self.file.write(json.dumps(record) + "\n")
            self.file.flush()

    def import_modules(self) -> bool:
        """Import what is tested; return whether it is the code of the workspace."""
        for name, path in self.job["modules"].items():
            self.write({"event": "importing", "module": name})
            try:
                module = importlib.import_module(name)
            except BaseException as error:
                self.write({"event": "import", "module": name, **self.exception(error)})
                return False
            found = getattr(module, "__file__", None) or "the interpreter"
            if os.path.realpath(found) != os.path.realpath(path):
                self.write({"event": "elsewhere", "module": name, "found": found})
                return False
        return True

    def hook_into(self, pytest: Any) -> None:
        """Collect the reports of tests."""
        hook = pytest.hookimpl(hookwrapper=True)
        setattr(type(self), "pytest_runtest_makereport", hook(type(self).take))  # noqa: B010

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Write that a test begins."""
        self.write({"event": "started", "test": _name(nodeid)})

    def pytest_collectreport(self, report: Any) -> None:
        """Write what could not be collected."""
        if report.failed:
            self.write({"event": "collect", "text": str(report.longrepr)[-MOST_TEXT:]})

    def take(self, item: Any, call: Any) -> Any:
        """Write what became of a phase of a test."""
        outcome = yield
        report = outcome.get_result()
        record = {
            "event": "phase",
            "test": _name(report.nodeid),
            "when": report.when,
            "outcome": "skipped" if hasattr(report, "wasxfail") else report.outcome,
            "duration": report.duration,
        }
        if call.excinfo is not None:
            record.update(self.exception(call.excinfo.value))
        self.write(record)

    def exception(self, error: BaseException) -> dict[str, Any]:
        """Return what is shown of an exception, and of the line of the script that it came from."""
        try:
            text = str(error)
        except Exception:
            text = ""
        kind = type(error)
        name = kind.__qualname__
        if kind.__module__ not in ("builtins", "__main__"):
            name = kind.__module__ + "." + name
        found: dict[str, Any] = {"kind": name, "text": text[:MOST_TEXT]}
        for frame, line in traceback.walk_tb(error.__traceback__):
            file = frame.f_code.co_filename
            if file == self.script and frame.f_code.co_name.startswith(("test_", "fixtures")):
                found["line"] = line
                found["locals"] = {
                    it: shown(frame.f_locals[it])
                    for it in ("result", "value", "instance", "raised")
                    if it in frame.f_locals
                }
            elif file.startswith(self.job["root"]):
                found["place"] = [os.path.relpath(file, self.job["root"]), line]
        if isinstance(error, SyntaxError) and error.filename:
            found["place"] = [os.path.relpath(error.filename, self.job["root"]), error.lineno or 1]
        return found


def shown(value: Any, levels: int = MOST_LEVELS) -> Any:
    """Return a value as JSON data, cut where it is large."""
    kind = type(value)
    if value is None or kind in (bool, int, float):
        return value
    if kind is str:
        return value if len(value) <= MOST_TEXT else value[:MOST_TEXT] + "…"
    if levels and kind in (list, tuple) and len(value) <= MOST_ITEMS:
        return [shown(item, levels - 1) for item in value]
    if levels and kind is dict and len(value) <= MOST_ITEMS:
        return {str(key)[:MOST_TEXT]: shown(item, levels - 1) for key, item in value.items()}
    if kind.__name__ == "ExceptionInfo":
        return shown(str(value.value))
    try:
        large = kind in (list, tuple, dict, set, frozenset)
        text = reprlib.repr(value) if large else repr(value)
    except Exception:
        text = "<" + kind.__name__ + ">"
    return text if len(text) <= MOST_TEXT else text[:MOST_TEXT] + "…"


def _name(nodeid: str) -> str:
    return nodeid.rpartition("::")[2]


if __name__ == "__main__":
    main(sys.argv[1])
