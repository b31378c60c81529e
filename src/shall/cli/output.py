"""What every command shares: errors in one clear form, and the exit status."""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from shall.errors import InvalidInput, ShallError
from shall.log import show_unhandled
from shall.messages import joined, translated
from shall.results.records import RunStatus, RunSummary
from shall.settings import is_in_environment

OK = 0
CHECK_FAILED = 1
BAD_INPUT = 2
OWN_FAULT = 3
UNREACHABLE = 4
NOT_ALLOWED = 5
INTERRUPTED = 130

_STATUSES = {
    "invalid": BAD_INPUT,
    "internal": OWN_FAULT,
    "denied": NOT_ALLOWED,
    "failed": CHECK_FAILED,
    "unreachable": UNREACHABLE,
}


_language = "en"
"""The language of the terminal: like stdout itself, one for the process."""


def speak(language: str) -> None:
    """Show what follows in a language."""
    global _language
    _language = language


def language() -> str:
    """Return the language of the terminal."""
    return _language


def local(text: str) -> str:
    """Return a text of English sentences in the language of the terminal."""
    return translated(text, _language)


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
    """Run a command; report what goes wrong on stderr and return the exit status."""
    _open_closed_streams()
    show_unhandled(_show_warning)
    try:
        status = command()
        flush()
    except ShallError as error:
        notice(error_text(error))
        return error.exit_status
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last place that can report it
        notice(f"Internal error: {error!r}. Add --debug for the traceback.")
        if "--debug" in arguments:
            import traceback

            traceback.print_exc()
        return OWN_FAULT
    return status


def error_text(error: ShallError) -> str:
    """Return where an error is, what happened and the next step."""
    where = f"{error.span}: " if error.span else ""
    sentences = [error.message, error.hint] if error.hint else [error.message]
    return where + joined(sentences, _language)


def columns_of_terminal() -> int:
    """Return how many columns the terminal has; 80 where stdout is none."""
    if not sys.stdout.isatty() and not is_in_environment("COLUMNS"):
        return 80
    import shutil  # its archive formats take longer to import than a short run may take

    return shutil.get_terminal_size().columns


def _show_warning(message: str) -> None:
    """Print a warning of a command in the language of the terminal."""
    print(printable(local(message)), file=sys.stderr)


def notice(text: str) -> None:
    """Print sentences on stderr, in the language of the terminal."""
    print(f"shall: {printable(local(text))}", file=sys.stderr)


def say(text: str = "") -> None:
    """Print sentences on stdout, in the language of the terminal."""
    write(local(text))


def write(text: str) -> None:
    """Print a text on stdout as it is, in whatever the terminal can show.

    Raises:
        InvalidInput: It cannot be written, as where a disk is full.
    """
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(text.encode(encoding, "replace").decode(encoding))
    except OSError as error:
        _give_up(error)


def flush() -> None:
    """Write what was printed on stdout. Raises as ``write`` does."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _give_up(error)


def _give_up(error: OSError) -> None:
    """Continue without a reader; report any other reason why nothing can be printed.

    Raises:
        InvalidInput: It is another, such as a full disk.
    """
    _mute()
    if not isinstance(error, BrokenPipeError):
        reason = error.strerror
        raise InvalidInput(f"The standard output cannot be written: {reason}.") from None


def _mute() -> None:
    """Continue without a reader, as with ``| head``: reports and exit status stay true."""
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


def write_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows of cells below one another; a Chinese character takes two columns."""
    from shall.diagnostics.terminal import width  # few commands print a table

    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell + " " * (room - width(cell)) for cell, room in zip(row, widths, strict=True))
        write(printable("  ".join(cells).rstrip()))


def write_file(path: str, text: str) -> None:
    """Write a text to a file that a flag names, in UTF-8. Raises what ``write_parts`` does."""
    write_parts(path, (text,))


def write_parts(path: str, parts: Iterable[str | bytes]) -> None:
    """Write a file that a flag names, one part after the other; text in UTF-8.

    Raises:
        InvalidInput: It cannot be written.
    """
    try:
        with Path(path).open("wb") as file:
            for it in parts:
                file.write(it if isinstance(it, bytes) else it.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}.") from None


def text_of_file(file: str, most_bytes: int) -> str:
    """Return the text of a file that an argument names; ``-`` is the standard input.

    Raises:
        InvalidInput: It cannot be read, is larger, or is not UTF-8.
    """
    from shall.bounded import read_text, size_text  # few commands read such a file

    try:
        if file != "-":
            return read_text(Path(file), most_bytes)
        data = sys.stdin.buffer.read(most_bytes + 1)
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"{file} is not UTF-8 text.") from None
    if len(data) > most_bytes:
        raise InvalidInput(f"The input is larger than {size_text(most_bytes)}.")
    return data.decode("utf-8", "replace").replace("\r\n", "\n")


def has_display() -> bool:
    """Return whether a browser would open in a window that somebody sees: not in CI."""
    if is_in_environment("CI"):
        return False
    if sys.platform in {"darwin", "win32"}:
        return True
    return is_in_environment("DISPLAY") or is_in_environment("WAYLAND_DISPLAY")
