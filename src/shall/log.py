"""Loggers that import ``logging`` with their first message.

A run of cases that pass logs nothing: the import is 17 of its 200 million instructions.
"""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging


class Log:
    """The logger of a module, as ``logging.getLogger`` returns it."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def warning(self, message: str, *arguments: object) -> None:
        """Log what went wrong although the work goes on."""
        _logger(self._name).warning(message, *arguments, stacklevel=2)

    def error(
        self, message: str, *arguments: object, exc_info: BaseException | None = None
    ) -> None:
        """Log what could not be done, with the traceback of ``exc_info``."""
        _logger(self._name).error(message, *arguments, exc_info=exc_info, stacklevel=2)

    def exception(self, message: str) -> None:
        """Log what could not be done, with the traceback of the exception that is handled."""
        _logger(self._name).exception(message, stacklevel=2)


_show: Callable[[str], None] | None = None


def show_unhandled(show: Callable[[str], None]) -> None:
    """Have warnings shown that no handler takes; ``logging`` prints them on stderr by itself."""
    global _show
    _show = show
    if "logging" in sys.modules:
        _replace_last_resort(show)


def _logger(name: str) -> "logging.Logger":
    import logging

    if _show is not None:
        _replace_last_resort(_show)
    return logging.getLogger(name)


def _replace_last_resort(show: Callable[[str], None]) -> None:
    import logging

    class Shown(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            show(record.getMessage())

    logging.lastResort = Shown(logging.WARNING)
