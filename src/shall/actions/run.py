"""Runs test cases: choose, run, record."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from shall.actions.discovery import JobReader, Texts, case_files, no_case_hint
from shall.actions.recording import Recorder
from shall.actions.run_request import RunRequest
from shall.actions.run_variables import declared_variables
from shall.engine.job import Job
from shall.engine.options import RunOptions, RunSettings
from shall.engine.random_values import seed_or_new
from shall.engine.run import RunContext, run_jobs
from shall.engine.stop import Stop
from shall.errors import BadValue, CaseNotFound, TimedOut
from shall.log import Log
from shall.results.events import CaseFinished, Emit, Event
from shall.results.records import RunSummary, ShardRecord, is_bad
from shall.workspace.workspace import RunDefaults, Workspace

if TYPE_CHECKING:
    from shall.actions.case_needs import Needs
    from shall.database_source import Database
    from shall.engine.ports import Turns
    from shall.engine.spawned_workers import Starter, WorkerProgram
    from shall.engine.worker_processes import WorkerProcesses
    from shall.secret_source import SecretSource


CASES_A_WORKER = 100
"""From twice as many on, two processes take less time than one."""

CASES_A_PROGRAM = 1000
"""From as many on, a server starts programs, which take 0.4 s each, to be free for other calls."""

_log = Log(__name__)


def execute(
    workspace: Workspace,
    request: RunRequest,
    listeners: Iterable[Emit] = (),
    stop: Stop | None = None,
    warn: Callable[[str], None] | None = None,
    turns: "Turns | None" = None,
) -> RunSummary:
    """Run cases in this thread, and record the results.

    A file that cannot be read counts as a case with outcome ``error``; the others run. ``stop``
    lets another thread or a signal handler end the run. ``warn`` takes what could not be recorded.
    ``turns``, one of which the caller has, are given back while the run waits.

    Raises:
        CaseNotFound: A path names no file, or no case was found at all.
        FolderNotFound: No path is named and there is no folder of cases.
        OutsideWorkspace: A path leads out.
        SetupFailed: What ``before_run`` names did not pass.
    """
    options = run_options(workspace, request)
    stop = stop or Stop()
    if request.snapshots is not None:
        options.shared["snapshots"] = request.snapshots
    cases = _choose(workspace, request, _go_on(options, stop))
    options = replace(options, shard=cases.shard, left_out=cases.left_out)
    if options.repeat > 1:
        cases = cases.repeated(options.repeat)
    with ExitStack() as opened:
        options = _run_shared(workspace, cases, options, opened, stop, turns)
        processes = None
        if request.snapshots is None:  # other processes could not add to it
            processes = _start_processes(workspace, options, cases, turns, opened)
        observers = () if workspace.observe is None else (workspace.observe,)
        proves = request.snapshots is None  # what was written in a run is not evidence of it
        # made only now that there is a case
        recorder = Recorder(workspace.with_state(), proves=proves, stop=stop)
        opened.callback(recorder.close)
        first = [_finish_after_bad(stop)] if options.exit_first else []
        emit = _to_all([recorder.take, *observers, *listeners, *first])
        if processes is not None:
            summary = processes.run(emit, stop, recorder.tick)
        else:
            loop = workspace.make_loop()
            loop.turns = turns
            context = RunContext(loop, workspace.files, emit, stop, recorder.tick)
            summary = _run_here(cases, options, context)
    if warn is not None:
        for fault in recorder.faults:
            warn(fault)
    return summary


def _go_on(options: RunOptions, stop: Stop) -> Callable[[], None]:
    """Return what ends the choosing of cases where the run's time is over."""

    def go_on() -> None:
        if stop.status is not None or time.monotonic() > options.deadline_s:
            raise TimedOut(
                f"The run timed out after {options.run_timeout_s:g} s, before a case started.",
                hint="Run fewer files, or increase the timeout.",
            )

    return go_on


