"""``shall report``: write reports of a stored run."""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from shall.actions.reports import keep_report
from shall.actions.results import stored_run
from shall.cli.options import project_of
from shall.cli.output import OK, notice, say, write, write_file
from shall.cli.output_flags import named_files
from shall.errors import InvalidInput, ShallError
from shall.results.records import RunResult
from shall.workspace.workspace import Workspace

if TYPE_CHECKING:
    from shall.pages.api_coverage import ApiCoverage


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

    ``is_stored``: the run ended some time ago.

    Raises:
        InvalidInput: A file cannot be written.
    """
    for kind, path in files.items():
        if kind == "allure":
            _write_folder(run, Path(path))
        elif kind == "html":
            write_file(path, html_report(run, language, workspace, is_stored=is_stored))
        else:
            write_file(path, report_text(run, kind, language))


def html_report(
    run: RunResult, language: str, workspace: Workspace, *, is_stored: bool = False
) -> str:
    """Return a run as an HTML page in both languages, with the matrix as it is now."""
    from shall.actions.requirements import read_specs
    from shall.pages.frame import Body, Look, saved_in_both
    from shall.pages.report import Beside, criterion_texts, run_body
    from shall.pages.words import word

    matrix, reason, now = None, "", datetime.now(UTC)
    try:
        specs = read_specs(workspace)
        is_traced = specs.features or specs.problems or specs.unread
        if is_traced or any(case.criteria for case in run.cases):
            from shall.actions.trace import trace_requirements  # many reports have no matrix

            matrix = trace_requirements(workspace, specs=specs)
    except ShallError as error:
        reason = error.message
    if matrix is not None and not (matrix.rows or matrix.unknown or matrix.problems):
        matrix = None
    api = _api_coverage(run, workspace) if workspace.defaults.openapi else ()

    def body_in(language: str) -> Body:
        note = word("matrix.unread", language, reason=reason) if reason else ""
        if matrix is not None and is_stored:
            note = word("matrix.later", language, at=f"{now:%Y-%m-%d %H:%M:%S} UTC")
        beside = Beside(matrix, note, criterion_texts(matrix, language), api=api)
        return run_body(run, Look(language, now), beside)

    return saved_in_both(language, body_in)


def _api_coverage(run: RunResult, workspace: Workspace) -> "Sequence[ApiCoverage]":
    """Return what a run touched of the documents of the project that are files."""
    from shall.actions.coverage import coverage_of_files  # as above
    from shall.pages.api_coverage import ApiCoverage

    return [ApiCoverage(*it) for it in coverage_of_files(workspace, run)]


def report_text(run: RunResult, kind: str, language: str) -> str:
    """Return a run in a format of ``output_flags``, but for the HTML page."""
    if kind == "junit":
        from shall.report.junit import junit_xml

        return junit_xml(run, language)
    if kind == "markdown":
        from shall.report.markdown import markdown

        return markdown(run, language)
    if kind == "json":
        from shall.report.as_json import json_text

        return json_text(run)
    return _english_text(run, kind)


def _english_text(run: RunResult, kind: str) -> str:
    if kind == "tap":
        from shall.report.tap import tap_text

        return tap_text(run)
    if kind == "ndjson":
        from shall.report.ndjson import ndjson_text

        return ndjson_text(run)
    from shall.diagnostics.formats import written
    from shall.report.annotations import diagnostics_of

    return written(diagnostics_of(run), kind)


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
