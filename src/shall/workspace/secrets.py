"""Reads the values of secrets where ``shall.yaml`` says they are, when a run begins."""

import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values

from shall.bounded import CONFIG_BYTES, read_text
from shall.secret_source import SecretSource

COMMAND_TIMEOUT_S = 30.0
"""How long a command may take that prints a secret: it may ask a person."""


def read_secrets(
    root: Path,
    environ: Mapping[str, str],
    sources: Mapping[str, SecretSource],
    given: Mapping[str, object],
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the values of secrets by name, and for each that has none the reason.

    A name in ``given`` has its value already. Files are relative to ``root``, where commands run.
    A variable that is not in ``environ`` is looked up in ``.env``.
    """
    values: dict[str, str] = {}
    unavailable: dict[str, str] = {}
    for name, source in sources.items():
        if name in given:
            continue
        try:
            values[name] = _read(root, environ, source)
        except LookupError as error:
            unavailable[name] = error.args[0]
    return values, unavailable


def stored_secrets(
    root: Path, environ: Mapping[str, str], sources: Iterable[SecretSource]
) -> Iterator[str]:
    """Yield the values that environment variables, ``.env`` and plain files have.

    No command is started, and nothing is read that can be read only once, such as a FIFO.
    """
    for source in sources:
        if source.environment or (source.file and (root / source.file).is_file()):
            with suppress(LookupError):
                yield _read(root, environ, source)


def _read(root: Path, environ: Mapping[str, str], source: SecretSource) -> str:
    if source.environment:
        return _of_environment(root, environ, source.environment)
    value = _output(root, source.command) if source.command else _of_file(root, source.file)
    if not value:
        shown = source.command[0] if source.command else source.file
        raise LookupError(f"has no value: {shown} is empty.")
    return value


def _of_environment(root: Path, environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name) or _dotenv(root).get(name)
    if not value:
        why = f"the environment variable {name} is not set"
        raise LookupError(f"has no value: {why}. Set it, or write it to .env.")
    return value


def _dotenv(root: Path) -> Mapping[str, str | None]:
    try:
        text = read_text(root / ".env", CONFIG_BYTES)
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise LookupError(f"has no value: .env cannot be read: {_reason(error)}.") from None
    return dotenv_values(stream=StringIO(text), interpolate=False)


def _of_file(root: Path, path: str) -> str:
    try:
        return read_text(root / path, CONFIG_BYTES).rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise LookupError(f"has no value: {path} cannot be read: {_reason(error)}.") from None


def _output(root: Path, command: tuple[str, ...]) -> str:
    """Return what a command prints. What it says to stderr is not repeated: it may be a secret."""
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own command, without a shell
            command,
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=COMMAND_TIMEOUT_S,
            check=True,
        )
        return done.stdout.decode("utf-8").rstrip("\r\n")
    except subprocess.CalledProcessError as error:
        why = f"exited with status {error.returncode}"
    except subprocess.TimeoutExpired:
        why = f"timed out after {COMMAND_TIMEOUT_S:g} s"
    except (OSError, UnicodeDecodeError) as error:
        why = f"failed: {_reason(error)}"
    raise LookupError(f"has no value: the command {command[0]} {why}.")


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
