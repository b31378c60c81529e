"""The state folder: what is local to a machine, and what is committed."""

from pathlib import Path

from shall.errors import StoreUnavailable

LOCAL = "local"
"""Below the state folder: the database, caches and reports of this machine; not committed."""

_FILES = {
    ".gitignore": f"{LOCAL}/\n",
    # Evidence lines are facts in no order: two branches' lines are joined by taking both.
    ".gitattributes": "evidence/*.jsonl merge=union\n",
}


def prepare_state(folder: Path) -> None:
    """Make the state folder and tell git what of it is local.

    Raises:
        StoreUnavailable: It cannot be written; the reason is told.
    """
    try:
        (folder / LOCAL).mkdir(parents=True, exist_ok=True)
        for name, text in _FILES.items():
            path = folder / name
            if not path.exists():
                path.write_text(text, "utf-8")
    except OSError as error:
        raise StoreUnavailable(
            f"The state folder {folder} cannot be written: {error.strerror or error}.",
            hint="Make it writable, or set SHALL_STATE_DIR to a folder that is.",
        ) from error
