"""Finds the operation of a document that a request calls: the most specific template wins."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from msgspec import Struct

from shall.cases.nearest import nearest
from shall.openapi.document import Operation
from shall.redaction.forms import MASK

_PARAMETER = re.compile(r"\{[^{}/]+\}")
_PORTS = {"http": 80, "https": 443}


class Route(NamedTuple):
    """A path of the document below one base path.

    ``segments`` are the literals of each segment: between two of them is a parameter. ``rank``
    sorts those first that are more specific from the left: literals before parameters.
    """

    rank: tuple[int, ...]
    segments: tuple[tuple[str, ...], ...]
    base: str
    path: str


class Found(Struct, frozen=True):
    """What a request calls.

    ``operation`` None: nothing that is declared. ``path`` is then the declared path without that
    method, if there is one. ``is_ambiguous``: a masked part hides which of several it is.
    """

    operation: Operation | None = None
    path: str | None = None
    is_ambiguous: bool = False


class Routes:
    """The paths of a document. ``base_url``: only requests below it are meant, whatever servers."""

    def __init__(self, operations: Iterable[Operation], base_url: str | None = None) -> None:
        self._base = None if base_url is None else _origin(urlsplit(base_url))
        self._operations: dict[tuple[str, str, str], Operation] = {}
        bases = None if base_url is None else (urlsplit(base_url).path.rstrip("/"),)
        routes: dict[tuple[str, str], Route] = {}
        for it in operations:
            for base in bases or it.bases:
                self._operations[base, it.path, it.method] = it
                routes.setdefault((base, it.path), _route(base, it.path))
        self._by_length: defaultdict[int, list[Route]] = defaultdict(list)
        for route in sorted(routes.values(), key=lambda it: it.rank):
            self._by_length[len(route.segments)].append(route)

    def concerns(self, url: str) -> bool:
        """Return whether requests of this URL are meant. Raises ``ValueError`` for no URL."""
        return self._base is None or _origin(urlsplit(url)) == self._base

    def find(self, method: str, url: str) -> Found:
        """Return what a request of an absolute URL calls. Raises ``ValueError`` for no URL."""
        segments = [unquote(it) for it in (urlsplit(url).path or "/").split("/")]
        routes = self._by_length[len(segments)]
        if any(MASK in it for it in segments):
            return self._masked(method, segments, routes)
        on_path = [it for it in routes if all(map(_holds, it.segments, segments))]
        for it in on_path:
            operation = self._operations.get((it.base, it.path, method))
            if operation is not None:
                return Found(operation, it.path)
        return Found(None, on_path[0].path if on_path else None)

    def closest(self, method: str, url: str) -> str | None:
        """Return the declared operation that resembles a request most, for messages."""
        declared = {f"{it[2]} {it[0]}{it[1]}": it for it in self._operations}
        return nearest(f"{method} {urlsplit(url).path}", declared)

    def _masked(self, method: str, segments: Sequence[str], routes: Sequence[Route]) -> Found:
        """Return the one operation that a path with masked parts can call, if it is one."""
        found = [
            operation
            for it in routes
            if (operation := self._operations.get((it.base, it.path, method))) is not None
            and _may_match(segments, it)
        ]
        return Found(found[0], found[0].path) if len(found) == 1 else Found(is_ambiguous=True)


def _route(base: str, path: str) -> Route:
    segments = [*base.split("/"), *path.split("/")[1:]]
    literals = tuple(tuple(map(unquote, _PARAMETER.split(it))) for it in segments)
    return Route(tuple(map(_rank, segments)), literals, base, path)


def _rank(segment: str) -> int:
    """Return 0 for a literal, 2 for a parameter, 1 for what is both."""
    if _PARAMETER.search(segment) is None:
        return 0
    return 2 if _PARAMETER.fullmatch(segment) else 1


def _holds(literals: Sequence[str], text: str) -> bool:
    """Return whether a segment is these literals with a text between each two of them."""
    if len(literals) == 1:
        return text == literals[0]
    first, *between, last = literals
    start, end = len(first), len(text) - len(last)
    if not (text.startswith(first) and text.endswith(last)):
        return False
    for literal in between:
        found = text.find(literal, start + 1, end)
        if found < 0:
            return False
        start = found + len(literal)
    return start < end


def _may_match(segments: Sequence[str], route: Route) -> bool:
    """Return whether a masked path may be one of a route: what is masked may be anything."""
    return all(
        MASK in segment or _holds(literals, segment)
        for literals, segment in zip(route.segments, segments, strict=True)
    )


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
