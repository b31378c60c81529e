"""``shall fuzz``: what Schemathesis finds in an API, as a run."""

import argparse

from shall.actions.fuzz import FuzzOptions, fuzz
from shall.actions.merge import record_run
from shall.cli.openapi_source import read_source
from shall.cli.options import project_of
from shall.cli.output import exit_status, notice, write
from shall.cli.output_flags import named_files
from shall.cli.report import report_text, write_reports
from shall.cli.run import show
from shall.errors import InvalidInput
from shall.results.summary import summary_of


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    workspace, settings = project_of(arguments, no_color=arguments.no_color)
    base_url = arguments.base_url or settings.host
    if base_url is None:
        raise InvalidInput("No address of the API is named.", hint="Name it with --base-url URL.")
    text, source = read_source(workspace, arguments.openapi, settings)
    options = FuzzOptions(base_url, arguments.max_examples, arguments.timeout, arguments.seed)
    run = fuzz(workspace, text, source, options)
    for fault in record_run(workspace, run):
        notice(fault)
    summary = summary_of(run)
    if arguments.format == "text":
        show(summary, settings, workspace, verbose=True)
    else:
        write(report_text(run, arguments.format, settings.language).rstrip("\n"))
    write_reports(run, settings.language, named_files(arguments, "report-"), workspace)
    return exit_status(summary)
