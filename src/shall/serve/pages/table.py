"""Every page of the server, in the order in which their addresses are compared."""

from shall.serve.pages import live, overview
from shall.serve.pages.page import Page

PAGES: tuple[Page, ...] = (
    Page("/", overview.make),
    Page("/live", tools=("get_test_results",), make_async=live.make),
    Page("/runs/{run_id}/cancel", live.stop, ("run_tests",), scope="run", method="POST"),
)
