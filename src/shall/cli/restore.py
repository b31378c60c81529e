"""``shall restore``: the state of a backup in the place of the present one."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from shall.admin.restore import restore
from shall.bootstrap import state_folder
from shall.cli.options import folder_of, settings_of
from shall.cli.output import OK, printable, say
from shall.messages import plural


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    folder = folder_of(arguments.workspace)
    settings, _ = settings_of(folder, {})
    state = state_folder(folder, settings)
    archive = Path(arguments.file).absolute()
    restored = restore(archive, state, datetime.now(UTC), force=arguments.force)
    made = restored.manifest
    count = len(made.files)
    files = f"{count} {plural(count, 'file', 'files')} of {made.created_at} (shall {made.version})"
    say(printable(f"Restored {files} to {state}."))
    if restored.kept is not None:
        say(
            printable(
                f"The previous state is in {restored.kept}. Delete it when it is no longer needed."
            )
        )
    return OK