class _Cases(Struct, frozen=True):
    """The cases of a run.

    ``rows`` are the numbers of their rows of data; empty where no case has any. ``uses`` are the
    paths of the shared steps that they use. ``left_out`` did not run since others have ``only``.
    """

    keys: Sequence[str]
    rows: Sequence[int]
    uses: frozenset[str]
    reader: JobReader
    shard: ShardRecord | UnsetType = UNSET
    repeat: int = 1
    left_out: int = 0

    def read(self, numbers: Iterable[int]) -> Iterable[Job]:
        """Read the jobs of the cases with some numbers, each in its turn."""
        return self.reader.read_turns(self.keys, self.rows, numbers, self.repeat)

    @property
    def joined(self) -> frozenset[int]:
        """The numbers of cases that the process runs that runs the case before."""
        needs = self.reader.needs
        size = len(self.keys) // self.repeat
        return frozenset() if needs is None else needs.joined(self.keys, size)

    def repeated(self, times: int) -> "_Cases":
        """Return the cases of a run that carries them out so many times, one after the other."""
        keys, rows = [*self.keys] * times, [*self.rows] * times
        return replace(self, keys=keys, rows=rows, repeat=times)


def _choose(workspace: Workspace, request: RunRequest, go_on: Callable[[], None]) -> _Cases:
    """Choose the cases. Without tags only those are read yet that ``texts.early`` names."""
    texts = Texts()
    files = case_files(workspace, request.paths, texts, logs_rootless=True)
    reader = JobReader(workspace, texts)
    chosen: Sequence[str] = files
    if request.tags or request.keyword:
        from shall.actions.selection import chooses_case  # only where cases are chosen

        is_chosen = chooses_case(request.tags, request.keyword)
        chosen = [path for path in files if is_chosen(reader.hold(path, go_on))]
    left_out = 0
    if any("only" in it.fields for it in texts.early.values()):
        from shall.actions.only import only_marked  # as above

        marked = only_marked(reader, chosen, texts.early, workspace.environ(), go_on)
        left_out, chosen = len(chosen) - len(marked), marked
    if any("needs" in it.fields for it in texts.early.values()):
        from shall.actions.case_needs import find_needs  # few suites have any

        reader.needs = find_needs(workspace, reader, texts, files, chosen, go_on)
    keys, shard = _ordered(workspace, chosen, request, reader.needs)
    if not keys and (shard is UNSET or not files):
        raise _no_case(workspace, request, is_any=bool(files))
    rows: Sequence[int] = ()
    uses: frozenset[str] = frozenset()
    if texts.early:
        from shall.actions.early_cases import look_ahead  # few suites have any

        keys, rows, uses = look_ahead(reader, keys, texts.early, go_on)
    return _Cases(keys, rows, uses, reader, shard, left_out=left_out)


def jobs_of(workspace: Workspace, request: RunRequest) -> Iterable[Job]:
    """Read the jobs that a request chooses, each with its row of data. Raises ``CaseNotFound``."""
    cases = _choose(workspace, request, lambda: None)
    return cases.read(range(len(cases.keys)))


def ready_jobs(
    workspace: Workspace,
    request: RunRequest,
    options: RunOptions,
    opened: ExitStack,
    stop: Stop,
) -> tuple[RunOptions, list[Job]]:
    """Read the jobs that a request chooses, once the logins and shared steps that they use ran.

    What comes after the last case runs when ``opened`` is closed.

    Raises:
        CaseNotFound: No case is found.
    """
    cases = _choose(workspace, request, _go_on(options, stop))
    options = _run_shared(workspace, cases, options, opened, stop)
    return options, list(cases.read(range(len(cases.keys))))


def _run_shared(
    workspace: Workspace,
    cases: _Cases,
    options: RunOptions,
    opened: ExitStack,
    stop: Stop,
    turns: "Turns | None" = None,
) -> RunOptions:
    """Run what comes before the first case; return the options with the tokens of the logins.

    What comes after the last case runs when ``opened`` is closed.
    """
    if options.logins:
        from shall.actions.logins import log_in  # few projects have any

        options = log_in(workspace, options, {*cases.keys, *cases.uses}, stop, turns)
    if not (cases.uses or options.before_run or options.after_run):
        return options
    from shall.actions.hooks import around_run, teardowns_after  # as above
    from shall.actions.shared_steps import run_shared  # few suites share steps

    opened.enter_context(teardowns_after(workspace, options, cases.reader, stop))
    if options.before_run or options.after_run:
        opened.enter_context(around_run(workspace, options, cases.reader, stop, turns))
    if missing := cases.uses - cases.reader.shared.keys():
        found, later = run_shared(workspace, missing, options, stop, turns)
        cases.reader.shared = {**cases.reader.shared, **found}
        cases.reader.later += later
    return options


