"""``shall record``: evidence from the reports of other test runners."""

import argparse
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from shall.actions.runner_reports import Recorded, record_report
from shall.bootstrap import open_project
from shall.bounded import read_path
from shall.cli.options import folder_of, settings_of
from shall.cli.output import CHECK_FAILED, OK, notice, printable, write
from shall.errors import BadValue
from shall.specs.junit import ReportedTest, read_junit

REPORT_BYTES = 64 << 20
"""The largest report, in bytes."""


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    folder = folder_of(arguments.workspace)
    settings, _ = settings_of(folder, {"environment": arguments.environment})
    tests = [test for report in arguments.reports for test in _read(report)]
    with closing(open_project(folder, settings)) as workspace:
        recorded = record_report(
            workspace,
            tests,
            settings.environment,
            written_at_s=min(Path(report).stat().st_mtime for report in arguments.reports),
            is_complete=arguments.complete,
        )
    if arguments.format == "json":
        write(_to_json(recorded))
    else:
        for source, criterion, outcome in recorded.outcomes:
            write(printable(f"{outcome:<7}  {criterion}  {source}"))
        for gone in recorded.absent:
            write(printable(f"gone     {gone}"))
    problems = list(_problems(recorded))
    for problem in (*recorded.unknown, *_unlisted(recorded), *problems):
        notice(problem)
    return CHECK_FAILED if problems else OK


def _problems(recorded: Recorded) -> Iterator[str]:
    """Yield why the report is not recorded, or not all of it."""
    if recorded.fault is not None:
        yield recorded.fault
    for file in recorded.outdated:
        yield f"{file} changed after the report was written. Run the tests."
    for test in recorded.superseded:
        yield f"{test} has another outcome, newer than the report. Run the test."
    if not (recorded.outcomes or recorded.outdated or recorded.superseded):
        yield (
            f"No test of {recorded.tests} names a known criterion. Write a property"
            " requirement, the key into the name of the test, or a comment `verifies: KEY` above"
            " it."
        )


def _unlisted(recorded: Recorded) -> Iterator[str]:
    """Yield what is not proof and is not in the report: parameter sets, tests with comments."""
    for test in recorded.unlisted:
        yield (
            f"{test} is not in the report, so its last outcome stays. Run it, or add --complete"
            " where the report lists all tests."
        )
    for test, count, every in dict.fromkeys(recorded.incomplete):
        yield f"{test} is not proof yet: {count} of its {every} parameter sets are recorded."
    for test in recorded.not_reported:
        yield f"The report has no test {test}, so the comments at it are not proof."


def _read(report: str) -> list[ReportedTest]:
    try:
        data = read_path(Path(report), REPORT_BYTES)
    except OSError as error:
        raise BadValue(f"{report} cannot be read: {error.strerror}.") from error
    return read_junit(data, report)


def _to_json(recorded: Recorded) -> str:
    names = ("source", "criterion", "outcome")
    data = {
        "format": 1,
        "tests": recorded.tests,
        "recorded": [dict(zip(names, it, strict=True)) for it in recorded.outcomes],
        "unknown": list(recorded.unknown),
        "gone": list(recorded.absent),
        "outdated": list(recorded.outdated),
        "superseded": list(recorded.superseded),
        "unlisted": list(recorded.unlisted),
        "not_reported": list(recorded.not_reported),
        "incomplete": [
            {"source": source, "recorded": count, "sets": every}
            for source, count, every in recorded.incomplete
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=2)
