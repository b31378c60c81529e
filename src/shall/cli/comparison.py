"""``shall history --compare``: what differs between two stored runs."""

from datetime import UTC

import msgspec

from shall.actions.compare import Comparison, Difference, compare_runs
from shall.cli.output import local, say, write, write_table
from shall.report.wording import duration
from shall.results.listing import RunLine
from shall.workspace.workspace import Workspace

_SHOWN = 20

_HEADINGS = {
    Difference.NEW: "Newly failing:",
    Difference.STILL: "Still failing:",
    Difference.FIXED: "Fixed:",
    Difference.OTHER: "Skipped in one of them:",
    Difference.ADDED: "Only in the later run:",
    Difference.REMOVED: "Only in the earlier run:",
    Difference.CHANGED: "Passed in both, and the case changed:",
    Difference.SLOWER: "Slower:",
    Difference.FASTER: "Faster:",
}


def show_comparison(workspace: Workspace, before: str, after: str, form: str) -> None:
    """Write what differs, as text or JSON."""
    found = compare_runs(workspace, before, after)
    if form == "json":
        data = {"format": 1, **msgspec.to_builtins(found)}
        write(msgspec.json.format(msgspec.json.encode(data)).decode())
        return
    write_table([_run_cells("Before:", found.before), _run_cells("After:", found.after)])
    for kind in Difference:
        _show_kind(found, kind)
    say()
    say(f"The same in both runs: {found.same}.")


def _run_cells(name: str, run: RunLine) -> tuple[str, ...]:
    at = f"{run.started_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    return local(name), at, run.run_id, (run.commit or "")[:12], run.environment


def _show_kind(found: Comparison, kind: Difference) -> None:
    cases = [case for case in found.cases if case.kind is kind]
    if not cases:
        return
    say()
    say(_HEADINGS[kind])
    rows = []
    for case in cases[:_SHOWN]:
        row = f" [{case.data_row}]" if case.data_row is not None else ""
        times = [duration(it.duration_s) for it in (case.before, case.after) if it is not None]
        is_about_time = kind in (Difference.SLOWER, Difference.FASTER)
        rows.append((f"  {case.case_key}{row}", " -> ".join(times) if is_about_time else ""))
    write_table(rows)
    if len(cases) > _SHOWN:
        say(f"  and {len(cases) - _SHOWN} more.")
