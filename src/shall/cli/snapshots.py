"""What ``shall run --update-snapshots`` prints."""

from shall.actions.snapshots import Snapshots, write_snapshots
from shall.cli.output import notice
from shall.workspace.workspace import Workspace


def finish_snapshots(workspace: Workspace, snapshots: Snapshots) -> None:
    """Write the snapshots of a run, and print on stderr which."""
    written = write_snapshots(workspace, snapshots)
    for path in written.new:
        notice(f"Wrote the snapshot {path}.")
    for path in written.changed:
        notice(f"Changed the snapshot {path}.")
    for fault in written.faults:
        notice(fault)
    for path in written.unused:
        notice(f"No case compares with the snapshot {path}.")
    for key in sorted(snapshots.bad & {it.case_key for it in snapshots.taken}):
        notice(f"The snapshots of {key} were not written, since it did not pass.")
    notice("A run that updates snapshots proves nothing: run again without --update-snapshots.")
