"""``shall run --watch``: run again what a change of a file affects."""

import argparse
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from shall.actions.run_request import RunRequest
from shall.actions.watching import SETTINGS, dependencies, stamps
from shall.cli.output import INTERRUPTED, OK, error_text, say, tell
from shall.cli.run import path_in, project_to_run, request_of, run_in
from shall.errors import InvalidInput, ShallError
from shall.workspace.workspace import Workspace

_EVERY_S = 0.5


def pause() -> None:
    """Wait until the files are looked at again."""
    time.sleep(_EVERY_S)


def watch(arguments: argparse.Namespace) -> int:
    """Run the cases, and again those that a change affects; return the last status at Ctrl-C.

    Raises:
        InvalidInput: Another flag chooses the cases, or nothing is sent.
        InvalidSetting: The settings cannot be used at the start.
    """
    others = (arguments.impacted, arguments.since, arguments.expect, arguments.dry_run)
    if any(others) or arguments.shard or arguments.expect_cases is not None:
        raise InvalidInput(
            "--watch cannot be used with --impacted, --expect, --dry-run or --shard."
        )
    workspace, _ = project_to_run(arguments)
    with closing(workspace):
        request = _request(workspace, arguments)
        seen = stamps(workspace)
        known = _look(workspace, request)
        status = _run(arguments, arguments.paths)
        try:
            while status != INTERRUPTED:
                say("Waiting for a change of a file. Ctrl-C ends.")
                seen, before = _changed(workspace, seen), seen
                now = _look(workspace, request)
                if before.get(SETTINGS) != seen.get(SETTINGS):
                    affected: Sequence[str] = arguments.paths
                else:
                    affected = [str(workspace.root / it) for it in now if now[it] != known.get(it)]
                    if not affected:
                        continue
                known = now
                status = _run(arguments, affected)
        except KeyboardInterrupt:
            say()
    return status


def _request(workspace: Workspace, arguments: argparse.Namespace) -> RunRequest:
    return request_of(arguments, [path_in(workspace.root, it) for it in arguments.paths])


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


def _run(arguments: argparse.Namespace, paths: Sequence[str]) -> int:
    """Run some cases with the settings as they are now; an error does not end the watching."""
    named = argparse.Namespace(**{**vars(arguments), "paths": paths})
    try:
        workspace, settings = project_to_run(named)
        with closing(workspace):
            return run_in(workspace, settings, named)
    except ShallError as error:
        tell(error_text(error))
        return error.exit_status or OK
