"""Checks an installation, a workspace and its state."""

import os
import platform
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from importlib import metadata
from pathlib import Path

from msgspec import Struct

from shall import __version__
from shall.admin.certificates import days_left
from shall.bounded import EVIDENCE_BYTES, read_path
from shall.config_source import Config
from shall.errors import InvalidInput, StoreUnavailable
from shall.messages import plural
from shall.specs.model import SpecSet
from shall.store.copies import examine_database, known_schema, library_version
from shall.store.evidence import unreadable_lines
from shall.store.locks import is_held
from shall.store.state import DATABASE, EVIDENCE, LOCAL
from shall.store.state_checks import check_writable
from shall.workspace.atomic import is_leftover
from shall.workspace.files import Files
from shall.workspace.server_folder import Origin
from shall.workspace.stray_cases import (
    rootless_cases,
    rootless_notice,
    stray_cases,
    stray_notice,
)

LOW_DISK_BYTES = 200 << 20
"""Free space below which a warning is due."""

RENEW_DAYS = 14
"""Days before its end at which a certificate should have been renewed."""

_PACKAGES = ("mcp", "starlette", "uvicorn", "pycurl", "pydantic", "PyYAML")


class Health(StrEnum):
    """The result of one check: fine, worth knowing, or broken."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class CheckResult(Struct, frozen=True):
    """The result of one check. ``next_step`` says what to do; empty where all is well."""

    check: str
    health: Health
    message: str
    next_step: str = ""


class Examined(Struct, frozen=True):
    """What is looked at. Paths are absolute; None and empty: not set, nothing to look at.

    ``origin`` says why a server that is started here works in ``workspace``. ``read_specs``
    returns the requirements of the project; None where there is none.
    """

    workspace: Path
    state: Path
    origin: Origin = Origin.NAMED
    call_log: Path | None = None
    host: str = ""
    port: int = 0
    token_file: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    read_specs: Callable[[], SpecSet] | None = None
    config: Config | None = None


def examine(subject: Examined) -> Iterator[CheckResult]:
    """Run every check, and change nothing."""
    for check, look in CHECKS.items():
        try:
            found = list(look(subject))
        except (OSError, StoreUnavailable) as error:
            found = [_fail(check, f"The check failed: {error}", "Check the permissions.")]
        yield from found


def _interpreter(_: Examined) -> Iterator[CheckResult]:
    yield _ok("python", f"Python {platform.python_version()}, {sys.executable}")


def _versions(_: Examined) -> Iterator[CheckResult]:
    found, missing = [], []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    yield _ok(
        "versions", ", ".join([f"shall {__version__}", f"SQLite {library_version()}", *found])
    )
    if missing:
        yield _fail("versions", f"Missing: {', '.join(missing)}.", "Install shall again with pip.")


def _workspace(subject: Examined) -> Iterator[CheckResult]:
    folder = subject.workspace
    if subject.origin is Origin.OWN:
        made = "" if folder.is_dir() else "; its first start creates it"
        yield _ok("workspace", f"/ is too broad: a server started here uses {folder}{made}")
    elif not folder.is_dir():
        yield _fail("workspace", f"{folder} is not a folder.", "Choose a project with --workspace.")
    elif subject.origin is Origin.NONE or folder == Path(folder.anchor):
        yield _warn("workspace", f"{folder} is too broad.", "Choose a project with --workspace.")
    else:
        yield _ok("workspace", str(folder))


def _cases(subject: Examined) -> Iterator[CheckResult]:
    folder = subject.workspace
    is_project = subject.origin in {Origin.NAMED, Origin.CURRENT} and folder != Path(folder.anchor)
    if not is_project or not folder.is_dir():
        return
    files = Files(folder)
    try:
        strays, rootless = stray_cases(files), rootless_cases(files)
    finally:
        files.close()
    if strays:
        found, _, step = stray_notice(strays).partition(". ")
        yield _warn("cases", f"{found}.", step)
    if rootless:
        found, _, step = rootless_notice(rootless).partition(". ")
        yield _warn("cases", f"{found}.", step)
    if not strays and not rootless:
        yield _ok("cases", "none outside the case folders")


def _requirements(subject: Examined) -> Iterator[CheckResult]:
    if subject.read_specs is None:
        return
    specs = subject.read_specs()
    for problem in specs.problems:
        yield _fail("requirements", f"{problem.span}: {problem.message}", problem.hint)
    criteria = len(specs.criteria())
    if specs.unread:
        count = len(specs.unread)
        look = plural(
            count,
            "passage looks like a requirement and was",
            "passages look like requirements and were",
        )
        message = f"{count} {look} not read, the first at {specs.unread[0].span}."
        yield _warn("requirements", message, "`shall lint` lists what was not read, and why.")
    elif not specs.problems:
        criterion = plural(criteria, "criterion", "criteria")
        yield _ok("requirements", f"{criteria} {criterion}, everything was read")


def _config(subject: Examined) -> Iterator[CheckResult]:
    if subject.config is None:
        yield _ok("config.yaml", "no such file")
        return
    for note in subject.config.notes:
        yield _warn("config.yaml", f"{note.span}: {note.message}", note.hint)
    names = ", ".join(subject.config.environments)
    yield _ok("config.yaml", f"environments: {names}")


def _state(subject: Examined) -> Iterator[CheckResult]:
    folder = subject.state
    if not folder.exists() and not os.access(folder.parent, os.W_OK):
        step = "Make its folder writable, or choose another one with SHALL_STATE_DIR."
        yield _fail("state", f"{folder} cannot be created.", step)
        return
    if not folder.exists():
        yield _warn(
            "state", f"{folder} does not exist yet.", "The first run or `shall init` creates it."
        )
        return
    try:
        check_writable(folder)
    except OSError as error:
        step = "Make it writable, or choose another folder with SHALL_STATE_DIR."
        yield _fail("state", f"{folder} cannot be written: {error.strerror}.", step)
    else:
        yield _ok("state", str(folder))


def _disk(subject: Examined) -> Iterator[CheckResult]:
    folder = next(it for it in (subject.state, *subject.state.parents) if it.exists())
    free = shutil.disk_usage(folder).free
    message = f"{free >> 20:,} MiB free on the disk of {folder}"
    if free < LOW_DISK_BYTES:
        yield _warn("disk", message, "Free some space. Results that cannot be written are lost.")
    else:
        yield _ok("disk", message)


def _store(subject: Examined) -> Iterator[CheckResult]:
    database = subject.state / DATABASE
    if not database.exists():
        yield _ok("store", "none yet")
        return
    version, damage = examine_database(database)
    if damage:
        message = f"{database} is damaged: {damage[0]}"
        yield _fail("store", message, "Run `shall doctor --repair`.")
    elif version > known_schema():
        message = f"{database} has schema version {version}, newer than this release supports."
        yield _fail(
            "store", message, "Upgrade shall, or choose another folder with SHALL_STATE_DIR."
        )
    else:
        yield _ok("store", f"{database}: schema version {version}, integrity check passed")


def _evidence(subject: Examined) -> Iterator[CheckResult]:
    files = sorted((subject.state / EVIDENCE).glob("*.jsonl"))
    found: dict[Path, list[int]] = {}
    for path in files:
        try:
            found[path] = unreadable_lines(read_path(path, EVIDENCE_BYTES))
        except OSError as error:
            yield _fail(
                "evidence", f"{path}: {error.strerror}", "Move it away, or make it readable."
            )
    for path, bad in found.items():
        if bad:
            lines = ", ".join(str(number) for number in bad[:5])
            noun = plural(len(bad), "line", "lines")
            message = f"{path}: {len(bad)} {noun} cannot be read (line {lines})"
            yield _warn("evidence", message, "Run `shall doctor --repair`.")
    if len(found) == len(files) and not any(found.values()):
        noun = plural(len(files), "file", "files")
        yield _ok("evidence", f"{len(files)} {noun}, all lines are readable")


def _leftovers(subject: Examined) -> Iterator[CheckResult]:
    found = leftovers(subject)
    if not found:
        yield _ok("temporary files", "none left over")
    for path in found:
        step = "Run `shall doctor --repair`."
        if path.is_dir():
            step = "A backup or restore was interrupted. Delete the files if none is running."
        yield _warn("temporary files", str(path), step)


def leftovers(subject: Examined) -> list[Path]:
    """Return what writers that died left in the state, the specs and the cases."""
    places = [subject.workspace / "specs", subject.workspace / "tests" / "cases", subject.state]
    found = [path for place in places for path in place.rglob(".shall-*.tmp")]
    beside = [*subject.workspace.glob(".shall-*.tmp"), *subject.state.parent.glob(".shall-*.tmp")]
    return sorted({path for path in (*found, *beside) if is_leftover(path)})


def _leases(subject: Examined) -> Iterator[CheckResult]:
    live = subject.state / LOCAL / "live"
    names = [path.name for path in live.iterdir()] if live.is_dir() else []
    held = sum(is_held(live, name) for name in names)
    gone = len(names) - held
    locks = plural(gone, "stale lock", "stale locks")
    stale = f"; the next run removes {gone} {locks}" if gone else ""
    processes = plural(held, "process is", "processes are")
    yield _ok("locks", f"{held} {processes} running cases{stale}")


def _call_log(subject: Examined) -> Iterator[CheckResult]:
    log = subject.call_log
    if log is None or not log.exists():
        yield _ok("call log", "none yet")
    elif is_torn(log):
        yield _warn(
            "call log", f"{log}: the last line is incomplete", "Run `shall doctor --repair`."
        )
    else:
        yield _ok("call log", str(log))


def is_torn(log: Path) -> bool:
    """Return whether the last line of a file has no end."""
    with log.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        return file.read(1) not in {b"", b"\n"}


def _port(subject: Examined) -> Iterator[CheckResult]:
    if not subject.port:
        yield _ok("port", "any free port")
        return
    where = f"{subject.host}:{subject.port}"
    family = socket.AF_INET6 if ":" in subject.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((subject.host, subject.port))
        except OSError as error:
            step = "Another server may be running. Choose another port with --port."
            yield _warn("port", f"{where} cannot be bound: {error.strerror}.", step)
        else:
            yield _ok("port", f"{where} is free")


def _token_file(subject: Examined) -> Iterator[CheckResult]:
    file = subject.token_file
    if file is None:
        yield _ok("token file", "not set")
    elif not file.is_file():
        yield _fail("token file", f"{file} is not a file.", "Create it with `shall token new`.")
    elif file.stat().st_mode & 0o077:
        yield _warn("token file", f"Other users can read {file}.", f"chmod 600 {file}")
    else:
        yield _ok("token file", str(file))


def _certificate(subject: Examined) -> Iterator[CheckResult]:
    cert, key = subject.tls_cert, subject.tls_key
    if cert is None and key is None:
        yield _ok("certificate", "not set")
        return
    if cert is None or key is None:
        set_one, other = ("tls_cert", "tls_key") if key is None else ("tls_key", "tls_cert")
        yield _fail("certificate", f"{set_one} is set, {other} is not.", f"Set {other} too.")
        return
    try:
        left = days_left(cert, key)
    except InvalidInput as problem:
        yield _fail("certificate", problem.message, problem.hint or "")
        return
    message = f"{cert}: {left:.0f} days left"
    if left < RENEW_DAYS:
        yield _warn("certificate", message, "Renew it, then send the server SIGHUP.")
    else:
        yield _ok("certificate", message)


CHECKS: dict[str, Callable[[Examined], Iterator[CheckResult]]] = {
    "python": _interpreter,
    "versions": _versions,
    "workspace": _workspace,
    "cases": _cases,
    "requirements": _requirements,
    "config.yaml": _config,
    "state": _state,
    "disk": _disk,
    "store": _store,
    "evidence": _evidence,
    "temporary files": _leftovers,
    "locks": _leases,
    "call log": _call_log,
    "port": _port,
    "token file": _token_file,
    "certificate": _certificate,
}
"""Every check by its name, in the order of the report."""


def _ok(check: str, message: str) -> CheckResult:
    return CheckResult(check, Health.OK, message)


def _warn(check: str, message: str, next_step: str) -> CheckResult:
    return CheckResult(check, Health.WARN, message, next_step)


def _fail(check: str, message: str, next_step: str) -> CheckResult:
    return CheckResult(check, Health.FAIL, message, next_step)
