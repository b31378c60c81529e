"""``shall report --html-folder``: the newest runs and the matrix, as files with links."""

from datetime import UTC, datetime
from pathlib import Path

from shall.actions.past_runs import past_runs_together
from shall.actions.proof import Proof, read_proof
from shall.actions.results import opened_store, stored_run
from shall.cli.output import notice, write_file
from shall.errors import InvalidInput, ShallError
from shall.pages.folder import folder_pages
from shall.results.listing import EVERY_RUN, RunFilter, RunPage
from shall.workspace.workspace import Workspace

MOST_RUNS = 20
"""The newest runs that the folder has, besides the one that is named."""


def write_html_folder(workspace: Workspace, folder: Path, run_id: str, language: str) -> Path:
    """Write the files; return the first page.

    Raises:
        InvalidInput: A file cannot be written.
        StoreUnavailable: The state cannot be read.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"{folder} cannot be written: {error.strerror}.") from None
    runs = _runs(workspace, run_id)
    results = (stored_run(workspace, line.run_id) for line in runs.lines)
    past = past_runs_together(workspace, MOST_RUNS)
    proof = _proof(workspace, language)
    for name, text in folder_pages(runs, results, past, proof, datetime.now(UTC)):
        write_file(str(folder / name), text)
    return folder / ("index.html" if language == "en" else f"index.{language}.html")


def _runs(workspace: Workspace, run_id: str) -> RunPage:
    store = opened_store(workspace)
    newest = store.run_page(EVERY_RUN, MOST_RUNS, 0)
    if run_id in {"latest", *(it.run_id for it in newest.lines)}:
        return newest
    named = store.run_page(RunFilter(run_id=run_id), 1, 0).lines
    lines = (*newest.lines, *named)
    return RunPage(lines, len(lines), len(lines), newest.environments)


def _proof(workspace: Workspace, language: str) -> Proof | None:
    try:
        return read_proof(workspace, language)
    except ShallError as error:
        notice(f"The folder has no matrix: {error.message}")
        return None
