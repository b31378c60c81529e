"""Asks a run to stop, whichever process runs it: a worker, another server, a command."""

from shall.actions.results import opened_store
from shall.errors import NotStoppable, RunNotFound
from shall.results.records import RunStatus
from shall.workspace.workspace import Workspace


def ask_to_stop(workspace: Workspace, run_id: str) -> None:
    """Request a run to stop. Its process looks once a second, runs teardowns and stores the rest.

    Raises:
        RunNotFound: No run has that id.
        NotStoppable: It has ended, or its process is of a release that does not look.
        StoreUnavailable: The state cannot be read or written.
    """
    store = opened_store(workspace)
    run = store.run(run_id)
    if run is None:
        raise RunNotFound(f"No run has the id {run_id}.", hint="The list of runs has them all.")
    if run.status is not RunStatus.RUNNING:
        raise NotStoppable(f"The run {run_id} has ended.")
    if not store.ask_to_stop(run_id):
        raise NotStoppable(
            f"The process of the run {run_id} does not look for requests to stop.",
            hint="An older release runs it: end it where it was started.",
        )
