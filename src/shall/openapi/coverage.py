"""What requests touched, out of what a document declares.

Only what was seen counts: a request without a response covers nothing, and a response whose media
type is not known covers none.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from shall.openapi.document import Document, Operation, ResponseDeclaration
from shall.openapi.routes import Found, Routes

MOST_UNDECLARED = 1000
"""Requests of what is not declared that are listed; the others are only counted."""


class Seen(Struct, frozen=True):
    """A response to a request. ``content_type`` None: it is not known, empty: it had none."""

    method: str
    url: str
    status: int
    content_type: str | None


class ResponseCoverage(Struct, frozen=True):
    """How often a declared status was seen, and each of its media types.

    ``statuses`` are those that were seen, where a range or the default is declared.
    """

    status: str
    responses: int
    statuses: tuple[int, ...]
    content_types: Mapping[str, int]


class OperationCoverage(Struct, frozen=True):
    """How often an operation was called, and what it declares."""

    method: str
    path: str
    operation_id: str
    requests: int
    responses: tuple[ResponseCoverage, ...]


class Undeclared(Struct, frozen=True):
    """What was seen and is not declared: an operation, a status of one, or a media type."""

    method: str
    path: str
    requests: int
    status: int | None = None
    content_type: str | None = None


class Share(Struct, frozen=True):
    """How many of the declared things were seen."""

    covered: int
    total: int

    @property
    def percent(self) -> float:
        """The percentage; where nothing is declared, nothing is covered."""
        return 100 * self.covered / self.total if self.total else 0.0


class Coverage(Struct, frozen=True):
    """Which operations, statuses and media types were seen.

    ``requests`` is how many were looked at. Of these, ``elsewhere`` went to other services,
    ``unanswered`` got no response, ``unread`` cannot be assigned: their URL is masked, or none.
    ``untyped`` responses have a media type that was not recorded. ``undeclared`` lists the first.
    ``lost`` are references of the document that lead out of it, or nowhere.
    """

    operations: tuple[OperationCoverage, ...]
    undeclared: tuple[Undeclared, ...]
    undeclared_total: int
    requests: int
    elsewhere: int
    unanswered: int
    unread: int
    untyped: int
    lost: tuple[str, ...]

    def shares(self) -> dict[str, Share]:
        """Return the share of ``operations``, of ``statuses`` and of ``content-types``."""
        responses = [it for operation in self.operations for it in operation.responses]
        types = [count for it in responses for count in it.content_types.values()]
        return {
            "operations": _share([it.requests for it in self.operations]),
            "statuses": _share([it.responses for it in responses]),
            "content-types": _share(types),
        }


class Counts(Struct):
    """Requests that were looked at before their operation: see ``Coverage``."""

    requests: int = 0
    unanswered: int = 0
    unread: int = 0


class _Tally(Struct):
    """What was seen so far."""

    requests: Counter[str] = field(default_factory=Counter)
    statuses: defaultdict[tuple[str, str], Counter[int]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    types: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    undeclared: Counter[tuple[str, str, int | None, str | None]] = field(default_factory=Counter)
    elsewhere: int = 0
    unread: int = 0
    untyped: int = 0


def measure(
    document: Document, seen: Iterable[Seen], counts: Counts, base_url: str | None = None
) -> Coverage:
    """Return what of a document was seen.

    ``base_url``: only requests below it count, whatever servers the document names.
    """
    routes = Routes(document.operations, base_url)
    tally = _Tally()
    found: dict[tuple[str, str], Found | None] = {}
    for it in seen:
        key = it.method, it.url
        if key not in found:
            found[key] = _find(routes, it)
        _add(tally, it, found[key])
    return Coverage(
        operations=tuple(_covered(it, tally) for it in document.operations),
        undeclared=tuple(
            Undeclared(method, path, count, status, kind)
            for (method, path, status, kind), count in sorted(
                tally.undeclared.items(), key=lambda it: (it[0][1], it[0][0], str(it[0][2:]))
            )[:MOST_UNDECLARED]
        ),
        undeclared_total=len(tally.undeclared),
        requests=counts.requests,
        elsewhere=tally.elsewhere,
        unanswered=counts.unanswered,
        unread=counts.unread + tally.unread,
        untyped=tally.untyped,
        lost=document.lost,
    )


def _find(routes: Routes, seen: Seen) -> Found | None:
    """Return what a request calls; None where it went to another service."""
    try:
        return routes.find(seen.method, seen.url) if routes.concerns(seen.url) else None
    except ValueError:
        return Found(is_ambiguous=True)


def _add(tally: _Tally, seen: Seen, found: Found | None) -> None:
    if found is None:
        tally.elsewhere += 1
    elif found.is_ambiguous:
        tally.unread += 1
    elif found.operation is None:
        url = seen.url.partition("?")[0].partition("#")[0]
        tally.undeclared[seen.method, found.path or url, None, None] += 1
    else:
        _add_response(tally, seen, found.operation)


def _add_response(tally: _Tally, seen: Seen, operation: Operation) -> None:
    tally.requests[operation.place] += 1
    declared = operation.response_for(seen.status)
    if declared is None:
        tally.undeclared[operation.method, operation.path, seen.status, None] += 1
        return
    tally.statuses[operation.place, declared.status][seen.status] += 1
    if not declared.types:
        return
    if seen.content_type is None:
        tally.untyped += 1
        return
    kind = media_type(seen.content_type)
    if not kind:
        return
    name = type_for(declared, seen.content_type)
    if name is None:
        tally.undeclared[operation.method, operation.path, seen.status, kind] += 1
    else:
        tally.types[operation.place, declared.status, name] += 1


def media_type(content_type: str) -> str:
    """Return the media type of a Content-Type, without parameters and in lower case."""
    return content_type.partition(";")[0].strip().lower()


def type_for(declared: ResponseDeclaration, content_type: str) -> str | None:
    """Return the declared media type that a Content-Type has: the most specific."""
    kind = media_type(content_type)
    whole = content_type.replace(" ", "").lower()
    for name in declared.types:
        if name.replace(" ", "").lower() == whole:
            return name
    by_type: dict[str, str] = {}
    for name in declared.types:
        if not _has_parameters(name):
            by_type.setdefault(media_type(name), name)
    for wanted in (kind, f"{kind.partition('/')[0]}/*", "*/*"):
        if wanted in by_type:
            return by_type[wanted]
    return None


def _has_parameters(declared: str) -> bool:
    """Return whether a declared type has parameters that say more than the charset."""
    given = (it.strip().lower() for it in declared.split(";")[1:])
    return any(it and not it.startswith("charset=") for it in given)


def _covered(operation: Operation, tally: _Tally) -> OperationCoverage:
    responses = []
    for declared in operation.responses:
        statuses = tally.statuses[operation.place, declared.status]
        responses.append(
            ResponseCoverage(
                declared.status,
                sum(statuses.values()),
                tuple(sorted(statuses)),
                {
                    name: tally.types[operation.place, declared.status, name]
                    for name in declared.types
                },
            )
        )
    return OperationCoverage(
        operation.method,
        operation.path,
        operation.operation_id,
        tally.requests[operation.place],
        tuple(responses),
    )


def _share(counts: Sequence[Any]) -> Share:
    return Share(sum(map(bool, counts)), len(counts))
