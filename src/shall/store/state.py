"""The state folder: ``local/`` for this machine, text beside it for everybody."""

from pathlib import Path

from shall.errors import StoreUnavailable

LOCAL = "local"
"""Below the state folder: the database, caches and reports of this machine; never committed."""

DATABASE = f"{LOCAL}/shall.db"
"""Below the state folder: runs and tool calls."""

EVIDENCE = "evidence"
"""Below the state folder: the evidence files."""

_FILES = {
    ".gitignore": f"{LOCAL}/\n",
    # Evidence lines are facts in no order: two branches' lines are joined by taking both.
    ".gitattributes": "evidence/*.jsonl merge=union\n",
}


def prepare_state(folder: Path) -> None:
    """Make the state folder with what git needs to know about it. What exists is left alone.

    Raises:
        StoreUnavailable: It cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / LOCAL).mkdir(mode=0o700, exist_ok=True)
        for name, text in _FILES.items():
            _write_once(folder / name, text)
    except OSError as error:
        raise StoreUnavailable(
            f"The state folder {folder} cannot be written: {error.strerror}.",
            hint="Make it writable, or name another one with SHALL_STATE_DIR.",
        ) from error


def _write_once(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:  # "x" follows no link
            file.write(text)
    except FileExistsError:
        return
