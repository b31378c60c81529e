"""Makes, lists and revokes the tokens of a token file, which a running server reads again."""

import difflib
import os
import secrets
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from shall.admin.tokens import (
    Token,
    bare_token,
    check_name,
    digest_of,
    parse_tokens,
    token_line,
)
from shall.bounded import CONFIG_BYTES, read_descriptor, read_text
from shall.errors import AlreadyExists, BadValue, FileMissing, FileUnavailable
from shall.store.locks import locked
from shall.workspace.atomic import write_whole

PREFIX = "shall_"
"""What every token begins with, so that scanners find one that was left in a repository."""

_HEAD = "# Tokens of shall, hashed: `shall token` adds and revokes them.\n"


def new_token(
    path: Path,
    name: str,
    scopes: Iterable[str],
    expires: datetime | None = None,
    workspaces: Sequence[Path] = (),
) -> str:
    """Create a token and store its hash; return the token, which is stored nowhere.

    ``workspaces`` are the only ones that it may use; none: all.

    Raises:
        BadValue: The name cannot be one, the time is in the past, or a workspace cannot be
            written into the file.
        AlreadyExists: The file has that name, or holds one bare token.
        InvalidFile: The file has lines that cannot be read.
        FileUnavailable: It cannot be read or written.
    """
    now = datetime.now(UTC)
    try:
        check_name(name)
    except ValueError as error:
        raise BadValue(f"The name {name!r} cannot be used: {error}.") from None
    if expires is not None and expires <= now:
        raise BadValue(f"{expires:%Y-%m-%dT%H:%M:%SZ} is in the past.")
    folders = tuple(it.resolve() for it in workspaces)
    for folder in folders:
        if os.pathsep in str(folder) or not str(folder).isprintable():
            raise BadValue(f"A token file cannot hold the path {folder}.")
    made = f"{PREFIX}{secrets.token_urlsafe(32)}"
    token = Token(
        name,
        frozenset(scopes),
        digest_of(made.encode()),
        created=now.replace(microsecond=0),
        expires=expires,
        workspaces=folders,
    )
    with _open_folder(path) as file:
        text = file.text if file.status else _HEAD
        if any(known.name == name for known in file.tokens):
            raise AlreadyExists(
                f"{path} has a token {name} already.",
                hint=f"Choose another name, or revoke it first: shall token revoke {name}.",
            )
        end = "" if not text or text.endswith("\n") else "\n"
        file.write(f"{text}{end}{token_line(token)}\n")
    return made


def revoke_token(path: Path, name: str) -> None:
    """Remove a token's line from the file.

    Raises:
        BadValue: The file names no such caller.
        AlreadyExists: It holds one bare token.
        FileMissing: There is no such file.
        InvalidFile: The file has lines that cannot be read.
        FileUnavailable: It cannot be read or written.
    """
    with _open_folder(path) as file:
        if file.status is None:
            raise FileMissing(f"{path} does not exist.")
        lines = file.text.splitlines(keepends=True)
        found = [token.line for token in file.tokens if token.name == name]
        if not found:
            names = [token.name for token in file.tokens]
            near = difflib.get_close_matches(name, names, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Available: {', '.join(names)}."
            raise BadValue(f"{path} has no token {name}.", hint=hint if names else None)
        del lines[found[0] - 1]
        # An empty file would be taken for one that is being written.
        file.write("".join(lines) or _HEAD)


def list_tokens(path: Path) -> tuple[Token, ...]:
    """Return the tokens of a file, in its order.

    Raises:
        FileMissing: There is no such file.
        AlreadyExists: It holds one bare token.
        InvalidFile: The file has lines that cannot be read.
        FileUnavailable: It cannot be read.
    """
    try:
        text = read_text(path, CONFIG_BYTES)
    except FileNotFoundError:
        raise FileMissing(f"{path} does not exist.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise _unavailable(path, error) from None
    return _parsed(path, text)


class _File:
    """A token file whose folder is open and locked."""

    def __init__(self, path: Path, folder: int, name: str) -> None:
        self._folder, self._name = folder, name
        self.status: os.stat_result | None = None
        self.text = ""
        try:
            descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=folder)
        except FileNotFoundError:
            self.tokens: tuple[Token, ...] = ()
            return
        try:
            self.status = os.fstat(descriptor)
            self.text = read_descriptor(descriptor, CONFIG_BYTES).decode("utf-8")
        finally:
            os.close(descriptor)
        self.tokens = _parsed(path, self.text)

    def write(self, text: str) -> None:
        """Replace the file. A new one is for its owner only; another keeps owner and mode."""
        mode = 0o600 if self.status is None else stat.S_IMODE(self.status.st_mode)
        owner = None if self.status is None else (self.status.st_uid, self.status.st_gid)
        write_whole(self._folder, self._name, text.encode(), mode=mode, overwrite=True, owner=owner)


@contextmanager
def _open_folder(path: Path) -> Iterator[_File]:
    target = path.resolve()  # a link stays one: its target is replaced
    try:
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            with locked(folder, str(target.parent)):
                yield _File(path, folder, target.name)
        finally:
            os.close(folder)
    except (OSError, UnicodeDecodeError) as error:
        raise _unavailable(path, error) from None


def _parsed(path: Path, text: str) -> tuple[Token, ...]:
    if bare_token(text) is not None:
        raise AlreadyExists(
            f"{path} contains one plain token, not a list of tokens.",
            hint="Choose another file with --file.",
        )
    return parse_tokens(text, str(path))


def _unavailable(path: Path, error: OSError | UnicodeDecodeError) -> FileUnavailable:
    reason = getattr(error, "strerror", None) or "it is not UTF-8"
    return FileUnavailable(f"{path} cannot be used: {reason}.")
