"""``shall report``: write reports of a stored run."""

import argparse
from pathlib import Path

from shall.actions.reports import keep_report
from shall.actions.results import stored_run
from shall.cli.options import project_of
from shall.cli.output import OK, say, write, write_file
from shall.cli.output_flags import named_files
from shall.errors import InvalidInput
from shall.results.records import RunResult


def execute(arguments: argparse.Namespace) -> int:
    """Carry out the command."""
    workspace, settings = project_of(arguments)
    run = stored_run(workspace, arguments.run)
    files = named_files(arguments, "")
    write_reports(run, settings.language, files)
    if arguments.format is not None:
        write(report_text(run, arguments.format, settings.language).rstrip("\n"))
    elif not files:
        page = report_text(run, "html", settings.language)
        say(f"HTML report: {keep_report(workspace, run.run_id, page)}")
    return OK


def write_reports(run: RunResult, language: str, files: dict[str, str]) -> None:
    """Write a run to a file, or a folder, for each kind of report that names one.

    Raises:
        InvalidInput: A file cannot be written.
    """
    for kind, path in files.items():
        if kind == "allure":
            _write_folder(run, Path(path))
        else:
            write_file(path, report_text(run, kind, language))


def report_text(run: RunResult, kind: str, language: str) -> str:
    """Return a run in a format of ``output_flags``."""
    if kind == "html":
        from shall.pages.report import html_page

        return html_page(run, None, language)
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
