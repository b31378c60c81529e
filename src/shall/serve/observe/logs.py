"""The server's log: to stderr (stdout belongs to the protocol), and to a file where one is set.

The standard library's logging is enough: the lines have a fixed set of members, the ids come from
one context variable, and the libraries below us (uvicorn, the MCP SDK) log through it anyway.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from typing import Any

from shall.actions.request_ids import CURRENT
from shall.errors import InvalidSetting
from shall.joining import redactor_of
from shall.serve.observe.masking import Masking
from shall.settings import Settings


class OneLine(logging.Formatter):
    """One line a record, whatever it holds: a caller's text must not forge a second one."""

    def __init__(self, masking: Masking) -> None:
        super().__init__()
        self._masking = masking

    def format(self, record: logging.LogRecord) -> str:
        """Write a record: time, level, logger, the request's id in brackets, what is told."""
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
    """A log file that may be moved away at any time; one that cannot be written stops nothing."""

    _told = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record to the file of this name, whichever that is now."""
        try:
            super().emit(record)
        except OSError:  # the folder is gone, or may not be written any more
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Tell on stderr, once, that the file is not written."""
        del record
        if not self._told:
            self._told = True
            reason = getattr(sys.exception(), "strerror", None) or "it is not known why"
            sys.stderr.write(f"The log file {self.baseFilename} cannot be written: {reason}.\n")


def set_up_logging(settings: Settings) -> None:
    """Send the log of this process where the settings say.

    Raises:
        InvalidSetting: The log file cannot be written.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    if settings.log_file is not None:
        try:
            settings.log_file.parent.mkdir(parents=True, exist_ok=True)
            handlers.append(ReopenedFile(settings.log_file, encoding="utf-8"))
        except OSError as error:
            raise InvalidSetting(
                f"The log file {settings.log_file} cannot be written: {error.strerror}."
            ) from None
    masking = Masking((settings.auth_token, settings.state_key), redactor_of(settings))
    line = JsonLine(masking) if settings.log_format == "json" else OneLine(masking)
    for handler in handlers:
        handler.setFormatter(line)
    logging.basicConfig(level=settings.log_level, handlers=handlers, force=True)


def _at(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    return at.replace("+00:00", "Z")
