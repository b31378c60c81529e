"""``shall run``: run test cases and record the results."""

import _signal  # type: ignore[import-not-found]  # signal makes enumerations: 3 M instructions
import gc
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, get_origin

from shall import late_json
from shall.actions.run import execute as run_cases
from shall.actions.run_request import ARGUMENTS, RunRequest, run_request
from shall.bootstrap import open_project
from shall.cli.options import folder_of, settings_of
from shall.cli.output import OK, columns_of_terminal, exit_status, notice, write
from shall.cli.output_flags import named_files
from shall.cli.selection_flags import selection_of
from shall.cli.setting_flags import run_flags
from shall.engine.stop import Stop
from shall.errors import InvalidInput
from shall.report.style import Style
from shall.report.text import styled_summary
from shall.results.events import Emit
from shall.results.records import RunSummary
from shall.settings import Settings
from shall.workspace.workspace import Workspace

if TYPE_CHECKING:
    import argparse

    from shall.actions.snapshots import Snapshots
    from shall.cli.run_scope import Promises
    from shall.results.collected import Collected

_NEW_OBJECTS = 20_000
"""Objects after which the garbage collector looks for cycles: a case leaves hardly any."""


def execute(arguments: "argparse.Namespace") -> int:
    """Run the command."""
    if arguments.watch:
        return _watch(arguments)
    workspace, settings = _project(arguments)
    _opened[:] = [workspace]
    return _run_in(workspace, settings, arguments)


_opened: list[Workspace] = []
"""The project of the last run, so that the process ends before its store is closed: SQLite would
copy what it logged to the database, and wait for the disk. It does so when that is worth it."""


def _project(arguments: "argparse.Namespace") -> tuple[Workspace, Settings]:
    folder = folder_of(arguments.workspace)
    settings, _ = settings_of(folder, {**run_flags(arguments), "no_color": arguments.no_color})
    if arguments.notify:
        from shall.actions.notifications import check_notify  # few runs send a summary

        check_notify(settings.notify)
    return open_project(folder, settings), settings


def _watch(arguments: "argparse.Namespace") -> int:
    from shall.cli.watch import check_flags, watch  # few runs watch

    def run(paths: Sequence[str]) -> int:
        named = type(arguments)(**{**vars(arguments), "paths": paths})
        workspace, settings = _project(named)  # the settings may have changed
        with closing(workspace):
            return _run_in(workspace, settings, named)

    check_flags(arguments)
    workspace, _ = _project(arguments)
    with closing(workspace):
        paths = [path_in(workspace.root, it) for it in arguments.paths]
        return watch(workspace, _request_of(arguments, paths), run)


def _run_in(workspace: Workspace, settings: Settings, arguments: "argparse.Namespace") -> int:
    paths, expectations = _scope_of(workspace, workspace.root, arguments)
    if paths is None:
        return expectations.status(OK) if expectations is not None else OK
    snapshots = _snapshots(arguments)
    request = _request_of(arguments, paths, None if snapshots is None else snapshots.taken)
    if arguments.dry_run:
        from shall.cli.dry_run import show_requests  # few runs are dry

        is_json = arguments.format == "json"
        return show_requests(workspace, request, settings.language, as_json=is_json)
    files = named_files(arguments, "report-")
    events = files.pop("ndjson", None)
    is_text = arguments.format == "text"
    collected = _collected() if files or not is_text else None
    listeners = [it.take for it in (expectations, snapshots) if it is not None]
    with _event_lines(events) as lines:
        run = run_showing(workspace, request, settings, collected, [*listeners, *lines])
    if workspace.state_warning:
        notice(workspace.state_warning)
    _finish(workspace, snapshots)
    if is_text:
        show(run, settings, workspace, quiet=arguments.quiet, verbose=arguments.verbose)
    if collected is not None:
        from shall.cli.report import report_text, write_reports  # only where one is asked for

        whole = collected.result(run)
        if not is_text:
            write(report_text(whole, arguments.format, settings.language).rstrip("\n"))
        write_reports(whole, settings.language, files, workspace)
    if arguments.notify:
        send_notifications(workspace, settings, run)
    status = exit_status(run)
    return status if expectations is None else expectations.status(status)


def _collected() -> "Collected":
    from shall.results.collected import Collected  # few runs write reports

    return Collected()


def send_notifications(workspace: Workspace, settings: Settings, run: RunSummary) -> None:
    """Send the summary of a run as the settings say; report what was not sent."""
    from shall.actions.notifications import send_summary  # as above

    title = settings.config.title if settings.config is not None else ""
    for fault in send_summary(workspace, run, settings.notify, title):
        notice(fault)


def _snapshots(arguments: "argparse.Namespace") -> "Snapshots | None":
    if not arguments.update_snapshots:
        return None
    from shall.actions.snapshots import Snapshots  # few runs write any

    return Snapshots()


def _finish(workspace: Workspace, snapshots: "Snapshots | None") -> None:
    if snapshots is not None:
        from shall.cli.snapshots import finish_snapshots  # as above

        finish_snapshots(workspace, snapshots)


