"""``/changes``: the criteria of two commits, or of the baseline and now, compared."""

from datetime import datetime

from shall.actions.baseline import Compared, compare_commits
from shall.actions.current_proof import current_proof
from shall.actions.run_views import newest_runs
from shall.errors import BadValue
from shall.pages.changes import ChangesFilter, Known, changes_page, chosen
from shall.report.changes import changes_csv, changes_json
from shall.serve.pages.answers import document, download
from shall.serve.pages.page import Answer, Page, PageCall
from shall.workspace.git import commit_of

_MOST_COMMITS = 20
_SHOWN = 12
_TOOLS = ("trace_requirements",)


def make(call: PageCall) -> Answer:
    """Make the page."""
    wanted = _wanted(call)
    known = Known(_keys(call), _commits(call))
    try:
        found = _compared(call, wanted)
    except BadValue as error:
        text = changes_page(None, wanted, call.look, str(error), known=known)
        return document(text, 400 if wanted.before or wanted.after else 200)
    return changes_page(found, wanted, call.look, page=_page(call), known=known)


def make_json(call: PageCall) -> Answer:
    """Make the changes that are asked for, as `shall diff --format json` writes them."""
    wanted = _wanted(call)
    found = _compared(call, wanted)
    text = changes_json(chosen(found.changes, wanted), found.names, found.removed)
    return download(text.encode("utf-8", "backslashreplace"), "application/json", "changes.json")


def make_csv(call: PageCall) -> Answer:
    """Make the changes that are asked for, a line each."""
    wanted = _wanted(call)
    found = _compared(call, wanted)
    text = changes_csv(chosen(found.changes, wanted), found.removed)
    return download(text.encode("utf-8", "backslashreplace"), "text/csv", "changes.csv")


PAGES = (
    Page("/changes", make, _TOOLS),
    Page("/changes.json", make_json, _TOOLS),
    Page("/changes.csv", make_csv, _TOOLS),
)


def _compared(call: PageCall, wanted: ChangesFilter) -> Compared:
    before, after = (_commit(call, it) for it in (wanted.before, wanted.after))
    matrix = current_proof(call.workspace, call.language).matrix
    return compare_commits(call.workspace, before, after, matrix)


def _commit(call: PageCall, name: str) -> str:
    """Return the commit that a name means, in hex; empty for none.

    Raises:
        BadValue: It is none of this repository.
    """
    if not name:
        return ""
    try:
        return commit_of(call.workspace.root, name)
    except BadValue:
        raise BadValue(
            f"{name[:200]} is not a commit of this repository, or the project is in none.",
            hint="Name a commit, a branch or a tag.",
        ) from None


def _keys(call: PageCall) -> frozenset[str]:
    rows = current_proof(call.workspace, call.language).matrix.rows
    return frozenset(row.criterion.key for row in rows)


def _commits(call: PageCall) -> dict[str, datetime]:
    """Return the commits of the newest runs with the time of the newest run of each."""
    if not call.session.access.offers("get_test_results", "read"):
        return {}
    runs = newest_runs(call.workspace, _MOST_COMMITS).lines
    return {it.commit[:_SHOWN]: it.started_at for it in reversed(runs) if it.commit}


def _wanted(call: PageCall) -> ChangesFilter:
    names = ChangesFilter.__struct_fields__
    return ChangesFilter(**{name: call.query[name] for name in names if name in call.query})


def _page(call: PageCall) -> int:
    page = call.query.get("page", "")
    return int(page) if page.isdecimal() and len(page) < 7 else 1
