"""The state folder: ``local/`` for this machine, text beside it for everybody."""

import errno
import os
import pwd
from contextlib import suppress
from pathlib import Path

from shall.bounded import read_descriptor
from shall.errors import StoreUnavailable
from shall.store.folders import Folder, exists

LOCAL = "local"
"""Below the state folder: the database, caches and reports of this machine; never committed."""

_KEY_FILE = "sealing.key"
_KEY_BYTES = 1024
DATABASE = f"{LOCAL}/shall.db"
"""Below the state folder: runs and tool calls."""

EVIDENCE = "evidence"
"""Below the state folder: the evidence files."""

DECISIONS = "decisions"
"""Below the state folder: waivers, attestations and reviews."""

_FILES = {
    ".gitignore": f"{LOCAL}/\n",
    # Evidence lines are facts in no order: two branches' lines are joined by taking both.
    ".gitattributes": "evidence/*.jsonl merge=union\nbaseline.jsonl merge=union\n",
}


def prepare_state(state: Path | Folder) -> None:
    """Make the state folder with what git needs to know about it. What exists is left alone.

    Raises:
        StoreUnavailable: It cannot be written.
    """
    state = state if isinstance(state, Folder) else Folder(state)
    try:
        with state.opened(make=True) as folder:
            with suppress(FileExistsError):
                os.mkdir(LOCAL, 0o700, dir_fd=folder)
            for name, text in _FILES.items():
                _write_once(folder, name, text)
    except OSError as error:
        raise StoreUnavailable(
            f"The state folder {state.path} cannot be written: {error.strerror}.",
            hint="Make it writable, or choose another folder with SHALL_STATE_DIR.",
        ) from error


def check_writable(state: Path) -> None:
    """Make a file where the state of this machine lies, and delete it.

    Raises:
        OSError: It cannot be made.
    """
    local = state / LOCAL
    folder = local if local.is_dir() else state
    probe = folder / f".shall-{os.urandom(8).hex()}.tmp"
    os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    probe.unlink()
    evidence = state / EVIDENCE
    if evidence.is_dir() and not os.access(evidence, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(evidence))


def refuse_another_users(folder: Path) -> None:
    """Refuse to replace files of a folder that belongs to another user, as root could.

    Raises:
        StoreUnavailable: It does; that user's server could not open what this one leaves there.
    """
    owner = folder.stat().st_uid
    if owner == os.geteuid():
        return
    name = f"#{owner}"
    with suppress(KeyError):  # it has no name on this machine
        name = pwd.getpwuid(owner).pw_name
    raise StoreUnavailable(
        f"{folder} belongs to the user {name}, who could not open files of another user.",
        hint=f"Run the command as that user: sudo -u {name} shall ...",
    )


def sealing_key(state: Path | Folder) -> bytes:
    """Return the 32 bytes with which this state's servers seal what clients carry for them.

    Made when first asked for; all processes that share the folder get the same.

    Raises:
        StoreUnavailable: It can be neither read nor made.
    """
    state = state if isinstance(state, Folder) else Folder(state)
    local = state.below(LOCAL)
    try:
        with local.opened() as folder:
            if not exists(folder, _KEY_FILE):
                _make_key(folder)
            flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
            descriptor = os.open(_KEY_FILE, flags, dir_fd=folder)
            try:
                return read_descriptor(descriptor, _KEY_BYTES)
            finally:
                os.close(descriptor)
    except OSError as error:
        raise StoreUnavailable(
            f"The key {local.path / _KEY_FILE} cannot be read: {error.strerror}."
        ) from error


def _make_key(folder: int) -> None:
    fresh = f"{_KEY_FILE}.{os.urandom(8).hex()}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(fresh, flags, 0o600, dir_fd=folder), "wb") as file:
        file.write(os.urandom(32))
    try:
        with suppress(FileExistsError):  # another process was first: its key counts
            os.link(fresh, _KEY_FILE, src_dir_fd=folder, dst_dir_fd=folder)
    finally:
        os.unlink(fresh, dir_fd=folder)


def _write_once(folder: int, name: str, text: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC  # O_EXCL follows no link
    try:
        descriptor = os.open(name, flags, 0o666, dir_fd=folder)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
