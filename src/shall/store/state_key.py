"""The key with which the servers of a state folder seal what clients carry for them."""

import os
from contextlib import suppress
from pathlib import Path

from shall.bounded import read_descriptor
from shall.errors import StoreUnavailable
from shall.store.folders import Folder, exists
from shall.store.state import LOCAL

_KEY_FILE = "sealing.key"
_KEY_BYTES = 1024


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
