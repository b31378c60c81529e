"""Shortens the evidence to the lines that a status rests on."""

from datetime import UTC, datetime

from shall.errors import StoreUnavailable
from shall.store.state import LOCAL
from shall.workspace.workspace import Workspace


def compact_evidence(workspace: Workspace) -> tuple[int, str]:
    """Drop replaced lines; return how many, and the folder below the state with the originals.

    Raises:
        StoreUnavailable: A file cannot be read or written.
    """
    if workspace.evidence is None:
        return 0, ""
    folder = workspace.state / LOCAL / "compacted" / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")

    def keep(name: str, data: bytes) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        except OSError as error:
            raise StoreUnavailable(
                f"{folder / name} cannot be written: {error.strerror}."
            ) from error

    return workspace.evidence.compact(keep), str(folder)
