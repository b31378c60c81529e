"""Which folder a server works in where its operator names none."""

import errno
import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from shall.errors import StoreUnavailable
from shall.workspace.account import Account

_ROOT = Path("/")


class Origin(StrEnum):
    """Why a server works in its folder."""

    NAMED = "named"
    """The operator named it."""

    CURRENT = "current"
    """The server was started in it."""

    OWN = "own"
    """The server was started in ``/``, as systemd does, and works in a folder of its own."""

    NONE = "none"
    """There is none: the current folder is too wide, and the account has no data folder."""


class ServerFolder(Struct, frozen=True):
    """A folder, and why it is the one. ``path`` is the current folder where there is none."""

    path: Path
    origin: Origin


def server_folder(
    current: Path, account: Account, environ: Mapping[str, str], project_file: str
) -> ServerFolder:
    """Return the folder of a server that was started in ``current`` without a workspace.

    A home folder is too wide: it holds keys and histories. It is taken where nobody logs in to
    the account, or where it holds ``project_file``.
    """
    if current == _ROOT:
        own = _own_folder(account, environ)
        return ServerFolder(current, Origin.NONE) if own is None else ServerFolder(own, Origin.OWN)
    is_home = account.home is not None and current == account.home.resolve()
    if is_home and not (account.is_service or (current / project_file).is_file()):
        return ServerFolder(current, Origin.NONE)
    return ServerFolder(current, Origin.CURRENT)


def make_own_folder(folder: Path) -> None:
    """Make the folder of a server's own, readable by its account only.

    Raises:
        StoreUnavailable: It cannot be made, or not without making a folder in ``/``.
    """
    top = Path("/", folder.parts[1])
    try:
        if not top.is_dir():
            raise FileNotFoundError(errno.ENOENT, f"there is no {top}")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(
            f"The server's own workspace {folder} cannot be created: {error.strerror}.",
            hint="Choose a folder with --workspace, or set StateDirectory= in the unit.",
        ) from error


def _own_folder(account: Account, environ: Mapping[str, str]) -> Path | None:
    """Return the data folder that the server may make; None where the account has none.

    systemd.exec(5) separates several state directories by colons. The XDG Base Directory
    Specification has a path that is not absolute ignored.
    """
    state = environ.get("STATE_DIRECTORY", "").partition(":")[0]
    if _is_usable(state):
        return Path(state)
    data = environ.get("XDG_DATA_HOME", "")
    if _is_usable(data):
        return Path(data) / "shall"
    home = account.home
    if home is None or not _is_usable(str(home)) or not home.is_dir():  # such as /nonexistent
        return None
    return home / ".local/share/shall"


def _is_usable(path: str) -> bool:
    return path.startswith("/") and os.path.normpath(path).strip("/") != ""
