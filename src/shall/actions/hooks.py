"""Runs the shared steps that the settings name before the first case and after the last one."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from shall.actions.discovery import JobReader, case_folders
from shall.actions.shared_steps import run_later, run_shared, with_grace
from shall.engine.job import Job
from shall.engine.options import RunOptions
from shall.engine.ports import Turns
from shall.engine.stop import Stop
from shall.errors import SetupFailed
from shall.messages import Message, render
from shall.workspace.folders import CASE_FOLDERS, shared_path
from shall.workspace.workspace import Workspace

Warn = Callable[[str], None]

_log = logging.getLogger(__name__)


@contextmanager
def around_run(
    workspace: Workspace,
    options: RunOptions,
    reader: JobReader,
    stop: Stop,
    turns: Turns | None = None,
    warn: Warn = _log.warning,
) -> Iterator[None]:
    """Run ``before_run``, let the cases run, then run ``after_run`` whatever happened to them.

    A file of ``before_run`` runs once, also for the cases that use it. ``after_run`` reads what
    ``before_run`` captured; ``warn`` takes what fails in it.

    Raises:
        SetupFailed: ``before_run`` did not pass: no case runs.
    """
    try:
        _run_before(workspace, options, reader, stop, turns)
        yield
    except Exception:  # not KeyboardInterrupt: the second Ctrl-C breaks off
        _run_after(workspace, options, reader, stop, warn)
        raise
    else:
        _run_after(workspace, options, reader, stop, warn)


@contextmanager
def teardowns_after(
    workspace: Workspace,
    options: RunOptions,
    reader: JobReader,
    stop: Stop,
    warn: Warn = _log.warning,
) -> Iterator[None]:
    """Run the teardowns of shared steps once the cases ended; ``warn`` takes what fails in them."""
    try:
        yield
    except Exception:  # not KeyboardInterrupt, as above
        _run_teardowns(workspace, reader.later, options, stop, warn)
        raise
    else:
        _run_teardowns(workspace, reader.later, options, stop, warn)


def _run_teardowns(
    workspace: Workspace, later: Sequence[Job], options: RunOptions, stop: Stop, warn: Warn
) -> None:
    for why in run_later(workspace, later, options, stop):
        warn(f"A teardown of shared steps did not pass: {_reason(why)[0]}.")


def _run_before(
    workspace: Workspace,
    options: RunOptions,
    reader: JobReader,
    stop: Stop,
    turns: Turns | None,
) -> None:
    for path in _paths(workspace, options.before_run):
        found, later = run_shared(workspace, [path], options, stop, turns)
        reader.shared = {**reader.shared, **found}
        reader.later += later
        if (why := found[path].error) is not None:
            reason, hint = _reason(why)
            message = f"No case ran, since `before_run` did not pass: {reason}."
            raise SetupFailed(message, hint=hint)


def _run_after(
    workspace: Workspace, options: RunOptions, reader: JobReader, stop: Stop, warn: Warn
) -> None:
    """Run what comes after the last case; once the run was stopped its time is bounded."""
    bounded = with_grace(options, stop)
    before = [reader.shared.get(it) for it in _paths(workspace, options.before_run)]
    captured = tuple(it for it in before if it is not None and it.error is None)
    for path in _paths(workspace, options.after_run):
        found, later = run_shared(workspace, [path], bounded, Stop(), shared=captured)
        if (why := found[path].error) is not None:
            warn(f"`after_run` did not pass: {_reason(why)[0]}.")
        _run_teardowns(workspace, later, options, stop, warn)


def _paths(workspace: Workspace, names: Sequence[str]) -> list[str]:
    folder = next(iter(case_folders(workspace)), CASE_FOLDERS[0])
    return [shared_path(f"{folder}/case.yaml", name) for name in names]


def _reason(why: Message) -> tuple[str, str | None]:
    """Return why shared steps did not pass, and what may be meant instead."""
    inner = why.params["inner"]
    said = render(inner) if isinstance(inner, Message) else str(inner)
    place = str(why.params["place"])
    where = "" if said.startswith(f"{place} ") else f"{place}: "  # as of a file that is missing
    said, mark, near = said.partition(" Did you mean ")
    return f"{where}{said}".removesuffix("."), f"Did you mean {near}" if mark else None
