"""What is kept of a call."""

from shall.actions.workspace import Workspace
from shall.store.base import CallRecord


def keep_call(workspace: Workspace, call: CallRecord) -> None:
    """Keep a call in the call log and in the store, before it is answered. Raises nothing.

    Nothing is made for it: where there is no state, only a log outside of it is written.

    The line is in the file when this returns, where a call log is kept; the store counts the call
    within 100 ms. It costs some 20 us and may be called in an event loop.
    """
    logs = not workspace.logs_in_state or workspace.has_state()
    if workspace.call_log is not None and logs:
        workspace.call_log.write(call)
    if workspace.store is not None:
        workspace.store.save_call(call)
