"""Runs test cases: choose, run, keep."""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shall.actions.choosing import case_files, read_jobs
from shall.actions.evidence import keep_case_evidence
from shall.actions.recording import Recorder
from shall.actions.workspace import Workspace
from shall.engine.job import Job, RunOptions
from shall.engine.run import run_jobs
from shall.errors import CaseNotFound
from shall.results.events import Emit, Event
from shall.results.records import RunResult


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to run. No paths: every case below ``tests/cases`` (older layouts are found too).

    ``tags`` keeps cases that have any of them; ``variables`` win over those of ``shall.yaml``.
    ``run_timeout_s`` and ``concurrency`` None mean the workspace's defaults.
    """

    paths: Sequence[str] = ()
    tags: Sequence[str] = ()
    host: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    run_timeout_s: float | None = None
    concurrency: int | None = None


async def run_tests(
    workspace: Workspace,
    request: RunRequest,
    emit: Emit | None = None,
    warn: Callable[[str], None] | None = None,
) -> RunResult:
    """Run cases and keep the results.

    A file that cannot be read counts as a case with outcome ``error``; the others run. ``warn``
    takes, before the result is given, what could not be kept of it; the log tells it, too.

    Raises:
        CaseNotFound: A path names no file, or no case was found at all.
        FolderNotFound: No path is named and there is no folder of cases.
        OutsideWorkspace: A path leads out.
    """
    jobs = await asyncio.to_thread(_chosen_jobs, workspace, request)
    options = _options(workspace, request)
    recorder = Recorder(workspace.store)
    sender = workspace.make_sender()

    listeners = [it for it in (recorder.take, workspace.observe, emit) if it is not None]

    def emit_all(event: Event) -> None:
        for listener in listeners:
            listener(event)

    try:
        async with recorder:
            result = await run_jobs(jobs, options, sender, workspace.files, emit_all)
    finally:
        sender.close()
    for fault in (recorder.fault, await asyncio.to_thread(keep_case_evidence, workspace, result)):
        if fault is not None and warn is not None:
            warn(fault)
    return result


def _chosen_jobs(workspace: Workspace, request: RunRequest) -> list[Job]:
    jobs = read_jobs(workspace, case_files(workspace, request.paths), request.tags)
    if not jobs:
        what = f" with the tags {', '.join(request.tags)}" if request.tags else ""
        raise CaseNotFound(
            f"No case{what} was found in {', '.join(request.paths) or str(workspace.root)}.",
            hint="A case file is YAML with the root testcase:.",
        )
    return jobs


def _options(workspace: Workspace, request: RunRequest) -> RunOptions:
    defaults = workspace.defaults
    return RunOptions(
        run_id=secrets.token_hex(16),
        host=request.host,
        default_host=defaults.host,
        project_hosts=defaults.project_hosts,
        variables={**defaults.variables, **request.variables},
        secrets=defaults.secrets,
        concurrency=request.concurrency or defaults.concurrency,
        request_timeout_s=defaults.request_timeout_s,
        run_timeout_s=request.run_timeout_s or defaults.run_timeout_s,
        environment=defaults.environment,
    )
