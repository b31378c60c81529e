"""A Request as options of a libcurl handle."""

from functools import lru_cache, partial
from operator import itemgetter
from typing import TYPE_CHECKING

import pycurl
from msgspec import Struct

from shall.errors import BadValue
from shall.transport.exchange import OPENS_WEBSOCKET, FileContent, Request
from shall.transport.http.receiver import Receiver

if TYPE_CHECKING:
    from shall.transport.upload import Upload

MAX_REDIRECTS = 10

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})  # RFC 9110, section 8.6: say that nothing comes
_OBEY_CODE = 2
"""CURLFOLLOW_OBEYCODE: 303 makes every method GET, 307 and 308 keep it. 301 and 302 make it GET as
most clients do; RFC 9110, section 15.4, would keep any but POST, which libcurl cannot do."""

_VERSION_TLS: int = pycurl.CURL_HTTP_VERSION_2TLS
_VERSION_PLAIN: int = pycurl.CURL_HTTP_VERSION_1_1
"""libcurl would join a connection on which another case speaks HTTP/2 without TLS."""

_URL: int = pycurl.URL
_HTTPGET: int = pycurl.HTTPGET
_POSTFIELDS: int = pycurl.POSTFIELDS
_HTTPHEADER: int = pycurl.HTTPHEADER
_ABORT: int = pycurl.READFUNC_ABORT
_SOUGHT: int = pycurl.SEEKFUNC_OK
_ANY_PROTOCOL = pycurl.PROTO_ALL
_OPENS = 2
"""CURLOPT_CONNECT_ONLY: connect, and carry out the handshake of a WebSocket."""

_IN_NAMES = frozenset(
    "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)
"""Characters of names: RFC 9110, section 5.6.2."""

_NO_CONTENT_TYPE = b"Content-Type:"
_name = itemgetter(0)

_REMEMBERED = 1024
"""Bytes of a header that is remembered: many requests have the same token."""
_MOST_REMEMBERED = 256


class Limits(Struct, frozen=True):
    """What one transfer may use."""

    timeout_s: float
    redirects: int
    body_bytes: int


class Options:
    """The options of one handle. What two requests have in common is not set again.

    A request of a plain shape, GET without a body or POST of bytes, changes nothing but what every
    request of that shape sets; what any other left behind is cleared by ``reset``.
    """

    __slots__ = ("_curl", "_receiver", "_set", "_shape", "uploads")

    def __init__(self, curl: pycurl.Curl, receiver: Receiver) -> None:
        self._curl = curl
        self._set = curl.setopt
        self._receiver = receiver
        self._shape: tuple[Limits, bool, bool] | None = None
        self.uploads: list[Upload] = []
        """The files that the transfer sends, until ``close_uploads``."""

    def put(self, request: Request, limits: Limits) -> None:
        """Set the options of one transfer.

        Raises:
            BadValue: The method or a header cannot be sent.
            FileMissing, FileUnavailable, OutsideWorkspace: A large file cannot be opened.
        """
        method, url, body, headers = request.method, request.url, request.body, request.headers
        first, has_coding = _first_lines(tuple(map(_name, headers)))
        if (
            has_coding
            or request.connection is not None
            or request.reader is not None
            or request.form
            or request.files
            or not (method == "POST" or (method == "GET" and body is None))
            or type(body) is FileContent
        ):
            self._put_all(request, limits, first)
            return
        shape = limits, url.startswith("https"), request.follow_redirects
        if shape != self._shape:
            self._begin(request, limits)
            self._shape = shape
        setopt = self._set
        setopt(_URL, url)
        if method == "POST":
            setopt(_POSTFIELDS, body or b"")
        else:
            setopt(_HTTPGET, 1)
        setopt(_HTTPHEADER, [*first, *map(_header_line, headers)])

    def _put_all(self, request: Request, limits: Limits, first: tuple[bytes, ...]) -> None:
        """Set the options of a transfer of any shape."""
        self._begin(request, limits)
        setopt = self._curl.setopt
        setopt(_URL, request.url)
        _set_body(self._curl, request, self.uploads)
        if request.form or request.files:  # libcurl knows the boundary
            first = tuple([line for line in first if line != _NO_CONTENT_TYPE])
        setopt(_HTTPHEADER, [*first, *map(_header_line, request.headers)])
        if request.reader is not None:
            setopt(pycurl.WRITEFUNCTION, partial(self._receiver.write_to, request.reader))
        if request.connection is not None:
            from shall.transport.http.connection import connect  # few requests need it

            connect(self._curl, request.connection)
        if _decodes_elsewhere(request):
            self._receiver.decodes = False
            setopt(pycurl.HTTP_CONTENT_DECODING, 1)

    def close_uploads(self) -> None:
        """Close the files of a transfer that ended."""
        for upload in self.uploads:
            upload.close()
        self.uploads.clear()

    def _begin(self, request: Request, limits: Limits) -> None:
        self._shape = None  # until it is set completely
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
        is_secure = request.url.startswith("https")
        curl.setopt(pycurl.HTTP_VERSION, _VERSION_TLS if is_secure else _VERSION_PLAIN)
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
    """End the transfer when the WebSocket is open; its frames are sent one by one then."""
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


class _HeaderLines(dict[tuple[str, str], bytes]):
    """Headers, by name and value, as they are sent. Short ones are remembered."""

    def __missing__(self, header: tuple[str, str]) -> bytes:
        name, value = header
        if "\r" in value or "\n" in value or "\0" in value:
            raise BadValue(f"The value of the header {name} contains a line break or NUL.")
        # libcurl reads "Name:" as "leave it out" and "Name;" as "send it empty"
        text = f"{name}: {value}" if value.strip() else f"{name};"
        line = text.encode("utf-8")
        if len(line) <= _REMEMBERED:
            if len(self) >= _MOST_REMEMBERED:
                self.clear()
            self[header] = line
        return line


_LINES = _HeaderLines()
_header_line = _LINES.__getitem__


def forget_sent() -> None:
    """Forget headers that were sent; they may hold secrets."""
    _LINES.clear()


@lru_cache(maxsize=256)
def _first_lines(names: tuple[str, ...]) -> tuple[tuple[bytes, ...], bool]:
    """Return what goes before headers of these names: what libcurl would add is left out.

    True: one of them says which compressions the client knows.
    """
    lines = [b"Expect:"]  # no 100-continue: it costs a round trip and many servers ignore it
    lowered = {name.lower() for name in names}
    if "content-type" not in lowered:
        lines.append(_NO_CONTENT_TYPE)  # libcurl would call any body a form, an empty one too
    if "user-agent" not in lowered:
        lines.append(b"User-Agent: shall")
    for name in names:
        if not name or not _IN_NAMES.issuperset(name):
            raise BadValue(f"The header name {name!r} is not a name (RFC 9110, section 5.1).")
    return tuple(lines), "accept-encoding" in lowered
