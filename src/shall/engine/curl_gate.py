"""Holds a libcurl transfer to the target policy: each URL's host, each address it connects to.

libcurl asks ``open_socket`` for every connection it makes and hands over the address that it will
use, so what is judged is what is reached, whatever a name says a moment later. It never uses a
kept connection for another host, so an address once judged stays judged; the host of every URL is
judged anew, on each redirect too. URLs are read by libcurl's own parser: two parsers would differ.
"""

import socket
from contextlib import suppress
from typing import Any

import pycurl

from shall.engine.target_policy import Denial, TargetPolicy
from shall.errors import TargetDenied
from shall.messages import Message, render

_AS_FOLLOWED = pycurl.U_URLENCODE | pycurl.U_ALLOW_SPACE
"""How libcurl reads a Location header."""

_REFUSED: int = pycurl.SOCKET_BAD


class _Lent(socket.socket):
    """A socket whose handle pycurl copies: ours is closed when pycurl lets go of it."""

    def __del__(self) -> None:
        self.close()


class Gate:
    """Judges where one transfer goes. ``denial`` is why it may not go on, once it may not."""

    __slots__ = ("_at_address", "_at_host", "_host", "_policy", "_port", "_url")

    def __init__(self, policy: TargetPolicy, url: str) -> None:
        """Judge the host of the first URL.

        Raises:
            TargetDenied: A request may not go there.
        """
        self._policy = policy
        self._url = pycurl.CurlUrl()
        self._host, self._port = "", 0
        self._at_host: Denial | None = None
        self._at_address: Denial | None = None
        self._enter(url, 0)
        if self._at_host is not None:
            raise self._told(self._at_host)

    def follow(self, location: bytes) -> bool:
        """Judge where a redirect leads; False ends the transfer."""
        self._enter(location, _AS_FOLLOWED)
        return self._at_host is None

    def open_socket(self, _purpose: int, address: Any) -> socket.socket | int:
        """Open a socket for an address that libcurl is about to connect to, or refuse.

        libcurl goes on to the next address of the name and asks again.
        """
        text, port = address.addr[:2]
        denial = self._policy.judge_address(self._host, text, port)
        if denial is None and port == self._port:
            with suppress(OSError):  # out of handles: libcurl says that it cannot connect
                return _Lent(address.family, address.socktype, address.protocol)
        self._at_address = denial or self._at_address
        return _REFUSED

    def refusal(self, curl_code: int) -> TargetDenied | None:
        """Give the error where it was the policy that made the transfer fail."""
        if curl_code == pycurl.E_WRITE_ERROR and self._at_host is not None:
            return self._told(self._at_host)
        if curl_code == pycurl.E_COULDNT_CONNECT and self._at_address is not None:
            return self._told(self._at_address)
        return None

    def _enter(self, url: str | bytes, flags: int) -> None:
        self._host, self._port = "", 0
        self._at_host = self._at_address = None
        try:
            self._url.setpart(pycurl.UPART_URL, url, flags)
            host = self._url.host or ""
            port = self._url.getpart(pycurl.UPART_PORT, pycurl.U_DEFAULT_PORT)
        except pycurl.error:
            return  # libcurl says itself what is wrong; without a port no socket is opened
        self._host, self._port = host, int(port)
        self._at_host = self._policy.judge_host(host, self._port)

    def _told(self, denial: Denial) -> TargetDenied:
        params = {"address": f"{self._host}:{self._port}", "rule": denial.rule}
        message = Message(f"step.denied.{denial.why}", params)
        return TargetDenied(render(message), details={"why": denial.why, **params})
