"""``shall run``: run test cases and record the results."""

import argparse
import gc
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from shall.actions.run import RunRequest
from shall.actions.run import execute as run_cases
from shall.bootstrap import open_project
from shall.cli.options import folder_of, settings_of
from shall.cli.output import CHECK_FAILED, OK, columns_of_terminal, exit_status, say, tell
from shall.engine.stop import Stop
from shall.errors import InvalidInput
from shall.report.text import SHOWN_CASES, problems_of, summary
from shall.results.collected import Collected
from shall.results.events import Emit
from shall.results.records import RunResult, RunSummary
from shall.settings import Settings
from shall.workspace.workspace import Workspace

if TYPE_CHECKING:
    from shall.actions.expectations import Expectations

_NEW_OBJECTS = 20_000
"""Objects after which the garbage collector looks for cycles: a case leaves hardly any."""


def execute(arguments: argparse.Namespace) -> int:
    """Carry out the command."""
    folder = folder_of(arguments.workspace)
    flags = {
        "run_timeout_s": arguments.timeout,
        "concurrency": arguments.concurrency,
        "run_workers": arguments.workers,
        "environment": arguments.environment,
        "keep": arguments.keep,
        "no_color": arguments.no_color,
    }
    settings, _ = settings_of(folder, flags)
    workspace = open_project(folder, settings)
    paths = _paths(workspace, folder, arguments)
    expectations = _expectations(workspace, arguments)
    if paths is None:
        tell("No case is touched, so none runs.")
        return _kept_word(expectations, OK)
    request = RunRequest(
        paths=paths,
        tags=arguments.tag,
        host=arguments.host,
        variables=variables_of(arguments.var),
        workers=settings.run_workers,
    )
    wants_all = arguments.format == "json" or any(
        (arguments.report_json, arguments.report_junit, arguments.report_html)
    )
    collected = Collected() if wants_all else None
    listeners = [expectations.take] if expectations is not None else []
    run = run_showing(workspace, request, settings, collected, listeners)
    if workspace.state_warning:
        tell(workspace.state_warning)
    if collected is None:
        show(run, settings, workspace)
    else:
        _write_reports(run, collected.result(run), settings, workspace, arguments)
    return _kept_word(expectations, exit_status(run))


def _paths(
    workspace: Workspace, folder: Path, arguments: argparse.Namespace
) -> Sequence[str] | None:
    """Return the paths to run; None where only touched cases are to run and none is."""
    if not arguments.impacted:
        if arguments.since:
            raise InvalidInput("--since chooses cases only with --impacted.")
        return [path_in(folder, path) for path in arguments.paths]
    if arguments.paths:
        raise InvalidInput("--impacted chooses the cases: name no paths.")
    from shall.actions.impact import impact_since
    from shall.cli.impact import unlinked_note

    impact = impact_since(workspace, arguments.since or "HEAD")
    if impact.tests:
        tell(f"Run these tests with pytest: {', '.join(impact.tests)}.")
    if note := unlinked_note(impact):
        tell(note)
    return impact.cases or None


def _expectations(workspace: Workspace, arguments: argparse.Namespace) -> "Expectations | None":
    if not arguments.expect and arguments.expect_cases is None:
        return None
    from shall.actions.expectations import Expectations

    return Expectations(workspace, arguments.expect, arguments.expect_cases)


def _kept_word(expectations: "Expectations | None", status: int) -> int:
    """Report what was expected and did not happen; it fails a run that passed."""
    unmet = expectations.unmet() if expectations is not None else []
    for sentence in unmet:
        tell(sentence)
    return CHECK_FAILED if unmet and status == OK else status


def run_showing(
    workspace: Workspace,
    request: RunRequest,
    settings: Settings,
    collected: Collected | None = None,
    more: Sequence[Emit] = (),
) -> RunSummary:
    """Run cases with a progress bar; after Ctrl-C return what ran until then."""
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
        with _stopped_by_ctrl_c(stop):
            return run_cases(workspace, request, listeners, stop)
    finally:
        clear()


@contextmanager
def _stopped_by_ctrl_c(stop: Stop) -> Iterator[None]:
    """Stop the run at the first Ctrl-C, so that teardowns run; the second breaks off."""

    def on_signal(number: int, frame: FrameType | None) -> None:
        if stop.status is not None:
            signal.default_int_handler(number, frame)
        stop.request()

    try:
        before = signal.signal(signal.SIGINT, on_signal)
    except ValueError:  # not in the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def show(run: RunSummary, settings: Settings, workspace: Workspace) -> None:
    """Print a run."""
    width = columns_of_terminal()
    colour = sys.stdout.isatty() and not settings.no_color
    sources: Mapping[str, str] = {}
    if problems := problems_of(run.bad[:SHOWN_CASES]):
        from shall.actions.excerpts import excerpts  # only where a file cannot be read

        sources = excerpts(workspace.files, workspace.redactor, problems)
    say(summary(run, settings.language, colour, width, sources=sources).rstrip("\n"))


def variables_of(pairs: Sequence[str]) -> Mapping[str, Any]:
    """Read ``name=value`` pairs; a value is JSON if it reads as JSON, else text.

    Raises:
        InvalidInput: A pair has no ``=`` or no name.
    """
    variables: dict[str, Any] = {}
    for pair in pairs:
        name, mark, value = pair.partition("=")
        if not mark or not name.strip():
            raise InvalidInput(f"--var {pair} has no value.", hint="Use --var name=value.")
        try:
            variables[name.strip()] = json.loads(value)
        except ValueError:
            variables[name.strip()] = value
    return variables


def path_in(folder: Path, path: str) -> str:
    """Return a path of the command line as one the workspace knows: they may start elsewhere."""
    absolute = Path.cwd() / path
    return str(absolute) if Path.cwd() != folder else path


def _write_reports(
    run: RunSummary,
    whole: RunResult,
    settings: Settings,
    workspace: Workspace,
    arguments: argparse.Namespace,
) -> None:
    from shall.report.as_json import json_text

    if arguments.format == "json":
        say(json_text(whole).rstrip("\n"))
    else:
        show(run, settings, workspace)
    if arguments.report_json:
        write_file(arguments.report_json, json_text(whole))
    if arguments.report_junit:
        from shall.report.junit import junit_xml

        write_file(arguments.report_junit, junit_xml(whole, settings.language))
    if arguments.report_html:
        from shall.report.html import html_page

        write_file(arguments.report_html, html_page(whole, None, settings.language))


def write_file(path: str, text: str) -> None:
    """Write a report where the user said.

    Raises:
        InvalidInput: It cannot be written there.
    """
    try:
        Path(path).write_text(text, "utf-8", errors="backslashreplace")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}.") from None
