"""Writes the configuration with which an MCP client finds the server."""

import errno
import os
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from shall.admin.client_text import merged, shown
from shall.admin.clients import Client, Machine, Scope, Server
from shall.bounded import read_path, size_text
from shall.errors import FileUnavailable, InvalidInput, OutsideWorkspace
from shall.workspace.atomic import write_whole

MAX_BYTES = 64 << 20
"""No client's configuration is as large; a file that is has another purpose."""


class Installed(Struct, frozen=True):
    """What became of a client's file.

    ``changed`` False: it said all that already. ``backup`` is the file as it was, None where there
    was none.
    """

    file: Path
    changed: bool
    backup: Path | None = None


def file_of(client: Client, scope: Scope | None, machine: Machine, project: Path) -> Path:
    """Return the file that will be written; a link of the user's own is followed.

    Raises:
        InvalidInput: The client knows no such scope.
        OutsideWorkspace: A link in the project leads out of it.
    """
    scope = scope or client.default_scope
    named = client.file(scope, machine, project)
    file = Path(os.path.realpath(named))
    if scope is Scope.PROJECT and not file.is_relative_to(project.resolve()):
        raise OutsideWorkspace(
            f"{named} is a symbolic link out of the project, to {file}.",
            hint="Remove the link, or use --scope user.",
        )
    return file


def text_to_add(client: Client, server: Server, file: Path) -> str:
    """Return what the client's file must contain, as a person would type it."""
    return shown(client.additions(server), toml=file.suffix == ".toml")


def install(client: Client, server: Server, file: Path, now: datetime) -> Installed:
    """Add a server to a client's file. The rest of the file stays as it is.

    The file is replaced whole or not at all, and stays beside the new one as
    ``NAME.YYYYMMDDTHHMMSSZ.bak``. ``now`` is aware UTC.

    Raises:
        InvalidInput: The file cannot be changed without losing something; nothing was written.
        FileUnavailable: The system refuses.
    """
    try:
        before = _bytes_of(file)
        after = _after(client, server, file, before or b"")
        if after == before:
            return Installed(file, changed=False)
        return Installed(file, changed=True, backup=_replace(file, before, after, now))
    except OSError as error:
        raise FileUnavailable(f"{file} cannot be written: {error.strerror}.") from error


def _bytes_of(file: Path) -> bytes | None:
    if file.exists() and not file.is_file():
        raise InvalidInput(f"{file} is not a file.", hint="Move it away.")
    try:
        return read_path(file, MAX_BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise InvalidInput(f"{file} is larger than {size_text(MAX_BYTES)}.") from None
        raise


def _after(client: Client, server: Server, file: Path, before: bytes) -> bytes:
    try:
        text = before.decode("utf-8")
        toml = file.suffix == ".toml"
        return merged(text, client.additions(server), toml=toml).encode("utf-8")
    except UnicodeError:
        raise InvalidInput(f"{file} was not changed: it is not UTF-8 text.") from None
    except InvalidInput as error:
        raise InvalidInput(f"{file} was not changed. {error.message}", hint=error.hint) from None


def _replace(file: Path, before: bytes | None, after: bytes, now: datetime) -> Path | None:
    file.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        mode = None if before is None else file.stat().st_mode
        backup = None
        if before is not None:
            backup = _unused(file.with_name(f"{file.name}.{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"))
            write_whole(folder, backup.name, before, mode=mode, overwrite=False)
        write_whole(folder, file.name, after, mode=mode, overwrite=before is not None)
    finally:
        os.close(folder)
    return backup


def _unused(start: Path) -> Path:
    path, number = start.with_name(f"{start.name}.bak"), 1
    while path.exists():
        number += 1
        path = start.with_name(f"{start.name}-{number}.bak")
    return path
