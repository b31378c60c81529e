"""Runs the shared steps that the settings name before the first case and after the last one."""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from msgspec.structs import replace

from shall.actions.discovery import JobReader, case_folders
from shall.actions.shared_steps import run_shared
from shall.engine.case import TEARDOWN_GRACE_S
from shall.engine.options import RunOptions
from shall.engine.ports import Turns
from shall.engine.stop import Stop
from shall.errors import SetupFailed
from shall.messages import Message, render
from shall.workspace.folders import CASE_FOLDERS, shared_path
from shall.workspace.workspace import Workspace

_log = logging.getLogger(__name__)


@contextmanager
def around_run(
    workspace: Workspace,
    options: RunOptions,
    reader: JobReader,
    stop: Stop,
    turns: Turns | None = None,
) -> Iterator[None]:
    """Run ``before_run``, let the cases run, then run ``after_run`` whatever happened to them.

    A file of ``before_run`` runs once, also for the cases that use it. ``after_run`` reads what
    ``before_run`` captured; what fails in it is logged.

    Raises:
        SetupFailed: ``before_run`` did not pass: no case runs.
    """
    try:
        _run_before(workspace, options, reader, stop, turns)
        yield
    except Exception:  # not KeyboardInterrupt: the second Ctrl-C breaks off
        _run_after(workspace, options, reader, stop)
        raise
    else:
        _run_after(workspace, options, reader, stop)


def _run_before(
    workspace: Workspace,
    options: RunOptions,
    reader: JobReader,
    stop: Stop,
    turns: Turns | None,
) -> None:
    for path in _paths(workspace, options.before_run):
        found = run_shared(workspace, [path], options, stop, turns)
        reader.shared = {**reader.shared, **found}
        if (why := found[path].error) is not None:
            raise SetupFailed(f"No case ran, since `before_run` did not pass: {_reason(why)}.")


def _run_after(workspace: Workspace, options: RunOptions, reader: JobReader, stop: Stop) -> None:
    """Run what comes after the last case; once the run was stopped its time is bounded."""
    grace = time.monotonic() + TEARDOWN_GRACE_S
    ends_at = grace if stop.status is not None else max(options.deadline_s, grace)
    bounded = replace(options, deadline_s=ends_at)
    before = [reader.shared.get(it) for it in _paths(workspace, options.before_run)]
    captured = tuple(it for it in before if it is not None and it.error is None)
    for path in _paths(workspace, options.after_run):
        found = run_shared(workspace, [path], bounded, Stop(), shared=captured)
        if (why := found[path].error) is not None:
            _log.warning("after_run did not pass: %s", _reason(why))


def _paths(workspace: Workspace, names: Sequence[str]) -> list[str]:
    folder = next(iter(case_folders(workspace)), CASE_FOLDERS[0])
    return [shared_path(f"{folder}/case.yaml", name) for name in names]


def _reason(why: Message) -> str:
    inner = why.params["inner"]
    said = render(inner) if isinstance(inner, Message) else str(inner)
    return f"{why.params['place']}: {said}".removesuffix(".")