def _no_case(workspace: Workspace, request: RunRequest, *, is_any: bool) -> CaseNotFound:
    """Make the error for a run without cases; ``is_any``: there are some that were not chosen."""
    where = ", ".join(request.paths) or str(workspace.root)
    if not is_any:
        hint = no_case_hint(workspace, request.paths)
        return CaseNotFound(f"No case was found in {where}.", hint=hint)
    chosen = [f"tags: {', '.join(request.tags)}"] if request.tags else []
    chosen += [f"keyword: {request.keyword}"] if request.keyword else []
    return CaseNotFound(f"No case in {where} matches {'; '.join(chosen)}.")


def _ordered(
    workspace: Workspace, keys: Sequence[str], request: RunRequest, needs: "Needs | None"
) -> tuple[Sequence[str], ShardRecord | UnsetType]:
    """Return the keys that are chosen, in their order, and of which part of the cases they are."""
    if needs is not None:
        keys = needs.arranged(keys)
    if request.selection is None:
        return keys, UNSET
    from shall.actions.selection import order, shard_record  # as above

    return order(workspace, keys, request.selection, needs), shard_record(workspace, keys, request)


def _start_processes(
    workspace: Workspace,
    options: RunOptions,
    cases: _Cases,
    turns: "Turns | None",
    opened: ExitStack,
) -> "WorkerProcesses | None":
    """Start worker processes where that is worth it; ``opened`` closes them.

    They are forked where that is safe, before anything else is opened.
    """
    if options.exit_first:  # processes know of one another's cases too late
        return None
    program = workspace.worker_program
    if program is None:
        count = _fork_count(options.run_workers, options.concurrency, len(cases.keys))
        if count < 2:
            return None
    else:
        count = _spawn_count(options.run_workers, options.concurrency, len(cases.keys))
        if count < 1 or not program.free.acquire(blocking=False):
            return None
        opened.callback(program.free.release)
    from shall.engine.worker_processes import WorkerProcesses, Workload

    start = None
    try:
        if program is not None:
            cases.reader.prepare()
            start = _starter(program, workspace, options, cases, count)
            opened.callback(start.close)
        elif (future := cases.reader.prepare_criteria(len(cases.keys), count)) is not None:
            opened.callback(future.close)
        workload = Workload(
            cases.keys,
            cases.read,
            lambda: workspace.make_loop(count),
            workspace.files,
            cases.rows,
            cases.joined,
            cases.reader.criteria,
        )
        processes = WorkerProcesses(count, workload, options, start, turns)
    except OSError as error:  # no process is left: this one can run them
        _log.warning("no worker process was started: %s", error)
        cases.reader.criteria = None
        return None
    opened.callback(processes.close)
    cases.reader.hand_over()
    return processes


def _starter(
    program: "WorkerProgram", workspace: Workspace, options: RunOptions, cases: _Cases, count: int
) -> "Starter":
    from shall.engine.spawned_workers import Assignment, Starter  # in servers alone

    assignment = Assignment(
        program.settings,
        workspace.root,
        workspace.unit.named,
        cases.keys,
        cases.rows,
        cases.reader.shared,
        cases.reader.needs,
        cases.joined,
        cases.reader.known,
        options,
        count,
    )
    return Starter(program, assignment, workspace.files.fileno())


