"""The state folder: ``local/`` for this machine, text beside it for everybody."""

import os
from contextlib import suppress
from pathlib import Path

from shall.errors import StoreUnavailable
from shall.store.folders import Folder

LOCAL = "local"
"""Below the state folder: the database, caches and reports of this machine; never committed."""

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


def _write_once(folder: int, name: str, text: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC  # O_EXCL follows no link
    try:
        descriptor = os.open(name, flags, 0o666, dir_fd=folder)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
