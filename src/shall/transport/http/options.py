"""A Request as options of a libcurl handle, and the response headers it hands back."""

import io
import re
from collections.abc import Callable
from typing import NamedTuple

import pycurl

from shall.errors import BadValue
from shall.transport.exchange import Request

MAX_REDIRECTS = 10
MAX_HEADERS = 1000

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})  # RFC 9110, section 8.6: say that nothing comes
_OBEY_CODE = 2
"""CURLFOLLOW_OBEYCODE: 303 makes every method GET, 307 and 308 keep it. 301 and 302 make it GET as
most clients do; RFC 9110, section 15.4, would keep any but POST, which libcurl cannot do."""

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2


class Limits(NamedTuple):
    """What one transfer may use."""

    timeout_s: float
    redirects: int
    body_bytes: int


class Headers:
    """Collects the header lines of a transfer; each response of a redirect starts anew.

    ``follow`` takes the Location that libcurl is about to follow, and returns whether it may: True,
    False to end the transfer at once, None to end it after the headers of this response.
    """

    def __init__(self, follow: Callable[[bytes], bool | None] | None = None) -> None:
        self._lines: list[bytes] = []
        self._earlier: list[bytes] = []
        self._follow = follow
        self._leads_on = False
        self._ends = False
        self.redirects: list[int] = []
        self.status = 0
        self.version = ""
        self.closes = False
        self.set_cookies = False

    def take(self, line: bytes) -> int | None:
        """Take one line as libcurl hands it over; 0 ends the transfer."""
        if line.startswith(b"HTTP/"):
            self._earlier += self._lines
            self._lines = []
            version, _, rest = line[5:].replace(b"\t", b" ").partition(b" ")
            self.version = version.decode("latin-1").strip()
            self.closes = version == b"1.0"
            self.status = int(rest[:3]) if rest[:3].isdigit() else 0
            self._leads_on = rest[:1] == b"3"
            return None
        if self._ends and not line.strip():
            return 0
        if len(self._lines) < MAX_HEADERS:
            self._lines.append(line)
        start = line[:1]
        if start in b"cC" and line[:11].lower() == b"connection:":
            self.closes = b"keep-alive" not in line.lower()
        elif start in b"sS" and line[:11].lower() == b"set-cookie:":
            self.set_cookies = True
        elif self._leads_on and line[:9].lower() == b"location:":
            return self._lead(line[9:].strip(b" \t\r\n"))
        return None

    def _lead(self, location: bytes) -> int | None:
        if not location or self._follow is None:
            return None
        self._leads_on = False  # libcurl takes no second one that differs
        self.redirects.append(self.status)
        may = self._follow(location)
        self._ends = may is None
        return 0 if may is False else None

    def last(self) -> tuple[tuple[str, str], ...]:
        """Return the headers of the last response, names as sent."""
        return _pairs(self._lines)

    def earlier(self) -> tuple[tuple[str, str], ...]:
        """Return the headers of the responses before it."""
        return _pairs(self._earlier)


def _pairs(lines: list[bytes]) -> tuple[tuple[str, str], ...]:
    pairs = (line.decode("latin-1").partition(":") for line in lines)
    return tuple((name.strip(), value.strip()) for name, mark, value in pairs if mark)


def prepare(
    curl: pycurl.Curl, request: Request, headers: Headers, body: io.BytesIO, limits: Limits
) -> None:
    """Set the options of one transfer.

    Raises:
        BadValue: The method or a header cannot be sent.
    """
    if not _TOKEN.fullmatch(request.method):
        raise BadValue(f"The method {request.method!r} is not a name (RFC 9110, section 5.6.2).")
    curl.setopt(pycurl.HTTPGET, 1)  # reset() keeps the method of a multipart form
    curl.setopt(pycurl.URL, request.url)
    curl.setopt(pycurl.NOSIGNAL, 1)
    curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    curl.setopt(pycurl.REDIR_PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS)
    curl.setopt(pycurl.PROXY, "")
    curl.setopt(pycurl.COOKIEFILE, "")
    curl.setopt(pycurl.ACCEPT_ENCODING, "")
    curl.setopt(pycurl.TIMEOUT_MS, max(1, int(limits.timeout_s * 1000)))
    curl.setopt(pycurl.FOLLOWLOCATION, _OBEY_CODE if request.follow_redirects else 0)
    curl.setopt(pycurl.MAXREDIRS, limits.redirects)
    curl.setopt(pycurl.MAXFILESIZE, limits.body_bytes)
    curl.setopt(pycurl.HEADERFUNCTION, headers.take)
    curl.setopt(pycurl.WRITEFUNCTION, _Write(body, limits.body_bytes))
    _set_body(curl, request)
    curl.setopt(pycurl.HTTPHEADER, _header_lines(request))


class _Write:
    """Writes what comes in; a decompressed body over the limit ends the transfer."""

    __slots__ = ("_body", "_left")

    def __init__(self, body: io.BytesIO, max_bytes: int) -> None:
        self._body = body
        self._left = max_bytes

    def __call__(self, data: bytes) -> int:
        self._left -= len(data)
        if self._left < 0:
            self._body.truncate(0)
            return 0
        return self._body.write(data)


def _set_body(curl: pycurl.Curl, request: Request) -> None:
    method = request.method
    has_body = bool(request.files or request.form or request.body is not None)
    if method == "HEAD" and has_body:
        raise BadValue(  # libcurl would wait for a body that never comes
            "A HEAD request has no body (RFC 9110, section 9.3.2).",
            hint="Remove the body, or use another method.",
        )
    if request.files or request.form:
        curl.setopt(pycurl.MIMEPOST, _multipart(curl, request))
    elif request.body is not None or method in _WITH_BODY:
        body = request.body or b""
        curl.setopt(pycurl.POST, 1)
        curl.setopt(pycurl.POSTFIELDSIZE_LARGE, len(body))
        curl.setopt(pycurl.COPYPOSTFIELDS, body)
    elif method == "HEAD":
        curl.setopt(pycurl.NOBODY, 1)
        return
    elif method == "GET":
        return
    if method != "POST":
        curl.setopt(pycurl.CUSTOMREQUEST, method)


def _multipart(curl: pycurl.Curl, request: Request) -> pycurl.CurlMime:
    form = pycurl.CurlMime(curl)
    for name, value in request.form:
        part = form.addpart()
        part.name(name.encode("utf-8"))
        part.data(value.encode("utf-8"))
    for file in request.files:
        part = form.addpart()
        part.name(file.field.encode("utf-8"))
        part.filename(file.filename.encode("utf-8"))
        part.type(file.content_type)
        part.data(file.content)
    return form


def _header_lines(request: Request) -> list[bytes]:
    lines = [b"Expect:"]  # no 100-continue: it costs a round trip and many servers ignore it
    names = {name.lower() for name, _ in request.headers}
    if not (request.form or request.files) and "content-type" not in names:
        lines.append(b"Content-Type:")  # libcurl would call any body a form, an empty one too
    if "user-agent" not in names:
        lines.append(b"User-Agent: shall")
    for name, value in request.headers:
        if not _TOKEN.fullmatch(name):
            raise BadValue(f"The header name {name!r} is not a name (RFC 9110, section 5.1).")
        if any(char in value for char in "\r\n\0"):
            raise BadValue(f"The value of the header {name} holds a line break or NUL.")
        # libcurl reads "Name:" as "leave it out" and "Name;" as "send it empty"
        line = f"{name}: {value}" if value.strip() else f"{name};"
        lines.append(line.encode("utf-8"))
    return lines
