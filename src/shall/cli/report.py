"""``shall report``: write reports of a stored run."""

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from shall.actions.reports import keep_report
from shall.actions.requirement_places import may_have_requirements
from shall.actions.results import stored_run
from shall.actions.run import can_fork
from shall.cli.options import project_of
from shall.cli.output import OK, notice, say, write, write_file, write_parts
from shall.cli.output_flags import named_files
from shall.errors import InvalidInput, ShallError
from shall.report.survey import survey_of
from shall.results.listing import CaseLine
from shall.results.records import RunResult
from shall.workspace.workspace import Workspace

if TYPE_CHECKING:
    from shall.pages.api_coverage import ApiCoverage
    from shall.specs.matrix import Matrix

CASES_IN_PARALLEL = 200
"""From as many cases on, reports are written by two processes."""


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    workspace, settings = project_of(arguments)
    run = stored_run(workspace, arguments.run)
    files = named_files(arguments, "")
    page = files.get("html")
    folder = arguments.html_folder
    write_reports(run, settings.language, files, workspace, is_stored=True)
    if arguments.format is not None:
        write(report_text(run, arguments.format, settings.language).rstrip("\n"))
    if folder is not None:
        from shall.cli.report_folder import write_html_folder

        page = str(write_html_folder(workspace, Path(folder), run.run_id, settings.language))
        say(f"HTML report: {page}")
    if page is None and (arguments.open or (not files and arguments.format is None)):
        text = html_report(run, settings.language, workspace, is_stored=True)
        page = str(keep_report(workspace, run.run_id, text))
        say(f"HTML report: {page}")
    if arguments.open and page is not None:
        _open(Path(page))
    return OK


def write_reports(
    run: RunResult,
    language: str,
    files: dict[str, str],
    workspace: Workspace,
    *,
    is_stored: bool = False,
) -> None:
    """Write a run to a file, or a folder, for each kind of report that names one.

    Another processor writes the others while this one writes the page of a large run.
    ``is_stored``: the run ended some time ago.

    Raises:
        InvalidInput: A file cannot be written.
    """
    others = {kind: path for kind, path in files.items() if kind != "html"}
    is_large = "html" in files and others and len(run.cases) >= CASES_IN_PARALLEL
    with _forked(lambda: _write_others(run, language, others), is_worth_it=bool(is_large)):
        if "html" in files:
            write_file(files["html"], html_report(run, language, workspace, is_stored=is_stored))


def _write_others(run: RunResult, language: str, files: Mapping[str, str]) -> None:
    """Write the reports that are no page."""
    for kind, path in files.items():
        if kind == "allure":
            _write_folder(run, Path(path))
        else:
            write_parts(path, _parts(run, kind, language))


@contextmanager
def _forked(work: Callable[[], None], *, is_worth_it: bool) -> Iterator[None]:
    """Run work in another process, or afterwards in this one.

    What does not succeed in the other process is done again in this one, which raises why.
    """
    if not (is_worth_it and can_fork() and len(os.sched_getaffinity(0)) > 1):
        yield
        work()
        return
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        with suppress(BaseException):
            work()
            os._exit(0)
        os._exit(1)
    try:
        yield
    finally:
        _, status = os.waitpid(pid, 0)
    if status != 0:
        work()


def html_report(
    run: RunResult, language: str, workspace: Workspace, *, is_stored: bool = False
) -> str:
    """Return a run as an HTML page in both languages, with the matrix as it is now."""
    from shall.pages.frame import Body, Look, saved_in_both
    from shall.pages.report import Beside, criterion_texts, run_body
    from shall.pages.words import word

    matrix, reason, now = None, "", datetime.now(UTC)
    survey = survey_of(run)
    try:
        matrix = _matrix(survey.lines, workspace)
    except ShallError as error:
        reason = error.message
    api = _api_coverage(run, workspace) if workspace.defaults.openapi else ()

    def body_in(language: str) -> Body:
        note = word("matrix.unread", language, reason=reason) if reason else ""
        if matrix is not None and is_stored:
            note = word("matrix.later", language, at=f"{now:%Y-%m-%d %H:%M:%S} UTC")
        beside = Beside(matrix, note, criterion_texts(matrix, language), api=api)
        return run_body(run, Look(language, now), beside, survey)

    return saved_in_both(language, body_in)


def _matrix(lines: Sequence[CaseLine], workspace: Workspace) -> "Matrix | None":
    """Return the matrix; None where it would show nothing. Raises what reading the state raises."""
    has_criteria = any(line.criteria for line in lines)
    if not has_criteria and not may_have_requirements(workspace):
        return None
    from shall.actions.requirements import read_specs
    from shall.actions.trace import trace_requirements  # many reports have no matrix

    specs = read_specs(workspace)
    if not (has_criteria or specs.features or specs.problems or specs.unread):
        return None
    matrix = trace_requirements(workspace, specs=specs)
    return matrix if matrix.rows or matrix.unknown or matrix.problems else None


def _api_coverage(run: RunResult, workspace: Workspace) -> "Sequence[ApiCoverage]":
    """Return what a run touched of the documents of the project that are files."""
    from shall.actions.coverage import coverage_of_files  # as above
    from shall.pages.api_coverage import ApiCoverage

    return [ApiCoverage(*it) for it in coverage_of_files(workspace, run)]


def report_text(run: RunResult, kind: str, language: str) -> str:
    """Return a run in a format of ``output_flags``, but for the HTML page."""
    return "".join(_parts(run, kind, language))


def _parts(run: RunResult, kind: str, language: str) -> Iterable[str]:
    """Return a run as ``report_text`` does, in parts."""
    if kind == "junit":
        from shall.report.junit import junit_parts

        return junit_parts(run, language)
    if kind == "markdown":
        from shall.report.markdown import markdown

        return (markdown(run, language),)
    if kind == "json":
        from shall.report.as_json import json_parts

        return json_parts(run)
    return _english_parts(run, kind)


def _english_parts(run: RunResult, kind: str) -> Iterable[str]:
    if kind == "tap":
        from shall.report.tap import tap_lines

        return tap_lines(run)
    if kind == "ndjson":
        from shall.report.ndjson import ndjson_lines

        return ndjson_lines(run)
    from shall.diagnostics.formats import written
    from shall.report.annotations import diagnostics_of

    return (written(diagnostics_of(run), kind),)


def _write_folder(run: RunResult, folder: Path) -> None:
    from shall.report.allure import allure_files

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"{folder} cannot be written: {error.strerror}.") from None
    for name, text in allure_files(run):
        write_file(str(folder / name), text)


def _open(page: Path) -> None:
    import webbrowser  # only where a page is to be opened

    if not webbrowser.open(page.resolve().as_uri()):
        notice(f"No browser was found. Open {page} in one.")
