"""``/runs``: the stored runs, one of them, and one of its cases."""

from collections.abc import Mapping

from shall.actions.run_views import case_view, run_view, runs_view
from shall.errors import CaseNotFound
from shall.pages.case_page import case_page
from shall.pages.run import RunQuery, run_page
from shall.pages.runs import RunsQuery, runs_page
from shall.serve.pages.page import Answer, PageCall

_LONGEST_NUMBER = 9


def make_runs(call: PageCall) -> Answer:
    """Make the list of runs."""
    query = RunsQuery(**_named(call.query, RunsQuery.__struct_fields__))
    return runs_page(runs_view(call.workspace, query.wanted, query.number), query, call.look)


def make_run(call: PageCall) -> Answer:
    """Make the page of a run."""
    query = RunQuery(**_named(call.query, RunQuery.__struct_fields__))
    view = run_view(
        call.workspace,
        call.path["run_id"],
        query.wanted,
        query.order,
        query.number,
        with_longest=query.is_plain,
    )
    return run_page(view, query, call.look)


def make_case(call: PageCall) -> Answer:
    """Make the page of a case of a run."""
    run_id, number = call.path["run_id"], call.path["number"]
    if not (number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER):
        raise CaseNotFound(f"The run {run_id} has no case {number}.")
    return case_page(case_view(call.workspace, run_id, int(number)), call.look)


def _named(query: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: query[name] for name in names if name in query}
