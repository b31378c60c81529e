"""Decompresses bodies: gzip and deflate (RFC 9110, section 8.4.1).

libcurl would take a body that is cut within its compressed data for a whole one.
Loaded with the first response that is compressed.
"""

import zlib

_FRAMED = zlib.MAX_WBITS
_GZIP = 16 + zlib.MAX_WBITS
_WINDOWS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": _FRAMED}
_MOST_CODINGS = 5
"""Codings that one body may have, as many as libcurl allows."""


class Decoder:
    """Decompresses a body, in whatever parts it arrives."""

    __slots__ = ("_streams", "fault")

    def __init__(self) -> None:
        self.fault = ""
        """Why the body cannot be decompressed, with ``{address}``."""
        self._streams: list[_Stream] = []  # what was applied last comes first

    def add(self, codings: str) -> None:
        """Take a header ``Content-Encoding``."""
        for name in codings.lower().split(","):
            coding = name.strip()
            if coding in _WINDOWS and len(self._streams) < _MOST_CODINGS:
                self._streams.insert(0, _Stream(_WINDOWS[coding]))
            elif coding not in {"", "identity"}:
                self.fault = "the body of {address} is compressed in a way that was not asked for"

    def decode(self, data: bytes, most: int) -> bytes:
        """Return what a part holds: more than ``most`` bytes, but not many, where it holds more."""
        try:
            for stream in self._streams:
                data = stream.decode(data, most + 1)
                if stream.goes_on:
                    self.fault = (
                        "the body of {address} goes on after the end of its compressed data"
                    )
        except zlib.error:
            self.fault = "the body of {address} is not compressed as its header says"
        return data

    @property
    def is_cut(self) -> bool:
        """Whether the body began and did not reach the end of its compressed data."""
        return any(stream.is_cut for stream in self._streams)


class _Stream:
    __slots__ = ("_begin", "_inflate", "_window")

    def __init__(self, window: int) -> None:
        self._window = window
        self._begin = b""  # at most two bytes
        self._inflate = zlib.decompressobj(window)

    def decode(self, data: bytes, most: int) -> bytes:
        """Return at most this many bytes of what a part holds.

        Raises:
            zlib.error: It is not compressed so.
        """
        try:
            found = self._inflate.decompress(data, most)
        except zlib.error:
            if self._window != _FRAMED or len(self._begin) > 1:
                raise
            # Some services send deflate without its frame.
            self._window = -zlib.MAX_WBITS
            self._inflate = zlib.decompressobj(self._window)
            found = self._inflate.decompress(self._begin + data, most)
        self._begin = (self._begin + data[:2])[:2]
        return found

    @property
    def goes_on(self) -> bool:
        return bool(self._inflate.unused_data)

    @property
    def is_cut(self) -> bool:
        return bool(self._begin) and not self._inflate.eof
