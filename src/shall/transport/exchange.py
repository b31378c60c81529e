"""One HTTP exchange as data, before redaction: never stored, never shown."""

from typing import Protocol

from msgspec import Struct

from shall.results.records import NO_TIMINGS, Redirect, Timings

__all__ = ["FilePart", "Redirect", "Request", "Response"]


class FilePart(Struct, frozen=True):
    """A file to upload in a multipart form."""

    field: str
    filename: str
    content: bytes
    content_type: str = "application/octet-stream"


class Secrecy(Protocol):
    """Which parts of a request are secret; asked when a redirect leaves the origin."""

    def of_header(self, name: str, value: str) -> bool:
        """Return whether a header is secret."""
        ...

    def of_body(self, request: "Request") -> bool:
        """Return whether the body, the form or a file holds a secret."""
        ...


class Request(Struct, frozen=True, gc=False, eq=False):
    """A request ready to be sent. ``url`` is absolute, query included.

    ``secrecy`` None: only what names itself a credential is secret.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    form: tuple[tuple[str, str], ...] = ()
    files: tuple[FilePart, ...] = ()
    timeout_s: float = 30.0
    follow_redirects: bool = True
    secrecy: Secrecy | None = None


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

    def header(self, name: str) -> str | None:
        """Return a header's value (several are joined with a comma, RFC 9110 section 5.3)."""
        wanted = name.lower()
        values = [value for key, value in self.headers if key.lower() == wanted]
        return ", ".join(values) if values else None
