"""Stores the HTML reports of runs."""

from pathlib import Path

from shall.errors import StoreUnavailable
from shall.store.state import LOCAL
from shall.workspace.workspace import Workspace

KEPT = 200
"""The number of reports that are stored; older ones are deleted."""


def keep_report(workspace: Workspace, run_id: str, page: str) -> Path:
    """Write a run's page below the state folder; return its path.

    Raises:
        StoreUnavailable: It cannot be written.
    """
    folder = workspace.state / LOCAL / "reports"
    path = folder / f"{run_id}.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(page, "utf-8", errors="backslashreplace")
        by_age = sorted(folder.glob("*.html"), key=lambda it: it.stat().st_mtime, reverse=True)
        for old in by_age[KEPT:]:
            old.unlink(missing_ok=True)
    except OSError as error:
        raise StoreUnavailable(
            f"The report {path} cannot be written: {error.strerror or error}."
        ) from error
    return path
