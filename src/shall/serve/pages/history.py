"""``/history``, ``/history/case`` and ``/compare``."""

from shall.actions.case_history import case_past, criterion_past
from shall.actions.compare import LATEST, PREVIOUS, compare_runs
from shall.actions.past_runs import past_runs_together
from shall.pages.case_history import case_history_page
from shall.pages.compare import CompareFilter, compare_page
from shall.pages.criterion_history import criterion_history_page
from shall.pages.history import history_page
from shall.results.listing import PAGE_LINES
from shall.serve.pages.page import Answer, PageCall

_RUNS = 20
_LARGEST = 100_000
_DIGITS = 9


def make(call: PageCall) -> Answer:
    """Make the page of the newest runs, or of a criterion in them."""
    runs = _number(call, "runs", _RUNS, PAGE_LINES)
    if key := call.query.get("criterion"):
        cases = criterion_past(call.workspace, key, runs)
        return criterion_history_page(key, cases, call.look)
    return history_page(past_runs_together(call.workspace, runs), runs, call.look)


def make_case(call: PageCall) -> Answer:
    """Make the page of a case."""
    past = case_past(call.workspace, call.query.get("key", ""), call.query.get("row"))
    return case_history_page(past, call.look)


def make_compare(call: PageCall) -> Answer:
    """Make the page of what differs between two runs."""
    query = call.query
    found = compare_runs(
        call.workspace, query.get("before") or PREVIOUS, query.get("after") or LATEST
    )
    wanted = CompareFilter(query.get("kind", ""), query.get("q", ""), _number(call, "page", 1))
    return compare_page(found, wanted, call.look)


def _number(call: PageCall, name: str, default: int, most: int = _LARGEST) -> int:
    """Return a number of the address, or the nearest that the page can show."""
    text = call.query.get(name, "")
    if not (text.isascii() and text.isdigit()):
        return default
    return min(max(int(text[:_DIGITS]), 1), most)
