"""``shall history``: flaky and slow cases over the last stored runs, or the outcomes of one."""

import argparse
from collections.abc import Sequence
from datetime import UTC

import msgspec

from shall.actions.history import CaseHistory, history_of
from shall.cli.comparison import show_comparison
from shall.cli.options import project_of
from shall.cli.output import OK, local, say, write, write_table
from shall.report.wording import duration, label
from shall.results.listing import PastOutcome
from shall.results.records import Outcome

_SLOWEST = 10
_MARKS = {
    Outcome.PASSED: ".",
    Outcome.FAILED: "F",
    Outcome.ERROR: "E",
    Outcome.SKIPPED: "s",
}


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    workspace, settings = project_of(arguments)
    if arguments.compare is not None:
        before, after = arguments.compare
        show_comparison(workspace, before, after, arguments.format)
        return OK
    history = history_of(workspace, arguments.runs, arguments.case)
    if arguments.format == "json":
        data = {"format": 1, **msgspec.to_builtins(history)}
        for case in data["cases"]:
            for outcome in case["outcomes"]:
                del outcome["number"]
        write(msgspec.json.format(msgspec.json.encode(data)).decode())
    elif arguments.case is not None:
        for case in history.cases:
            _show_case(case, settings.language)
    else:
        _show_flaky(history.flaky(), history.runs)
        _show_slow(history.slow()[:_SLOWEST])
    return OK


def _show_flaky(cases: list[CaseHistory], runs: int) -> None:
    if not runs:
        say("No run is stored. Run `shall run` first.")
        return
    if not cases:
        say(f"No case is flaky in the last {runs} stored runs.")
        return
    say(f"Flaky in the last {runs} stored runs, the newest first:")
    write_table([(f"  {_marks(case.outcomes)}", _name(case), _note(case)) for case in cases])


def _show_slow(cases: list[CaseHistory]) -> None:
    if cases:
        say()
        say("Slowest, of the runs that passed:")
        rows = [("  p50", "p95", "")]
        rows += [(f"  {_time(it.p50_s)}", _time(it.p95_s), _name(it)) for it in cases]
        write_table(rows)


def _show_case(case: CaseHistory, language: str) -> None:
    write(_name(case))
    write_table(
        [
            (
                f"  {it.started_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
                label(f"outcome.{it.outcome.value}", language),
                duration(it.duration_s),
                it.run_id,
            )
            for it in case.outcomes
        ]
    )
    if case.is_flaky:
        say("It is flaky.")
        if note := _note(case):
            write(note)


def _marks(outcomes: Sequence[PastOutcome]) -> str:
    return "".join(
        "T" if it.is_bad and it.outcome is Outcome.PASSED else _MARKS[it.outcome] for it in outcomes
    )


def _name(case: CaseHistory) -> str:
    row = f" [{case.data_row}]" if case.data_row is not None else ""
    return f"{case.case_key}{row}"


def _note(case: CaseHistory) -> str:
    return "" if case.is_unchanged else local("The case may have changed between these runs.")


def _time(seconds: float | None) -> str:
    return "" if seconds is None else duration(seconds)
