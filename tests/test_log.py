"""Loggers that import ``logging`` late."""

import logging
import subprocess
import sys

import pytest

from shall.log import Log


def test_messages_reach_the_logger_of_that_name_with_the_line_that_logged_them(
    caplog: pytest.LogCaptureFixture,
) -> None:
    error = ValueError("odd")

    Log("a.part").warning("%d of %s", 2, "three")
    Log("a.part").error("failed", exc_info=error)

    warned, failed = caplog.records
    assert (warned.name, warned.levelno, warned.message) == (
        "a.part",
        logging.WARNING,
        "2 of three",
    )
    assert warned.filename == "test_log.py"
    assert failed.levelno == logging.ERROR
    assert failed.exc_info is not None
    assert failed.exc_info[1] is error


def test_the_traceback_of_the_exception_that_is_handled_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    try:
        int("k")
    except ValueError:
        Log("a.part").exception("broken")

    assert caplog.records[0].filename == "test_log.py"
    assert "ValueError: invalid literal" in caplog.text


SHOWN = """
import sys
from shall.log import Log, show_unhandled
show_unhandled(lambda text: print("shown:", text))
assert "logging" not in sys.modules
Log("a").warning("late")
import logging
logging.getLogger("b").warning("of others")
"""


@pytest.mark.process
def test_warnings_that_no_handler_takes_are_shown_by_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHOWN], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.stdout == "shown: late\nshown: of others\n", done.stderr
