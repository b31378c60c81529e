"""Every page of the server, in the order in which their addresses are compared."""

from shall.serve.pages import changes, history, live, matrix, overview, runs, server
from shall.serve.pages.downloads import run_download
from shall.serve.pages.page import Page

_RESULTS = ("get_test_results",)

PAGES: tuple[Page, ...] = (
    Page("/", overview.make, tools=("trace_requirements",)),
    *matrix.PAGES,
    *changes.PAGES,
    Page("/history", history.make, tools=_RESULTS),
    Page("/history/case", history.make_case, tools=_RESULTS),
    Page("/compare", history.make_compare, tools=_RESULTS),
    Page("/live", tools=_RESULTS, make_async=live.make),
    Page("/runs", runs.make_runs, tools=_RESULTS),
    *(
        Page(f"/runs/{{run_id}}.{kind}", run_download(kind), tools=_RESULTS)
        for kind in ("json", "junit.xml", "csv")
    ),
    Page("/runs/{run_id}", runs.make_run, tools=_RESULTS),
    Page("/runs/{run_id}/cancel", live.stop, ("run_tests",), scope="run", method="POST"),
    Page("/runs/{run_id}/cases/{number}", runs.make_case, tools=_RESULTS),
    Page("/server", make_async=server.make, tools=("get_mcp_metrics",), scope="admin"),
)
