"""One page: its address, what a caller needs to see it, and what makes it."""

from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property

from msgspec import Struct, field
from starlette.requests import Request
from starlette.responses import Response

from shall.actions.principal import Principal
from shall.actions.session import Session
from shall.pages.frame import Look
from shall.serve.rest.context import RestContext
from shall.workspace.workspace import Workspace


class PageCall(Struct, frozen=True, dict=True):
    """A request for a page, by a caller who may see it.

    ``query`` has one value for each name, and so has ``form`` of a POST.
    """

    request: Request
    context: RestContext
    session: Session
    look: Look
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The reader's language."""
        return self.look.language

    @property
    def caller(self) -> Principal:
        """Who asks."""
        return self.session.caller

    @property
    def path(self) -> Mapping[str, str]:
        """The values of the names in the page's path."""
        return self.request.path_params

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace that the address names. May block.

        Raises:
            OutsideWorkspace: It is not inside an allowed folder.
            FolderNotFound: There is no such folder.
        """
        return self.session.workspace(self.query.get("workspace") or None)


Answer = str | Response
"""A whole document, or a response of another kind: a redirection, a download."""


class Page(Struct, frozen=True):
    """A page. ``make`` is called in a thread of the workers, so it may read files and SQL.

    ``make_async`` is awaited in the event loop instead: for streams, and to start or stop a run.
    The caller must hold ``scope``, and the server must offer each of ``tools``: those that show
    or do the same. A page with the method POST answers forms of our own pages only.
    """

    path: str
    make: Callable[[PageCall], Answer] | None = None
    tools: tuple[str, ...] = ()
    scope: str = "read"
    method: str = "GET"
    make_async: Callable[[PageCall], Awaitable[Answer]] | None = None
