"""``shall load``: run cases at a steady rate, and show how long they take."""

import argparse
import json

from shall.actions.load import Thresholds, load
from shall.actions.run_request import run_request
from shall.cli.options import project_of
from shall.cli.output import CHECK_FAILED, INTERRUPTED, OK, local, notice, say, write, write_table
from shall.cli.run import path_in, stopped_by_signals, variables_of
from shall.engine.load import Arrivals
from shall.engine.stop import Stop
from shall.report.load import load_as_json, load_table
from shall.report.wording import duration
from shall.results.load import LoadResult
from shall.results.records import RunStatus


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    workspace, settings = project_of(arguments)
    paths = [path_in(workspace.root, path) for path in arguments.paths]
    names = ("tags", "keyword", "host", "environment")
    given = {name: getattr(arguments, name) for name in names}
    if arguments.variables is not None:
        given["variables"] = variables_of(arguments.variables, "--var")
    thresholds = Thresholds(arguments.max_p95, arguments.max_p99, arguments.max_errors)
    arrivals = Arrivals(arguments.rate, arguments.duration)
    stop = Stop()
    request = run_request(paths, given)
    language = settings.language if arguments.format == "text" else "en"
    with stopped_by_signals(stop):
        result = load(workspace, request, arrivals, arguments.concurrency, stop, language)
    exceeded = thresholds.exceeded(result)
    if arguments.format == "json":
        data = {**load_as_json(result), "exceeded": exceeded}
        write(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        _show(result)
    for sentence in exceeded:
        notice(sentence)
    if result.status is RunStatus.INTERRUPTED:
        return INTERRUPTED
    return CHECK_FAILED if exceeded else OK


def _show(result: LoadResult) -> None:
    write_table(list(load_table(result, local("cases"))))
    say()
    for error in result.errors:
        place = f"{error.case_key}: " if error.case_key else ""
        write(f"{error.count:>7,}  {place}{local(error.reason)}")
    if result.errors:
        say()
    asked, took = f"{result.asked_rate:g}", duration(result.duration_s)
    say(f"Passed cases per second: {result.rate:.1f}, of {asked} requested, in {took}.")
    say(f"Latest start: {duration(result.latest_start_s)} behind schedule.")
    if result.left_out:
        say(f"Excluded because they are skipped or send no requests: {result.left_out}.")
    if result.status is RunStatus.INTERRUPTED:
        say(f"The load was interrupted; this was measured until then. Not counted: {result.cut}.")
    elif result.status is RunStatus.TIMED_OUT:
        say("Cases that did not end in time were stopped, and count as errors.")
