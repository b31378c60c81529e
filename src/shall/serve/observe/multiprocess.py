"""The folder in which the worker processes of one server keep their counts together.

prometheus-client's way for several processes: each stores its values in files of its own, mapped
into memory, and the worker that is scraped adds all of them up. The files of a worker that ended
stay, so no counter goes back. None of our metrics there is a gauge, so no value of an ended worker
is reported as a current one, and no hook of the process manager is needed.
"""

import multiprocessing
import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from shall.errors import InvalidSetting
from shall.serve.observe.processes import stat_fields

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus-client's own name for the folder; operators may set it."""

_STARTED_AT = 19
"""The index of a process's start time in ``/proc/PID/stat``, counted from its third field."""


@contextmanager
def sharing_metrics(environment: Mapping[str, str]) -> Iterator[Path]:
    """Make the folder fresh, as the parent of workers: for as long as it has any.

    The workers find it through their environment. A folder that the operator named is emptied of
    what an earlier server left, and stays.

    Raises:
        InvalidSetting: The folder cannot be made.
    """
    named = environment.get(VARIABLE)
    if named:
        folder = _made(Path(named))
        for left in folder.glob("*.db"):
            left.unlink(missing_ok=True)
        yield folder
        return
    folder = Path(tempfile.mkdtemp(prefix="shall-metrics-"))
    _tell_library(folder)
    try:
        yield folder
    finally:
        os.environ.pop(VARIABLE, None)  # noqa: TID251 - as above
        shutil.rmtree(folder, ignore_errors=True)


def shared_folder(environment: Mapping[str, str]) -> Path | None:
    """Return the folder that this process shares with other workers; None where it serves alone.

    It is what the environment names. Without that, a worker of a process manager (gunicorn, or
    ``uvicorn --workers``), which runs no code of ours before it starts workers, derives one from
    the manager: the same for all of its workers, another for every other manager.

    Raises:
        InvalidSetting: The folder cannot be made, or somebody else made it.
    """
    named = environment.get(VARIABLE)
    if named:
        return _made(Path(named))
    if not is_worker():
        return None
    folder = folder_of(_manager())
    _sweep(folder)
    _check_owner(_made(folder))
    _tell_library(folder)
    return folder


def is_worker() -> bool:
    """Return whether a process manager started this process to share the work with others."""
    return "gunicorn" in sys.modules or multiprocessing.parent_process() is not None


def folder_of(manager: int) -> Path:
    """Name the folder of all workers of one process.

    The time of its start is part of the name: its number alone may have been another's before.
    """
    fields = stat_fields(manager)
    started = fields[_STARTED_AT] if len(fields) > _STARTED_AT else "0"
    return Path(tempfile.gettempdir()) / f"{_prefix()}{manager}-{started}"


def _prefix() -> str:
    """Begin the name of a folder: containers may share one folder, where numbers are not unique."""
    space = Path("/proc/self/ns/pid")
    return f"shall-metrics-{os.getuid()}-{space.stat().st_ino if space.exists() else 0}-"


def _manager() -> int:
    """Return the number of the process that starts the workers.

    It is our parent, unless the manager itself loads the application before it starts any
    (``gunicorn --preload``): then its parent is another program.
    """
    parent, own = Path(f"/proc/{os.getppid()}/exe"), Path("/proc/self/exe")
    try:
        is_worker_itself = not own.exists() or parent.readlink() == own.readlink()
    except OSError:  # it ended, or is not ours to ask
        is_worker_itself = False
    return os.getppid() if is_worker_itself else os.getpid()


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidSetting(f"{folder} cannot hold metrics: {error.strerror}.") from None
    return folder


def _check_owner(folder: Path) -> None:
    """Refuse a folder of another user: its name in the common temporary folder can be guessed."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise InvalidSetting(
            f"{folder} cannot hold metrics: it belongs to another user.",
            hint=f"Remove it, or set {VARIABLE} to a folder of your own.",
        )


def _sweep(kept: Path) -> None:
    """Remove the folders of managers that have ended."""
    pattern = re.compile(rf"{_prefix()}(\d+)-\d+")
    for folder in kept.parent.glob(f"{_prefix()}*"):
        found = pattern.fullmatch(folder.name)
        if found and folder not in {kept, folder_of(int(found[1]))}:
            shutil.rmtree(folder, ignore_errors=True)


def _tell_library(folder: Path) -> None:
    """Name the folder where prometheus-client looks for it, in this process and its children."""
    os.environ[VARIABLE] = str(folder)  # noqa: TID251 - written for the library, not read
