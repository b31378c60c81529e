"""The cookies of a libcurl handle, hidden from another port or scheme of the host that set them.

libcurl follows RFC 6265, which knows no ports (section 8.5): what ``http://host:1`` set goes to
``http://host:2`` as well. Where a redirect leads there, nobody asked for that.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pycurl

from shall.transport.http.receiver import Receiver

if TYPE_CHECKING:
    from shall.transport.http.redirect import Origin

_PREFIX = "#HttpOnly_"
_DOMAIN, _NAME = 0, 5
"""Fields of a line of libcurl's cookie list (the format of Netscape's cookie file)."""


class Jar:
    """The cookies of one session, and which origin set them."""

    __slots__ = ("_curl", "_set_by")

    def __init__(self, curl: pycurl.Curl) -> None:
        self._curl = curl
        self._set_by: dict[tuple[str, str], Origin] = {}

    def note(self, origin: "Origin", received: Receiver) -> None:
        """Note the cookies that the responses of one origin set."""
        if not received.set_cookies:
            return
        from shall.transport.http.redirect import cookie_names  # few services set any

        for name in cookie_names(received.earlier + received.last()):
            self._set_by[origin[1], name] = origin

    @contextmanager
    def opened_for(self, origin: "Origin") -> Iterator[None]:
        """Hide, while a redirect to an origin is followed, what others of its host set."""
        hidden = [line for line in self._lines() if self._is_foreign(line, origin)]
        if not hidden:
            yield
            return
        shown = [line for line in self._lines() if line not in hidden]
        self._fill(shown)
        try:
            yield
        finally:
            self._fill([*hidden, *self._lines()])  # of the same name, the later one stays

    def _is_foreign(self, line: str, origin: "Origin") -> bool:
        fields = line.removeprefix(_PREFIX).split("\t")
        key = fields[_DOMAIN].lower(), fields[_NAME]
        return key[0] == origin[1] and self._set_by.get(key) != origin

    def _lines(self) -> list[str]:
        return list(self._curl.getinfo(pycurl.INFO_COOKIELIST))

    def _fill(self, lines: list[str]) -> None:
        self._curl.setopt(pycurl.COOKIELIST, "ALL")
        for line in lines:
            self._curl.setopt(pycurl.COOKIELIST, line)
