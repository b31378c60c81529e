"""One HTTP exchange as data, before redaction: never stored, never shown."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from shall.results.records import NO_TIMINGS, Redirect, Timings

if TYPE_CHECKING:
    from shall.transport.ports import Reader, Secrecy

__all__ = [
    "Connection",
    "Credentials",
    "FileContent",
    "FilePart",
    "Peer",
    "Redirect",
    "Request",
    "Response",
]


UNAUTHORIZED = 401

OPENS_WEBSOCKET = "WS"

LARGE_BYTES = 1 << 20
"""The content of a file of more bytes is read while it is sent, and never held as a whole."""


class FileContent(Struct, frozen=True, eq=False):
    """The content of a large file, which is read while it is sent.

    ``size`` is in bytes. ``open`` returns a descriptor that the caller closes; it raises what
    reading a file of the workspace raises.
    """

    path: str
    size: int
    open: Callable[[], int]

    def __len__(self) -> int:
        return self.size


class FilePart(Struct, frozen=True):
    """A part of a multipart form with a content type. ``filename`` empty: it names no file."""

    field: str
    filename: str
    content: bytes | FileContent
    content_type: str = "application/octet-stream"


class Credentials(Struct, frozen=True):
    """Credentials that libcurl itself uses. ``scope`` is what ``aws_sigv4`` signs for."""

    kind: str
    user: str
    password: str
    scope: str = ""


class Connection(Struct, frozen=True):
    """How a service is connected to, where that is not as usual. Certificates and keys are PEM.

    ``resolve`` maps ``host:port`` to an IP address. ``observes``: the response says who answered.
    """

    credentials: Credentials | None = None
    client_certificate: bytes | None = None
    key: bytes | None = None
    key_password: str | None = None
    ca: bytes | None = None
    insecure: bool = False
    tls: str = ""
    http: str = ""
    compression: str = ""
    max_redirects: int = 0
    resolve: Mapping[str, str] = {}
    proxy: str = ""
    unix_socket: str = ""
    observes: bool = False


class Request(Struct, frozen=True, gc=False, eq=False):
    """A request ready to be sent. ``url`` is absolute, query included.

    The method ``OPENS_WEBSOCKET`` opens one; its URL begins with ``ws``.
    ``secrecy`` None: only what names itself a credential is secret. ``connection`` None: as usual.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | FileContent | None = None
    form: tuple[tuple[str, str], ...] = ()
    files: tuple[FilePart, ...] = ()
    timeout_s: float = 30.0
    follow_redirects: bool = True
    secrecy: "Secrecy | None" = None
    connection: Connection | None = None
    reader: "Reader | None" = None


class Peer(Struct, frozen=True):
    """Who answered: the address, and the fields of its certificate as libcurl names them."""

    ip: str
    certificate: Mapping[str, str] = {}


class Response(Struct, frozen=True, gc=False, eq=False):
    """What came back. Header names are kept as sent; look them up without regard to case.

    ``earlier_headers`` are those of the redirects that led here: they may set cookies.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    url: str
    http_version: str = "1.1"
    timings: Timings = NO_TIMINGS
    earlier_headers: tuple[tuple[str, str], ...] = ()
    redirects: tuple[Redirect, ...] = ()
    peer: Peer | None = None

    def header(self, name: str) -> str | None:
        """Return a header's value (several are joined with a comma, RFC 9110 section 5.3)."""
        wanted = name.lower()
        values = [value for key, value in self.headers if key.lower() == wanted]
        return ", ".join(values) if values else None
