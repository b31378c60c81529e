"""Checks who may write a state folder."""

import errno
import os
import pwd
from contextlib import suppress
from pathlib import Path

from shall.errors import StoreUnavailable
from shall.store.state import EVIDENCE, LOCAL


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
