"""A stored run as a file, read in parts: no more than some of its cases are in memory."""

from collections.abc import Iterator
from datetime import timedelta

from shall.actions.results import cases_of, opened_store, stored_run
from shall.actions.run_views import run_line
from shall.engine.redact import Redactor
from shall.errors import BadRequest
from shall.report.as_json import compact_parts
from shall.report.cases_csv import csv_lines
from shall.report.junit import junit_xml
from shall.results.listing import PAGE_LINES, CaseFilter, CaseLine, CaseOrder
from shall.results.records import RunResult
from shall.store.base import Store
from shall.workspace.workspace import Workspace

MOST_CASES = {"json": 200_000, "junit.xml": 10_000, "csv": 1_000_000}
"""Cases of a run that a file may have, by its kind: JUnit XML is made in memory."""


def run_file(
    workspace: Workspace, run_id: str, kind: str, redactor: Redactor
) -> tuple[str, Iterator[str]]:
    """Return the id of a run, and the parts of its file: ``json``, ``junit.xml`` or ``csv``.

    They hold no secret that ``redactor`` knows, also where the run was stored before it did.

    Raises:
        RunNotFound: No run has that id.
        BadRequest: The run has more cases than such a file may have.
        StoreUnavailable: The state cannot be read.
    """
    store = opened_store(workspace)
    run = run_line(store, run_id)
    total = sum(run.outcomes.values())
    most = MOST_CASES[kind]
    if total > most:
        name = kind.partition(".")[0]
        raise BadRequest(
            f"The run has {total} cases; such a file may have at most {most}.",
            hint=f"Write it with `shall report {run.run_id} --{name} FILE`.",
        )
    if kind == "junit.xml":
        return run.run_id, iter((redactor.text(junit_xml(stored_run(workspace, run.run_id))),))
    if kind == "csv":
        return run.run_id, csv_lines(_lines(store, run.run_id), redactor.text)
    duration_s = run.duration_s
    if duration_s is None:
        newest = store.case_page(run.run_id, CaseFilter(), CaseOrder.NUMBER, 1, max(total - 1, 0))
        ends = (it.started_at + timedelta(seconds=it.duration_s) for it in newest.lines)
        duration_s = (max(ends, default=run.started_at) - run.started_at).total_seconds()
    head = RunResult(run.run_id, run.started_at, duration_s, run.status, (), run.environment)
    return run.run_id, compact_parts(head, cases_of(store, run.run_id), redactor.texts)


def _lines(store: Store, run_id: str) -> Iterator[CaseLine]:
    offset = 0
    while lines := store.case_page(
        run_id, CaseFilter(), CaseOrder.NUMBER, PAGE_LINES, offset
    ).lines:
        yield from lines
        offset += len(lines)
