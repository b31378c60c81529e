"""``shall run``: run test cases and keep the results."""

import argparse
import asyncio
import json
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shall.actions.places import failure_places
from shall.actions.reports import keep_report
from shall.actions.run import RunRequest, run_tests
from shall.actions.workspace import Workspace
from shall.cli.options import folder_of, settings_of
from shall.cli.output import exit_status, say, tell
from shall.errors import InvalidInput, ShallError
from shall.joining import open_workspace
from shall.report.as_json import json_text
from shall.report.progress import ProgressBar
from shall.report.text import summary
from shall.results.events import Event, RunFinished
from shall.results.records import RunResult
from shall.settings import Settings


@dataclass(slots=True)
class Seen:
    """What the events of a run showed; ``result`` is there even after an interruption."""

    bar: ProgressBar
    result: RunResult | None = field(default=None)

    def take(self, event: Event) -> None:
        """Take an event."""
        self.bar.take(event)
        if isinstance(event, RunFinished):
            self.result = event.result


def execute(arguments: argparse.Namespace) -> int:
    """Carry out the command."""
    folder = folder_of(arguments.workspace)
    flags = {
        "run_timeout_s": arguments.timeout,
        "concurrency": arguments.concurrency,
        "environment": arguments.environment,
        "no_color": arguments.no_color,
    }
    settings, _ = settings_of(folder, flags)
    workspace = open_workspace(folder, settings)
    if workspace.state_warning:
        tell(workspace.state_warning)
    request = RunRequest(
        paths=[path_in(folder, path) for path in arguments.paths],
        tags=arguments.tag,
        host=arguments.host,
        variables=variables_of(arguments.var),
    )
    run = run_showing(workspace, request, settings)
    show(run, workspace, settings, form=arguments.format)
    _write_reports(run, workspace, settings, arguments)
    return exit_status(run)


def run_showing(workspace: Workspace, request: RunRequest, settings: Settings) -> RunResult:
    """Run cases with a progress bar; after Ctrl-C give what ran until then."""
    width = shutil.get_terminal_size().columns
    seen = Seen(ProgressBar(sys.stderr, time.monotonic, width, settings.language))
    try:
        return asyncio.run(run_tests(workspace, request, seen.take))
    except KeyboardInterrupt:
        seen.bar.clear()
        if seen.result is None:
            raise
        return seen.result


def show(run: RunResult, workspace: Workspace, settings: Settings, *, form: str = "text") -> None:
    """Print a run."""
    if form == "json":
        say(json_text(run).rstrip("\n"))
        return
    width = shutil.get_terminal_size().columns
    colour = sys.stdout.isatty() and not settings.no_color
    places = failure_places(workspace, run)
    say(summary(run, settings.language, colour, width, places).rstrip("\n"))


def variables_of(pairs: Sequence[str]) -> Mapping[str, Any]:
    """Read ``name=value`` pairs; a value is JSON if it reads as JSON, else text.

    Raises:
        InvalidInput: A pair has no ``=`` or no name.
    """
    variables: dict[str, Any] = {}
    for pair in pairs:
        name, mark, value = pair.partition("=")
        if not mark or not name.strip():
            raise InvalidInput(f"--var {pair} names no value.", hint="Write --var name=value.")
        try:
            variables[name.strip()] = json.loads(value)
        except ValueError:
            variables[name.strip()] = value
    return variables


def path_in(folder: Path, path: str) -> str:
    """Give a path of the command line as one the workspace knows: they may start elsewhere."""
    absolute = Path.cwd() / path
    return str(absolute) if Path.cwd() != folder else path


def _write_reports(
    run: RunResult, workspace: Workspace, settings: Settings, arguments: argparse.Namespace
) -> None:
    if arguments.report_json:
        write_file(arguments.report_json, json_text(run))
    if arguments.report_junit:
        from shall.report.junit import junit_xml

        places = failure_places(workspace, run)
        write_file(arguments.report_junit, junit_xml(run, settings.language, places))
    if arguments.report_html:
        write_file(arguments.report_html, html_of(run, workspace, settings))
    elif workspace.store is not None:
        _keep_page(run, workspace, settings, arguments)


def _keep_page(
    run: RunResult, workspace: Workspace, settings: Settings, arguments: argparse.Namespace
) -> None:
    try:
        path = keep_report(workspace, run.run_id, html_of(run, workspace, settings))
    except ShallError as error:
        tell(str(error))
        return
    if arguments.format == "text" and not arguments.quiet:
        say(f"report: {_short(path)}")


def html_of(run: RunResult, workspace: Workspace, settings: Settings) -> str:
    """Write the HTML page of a run."""
    from shall.report.html import html_page

    return html_page(run, None, settings.language, failure_places(workspace, run))


def write_file(path: str, text: str) -> None:
    """Write a report where the user said.

    Raises:
        InvalidInput: It cannot be written there.
    """
    try:
        Path(path).write_text(text, "utf-8", errors="backslashreplace")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}.") from None


def _short(path: Path) -> str:
    current = Path.cwd()
    return str(path.relative_to(current) if path.is_relative_to(current) else path)
