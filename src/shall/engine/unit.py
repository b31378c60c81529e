"""Runs a unit case file: its pytest file, in the interpreter of the workspace, as a child.

The child has its own process group, limits of the system, and an environment without ours. It is
killed with its group when its time is over, or the run is stopped.
"""

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from shall.cases.unit.model import FixtureKind, Unit
from shall.cases.unit.script import Script
from shall.engine.job import Job
from shall.engine.options import RunOptions
from shall.engine.redact import Redactor
from shall.engine.unit_options import UnitOptions
from shall.engine.unit_results import unit_result
from shall.log import Log
from shall.messages import Message
from shall.results.records import CaseResult
from shall.transport.process import ChildProcess, Ended
from shall.transport.waits import Call, Stopped, Work

TIMEOUT_S = 60.0
"""The time of a file that names none."""

_INSTALL_S = 180.0
_MARGIN_S = 5.0
"""What starting an interpreter may take beyond the time of a file."""

_RESULT_BYTES = 64 << 20
_TEST = "test_unit.py"
_TESTED = (0, 1)
"""What pytest returns where it ran every test."""
_DRIVER = Path(__file__).with_name("unit_driver.py")

_PASSED_ON = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR")
"""What a child sees of our environment: nothing that may hold a secret."""
_FOR_PIP = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")

_log = Log(__name__)


class UnitRun(Struct, frozen=True):
    """What is run of a file: its script, and the modules that it calls with their paths."""

    unit: Unit
    script: Script
    modules: Mapping[str, str]
    options: UnitOptions
    python: Path


class UnitReport(Struct, frozen=True):
    """What a child wrote and how it ended. ``error`` is set where it could not be started."""

    records: Sequence[Mapping[str, Any]] = ()
    ended: Ended = Ended(None, "")
    error: Message | None = None


def run_unit(
    run: UnitRun, job: Job, options: RunOptions, why_stopped: Callable[[], Message]
) -> Work[CaseResult]:
    """Run a unit case file and return its result; ``Stopped`` kills its processes."""
    at, started = datetime.now(UTC), time.perf_counter()
    redactor = _redactor_of(run.unit, options)
    for value in _pip_environment(run.options).values():
        redactor.learn_url(value)  # pip shows the index that it asks
    child = _Child(run, options)
    try:
        report = yield Call(child.report)
    except Stopped:
        report = UnitReport(error=why_stopped())
    except OSError as error:
        shown = shown_path(run.options.root, run.python)
        reason = {"python": shown, "reason": error.strerror or str(error)}
        report = UnitReport(error=Message("unit.not_started", reason))
    finally:
        child.kill()
    duration_s = time.perf_counter() - started
    result = unit_result(run.unit, run.script, report.records, _fault(run, report), redactor, job)
    return msgspec.structs.replace(
        result,
        run_id=options.run_id,
        started_at=at,
        duration_s=duration_s,
        shard=options.shard_index,
        environment=options.environment,
        repeats=options.repeats,
        worker=options.worker,
    )


def _redactor_of(unit: Unit, options: RunOptions) -> Redactor:
    redactor = Redactor((*options.secrets, *unit.secrets), options.variables)
    redactor.learn_named(json.loads(json.dumps(msgspec.to_builtins(unit))))
    for fixture in unit.setup:
        if fixture.kind is FixtureKind.ENV and fixture.value is not None:
            redactor.learn_named({fixture.target: fixture.value})
    return redactor


def _fault(run: UnitRun, report: UnitReport) -> Message | None:
    """Return why a file could not be run to its end; None where it was."""
    if report.error is not None:
        return report.error
    found = {str(it.get("event")): it for it in report.records}
    if "elsewhere" in found:
        names = ("module", "found")
        return Message("unit.elsewhere", {it: found["elsewhere"].get(it, "") for it in names})
    if "import" in found:
        it = found["import"]
        return Message("unit.import", {"module": it["module"], "reason": _reason(it)})
    if "collect" in found:
        return Message("unit.collect", {"reason": _last_line(found["collect"]["text"])})
    if report.ended.is_late:
        return Message("unit.timed_out", {"timeout_s": f"{_timeout_of(run.unit):g}"})
    if "ended" not in found or found["ended"].get("status") not in _TESTED:
        status = "?" if report.ended.status is None else report.ended.status
        reason = _last_line(report.ended.output) or "it printed nothing"
        shown = shown_path(run.options.root, run.python)
        params = {"python": shown, "status": status, "reason": reason}
        return Message("unit.process_ended", params)
    return None


def _reason(record: Mapping[str, Any]) -> str:
    text = f"{record['kind']}: {record['text']}" if record.get("text") else str(record["kind"])
    file, line = record.get("place") or (None, 0)
    return f"{text} ({file}:{line})" if file else text


def _last_line(text: str) -> str:
    lines = [line.removeprefix("E ").strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:2000] if lines else ""


def _timeout_of(unit: Unit) -> float:
    return unit.timeout_s or TIMEOUT_S


