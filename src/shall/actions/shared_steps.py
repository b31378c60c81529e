"""Runs the shared steps that the cases of a run use: each file once, before the first case."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from shall.actions.discovery import positions
from shall.cases.model import Case
from shall.cases.nearest import nearest
from shall.cases.shared_steps import read_shared
from shall.engine.case import TEARDOWN_GRACE_S, run_case
from shall.engine.job import Job
from shall.engine.options import RunOptions
from shall.engine.ports import Turns
from shall.engine.redact import Known
from shall.engine.run import RunContext, run_jobs
from shall.engine.shared import Shared, captured_names, failure_of
from shall.engine.stop import Stop
from shall.errors import FileMissing, InvalidInput
from shall.messages import Message
from shall.results.events import CaseFinished, Emit, Event
from shall.results.records import Outcome
from shall.workspace.folders import YAML_ENDINGS
from shall.workspace.workspace import Workspace


def run_shared(
    workspace: Workspace,
    paths: Iterable[str],
    options: RunOptions,
    stop: Stop,
    turns: Turns | None = None,
    shared: tuple[Shared, ...] = (),
) -> tuple[Mapping[str, Shared], list[Job]]:
    """Run files of shared steps at the same time, and return by path what they left behind.

    They read what others captured, ``shared``. Their teardowns, which are to run later, are
    returned as jobs.

    One that cannot be read, or does not pass, has the reason; the run goes on.
    """
    found: dict[str, Shared] = {}
    later: list[Job] = []
    jobs = []
    for path in sorted(set(paths)):
        try:
            jobs.append(replace(_job(workspace, path, found, later), shared=shared))
        except InvalidInput as error:
            place, said = _place_and_problem(path, str(error))
            inner = Message("case.invalid", {"problems": said})
            found[path] = _failed(Message("case.shared_failed", {"place": place, "inner": inner}))

    def take(event: Event) -> None:
        if type(event) is CaseFinished and event.result.outcome is not Outcome.PASSED:
            key = event.result.case_key
            found[key] = _failed(failure_of(key, event.result))

    _run(workspace, jobs, options, stop, take, turns)
    return found, later


def run_later(
    workspace: Workspace, later: Sequence[Job], options: RunOptions, stop: Stop
) -> Iterator[Message]:
    """Run teardowns of shared steps, those of the last first; yield why some did not pass.

    Once the run was stopped their time is bounded.
    """
    bounded = with_grace(options, stop)
    failed: list[Message] = []

    def take(event: Event) -> None:
        if type(event) is CaseFinished and event.result.teardown_outcome is not Outcome.PASSED:
            failed.append(failure_of(event.result.case_key, event.result))

    for job in reversed(later):
        _run(workspace, [job], bounded, Stop(), take)
        yield from failed
        failed.clear()


def with_grace(options: RunOptions, stop: Stop) -> RunOptions:
    """Return the options of what comes after the last case: a bounded time, once that is over."""
    grace = time.monotonic() + TEARDOWN_GRACE_S
    ends_at = grace if stop.status is not None else max(options.deadline_s, grace)
    return replace(options, deadline_s=ends_at)


def _run(
    workspace: Workspace,
    jobs: Sequence[Job],
    options: RunOptions,
    stop: Stop,
    take: Emit,
    turns: Turns | None = None,
) -> None:
    loop = workspace.make_loop()
    loop.turns = turns
    try:
        run_jobs(jobs, len(jobs), options, RunContext(loop, workspace.files, take, stop))
    finally:
        loop.close()


def _place_and_problem(path: str, said: str) -> tuple[str, str]:
    """Return the place and the rest of a problem that may begin with its place in a file."""
    place, _, rest = said.partition(": ")
    return (place, rest) if place.startswith(f"{path}:") else (path, said)


def _job(workspace: Workspace, path: str, found: dict[str, Shared], later: list[Job]) -> Job:
    try:
        text = workspace.files.read_text(path)
    except FileMissing as error:
        folder = path.rpartition("/")[0]
        is_there = workspace.files.is_folder(folder)
        near = nearest(path, workspace.files.find(folder, YAML_ENDINGS) if is_there else ())
        raise FileMissing(error.message, hint=f"Did you mean {near}?" if near else None) from None
    case = read_shared(text, path)
    masked = replace(case, name=workspace.redactor.text(case.name))
    locate = positions(text, path)

    def take(variables: Mapping[str, object], known: Known) -> None:
        found[path] = _passed(case, text, variables, known)
        if case.teardowns:
            left = Shared({**variables}, case.secrets, known)
            teardowns = replace(masked, steps=(), variables={})
            later.append(Job(path, teardowns, locate=locate, shared=(left,)))

    return Job(
        path,
        replace(masked, teardowns=()),
        locate=locate,
        run=lambda job, options, why: run_case(
            replace(job, run=None), options, workspace.files, why, take
        ),
    )


def _passed(case: Case, text: str, variables: Mapping[str, object], known: Known) -> Shared:
    values = {name: variables[name] for name in captured_names(case) if name in variables}
    return Shared(values, case.secrets, known, text=text)


def _failed(why: Message) -> Shared:
    return Shared(error=why)
