"""What goes along when a redirect leaves the origin of a request (RFC 9110, section 15.4).

An origin is scheme, host and port (RFC 6454, section 4). Credentials stay with theirs: headers
that are secret by name or value, cookies that another port or scheme of the host set, and a body
that holds a secret.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from shall.errors import TargetDenied
from shall.messages import Message, render
from shall.redaction.names import is_secret_name
from shall.transport.exchange import Connection, Request

Origin = tuple[str, str, int]
"""Scheme, host in lower case, port."""

_KEEPS_METHOD = frozenset({307, 308})
_ABOUT_BODY = frozenset({"content-type", "content-encoding", "content-language", "content-length"})
_OF_HOST = frozenset({"host", "origin"})


def redirected(request: Request, status: int, url: str, origin: Origin) -> Request:
    """Return the request that follows a redirect to another origin.

    301, 302 and 303 become GET, but HEAD stays; 307 and 308 keep method and body.

    Raises:
        TargetDenied: The body would go along, and holds a secret.
    """
    if request.connection is not None:
        request = replace(request, connection=_left(request.connection))
    headers = [(name, it) for name, it in request.headers if not _stays(request, name, it)]
    if status in _KEEPS_METHOD:
        if request.secrecy is not None and request.secrecy.of_body(request):
            raise _body_stays(status, origin)
        return replace(request, url=url, headers=tuple(headers))
    return replace(
        request,
        url=url,
        method="HEAD" if request.method == "HEAD" else "GET",
        headers=tuple(it for it in headers if it[0].lower() not in _ABOUT_BODY),
        body=None,
        form=(),
        files=(),
    )


def _left(connection: Connection) -> Connection:
    """Return a connection without what identifies the client, and what is for the host alone."""
    return replace(
        connection,
        credentials=None,
        client_certificate=None,
        key=None,
        key_password=None,
        unix_socket="",
    )


def cookie_names(headers: Iterable[tuple[str, str]]) -> list[str]:
    """Return the names of the cookies that headers set."""
    lines = (value for name, value in headers if name.lower() == "set-cookie")
    return [line.partition("=")[0].strip() for line in lines]


def _stays(request: Request, name: str, value: str) -> bool:
    if name.lower() in _OF_HOST or is_secret_name(name):
        return True
    return request.secrecy is not None and request.secrecy.of_header(name, value)


def _body_stays(status: int, origin: Origin) -> TargetDenied:
    params = {"address": f"{origin[1]}:{origin[2]}", "rule": str(status)}
    message = Message("step.denied.secret", params)
    return TargetDenied(render(message), details={"why": "secret", **params})