def _fork_count(wanted: int, concurrency: int, cases: int) -> int:
    """Return how many processes to fork: below 2 this one runs the cases."""
    if not can_fork():
        return 1
    count = wanted or min(len(os.sched_getaffinity(0)), cases // CASES_A_WORKER)
    return min(count, concurrency, cases)


def can_fork() -> bool:
    """Return whether this process may be forked: no other thread holds a lock in it."""
    threading = sys.modules.get("threading")  # not imported: no thread was started
    return sys.platform == "linux" and not (threading and threading.active_count() > 1)


def _spawn_count(wanted: int, concurrency: int, cases: int) -> int:
    """Return how many processes to start beside a server's threads; 0: a thread runs the cases.

    One is worth it, too: the threads that serve are not held up by it.
    """
    if sys.platform != "linux" or not hasattr(os, "memfd_create") or wanted == 1:
        return 0
    most = wanted or len(os.sched_getaffinity(0))
    return min(most, concurrency, cases // CASES_A_PROGRAM)


def _run_here(cases: _Cases, options: RunOptions, context: RunContext) -> RunSummary:
    """Run the cases in this thread; close the loop."""
    total = len(cases.keys)
    try:
        return run_jobs(cases.read(range(total)), total, options, context)
    finally:
        context.loop.close()


def _finish_after_bad(stop: Stop) -> Emit:
    """Return a listener that lets no case start after one that did not pass."""

    def take(event: Event) -> None:
        if type(event) is CaseFinished and is_bad(event.figures):
            stop.finish()

    return take


def _to_all(takers: Sequence[Emit]) -> Emit:
    def emit(event: Event) -> None:
        for take in takers:
            take(event)

    return emit


def run_options(workspace: Workspace, request: RunRequest) -> RunOptions:
    """Return how the engine runs a request, with the options of the workspace.

    Raises:
        BadValue: ``shall.yaml`` defines environments, and not the one that is named.
    """
    defaults = workspace.defaults
    settings = {name: getattr(defaults, name) for name in RunSettings.__struct_fields__}
    if request.environment is not None:
        settings["environment"] = request.environment
    for name, value in _of_environment(defaults, settings["environment"]).items():
        if name == "secrets":
            value = tuple(dict.fromkeys((*settings[name], *value)))
        if isinstance(value, Mapping) and name != "auth":  # of credentials there is one kind
            value = {**settings[name], **value}
        settings[name] = value
    secrets, read, unavailable = _secrets(workspace, settings, request)
    host = request.host or settings["host"]
    if host and "://" not in host:
        host = f"http://{host}"
    known = {"host": host} if host and "host" not in unavailable else {}
    settings["variables"] = {**known, **settings["variables"], **secrets, **request.variables}
    settings["seed"] = seed_or_new(settings["seed"])  # one for all processes of the run
    if defaults.config is not None:
        from shall.actions.logins import config_options  # as above

        more = config_options(defaults.config, settings)
        read = {**more.pop("passwords"), **read}
        settings |= more
    selection = request.selection
    exit_first = selection is not None and selection.exit_first
    if exit_first:
        settings["run_workers"] = 1  # one process sees what the others do not yet
    return RunOptions(
        run_id=os.urandom(16).hex(),
        named_host=request.host,
        deadline_s=time.monotonic() + settings["run_timeout_s"],
        memory=workspace.memory,
        unavailable=unavailable,
        passwords=read,
        exit_first=exit_first,
        repeat=1 if selection is None else selection.repeat,
        declared=declared_variables(defaults, settings["environment"]).given(request.variables),
        openapi=defaults.openapi,
        **settings,
    )


def _secrets(
    workspace: Workspace, settings: Mapping[str, Any], request: RunRequest
) -> tuple[Mapping[str, str], Mapping[str, str], Mapping[str, str]]:
    """Return the secrets by name, the passwords of databases, and why some have no value."""
    passwords = _password_sources(settings["databases"])
    sources = {**settings["secret_sources"], **passwords}
    if not sources:
        return {}, {}, {}
    from shall.workspace.secrets import read_secrets  # few projects have any

    values, unavailable = read_secrets(
        workspace.root, workspace.environ(), sources, request.variables
    )
    read = {name: it for name, it in values.items() if name in passwords}
    secrets = {name: it for name, it in values.items() if name not in passwords}
    return secrets, read, unavailable


def _files(defaults: RunDefaults) -> str:
    return "shall.yaml" if defaults.config is None else "shall.yaml or config.yaml"


def _password_sources(databases: "Mapping[str, Database]") -> "Mapping[str, SecretSource]":
    return {
        f"databases.{name}.password": it.password
        for name, it in databases.items()
        if it.password is not None
    }


def _of_environment(defaults: RunDefaults, name: str) -> Mapping[str, Any]:
    known = defaults.environment_settings
    if not name or not known:
        return {}
    if name not in known:
        from shall.cases.nearest import nearest  # only where something is wrong

        near = nearest(name, known)
        raise BadValue(
            f"Environment {name} is not defined in {_files(defaults)}.",
            hint=f"Did you mean {near}?" if near else f"Available: {', '.join(known)}.",
        )
    return known[name]
