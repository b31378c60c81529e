"""Every page of the server, in the order in which their addresses are compared."""

from shall.serve.pages import history, overview, server
from shall.serve.pages.page import Page

PAGES: tuple[Page, ...] = (
    Page("/", overview.make),
    Page("/history", history.make, ("get_test_results",)),
    Page("/history/case", history.make_case, ("get_test_results",)),
    Page("/compare", history.make_compare, ("get_test_results",)),
    Page("/server", make_async=server.make, tools=("get_mcp_metrics",), scope="admin"),
)
