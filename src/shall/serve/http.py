"""Serves over HTTP until a signal comes."""

import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType

import uvicorn

from shall.errors import InvalidSetting
from shall.serve.app import make_app
from shall.serve.hosts import LOOPBACK
from shall.serve.logs import set_up_logging
from shall.settings import Settings

DRAIN_S = 5
"""How long requests in flight may take after SIGTERM."""


def serve_http(settings: Settings) -> int:
    """Serve MCP over Streamable HTTP; give the exit status.

    Raises:
        InvalidSetting: The address cannot be bound, others can reach it without a token, or the
            path needs none.
    """
    set_up_logging(settings)
    _check_exposure(settings)
    listener = bound(settings.server_host, settings.server_port)
    served = make_app(settings)
    config = uvicorn.Config(
        served.app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_S,
    )
    address, port = listener.getsockname()[:2]
    shown = f"[{address}]" if ":" in address else address
    print(f"shall serves MCP at http://{shown}:{port}{settings.path}", file=sys.stderr)  # noqa: T201
    # uvicorn raises the signal again when it is done; ending on request is no failure.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    _Server(config, served.end_streams).run(sockets=[listener])
    return 0


class _Server(uvicorn.Server):
    """Ends open streams as soon as a signal comes: uvicorn waits for them."""

    def __init__(self, config: uvicorn.Config, end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_streams = end_streams

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal."""
        self._end_streams()
        super().handle_exit(sig, frame)


def _check_exposure(settings: Settings) -> None:
    if settings.server_host in LOOPBACK or settings.auth_token or settings.insecure:
        return
    raise InvalidSetting(
        f"{settings.server_host} can be reached by others, and no token is set.",
        hint="Set MCP_AUTH_TOKEN, bind 127.0.0.1, or pass --insecure if you mean it.",
    )


def bound(host: str, port: int) -> socket.socket:
    """Give a socket that listens; port 0 takes a free one.

    Raises:
        InvalidSetting: The address cannot be bound.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # The protocol is named: asyncio turns Nagle's algorithm off only where it is, and with it
        # on each small answer waits 40 ms for the client's acknowledgement.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
            listener.listen(2048)
        except OSError:
            listener.close()
            raise
    except (OSError, UnicodeError) as error:  # UnicodeError: a name that DNS cannot say
        reason = getattr(error, "strerror", None) or error
        raise InvalidSetting(
            f"{host}:{port} cannot be bound: {reason}.",
            hint="Is another server running there? Name another one with --port.",
        ) from None
    listener.set_inheritable(True)
    return listener
