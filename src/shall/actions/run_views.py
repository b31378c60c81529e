"""What pages show of stored runs: a page of lines at a time, never all results."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from shall.actions.criterion_texts import criterion_texts
from shall.actions.results import opened_store
from shall.errors import CaseNotFound, RunNotFound, StoreUnavailable
from shall.results.listing import (
    PAGE_LINES,
    CaseFilter,
    CaseLine,
    CaseOrder,
    CasePage,
    LiveRun,
    ReasonCounts,
    RunFilter,
    RunLine,
    RunPage,
)
from shall.results.records import CaseResult, RunStatus
from shall.store.base import Store
from shall.workspace.workspace import Workspace


class RunView(Struct, frozen=True):
    """A run and some of its cases. ``longest`` are those that a timeline draws.

    ``number`` is that of the page, from 1. Without a filter, ``reasons`` are of all its cases.
    ``live`` None: it does not go on.
    """

    run: RunLine
    page: CasePage
    number: int = 1
    reasons: ReasonCounts = ReasonCounts()
    longest: Sequence[CaseLine] = ()
    live: LiveRun | None = None


class CaseView(Struct, frozen=True):
    """A case of a run; ``texts`` are those of its criteria that a document has, by their key."""

    run: RunLine
    case: CaseResult
    number: int
    texts: Mapping[str, str] = {}


def runs_view(workspace: Workspace, wanted: RunFilter, number: int = 1) -> RunPage:
    """Return a page of the stored runs, the newest first; ``number`` counts pages from 1.

    Raises:
        StoreUnavailable: The state cannot be read.
    """
    return opened_store(workspace).run_page(wanted, PAGE_LINES, PAGE_LINES * (max(number, 1) - 1))


def newest_runs(workspace: Workspace, most: int) -> RunPage:
    """Return the newest stored runs; none where the state cannot be read.

    One more than ``most``: each is shown with what changed since the one before.
    """
    try:
        return opened_store(workspace).run_page(RunFilter(), most + 1, 0)
    except StoreUnavailable:
        return RunPage()


def run_view(
    workspace: Workspace,
    run_id: str,
    wanted: CaseFilter,
    order: CaseOrder = CaseOrder.BAD_FIRST,
    number: int = 1,
    *,
    with_longest: bool = True,
) -> RunView:
    """Return a run with a page of its cases (``latest`` names the newest run).

    ``with_longest``: also those that took longest.

    Raises:
        RunNotFound: No run has that id.
        StoreUnavailable: The state cannot be read.
    """
    store = opened_store(workspace)
    run = run_line(store, run_id)
    number = max(number, 1)
    page = store.case_page(run.run_id, wanted, order, PAGE_LINES, PAGE_LINES * (number - 1))
    longest: Sequence[CaseLine] = ()
    if with_longest:
        slowest = CaseOrder.SLOWEST
        longest = store.case_page(run.run_id, CaseFilter(), slowest, PAGE_LINES, 0).lines
    live = None
    if run.status is RunStatus.RUNNING:
        live = next((it for it in store.live_runs() if it.line.run_id == run.run_id), None)
    return RunView(run, page, number, store.reasons(run.run_id), longest, live)


def case_view(workspace: Workspace, run_id: str, number: int) -> CaseView:
    """Return the case of a run that is its ``number``-th, from 1.

    Raises:
        RunNotFound: No run has that id.
        CaseNotFound: The run has no such case.
        StoreUnavailable: The state cannot be read.
    """
    store = opened_store(workspace)
    run = run_line(store, run_id)
    case = store.case_at(run.run_id, number)
    if case is None:
        raise CaseNotFound(f"The run {run.run_id} has no case {number}.")
    keys = {it.key for it in case.criteria}
    return CaseView(run, case, number, criterion_texts(workspace, keys) if keys else {})


def run_line(store: Store, run_id: str) -> RunLine:
    """Return one run; ``latest`` names the newest.

    Raises:
        RunNotFound: No run has that id.
        StoreUnavailable: The state cannot be read.
    """
    wanted = RunFilter() if run_id == "latest" else RunFilter(run_id=run_id)
    lines = store.run_page(wanted, 1, 0).lines
    if not lines:
        raise RunNotFound(f"No run has the id {run_id}.")
    return lines[0]
