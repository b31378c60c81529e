"""``shall merge``: the reports of all shards as one run."""

import argparse
from pathlib import Path

import msgspec

from shall.actions.merge import is_dirty, merge_shards, record_run
from shall.actions.notifications import check_notify
from shall.bounded import EVIDENCE_BYTES, read_path
from shall.cli.options import project_of
from shall.cli.output import exit_status, notice, write
from shall.cli.output_flags import named_files
from shall.cli.report import report_text, write_reports
from shall.cli.run import send_notifications, show
from shall.errors import BadValue
from shall.results.encoding import run_from_json
from shall.results.records import RunResult
from shall.results.summary import summary_of


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    workspace, settings = project_of(arguments, no_color=arguments.no_color)
    if arguments.notify:
        check_notify(settings.notify)
    reports = {path: _read(path) for path in arguments.reports}
    run = merge_shards(workspace, reports)
    for fault in record_run(workspace, run, is_dirty=is_dirty(reports)):
        notice(fault)
    summary = summary_of(run)
    if arguments.format == "text":
        show(summary, settings, workspace)
    else:
        write(report_text(run, arguments.format, settings.language).rstrip("\n"))
    write_reports(run, settings.language, named_files(arguments, "report-"), workspace)
    if arguments.notify:
        send_notifications(workspace, settings, summary)
    return exit_status(summary)


def _read(path: str) -> RunResult:
    try:
        return run_from_json(msgspec.json.decode(read_path(Path(path), EVIDENCE_BYTES)))
    except OSError as error:
        raise BadValue(f"{path} cannot be read: {error.strerror}.") from error
    except msgspec.DecodeError:
        raise BadValue(f"{path} is not a JSON report of a run.") from None
