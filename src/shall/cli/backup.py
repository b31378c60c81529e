"""``shall backup``: a copy of the state in one file."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from shall.admin.backup import archive_name, back_up
from shall.bootstrap import state_folder
from shall.cli.options import folder_of, settings_of
from shall.cli.output import OK, say
from shall.messages import plural


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    folder = folder_of(arguments.workspace)
    settings, _ = settings_of(folder, {})
    now = datetime.now(UTC)
    target = Path(arguments.to or archive_name(now)).absolute()
    manifest = back_up(state_folder(folder, settings), target, now)
    size = sum(entry.size for entry in manifest.files)
    count = len(manifest.files)
    files = plural(count, "file", "files")
    say(f"Backed up {count} {files} ({size:,} bytes) to {target}.")
    say("The backup contains recorded requests and responses. Protect it like the state itself.")
    return OK
