"""The log of tool calls as text: one JSON object a line, appended to a file by several processes.

Every line is one ``write`` to a file opened with ``O_APPEND``, made before the call is answered: a
process that is killed afterwards has its line in the file. A lock on the file itself (``flock``)
lets one process at a time look after it: rotate it, or put a torn line aside. It is held for
microseconds. Where somebody holds it for a second (a stopped process, another program), lines are
appended without it, and nothing is looked after.
"""

import errno
import fcntl
import json
import os
import re
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

from shall.log import Log
from shall.store.base import CallRecord
from shall.store.call_statistics import milliseconds

_LOCK_WAIT_S = 1.0
_LOCK_PAUSE_S = 0.0005
_REPLACED_TIMES = 10
_NAMELESS_S = 0.1
_CHUNK_BYTES = 64 << 10
_MOST_DAYS = 36_500
_HEAD = b'{"timestamp":"'
_TIME = "%Y%m%dT%H%M%SZ"
_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW

_log = Log(__name__)


class CallLog:
    """Appends calls to the file at ``path``; its folder is made with the first one.

    The file is rotated when a line would make it longer than ``max_bytes``, and with the first call
    of a new day (UTC): it is renamed to ``<stem>-<UTC time><suffix>``, and deleted ``max_days``
    later. When another program renames or truncates the file, as logrotate does, lines go to the
    file that has the name then; where none has it, to the renamed one for 0.1 s if they fit, so
    that the other program may make it, then to a new one. A link in the file's place is not
    followed.
    """

    def __init__(self, path: Path, max_bytes: int, max_days: int) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._kept = timedelta(days=min(max_days, _MOST_DAYS))
        self._lock = Lock()
        self._descriptor: int | None = None
        self._day = ""  # of the call with which the file's age was looked at
        self._rotates = True
        self._lock_wait_s = _LOCK_WAIT_S
        self._nameless_since: float | None = None
        self._missing = 0

    def write(self, call: CallRecord) -> None:
        """Append one call. Raises nothing: a fault is logged once, and the line is missing."""
        line = line_of(call)
        with self._lock:
            try:
                self._append(line, call.at.astimezone(UTC))
            except OSError as error:
                self._close()
                if self._missing == 0:
                    _log.warning(
                        "the call log %s cannot be written: %s", self._path, error.strerror
                    )
                self._missing += 1
                return
            if self._missing:
                _log.warning("the call log is written again; %d calls are missing", self._missing)
                self._missing = 0

    def close(self) -> None:
        """Close the file; a later ``write`` opens it again."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)  # gives the lock back, too
            self._descriptor = None

    def _append(self, line: bytes, at: datetime) -> None:
        for _ in range(_REPLACED_TIMES):
            descriptor = self._open()
            locked = _take_lock(descriptor, self._lock_wait_s)
            self._lock_wait_s = _LOCK_WAIT_S if locked else 0.0  # only the first call waits
            state = os.fstat(descriptor)
            if not self._is_current(state, len(line)) or (
                locked and self._rotate(state.st_size, len(line), at)
            ):
                self._close()
                continue
            if locked and state.st_size:
                self._end_last_line(descriptor, state.st_size)
            _write_whole(descriptor, line)
            if locked:
                fcntl.flock(descriptor, fcntl.LOCK_UN)
            return
        raise OSError(errno.EAGAIN, "it is replaced again and again")

    def _open(self) -> int:
        if self._descriptor is None:
            with suppress(FileExistsError):
                self._path.parent.mkdir(mode=0o700, parents=True)
            self._descriptor = os.open(self._path, _FLAGS, 0o600)
            self._day, self._rotates, self._nameless_since = "", True, None
        return self._descriptor

    def _is_current(self, state: os.stat_result, more_bytes: int) -> bool:
        """Return whether a line belongs into the open file."""
        try:
            named = os.path.samestat(os.lstat(self._path), state)
        except FileNotFoundError:
            now = time.monotonic()
            if self._nameless_since is None:
                self._nameless_since = now
            # A full one was renamed by another of us, who is about to make the new one.
            fits = state.st_size + more_bytes <= self._max_bytes
            return state.st_nlink > 0 and fits and now - self._nameless_since < _NAMELESS_S
        self._nameless_since = None
        return named

    def _rotate(self, size: int, more_bytes: int, at: datetime) -> bool:
        """Rotate the file if it is due; return whether it was rotated."""
        due = size + more_bytes > self._max_bytes
        if (day := at.date().isoformat()) != self._day:
            self._day = day
            due = due or (size > 0 and self._first_day() < day)
            self._delete_old(at)
        if not due or not self._rotates or size == 0 or self._nameless_since is not None:
            return False
        try:
            self._path.rename(self._free_name(at))
            os.close(os.open(self._path, _FLAGS, 0o600))  # now, while the others wait for the lock
        except OSError as error:  # a line is worth more than a short file
            _log.warning("the call log %s cannot be rotated: %s", self._path, error.strerror)
            self._rotates = False
        return self._rotates

    def _first_day(self) -> str:
        """Return the UTC day of the first line; a late one where that is not a line of ours."""
        start = os.pread(self._open(), len(_HEAD) + 10, 0)
        return start[len(_HEAD) :].decode("ascii", "replace") if start.startswith(_HEAD) else "~"

    def _free_name(self, at: datetime) -> Path:
        stem = f"{self._path.stem}-{at.strftime(_TIME)}"
        path, number = self._path.with_name(stem + self._path.suffix), 1
        while os.path.lexists(path):
            number += 1
            path = self._path.with_name(f"{stem}-{number}{self._path.suffix}")
        return path

    def _delete_old(self, now: datetime) -> None:
        stem, suffix = re.escape(self._path.stem), re.escape(self._path.suffix)
        name = re.compile(rf"{stem}-(\d{{8}}T\d{{6}}Z)(-\d+)?{suffix}")
        with suppress(ValueError, OSError):
            for path in self._path.parent.iterdir():
                if (found := name.fullmatch(path.name)) and _time_of(found[1]) < now - self._kept:
                    path.unlink()

    def _end_last_line(self, descriptor: int, size: int) -> None:
        """Ensure that the file ends with a whole line. The caller must hold the lock.

        What a crash left of a line of ours goes to ``<name>.torn``; any other text is ended.
        """
        if os.pread(descriptor, 1, size - 1) in {b"\n", b""}:  # empty: truncated meanwhile
            return
        os.fchmod(descriptor, 0o600)  # returns after a write that another process has begun
        if os.fstat(descriptor).st_size != size:
            return  # it was no torn line but one being written, by somebody without the lock
        torn = _last_line(descriptor, size)
        if _is_json(torn) or not _is_part_of_ours(torn):
            _write_whole(descriptor, b"\n")
            return
        with suppress(OSError):
            aside = os.open(self._path.with_name(self._path.name + ".torn"), _FLAGS, 0o600)
            try:
                os.write(aside, torn + b"\n")
            finally:
                os.close(aside)
        if os.fstat(descriptor).st_size == size:
            os.ftruncate(descriptor, size - len(torn))
        _log.warning("the call log %s ended with a torn line; it is put aside", self._path)


def line_of(call: CallRecord) -> bytes:
    """Return a call as one line of JSON; ASCII without controls, so that no text can break it."""
    data = {
        "timestamp": call.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "tool": call.tool,
        "request_id": call.request_id,
        "status": call.status,
        "latency_ms": round(milliseconds(call.latency_ms), 3),
        "error_code": call.error_code,
        "meta": dict(call.meta),
    }
    text = json.dumps(data, separators=(",", ":"), default=str, skipkeys=True)
    return (text.replace("\x7f", "\\u007f") + "\n").encode("ascii")


def _time_of(text: str) -> datetime:
    return datetime.strptime(text, _TIME).replace(tzinfo=UTC)


def _take_lock(descriptor: int, wait_s: float) -> bool:
    give_up_at = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno != errno.EWOULDBLOCK or time.monotonic() >= give_up_at:
                return False  # also where the file system has no locks
            time.sleep(_LOCK_PAUSE_S)
        else:
            return True


def _write_whole(descriptor: int, data: bytes) -> None:
    written = os.write(descriptor, data)
    if written < len(data):
        end = os.lseek(descriptor, 0, os.SEEK_CUR)
        if os.fstat(descriptor).st_size == end:
            os.ftruncate(descriptor, end - written)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _last_line(descriptor: int, size: int) -> bytes:
    found = b""
    while size > 0 and b"\n" not in found:
        start = max(size - _CHUNK_BYTES, 0)
        found = os.pread(descriptor, size - start, start) + found
        size = start
    return found.rpartition(b"\n")[2]


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _is_part_of_ours(line: bytes) -> bool:
    written = line.rstrip(b"\0")  # a power failure may leave zeros
    return written.startswith(_HEAD) or _HEAD.startswith(written)
