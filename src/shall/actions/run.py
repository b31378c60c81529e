"""Runs test cases: choose, run, record."""

import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from shall.actions.discovery import JobReader, Texts, case_files, read_jobs
from shall.actions.recording import Recorder
from shall.engine.job import Job, RunOptions
from shall.engine.ports import Turns
from shall.engine.run import RunContext, run_jobs
from shall.engine.stop import Stop
from shall.errors import CaseNotFound, TimedOut
from shall.results.events import Emit, Event
from shall.results.records import RunSummary
from shall.workspace.stray_cases import stray_cases, stray_notice
from shall.workspace.workspace import Workspace


class RunRequest(Struct, frozen=True):
    """What to run. No paths: every case below ``tests/cases`` (older layouts are found too).

    ``tags`` keeps cases that have any of them; ``variables`` win over those of ``shall.yaml``.
    ``run_timeout_s``, ``concurrency`` and ``keep_all`` None mean the workspace's defaults.
    """

    paths: Sequence[str] = ()
    tags: Sequence[str] = ()
    host: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    run_timeout_s: float | None = None
    concurrency: int | None = None
    keep_all: bool | None = None


def execute(
    workspace: Workspace,
    request: RunRequest,
    listeners: Iterable[Emit] = (),
    stop: Stop | None = None,
    warn: Callable[[str], None] | None = None,
    turns: Turns | None = None,
) -> RunSummary:
    """Run cases in this thread, and record the results.

    A file that cannot be read counts as a case with outcome ``error``; the others run. ``stop``
    lets another thread or a signal handler end the run. ``warn`` takes what could not be recorded.
    ``turns``, one of which the caller has, are given back while the run waits.

    Raises:
        CaseNotFound: A path names no file, or no case was found at all.
        FolderNotFound: No path is named and there is no folder of cases.
        OutsideWorkspace: A path leads out.
    """
    options = run_options(workspace, request)
    stop = stop or Stop()
    jobs, total = _jobs(workspace, request, _go_on(options, stop))
    recorder = Recorder(workspace.with_state())  # made only now that there is a case
    takers = [recorder.take, *listeners]
    if workspace.observe is not None:
        takers.insert(1, workspace.observe)

    def emit(event: Event) -> None:
        for take in takers:
            take(event)

    loop = workspace.make_loop()
    loop.turns = turns
    try:
        context = RunContext(loop, workspace.files, emit, stop, recorder.tick)
        summary = run_jobs(jobs, total, options, context)
    finally:
        loop.close()
        recorder.close()
    if warn is not None:
        for fault in recorder.faults:
            warn(fault)
    return summary


def _go_on(options: RunOptions, stop: Stop) -> Callable[[], None]:
    """Return what ends the choosing of cases where the run's time is over."""

    def go_on() -> None:
        if stop.status is not None or time.monotonic() > options.deadline_s:
            raise TimedOut(
                f"The run took longer than its {options.run_timeout_s:g} s before a case began.",
                hint="Name fewer files, or allow more time.",
            )

    return go_on


def _jobs(
    workspace: Workspace, request: RunRequest, go_on: Callable[[], None]
) -> tuple[Iterable[Job], int]:
    """Return the jobs and their number. Without tags each file is read when its turn comes."""
    texts = Texts()
    files = case_files(workspace, request.paths, texts)
    if request.tags:
        chosen = read_jobs(workspace, files, request.tags, go_on)
        jobs: Iterable[Job] = chosen
        total = len(chosen)
    else:
        jobs, total = JobReader(workspace, texts).read(files), len(files)
    if not total:
        what = f" with the tags {', '.join(request.tags)}" if request.tags else ""
        raise CaseNotFound(
            f"No case{what} was found in {', '.join(request.paths) or str(workspace.root)}.",
            hint=(not request.paths and stray_notice(stray_cases(workspace.files)))
            or "A case file is YAML with the root testcase:.",
        )
    return jobs, total


def run_options(workspace: Workspace, request: RunRequest) -> RunOptions:
    """Return how the engine runs a request, with the workspace's defaults."""
    defaults = workspace.defaults
    run_timeout_s = request.run_timeout_s or defaults.run_timeout_s
    return RunOptions(
        run_id=secrets.token_hex(16),
        host=request.host,
        default_host=defaults.host,
        project_hosts=defaults.project_hosts,
        variables={**defaults.variables, **request.variables},
        secrets=defaults.secrets,
        concurrency=request.concurrency or defaults.concurrency,
        request_timeout_s=defaults.request_timeout_s,
        run_timeout_s=run_timeout_s,
        environment=defaults.environment,
        deadline_s=time.monotonic() + run_timeout_s,
        memory=workspace.memory,
        keep_all=defaults.keep_all if request.keep_all is None else request.keep_all,
    )
