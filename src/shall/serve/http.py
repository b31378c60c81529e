"""Serves over HTTP until a signal comes, in one process or several."""

import gc
import logging
import os
import signal
import socket
import ssl
import sys
from collections.abc import Callable
from multiprocessing import parent_process
from threading import Thread

import uvicorn
from msgspec import Struct
from starlette.types import ASGIApp
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import multiprocess

from shall.errors import InvalidSetting
from shall.serve.app import Served, make_app
from shall.serve.auth import certified
from shall.serve.legacy_modes import SHALL, ServerMode
from shall.serve.limits.protocol import protocol_class
from shall.serve.observe.logs import set_up_logging
from shall.serve.observe.multiprocess import sharing_metrics
from shall.serve.sessions import decided
from shall.serve.tls import load_certificate, tls_context
from shall.serve.tool_access import check_exposure
from shall.settings import Settings, process_environment

_START_S = 30
"""How long a worker may take to start or to answer its parent, in seconds."""

KEEP_ALIVE_S = 75
"""How long a connection may be idle between requests, in seconds.

Longer than nginx (60 s) and others keep one to a server behind them: who sends a request on a
connection that is closed at that moment gets no answer, and a proxy answers 502.
"""

_log = logging.getLogger(__name__)


Announce = Callable[[str, Settings], None]
"""Called with the server's address, without a path, when it can be connected to."""


def serve_http(
    settings: Settings, mode: ServerMode = SHALL, announce: Announce | None = None
) -> int:
    """Serve every MCP transport over HTTP; return the exit status.

    ``announce`` is called when the address is bound; by default it is logged or printed.

    Raises:
        InvalidSetting: The address cannot be bound, others can reach it without a token, TLS
            cannot be served, or settings cannot work together.
    """
    # From the first moment on: a signal before the server runs ends nothing half-way, and uvicorn
    # raises it again when it is done. Ending on request is not a failure.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    set_up_logging(settings)
    settings = decided(settings)
    check_exposure(settings, mode)
    tls_context(settings)  # what is wrong with it is reported before anything is bound
    listener = bound(settings.server_host, settings.server_port)
    announce = announce or _announce
    if settings.workers > 1:
        make_app(settings, mode).close()  # what is wrong is reported once, not by each worker
        announce(_origin(listener, settings), settings)
        return _serve_several(settings, mode, listener)
    served = make_app(settings, mode)
    announce(_origin(listener, settings), settings)
    _serve_one(settings, served, listener)
    return 0


def _serve_one(settings: Settings, served: Served, listener: socket.socket) -> None:
    config = _Config(settings, served.app)
    config.load()
    signal.signal(signal.SIGHUP, lambda *_: _reload(settings, served, config.ssl))
    _freeze()
    uvicorn.Server(config).run(sockets=[listener])


def _serve_several(settings: Settings, mode: ServerMode, listener: socket.socket) -> int:
    # On SIGHUP the workers are replaced one by one: the new ones read tokens and certificates.
    multiprocess.Process = Worker  # type: ignore[misc]
    config = _Config(settings, _MakeApp(settings, mode))
    workers = multiprocess.Multiprocess(config, sockets=[listener])
    # Workers are started with `python -c`, which else imports from the working folder.
    os.environ["PYTHONSAFEPATH"] = "1"  # noqa: TID251 - written for Python, not read
    with sharing_metrics(process_environment()):
        workers.run()
    failed = any(process.exitcode == STARTUP_FAILURE for process in workers.processes)
    return 1 if failed else 0


class Worker(multiprocess.Process):
    """A process that serves.

    uvicorn makes its server on first use. Where two threads did that at once, one served and the
    other reported for ever that it had not started: the worker was never put into service.
    """

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        """Make the server before the thread starts that answers the parent, then serve."""
        _ = self.server
        super().target(sockets)


class _MakeApp(Struct, frozen=True):
    """Makes the application in a worker."""

    settings: Settings
    mode: ServerMode

    def __call__(self) -> ASGIApp:
        set_up_logging(self.settings)
        Thread(target=_leave_after_parent, daemon=True).start()
        app = make_app(self.settings, self.mode).app
        _freeze()
        return app


def _freeze() -> None:
    """Spare the garbage collector what was made so far: it lives as long as the process."""
    gc.collect()
    gc.freeze()


def _leave_after_parent() -> None:
    """End a worker whose parent was killed: it would hold the port, and nobody could stop it."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


class _Config(uvicorn.Config):
    """How uvicorn serves us; it is sent to the workers."""

    def __init__(self, settings: Settings, app: ASGIApp | _MakeApp) -> None:
        self.settings = settings
        super().__init__(
            app,
            factory=isinstance(app, _MakeApp),
            workers=settings.workers,
            timeout_worker_healthcheck=_START_S,
            log_config=None,
            # uvicorn writes each connection to a logger that has no level of its own.
            log_level=settings.log_level.lower(),
            access_log=False,
            server_header=False,
            proxy_headers=False,  # ours know which proxies are trusted
            ws="none",
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=max(1, round(settings.drain_s / 4)),
        )

    def load(self) -> None:
        """Load what a process needs to serve."""
        super().load()
        self.ssl = tls_context(self.settings)
        bounded = protocol_class(self.settings)
        # Made here and not before: what a worker is sent cannot hold a class made on the way.
        self.http_protocol_class = (
            certified(bounded) if self.settings.tls_client_ca is not None else bounded
        )


def _reload(settings: Settings, served: Served, tls: ssl.SSLContext | None) -> None:
    """Read tokens and the certificate again; what cannot be read leaves the old in use."""
    served.reload()
    if tls is None or settings.tls_cert is None or settings.tls_key is None:
        return
    try:
        load_certificate(tls, settings.tls_cert, settings.tls_key)
    except InvalidSetting as error:
        _log.error("the certificate is not changed: %s", error)
    else:
        _log.info("the certificate was read again")


def _origin(listener: socket.socket, settings: Settings) -> str:
    address, port = listener.getsockname()[:2]
    shown = f"[{address}]" if ":" in address else address
    scheme = "https" if settings.tls_cert else "http"
    return f"{scheme}://{shown}:{port}"


def _announce(origin: str, settings: Settings) -> None:
    pages = f" and pages at {origin}/" if settings.pages else ""
    line = f"shall serves MCP at {origin}{settings.path}{pages}"
    if settings.log_format == "json":
        _log.info("%s", line)
    else:  # whatever the level: who starts a server by hand waits for it
        sys.stderr.write(f"{line}\n")


def bound(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 takes a free one.

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
            hint="Another server may be running there. Choose another port with --port.",
        ) from None
    listener.set_inheritable(True)
    return listener
