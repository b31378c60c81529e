"""``shall report``: write reports of a stored run."""

import argparse

from shall.actions.reports import keep_report
from shall.actions.results import stored_run
from shall.cli.options import project_of
from shall.cli.output import OK, say, write_file
from shall.results.records import RunResult


def execute(arguments: argparse.Namespace) -> int:
    """Carry out the command."""
    workspace, settings = project_of(arguments)
    run = stored_run(workspace, arguments.run)
    files = {"html": arguments.html, "junit": arguments.junit, "json": arguments.json}
    if any(files.values()):
        write_reports(run, settings.language, **files)
    else:
        page = report_text(run, "html", settings.language)
        say(f"HTML report: {keep_report(workspace, run.run_id, page)}")
    return OK


def write_reports(run: RunResult, language: str, **files: str | None) -> None:
    """Write a run to a file for each kind of report that names one.

    Raises:
        InvalidInput: A file cannot be written.
    """
    for kind, path in files.items():
        if path is not None:
            write_file(path, report_text(run, kind, language))


def report_text(run: RunResult, kind: str, language: str) -> str:
    """Return a run as ``html``, ``junit`` or ``json``."""
    if kind == "html":
        from shall.report.html import html_page

        return html_page(run, None, language)
    if kind == "junit":
        from shall.report.junit import junit_xml

        return junit_xml(run, language)
    from shall.report.as_json import json_text

    return json_text(run)