@contextmanager
def _event_lines(path: str | None) -> Iterator[list[Emit]]:
    """Open the file of the events, and report where not all could be written.

    Raises:
        InvalidInput: It cannot be opened.
    """
    if path is None:
        yield []
        return
    from shall.report.ndjson import EventLines

    try:
        file = Path(path).open("wb", buffering=0)  # noqa: SIM115 - closed below
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}.") from None
    with file:
        lines = EventLines(file)
        yield [lines.take]
    if lines.fault is not None:
        notice(f"{path} is incomplete: {lines.fault.strerror}.")


def _scope_of(
    workspace: Workspace, folder: Path, arguments: "argparse.Namespace"
) -> "tuple[Sequence[str] | None, Promises | None]":
    """Return what to run, None where a change touches no case, and what the run promises."""
    paths = [path_in(folder, path) for path in arguments.paths]
    promises = arguments.expect or arguments.expect_cases is not None
    if not (arguments.impacted or arguments.since or promises):
        return paths, None
    from shall.cli.run_scope import Promises, paths_to_run  # few runs need it

    expectations = Promises(workspace, arguments)
    return paths_to_run(workspace, paths, arguments), expectations


def _request_of(
    arguments: "argparse.Namespace", paths: Sequence[str], snapshots: list[Any] | None = None
) -> RunRequest:
    given = {name: getattr(arguments, name) for name in ARGUMENTS}
    for name, argument in ARGUMENTS.items():
        if get_origin(argument.kind) is dict and given[name] is not None:
            given[name] = variables_of(given[name], argument.flag)
    return run_request(paths, given, selection_of(arguments), snapshots)


def run_showing(
    workspace: Workspace,
    request: RunRequest,
    settings: Settings,
    collected: "Collected | None" = None,
    more: Sequence[Emit] = (),
) -> RunSummary:
    """Run cases with a progress bar; after Ctrl-C or SIGTERM return what ran until then."""
    listeners = [*more] if collected is None else [collected.take, *more]
    clear: Callable[[], None] = lambda: None  # noqa: E731 - there may be no bar
    if sys.stderr.isatty():
        from shall.report.progress import ProgressBar

        bar = ProgressBar(sys.stderr, time.monotonic, columns_of_terminal(), settings.language)
        listeners.append(bar.take)
        clear = bar.clear
    stop = Stop()
    gc.freeze()  # what was imported stays until the process ends: it need not be looked at again
    gc.set_threshold(_NEW_OBJECTS)
    try:
        with stopped_by_signals(stop):
            return run_cases(workspace, request, listeners, stop)
    finally:
        clear()


@contextmanager
def stopped_by_signals(stop: Stop) -> Iterator[None]:
    """Stop the run at the first Ctrl-C or SIGTERM, so that teardowns run; the second breaks off."""

    def on_signal(number: int, frame: FrameType | None) -> None:
        if stop.status is not None:
            _signal.default_int_handler(number, frame)
        stop.request()

    try:
        before = {it: _signal.signal(it, on_signal) for it in (_signal.SIGINT, _signal.SIGTERM)}
    except ValueError:  # not in the main thread
        yield
        return
    try:
        yield
    finally:
        for number, previous in before.items():
            _signal.signal(number, previous)


def show(
    run: RunSummary,
    settings: Settings,
    workspace: Workspace,
    *,
    quiet: bool = False,
    verbose: bool = False,
) -> None:
    """Print a run; ``quiet``: only the line of counts, ``verbose``: failed requests too."""
    width = columns_of_terminal()
    colour = sys.stdout.isatty() and not settings.no_color
    sources: Mapping[str, str] = {}
    if run.bad and not quiet:
        from shall.actions.excerpts import shown_texts  # only where something went wrong
        from shall.report.failures import SHOWN_CASES, files_of

        files = files_of(run.bad[:SHOWN_CASES])
        sources = shown_texts(workspace.files, workspace.redactor, files)
    style = Style(settings.language, colour, width, sources=sources, verbose=verbose)
    text = styled_summary(run, style)
    lines = text.rstrip("\n")
    write(lines.splitlines()[-1] if quiet else lines)


def variables_of(pairs: Sequence[str], flag: str) -> Mapping[str, Any]:
    """Read ``name=value`` pairs; a value is JSON if it reads as JSON, else text.

    Raises:
        InvalidInput: A pair has no ``=`` or no name.
    """
    variables: dict[str, Any] = {}
    for pair in pairs:
        name, mark, value = pair.partition("=")
        if not mark or not name.strip():
            raise InvalidInput(f"{flag} {pair} has no value.", hint="Use --var name=value.")
        try:
            variables[name.strip()] = late_json.loads(value)
        except ValueError:
            variables[name.strip()] = value
    return variables


def path_in(folder: Path, path: str) -> str:
    """Return a path of the command line as one the workspace knows: they may start elsewhere."""
    absolute = Path.cwd() / path
    return str(absolute) if Path.cwd() != folder else path