class _Child:
    """The processes of one file, one after the other; they end when ``kill`` is called."""

    def __init__(self, run: UnitRun, options: RunOptions) -> None:
        self._run = run
        self._deadline_s = options.deadline_s
        self._now: ChildProcess | None = None
        self._is_killed = False

    def kill(self) -> None:
        """Kill what runs; nothing is started any more."""
        self._is_killed = True
        if self._now is not None:
            self._now.kill()

    def report(self) -> UnitReport:
        """Run the file, in a thread that may wait. Raises ``OSError``."""
        folder = tempfile.mkdtemp(prefix="shall-unit-")
        try:
            report = self._tested(folder)
            if not _lacks_pytest(report.records) and (
                report.records or not self._is_without(folder)
            ):
                return report
            fault = self._install(folder)
            return UnitReport(error=fault) if fault is not None else self._tested(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _tested(self, folder: str) -> UnitReport:
        run, place = self._run, Path(folder)
        root = run.options.root
        timeout_s = _timeout_of(run.unit)
        job = {
            "test": _TEST,
            "root": f"{root}/",
            "paths": [str(root), *([str(root / "src")] if (root / "src").is_dir() else [])],
            "modules": {name: str(root / path) for name, path in run.modules.items()},
            "limits": _limits(timeout_s),
        }
        (place / "job.json").write_text(json.dumps(job), "utf-8")
        (place / _TEST).write_text(run.script.text, "utf-8")
        (place / "pytest.ini").write_text("[pytest]\n", "utf-8")
        (place / "driver.py").write_bytes(_DRIVER.read_bytes())
        (place / "results.jsonl").write_bytes(b"")
        ended = self._ended([*_isolated(run.python), str(place / "driver.py"), folder], timeout_s)
        return UnitReport(_records(place / "results.jsonl"), ended)

    def _is_without(self, folder: str) -> bool:
        """Return whether an interpreter that reported nothing has no pytest."""
        command = [*_isolated(self._run.python), "-c", "import pytest"]
        return self._ended(command, _MARGIN_S, cwd=folder).status != 0

    def _install(self, folder: str) -> Message | None:
        """Install pytest, where that is allowed; return why it is still missing."""
        options, python = self._run.options, self._run.python
        shown = shown_path(options.root, python)
        missing = {"python": shown, "command": f"{shown} -m pip install pytest"}
        if self._is_killed:
            return Message("unit.no_pytest", missing)
        if not options.may_install or not is_own_environment(options.root, python):
            return Message("unit.no_pytest", missing)
        with options.installing:
            _log.warning("pytest is missing in %s: it is installed there", python)
            command = [*_isolated(python), "-m", "pip", "install", "--no-input"]
            command += ["--disable-pip-version-check", "pytest"]
            ended = self._ended(command, _INSTALL_S, cwd=folder, more=_pip_environment(options))
        if ended.status == 0:
            return None
        reason = _last_line(ended.output) or "-"
        return Message("unit.not_installed", {**missing, "reason": reason})

    def _ended(
        self,
        command: Sequence[str],
        timeout_s: float,
        cwd: str | None = None,
        more: Mapping[str, str] | None = None,
    ) -> Ended:
        options = self._run.options
        given = {it: options.environment[it] for it in _PASSED_ON if it in options.environment}
        environment = {**given, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **(more or {})}
        environment["PYTHONIOENCODING"] = "utf-8"
        if is_own_environment(options.root, self._run.python):
            environment["VIRTUAL_ENV"] = str(self._run.python.parent.parent)
        self._now = ChildProcess(command, cwd or str(options.root), environment)
        if self._is_killed:
            self._now.kill()
        left = min(timeout_s, max(self._deadline_s - time.monotonic(), 0.1))
        return self._now.run(left)


def is_own_environment(root: Path, python: Path) -> bool:
    """Return whether an interpreter is that of a virtual environment inside the workspace."""
    folder = python.parent.parent
    inside = ".." not in folder.parts and folder != root and folder.is_relative_to(root)
    return (
        inside
        and (folder / "pyvenv.cfg").is_file()
        and folder.resolve().is_relative_to(root.resolve())
    )


def shown_path(root: Path, python: Path) -> str:
    """Return an interpreter as a user of the workspace types it."""
    return str(python.relative_to(root) if python.is_relative_to(root) else python)


def _isolated(python: Path) -> list[str]:
    """Return the begin of a command: nothing of the environment or the user is imported."""
    return [str(python), "-I", "-B"]


def _limits(timeout_s: float) -> Mapping[str, int]:
    return {
        "RLIMIT_CPU": int(timeout_s) * 4 + 5,
        "RLIMIT_AS": 4 << 30,
        "RLIMIT_FSIZE": 64 << 20,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": 1024,
        "RLIMIT_NPROC": 256,
    }


def _pip_environment(options: UnitOptions) -> Mapping[str, str]:
    return {
        name: value
        for name, value in options.environment.items()
        if name in _FOR_PIP or name.startswith("PIP_")
    }


def _lacks_pytest(records: Sequence[Mapping[str, Any]]) -> bool:
    return any(it.get("event") == "missing" for it in records)


def _records(path: Path) -> Sequence[Mapping[str, Any]]:
    """Return what the driver wrote; a line that the child was killed in is left out."""
    found = []
    with path.open("rb") as file:
        data = file.read(_RESULT_BYTES)
    for line in data.decode("utf-8", "replace").splitlines():
        with suppress(ValueError, RecursionError):
            record = json.loads(line)
            if isinstance(record, dict):
                found.append(record)
    return found
