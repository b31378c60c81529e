"""One HTTP exchange as data, before redaction. Never leaves the engine."""

from dataclasses import dataclass, field

from shall.results.records import Timings


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file to upload in a multipart form."""

    field: str
    filename: str
    content: bytes
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Request:
    """A request ready to be sent. ``url`` is absolute, query included."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    form: tuple[tuple[str, str], ...] = ()
    files: tuple[FilePart, ...] = ()
    timeout_s: float = 30.0
    follow_redirects: bool = True


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. Header names are kept as sent; look them up without regard to case.

    ``earlier_headers`` are those of the redirects that led here: they may set cookies.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    url: str
    http_version: str = "1.1"
    timings: Timings = field(default_factory=Timings)
    earlier_headers: tuple[tuple[str, str], ...] = ()

    def header(self, name: str) -> str | None:
        """Give a header's value (several are joined with a comma, RFC 9110 section 5.3)."""
        wanted = name.lower()
        values = [value for key, value in self.headers if key.lower() == wanted]
        return ", ".join(values) if values else None
