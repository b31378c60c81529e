"""``shall run --watch``: rerun what a file change affects."""

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shall.actions.affected_cases import SETTINGS, dependencies, stamps
from shall.actions.run_request import RunRequest
from shall.cli.output import INTERRUPTED, error_text, notice, say
from shall.errors import InvalidInput, ShallError
from shall.workspace.workspace import Workspace

Run = Callable[[Sequence[str]], int]
"""Runs the cases at some paths; returns the exit status."""

_EVERY_S = 0.5


def pause() -> None:
    """Wait until the files are looked at again."""
    time.sleep(_EVERY_S)


def check_flags(arguments: argparse.Namespace) -> None:
    """Check that no other flag chooses the cases. Raises ``InvalidInput``."""
    others = (arguments.impacted, arguments.since, arguments.expect, arguments.dry_run)
    if any(others) or arguments.shard or arguments.expect_cases is not None:
        raise InvalidInput(
            "--watch cannot be used with --impacted, --expect, --dry-run or --shard."
        )


def watch(workspace: Workspace, request: RunRequest, run: Run) -> int:
    """Run the cases, and again those that a change affects; return the last status at Ctrl-C.

    ``run`` runs the cases at some paths, with the settings as they are then.
    """
    seen = stamps(workspace)
    known = _look(workspace, request)
    paths: Sequence[str] = request.paths
    status = _run(run, paths)
    try:
        while status != INTERRUPTED:
            say("Waiting for file changes. Press Ctrl-C to stop.")
            affected: Sequence[str] | None = None
            while affected is None:
                before, seen = seen, _changed(workspace, seen)
                now = _look(workspace, request)
                if before.get(SETTINGS) != seen.get(SETTINGS):
                    affected = paths
                elif differing := [it for it in now if now[it] != known.get(it)]:
                    affected = [str(workspace.root / it) for it in differing]
                known = now
            status = _run(run, affected)
    except KeyboardInterrupt:
        say()
    return status


def _look(workspace: Workspace, request: RunRequest) -> Mapping[str, Any]:
    """Return what each case depends on; nothing where there is no case at the moment."""
    try:
        return dependencies(workspace, request)
    except ShallError:  # the run reports it
        return {}


def _changed(workspace: Workspace, seen: Mapping[str, Any]) -> Mapping[str, Any]:
    """Wait until a file differs from what was seen; return what is there now."""
    while True:
        pause()
        if (now := stamps(workspace)) != seen:
            return now


def _run(run: Run, paths: Sequence[str]) -> int:
    """Run some cases; an error does not end the watching."""
    try:
        return run(paths)
    except ShallError as error:
        notice(error_text(error))
        return error.exit_status
