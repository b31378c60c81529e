"""What a libcurl handle receives: header lines and the body."""

from typing import TYPE_CHECKING, Any

from shall.memoize import memoized

if TYPE_CHECKING:
    import _socket

    from shall.transport.http.decoding import Decoder
    from shall.transport.http.transfer import Transfer
    from shall.transport.ports import Reader

MAX_HEADERS = 1000

_REMEMBERED = 64
"""Bytes of a header line that is remembered: most services send the same with each response."""

_ORDINARY: dict[bytes, tuple[str, str]] = {}
"""Name and value of header lines that were seen and say nothing that a transfer depends on."""
_MOST_ORDINARY = 512


class Receiver:
    """Collects what a handle receives.

    It belongs to its handle and takes one transfer after the other, each after ``start``; each
    response of a redirect begins anew.
    """

    __slots__ = (
        "_chunks",
        "_ends",
        "_headers",
        "_leads_on",
        "_left",
        "_transfer",
        "closes",
        "decoder",
        "decodes",
        "earlier",
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
        self._headers: list[tuple[str, str]] = []
        self.version = ""
        self.closes = self._leads_on = False

    def start(self, transfer: "Transfer", max_bytes: int) -> None:
        """Begin a transfer. Its gate judges where libcurl connects to, and what it follows."""
        self._transfer = transfer
        self._headers.clear()
        self._chunks = []
        self._left = max_bytes
        self.earlier: tuple[tuple[str, str], ...] = ()
        """The headers of the responses before the last one."""
        self.decoder: Decoder | None = None
        self._ends = False
        self.redirects: tuple[int, ...] = ()
        self.status = 0
        self.set_cookies = False
        self.is_read = False

    def open_socket(self, purpose: int, address: Any) -> "_socket.socket | int":
        """Open a socket for an address that libcurl is about to connect to, or refuse."""
        return self._transfer.gate.open_socket(purpose, address)

    def write(self, data: bytes) -> int | None:
        """Take a part of the body; one that is decompressed over the limit ends the transfer."""
        if self.decoder is not None:
            data = self.decoder.decode(data, self._left)
            if self.decoder.fault:
                return 0
        self._left -= len(data)
        if self._left < 0:
            self._chunks = []
            return 0
        self._chunks.append(data)
        return None

    def write_to(self, reader: "Reader", data: bytes) -> int | None:
        """Take a part of the body that a reader reads; it may end the transfer."""
        if self.decoder is not None:
            data = self.decoder.decode(data, self._left)
            if self.decoder.fault:
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
        if self.decoder is None:
            return ""
        cut = "the body of {address} ends within its compressed data"
        return self.decoder.fault or (cut if self.decoder.is_cut else "")

    @property
    def is_too_large(self) -> bool:
        """Whether more of the body came than may."""
        return self._left < 0

    def body(self) -> bytes:
        """Return the body of the last response."""
        return b"".join(self._chunks)

    def take(self, line: bytes) -> int | None:
        """Take one header line as libcurl hands it over; 0 ends the transfer."""
        pair = _ORDINARY.get(line)
        if pair is None:
            return self._take(line)
        self._headers.append(pair)
        return None

    def _take(self, line: bytes) -> int | None:
        if not line.strip():
            return 0 if self._ends else None
        if line[:5] == b"HTTP/":
            if self._headers:
                self._begin_again()
            self.version, self.status, self.closes, self._leads_on = (
                _known_status(line) if len(line) <= _REMEMBERED else _status(line)
            )
            return None
        pair = _pair(line)
        return None if pair is None else self._take_header(line, pair)

    def _begin_again(self) -> None:
        self.earlier += self.last()
        self._headers.clear()
        self.decoder = None

    def _take_header(self, line: bytes, pair: tuple[str, str]) -> int | None:
        if len(self._headers) < MAX_HEADERS:
            self._headers.append(pair)
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
            _ORDINARY[line] = pair
        return None

    def _decode(self, codings: str) -> None:
        if not self.decodes:
            return
        if self.decoder is None:
            from shall.transport.http.decoding import Decoder  # most bodies are not compressed

            self.decoder = Decoder()
        self.decoder.add(codings)

    def _lead(self, location: bytes) -> int | None:
        if not location or not self._transfer.request.follow_redirects:
            return None
        self._leads_on = False  # libcurl takes no second one that differs
        self.redirects = (*self.redirects, self.status)
        may = self._transfer.gate.follow(location)
        self._ends = may is None
        return 0 if may is False else None

    def last(self) -> tuple[tuple[str, str], ...]:
        """Return the headers of the last response, names as sent."""
        return tuple(self._headers[:MAX_HEADERS])


def forget_received() -> None:
    """Forget header lines that were received; they may hold secrets."""
    _ORDINARY.clear()


def _pair(line: bytes) -> tuple[str, str] | None:
    name, mark, value = line.decode("latin-1").partition(":")
    return (name.strip(), value.strip()) if mark else None


def _status(line: bytes) -> tuple[str, int, bool, bool]:
    """Return version and status, whether the service closes then, and whether it may redirect."""
    version, _, rest = line[5:].replace(b"\t", b" ").partition(b" ")
    status = int(rest[:3]) if rest[:3].isdigit() else 0
    return version.decode("latin-1").strip(), status, version == b"1.0", rest[:1] == b"3"


_known_status = memoized(64)(_status)
