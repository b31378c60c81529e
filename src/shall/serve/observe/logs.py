"""The server's log: to stderr (stdout belongs to the protocol), and to a file where one is set.

Where both reach the same file, it gets one copy: see ``copies``.

The standard library's logging is enough: the lines have a fixed set of members, the ids come from
one context variable, and the libraries below us (uvicorn, the MCP SDK) log through it anyway.
"""

import fcntl
import json
import logging
import os
import sys
import time
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any

from shall.actions.request_ids import CURRENT
from shall.bootstrap import redactor_of
from shall.errors import InvalidSetting
from shall.serve.observe.duplicate_output import FileId, file_id, is_piped_into
from shall.serve.observe.masking import Masking
from shall.settings import Settings

_LOOKS_S = (0.0, 0.2, 1.0, 5.0)
"""When it is looked who reads our standard error, in seconds: ``tee`` may start after us."""


class OneLine(logging.Formatter):
    """One line a record, whatever it holds: a caller's text must not forge a second one."""

    def __init__(self, masking: Masking) -> None:
        super().__init__()
        self._masking = masking

    def format(self, record: logging.LogRecord) -> str:
        """Write a record: time, level, logger, the request's id in brackets, and the message."""
        text = record.getMessage()
        if record.exc_info:
            text = f"{text}\n{self.formatException(record.exc_info)}"
        text = self._masking(text)
        if not text.isprintable():
            text = "".join(
                char if char.isprintable() else char.encode("unicode_escape").decode()
                for char in text
            )
        request_id = CURRENT.get().request_id
        about = f"{record.name} [{request_id}]" if request_id else record.name
        return f"{_at(record)} {record.levelname} {about}: {text}"


class JsonLine(logging.Formatter):
    """One JSON object a line, in ASCII: no character of it can break the line or a terminal."""

    def __init__(self, masking: Masking) -> None:
        super().__init__()
        self._masking = masking

    def format(self, record: logging.LogRecord) -> str:
        """Write a record; the ``fields`` that it was given become members."""
        ids = CURRENT.get()
        line: dict[str, Any] = {
            "timestamp": _at(record),
            "level": record.levelname,
            "logger": record.name,
            "message": self._masking(record.getMessage()),
            "request_id": ids.request_id or None,
            "trace_id": ids.trace_id or None,
        }
        for name, value in getattr(record, "fields", {}).items():
            line[name] = self._masking(value) if isinstance(value, str) else value
        if record.exc_info and record.exc_info[0] is not None:
            stack = self._masking(self.formatException(record.exc_info))
            line["error"] = {"type": record.exc_info[0].__qualname__, "stack": stack}
        return json.dumps(line, default=str)


class ReopenedFile(WatchedFileHandler):
    """A log file that may be moved away at any time; one that cannot be written stops nothing.

    Each line is appended with one write, so that lines of several processes stay whole. Nothing
    is written while ``stderr`` reaches the same file: its lines come there by themselves.
    """

    _told = False

    def __init__(self, path: Path, stderr: "Stderr") -> None:
        super().__init__(path)
        self._stderr = stderr
        self._copied: FileId | None = None
        self._started = time.monotonic()
        self._due: tuple[float, ...] = _LOOKS_S

    def _open(self) -> Any:
        return Path(self.baseFilename).open("ab", buffering=0)

    def emit(self, record: logging.LogRecord) -> None:
        """Append a record to the file of this name, whichever that is now."""
        try:
            if not self._is_copied():
                self._append(f"{self.format(record)}\n".encode("utf-8", "backslashreplace"))
        except OSError:  # the folder is gone, or may not be written any more
            self.handleError(record)

    def _append(self, line: bytes) -> None:
        self.reopenIfNeeded()
        if self.stream is None:  # it could not be opened the last time
            self.stream = self._open()
            self._statstream()
        stream: Any = self.stream
        while line:  # a disk that is nearly full takes a part
            line = line[stream.write(line) :]

    def _is_copied(self) -> bool:
        """Return whether who reads our standard error writes this very file."""
        if self._due and time.monotonic() - self._started >= self._due[0]:
            self._due = self._due[1:]
            if is_piped_into(self.baseFilename):
                self._copied, self._due = file_id(self.baseFilename), ()
        if self._copied is None or self._stderr.is_broken:
            return False
        return self._copied == file_id(self.baseFilename)  # not so once it was rotated

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Report on stderr, once, that the file is not written."""
        del record
        if not self._told:
            self._told = True
            reason = getattr(sys.exception(), "strerror", None) or "it is not known why"
            sys.stderr.write(f"The log file {self.baseFilename} cannot be written: {reason}.\n")


class Stderr(logging.StreamHandler[Any]):
    """Standard error; ``is_broken`` once nobody reads it any more."""

    is_broken = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Record that the reader has gone: there is no place to report it."""
        if isinstance(sys.exception(), BrokenPipeError):
            self.is_broken = True
        else:
            super().handleError(record)


def set_up_logging(settings: Settings) -> None:
    """Send the log of this process where the settings say.

    Raises:
        InvalidSetting: The log file cannot be written.
    """
    stderr = Stderr()
    handlers: list[logging.Handler] = [stderr]
    if settings.log_file is not None:
        try:
            settings.log_file.parent.mkdir(parents=True, exist_ok=True)
            file = ReopenedFile(settings.log_file, stderr)
        except OSError as error:
            raise InvalidSetting(
                f"The log file {settings.log_file} cannot be written: {error.strerror}."
            ) from None
        if file_id(2) == file_id(settings.log_file):
            _append(2)  # what else is written there goes to its end, too
            handlers = [file]
        else:
            handlers = [stderr, file]  # in this order: the file learns that nobody reads stderr
    masking = Masking((settings.auth_token, settings.state_key), redactor_of(settings))
    line = JsonLine(masking) if settings.log_format == "json" else OneLine(masking)
    for handler in handlers:
        handler.setFormatter(line)
    logging.basicConfig(level=settings.log_level, handlers=handlers, force=True)


def _append(descriptor: int) -> None:
    """Have all writes of a descriptor go to the end of its file, as ``2>>`` does."""
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_APPEND)


def _at(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    return at.replace("+00:00", "Z")
