"""A Request as options of a libcurl handle, and what the handle receives."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import pycurl
from msgspec import Struct

from shall.errors import BadValue
from shall.transport.exchange import OPENS_WEBSOCKET, FileContent, Reader, Request

if TYPE_CHECKING:
    import _socket

    from shall.transport.http.decoding import Decoder
    from shall.transport.upload import Upload

MAX_REDIRECTS = 10
MAX_HEADERS = 1000

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})  # RFC 9110, section 8.6: say that nothing comes
_OBEY_CODE = 2
"""CURLFOLLOW_OBEYCODE: 303 makes every method GET, 307 and 308 keep it. 301 and 302 make it GET as
most clients do; RFC 9110, section 15.4, would keep any but POST, which libcurl cannot do."""

_VERSION_TLS: int = pycurl.CURL_HTTP_VERSION_2TLS
_VERSION_PLAIN: int = pycurl.CURL_HTTP_VERSION_1_1
"""libcurl would join a connection on which another case speaks HTTP/2 without TLS."""

_ABORT: int = pycurl.READFUNC_ABORT
_SOUGHT: int = pycurl.SEEKFUNC_OK
_ANY_PROTOCOL = pycurl.PROTO_ALL
_OPENS = 2
"""CURLOPT_CONNECT_ONLY: connect, and carry out the handshake of a WebSocket."""

_IN_NAMES = frozenset(
    "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)
"""Characters of names: RFC 9110, section 5.6.2."""


class Limits(Struct, frozen=True):
    """What one transfer may use."""

    timeout_s: float
    redirects: int
    body_bytes: int


class Receiver:
    """Collects what a handle receives: header lines and the body.

    It belongs to its handle and takes one transfer after the other, each after ``start``; each
    response of a redirect begins anew.
    """

    __slots__ = (
        "_chunks",
        "_decoder",
        "_earlier",
        "_ends",
        "_follow",
        "_leads_on",
        "_left",
        "_lines",
        "_open",
        "closes",
        "decodes",
        "has_cookies",
        "is_read",
        "redirects",
        "set_cookies",
        "status",
        "version",
    )

    def __init__(self) -> None:
        self.has_cookies = False
        """Whether any transfer so far set a cookie."""
        self.decodes = True
        """Whether gzip and deflate are decompressed here, and not by libcurl or not at all."""
        self._chunks: list[bytes] = []

    def start(
        self,
        max_bytes: int,
        open_socket: "Callable[[int, Any], _socket.socket | int]",
        follow: Callable[[bytes], bool | None] | None,
    ) -> None:
        """Begin a transfer.

        ``follow`` takes the Location that libcurl is about to follow, and returns whether it may:
        True, False to end the transfer at once, None to end it after the headers of this response.
        """
        self._lines: list[bytes] = []
        self._earlier: list[bytes] = []
        self._chunks = []
        self._left = max_bytes
        self._open = open_socket
        self._follow = follow
        self._leads_on = False
        self._ends = False
        self._decoder: Decoder | None = None
        self.redirects: list[int] = []
        self.status = 0
        self.version = ""
        self.closes = False
        self.set_cookies = False
        self.is_read = False

    def open_socket(self, purpose: int, address: Any) -> "_socket.socket | int":
        """Open a socket for an address that libcurl is about to connect to, or refuse."""
        return self._open(purpose, address)

    def write(self, data: bytes) -> int | None:
        """Take a part of the body; one that is decompressed over the limit ends the transfer."""
        if self._decoder is not None:
            data = self._decoder.decode(data, self._left)
            if self._decoder.fault:
                return 0
        self._left -= len(data)
        if self._left < 0:
            self._chunks = []
            return 0
        self._chunks.append(data)
        return None

    def write_to(self, reader: Reader, data: bytes) -> int | None:
        """Take a part of the body that a reader reads; it may end the transfer."""
        if self._decoder is not None:
            data = self._decoder.decode(data, self._left)
            if self._decoder.fault:
                return 0
        self._left -= len(data)
        if self._left < 0:  # what arrived is part of the result
            return 0
        self._chunks.append(data)
        if reader.take(data):
            self.is_read = True
            return 0
        return None

    @property
    def undecoded(self) -> str:
        """Why the body could not be decompressed, with ``{address}``; empty where it could."""
        if self._decoder is None:
            return ""
        cut = "the body of {address} ends within its compressed data"
        return self._decoder.fault or (cut if self._decoder.is_cut else "")

    @property
    def is_too_large(self) -> bool:
        """Whether more of the body came than may."""
        return self._left < 0

    def body(self) -> bytes:
        """Return the body of the last response."""
        chunks = self._chunks
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def take(self, line: bytes) -> int | None:
        """Take one header line as libcurl hands it over; 0 ends the transfer."""
        if line in _ORDINARY and len(self._lines) < MAX_HEADERS:
            self._lines.append(line)
            return None
        return self._take(line)

    def _take(self, line: bytes) -> int | None:
        if line[:5] == b"HTTP/":
            self._begin(line)
        elif line.strip():
            return self._take_header(line)
        elif self._ends:
            return 0
        return None

    def _begin(self, line: bytes) -> None:
        if self._lines:
            self._earlier += self._lines
            self._lines = []
            self._decoder = None
        self.version, self.status, self.closes, self._leads_on = (
            _known_status(line) if len(line) <= _REMEMBERED else _status(line)
        )

    def _take_header(self, line: bytes) -> int | None:
        if len(self._lines) < MAX_HEADERS:
            self._lines.append(line)
        name = line[: line.find(b":")].lower()
        if name == b"connection":
            self.closes = b"keep-alive" not in line.lower()
        elif name == b"set-cookie":
            self.set_cookies = self.has_cookies = True
        elif name == b"location":
            return self._lead(line[9:].strip(b" \t\r\n")) if self._leads_on else None
        elif name == b"content-encoding":
            self._decode(line[17:].decode("latin-1"))
        elif len(line) <= _REMEMBERED:
            if len(_ORDINARY) >= _MOST_ORDINARY:
                _ORDINARY.clear()
            _ORDINARY.add(line)
        return None

    def _decode(self, codings: str) -> None:
        if not self.decodes:
            return
        if self._decoder is None:
            from shall.transport.http.decoding import Decoder  # most bodies are not compressed

            self._decoder = Decoder()
        self._decoder.add(codings)

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
        return _pairs(self._earlier) if self._earlier else ()


def _pairs(lines: list[bytes]) -> tuple[tuple[str, str], ...]:
    pairs = [_known_pair(line) if len(line) <= _REMEMBERED else _pair(line) for line in lines]
    return tuple([pair for pair in pairs if pair is not None])


def _pair(line: bytes) -> tuple[str, str] | None:
    name, mark, value = line.decode("latin-1").partition(":")
    return (name.strip(), value.strip()) if mark else None


def _status(line: bytes) -> tuple[str, int, bool, bool]:
    """Return version and status, whether the service closes then, and whether it may redirect."""
    version, _, rest = line[5:].replace(b"\t", b" ").partition(b" ")
    status = int(rest[:3]) if rest[:3].isdigit() else 0
    return version.decode("latin-1").strip(), status, version == b"1.0", rest[:1] == b"3"


_REMEMBERED = 64
"""Bytes of a header line that is remembered: most services send the same with each response."""

_known_pair = lru_cache(maxsize=512)(_pair)
_known_status = lru_cache(maxsize=64)(_status)

_ORDINARY: set[bytes] = set()
"""Header lines that were seen and say nothing that a transfer depends on."""
_MOST_ORDINARY = 512


class Options:
    """The options of one handle. What two requests have in common is not set again.

    A request of a plain shape, GET without a body or POST of bytes, changes nothing but what every
    request of that shape sets; what any other left behind is cleared by ``reset``.
    """

    __slots__ = ("_curl", "_receiver", "_shape", "uploads")

    def __init__(self, curl: pycurl.Curl, receiver: Receiver) -> None:
        self._curl = curl
        self._receiver = receiver
        self._shape: tuple[bool, Limits, bool] | None = None
        self.uploads: list[Upload] = []
        """The files that the transfer sends, until ``close_uploads``."""

    def put(self, request: Request, limits: Limits) -> None:
        """Set the options of one transfer.

        Raises:
            BadValue: The method or a header cannot be sent.
            FileMissing, FileUnavailable, OutsideWorkspace: A large file cannot be opened.
        """
        method, body = request.method, request.body
        has_form = bool(request.form or request.files)
        is_plain = (
            (method == "POST" or (method == "GET" and body is None))
            and request.connection is None
            and request.reader is None
            and not has_form
            and type(body) is not FileContent
        )
        is_secure = request.url[:5] == "https"
        shape = (request.follow_redirects, limits, is_secure) if is_plain else None
        if shape is None or shape != self._shape:
            self._shape = None  # until it is set completely
            self._begin(request, limits, _VERSION_TLS if is_secure else _VERSION_PLAIN)
            self._shape = shape
        setopt = self._curl.setopt
        setopt(pycurl.URL, request.url)
        if not is_plain:
            _set_body(self._curl, request, self.uploads)
        elif method == "POST":
            setopt(pycurl.POSTFIELDS, body or b"")
        else:
            setopt(pycurl.HTTPGET, 1)
        setopt(pycurl.HTTPHEADER, _header_lines(request.headers, has_form))
        if request.reader is not None:
            setopt(pycurl.WRITEFUNCTION, partial(self._receiver.write_to, request.reader))
        if request.connection is not None:
            from shall.transport.http.connection import connect  # few requests need it

            connect(self._curl, request.connection)
        if (request.headers or request.connection) and _decodes_elsewhere(request):
            self._shape = None
            self._receiver.decodes = False
            setopt(pycurl.HTTP_CONTENT_DECODING, 1)

    def close_uploads(self) -> None:
        """Close the files of a transfer that ended."""
        for upload in self.uploads:
            upload.close()
        self.uploads.clear()

    def _begin(self, request: Request, limits: Limits, version: int) -> None:
        if not request.method or not _IN_NAMES.issuperset(request.method):
            raise BadValue(
                f"The method {request.method!r} is not a name (RFC 9110, section 5.6.2)."
            )
        curl, receiver = self._curl, self._receiver
        curl.reset()
        curl.setopt(pycurl.HTTPGET, 1)  # reset() keeps the method of a multipart form
        curl.setopt(pycurl.NOSIGNAL, 1)
        curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        curl.setopt(pycurl.REDIR_PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        curl.setopt(pycurl.HTTP_VERSION, version)
        curl.setopt(pycurl.PROXY, "")
        curl.setopt(pycurl.COOKIEFILE, "")
        curl.setopt(pycurl.ACCEPT_ENCODING, "deflate, gzip")
        curl.setopt(pycurl.HTTP_CONTENT_DECODING, 0)
        receiver.decodes = True
        curl.setopt(pycurl.TIMEOUT_MS, max(1, int(limits.timeout_s * 1000)))
        curl.setopt(pycurl.FOLLOWLOCATION, _OBEY_CODE if request.follow_redirects else 0)
        curl.setopt(pycurl.MAXREDIRS, limits.redirects)
        curl.setopt(pycurl.MAXFILESIZE, limits.body_bytes)
        curl.setopt(pycurl.HEADERFUNCTION, receiver.take)
        curl.setopt(pycurl.WRITEFUNCTION, receiver.write)
        curl.setopt(pycurl.OPENSOCKETFUNCTION, receiver.open_socket)


def _set_body(curl: pycurl.Curl, request: Request, uploads: "list[Upload]") -> None:
    method = request.method
    if method == OPENS_WEBSOCKET:
        _set_websocket(curl)
        return
    has_body = bool(request.files or request.form or request.body is not None)
    if method == "HEAD" and has_body:
        raise BadValue(  # libcurl would wait for a body that never comes
            "A HEAD request has no body (RFC 9110, section 9.3.2).",
            hint="Remove the body, or use another method.",
        )
    if request.files or request.form:
        curl.setopt(pycurl.MIMEPOST, _multipart(curl, request, uploads))
    elif request.body is not None or method in _WITH_BODY:
        _set_content(curl, request.body or b"", uploads)
    elif method == "HEAD":
        curl.setopt(pycurl.NOBODY, 1)
        return
    elif method == "GET":
        return
    if method != "POST":
        curl.setopt(pycurl.CUSTOMREQUEST, method)


def _set_websocket(curl: pycurl.Curl) -> None:
    """Let the transfer end when the WebSocket is open; its frames are sent one by one then."""
    curl.setopt(pycurl.PROTOCOLS, _ANY_PROTOCOL)  # ours is that of the URL, which begins with ws
    curl.setopt(pycurl.CONNECT_ONLY, _OPENS)
    curl.setopt(pycurl.WS_OPTIONS, pycurl.WS_NOAUTOPONG)  # a pong of libcurl waits for a message
    curl.setopt(pycurl.FOLLOWLOCATION, 0)
    curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)


def _set_content(curl: pycurl.Curl, content: bytes | FileContent, uploads: "list[Upload]") -> None:
    curl.setopt(pycurl.POST, 1)
    if isinstance(content, FileContent):
        upload = _opened(content, uploads)
        curl.setopt(pycurl.POSTFIELDSIZE_LARGE, upload.size)
        curl.setopt(pycurl.READFUNCTION, partial(_read, upload))
        curl.setopt(pycurl.SEEKFUNCTION, partial(_seek, upload))
    else:
        curl.setopt(pycurl.POSTFIELDS, content)  # COPYPOSTFIELDS takes no null byte


def _opened(content: FileContent, uploads: "list[Upload]") -> "Upload":
    from shall.transport.upload import Upload  # few requests send a large file

    upload = Upload(content)
    uploads.append(upload)
    return upload


def _read(upload: "Upload", most: int) -> bytes | int:
    part = upload.read(most)
    return _ABORT if part is None else part


def _seek(upload: "Upload", offset: int, _: int) -> int:
    """Go back, for a redirect, a challenge or a connection that was closed."""
    upload.seek(offset)  # libcurl always counts from the beginning
    return _SOUGHT


def _multipart(curl: pycurl.Curl, request: Request, uploads: "list[Upload]") -> pycurl.CurlMime:
    form = pycurl.CurlMime(curl)
    for name, value in request.form:
        part = form.addpart()
        part.name(name.encode("utf-8"))
        part.data(value.encode("utf-8"))
    for file in request.files:
        part = form.addpart()
        part.name(file.field.encode("utf-8"))
        if file.filename:
            part.filename(file.filename.encode("utf-8"))
        part.type(file.content_type)
        if isinstance(file.content, FileContent):
            upload = _opened(file.content, uploads)
            part.data_cb(upload.size, _read, _seek, None, upload)
        else:
            part.data(file.content)
    return form


def _decodes_elsewhere(request: Request) -> bool:
    """Return whether libcurl decompresses what comes, or nobody does."""
    connection = request.connection
    if connection is not None and connection.compression in {"none", "br", "zstd"}:
        return True
    return any(
        name.lower() == "accept-encoding" and ("br" in value or "zstd" in value)
        for name, value in request.headers
    )


def _header_lines(headers: tuple[tuple[str, str], ...], has_form: bool) -> list[bytes]:
    lines = [*_first_lines(tuple([name for name, _ in headers]), has_form)]
    for name, value in headers:
        if "\r" in value or "\n" in value or "\0" in value:
            raise BadValue(f"The value of the header {name} contains a line break or NUL.")
        # libcurl reads "Name:" as "leave it out" and "Name;" as "send it empty"
        line = f"{name}: {value}" if value.strip() else f"{name};"
        lines.append(line.encode("utf-8"))
    return lines


@lru_cache(maxsize=256)
def _first_lines(names: tuple[str, ...], has_form: bool) -> tuple[bytes, ...]:
    """Return what goes before headers of these names: what libcurl would add is left out."""
    lines = [b"Expect:"]  # no 100-continue: it costs a round trip and many servers ignore it
    lowered = {name.lower() for name in names}
    if not has_form and "content-type" not in lowered:
        lines.append(b"Content-Type:")  # libcurl would call any body a form, an empty one too
    if "user-agent" not in lowered:
        lines.append(b"User-Agent: shall")
    for name in names:
        if not name or not _IN_NAMES.issuperset(name):
            raise BadValue(f"The header name {name!r} is not a name (RFC 9110, section 5.1).")
    return tuple(lines)
