"""What every command shares: errors in one clear form, and the exit status."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from shall.errors import InvalidInput, ShallError
from shall.results.records import Fault, RunStatus, RunSummary
from shall.settings import process_environment

OK = 0
CHECK_FAILED = 1
BAD_INPUT = 2
OWN_FAULT = 3
UNREACHABLE = 4
NOT_ALLOWED = 5
INTERRUPTED = 130

_STATUSES = {
    Fault.INVALID: BAD_INPUT,
    Fault.INTERNAL: OWN_FAULT,
    Fault.DENIED: NOT_ALLOWED,
    Fault.FAILED: CHECK_FAILED,
    Fault.UNREACHABLE: UNREACHABLE,
}


def exit_status(run: RunSummary) -> int:
    """Return the exit status of a run: the worst that a person has to act on first.

    Interrupted (130); a case that cannot be used (2); a fault of ours (3); a request that the
    operator does not allow (5); a check that failed (1); a service that was unreachable or too
    slow (4); a teardown that failed (1).
    """
    if run.status is RunStatus.INTERRUPTED:
        return INTERRUPTED
    for fault, status in _STATUSES.items():
        if fault in run.faults:
            return status
    if run.status is RunStatus.TIMED_OUT:
        return UNREACHABLE
    return CHECK_FAILED if run.bad_total else OK


def guarded(command: Callable[[], int], arguments: Sequence[str]) -> int:
    """Carry out a command; tell what goes wrong on stderr and give the exit status."""
    _open_closed_streams()
    try:
        status = command()
        _flush()
    except ShallError as error:
        tell(str(error))
        return error.exit_status
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last place where a fault of ours is told
        tell(f"Internal error: {error!r}. Add --debug for the traceback.")
        if "--debug" in arguments:
            import traceback

            traceback.print_exc()
        return OWN_FAULT
    return status


def columns_of_terminal() -> int:
    """Return how many columns the terminal has; 80 where stdout is none."""
    if not sys.stdout.isatty() and "COLUMNS" not in process_environment():
        return 80
    import shutil  # its archive formats take longer to import than a short run may take

    return shutil.get_terminal_size().columns


def tell(text: str) -> None:
    """Say something on stderr."""
    print(f"shall: {printable(text)}", file=sys.stderr)


def say(text: str = "") -> None:
    """Say something on stdout, in whatever the terminal can show."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(text.encode(encoding, "replace").decode(encoding))
    except BrokenPipeError:
        _mute()


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _mute()


def _mute() -> None:
    """Go on without a reader, as with ``| head``: reports and exit status stay true."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _open_closed_streams() -> None:
    """Open the null device for closed streams (``>&-``), which Python leaves None."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            stream = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for good
            setattr(sys, name, stream)


def printable(text: str) -> str:
    """Escape control characters: text from elsewhere must not paint the terminal."""
    return "".join(
        char if char == "\n" or char.isprintable() else char.encode("unicode_escape").decode()
        for char in text
    )


def write_file(path: str, text: str) -> None:
    """Write a file that a flag names.

    Raises:
        InvalidInput: It cannot be written.
    """
    try:
        Path(path).write_text(text, "utf-8", errors="backslashreplace")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}.") from None
