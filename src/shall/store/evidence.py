"""Evidence as committed, mergeable text: ``<state>/evidence/YYYY-MM.jsonl``, one line a fact."""

from collections.abc import Sequence
from pathlib import Path

from shall.store.base import Evidence


class EvidenceLog:
    """Appends evidence lines and reads the newest one of each criterion, source and data row.

    A line is written only when it says something new (outcome or a fingerprint differs from the
    newest line of the same criterion, source and row), so a green run on a green project changes
    no committed file.
    """

    def __init__(self, folder: Path) -> None:
        raise NotImplementedError

    def append(self, facts: Sequence[Evidence]) -> int:
        """Append what is new in one atomic write; give how many lines were written.

        Raises:
            StoreUnavailable: The folder cannot be written.
        """
        raise NotImplementedError

    def newest(self) -> list[Evidence]:
        """Give the newest line (by ``at``) of each criterion, source and data row.

        A torn or unreadable line is skipped and named in a warning.
        """
        raise NotImplementedError
