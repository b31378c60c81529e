"""Every page of the server, in the order in which their addresses are compared."""

from shall.serve.pages import matrix, overview, server
from shall.serve.pages.page import Page

PAGES: tuple[Page, ...] = (
    Page("/", overview.make, ("trace_requirements",)),
    *matrix.PAGES,
    Page("/server", make_async=server.make, tools=("get_mcp_metrics",), scope="admin"),
)
