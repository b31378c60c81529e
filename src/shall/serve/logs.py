"""The server's log: to stderr (stdout belongs to the protocol), and to a file where one is set."""

import logging
from datetime import UTC, datetime

from shall.errors import InvalidSetting
from shall.settings import Settings


class OneLine(logging.Formatter):
    """One line a record, whatever it holds: a caller's text must not forge a second one."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        text = record.getMessage()
        if record.exc_info:
            text = f"{text}\n{self.formatException(record.exc_info)}"
        safe = "".join(
            char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
        )
        return f"{at.replace('+00:00', 'Z')} {record.levelname} {record.name}: {safe}"


def set_up_logging(settings: Settings) -> None:
    """Send the log of this process where the settings say.

    Raises:
        InvalidSetting: The log file cannot be written.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    if settings.log_file is not None:
        try:
            settings.log_file.parent.mkdir(parents=True, exist_ok=True)
            handlers.append(logging.FileHandler(settings.log_file, encoding="utf-8"))
        except OSError as error:
            raise InvalidSetting(
                f"The log file {settings.log_file} cannot be written: {error.strerror}."
            ) from None
    for handler in handlers:
        handler.setFormatter(OneLine())
    logging.basicConfig(level=settings.log_level, handlers=handlers, force=True)
