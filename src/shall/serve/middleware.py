"""The middleware that every request passes on its way to the routes."""

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from shall.serve.auth import AuthGate, public_paths
from shall.serve.auth.gate import Callers
from shall.serve.drain import Drain
from shall.serve.hosts import HostGate
from shall.serve.limits.addresses import behind_proxies
from shall.serve.limits.rates import RateGate, limit_rates
from shall.serve.limits.sizes import SizeGate
from shall.serve.observe.access_log import ExchangeGate, log_access
from shall.serve.observe.metrics import Metrics
from shall.serve.probe import PlainProbeGate, Probe, ProbeGate
from shall.serve.streams import StreamGuard
from shall.settings import Settings

_EXPOSED_HEADERS = ["Mcp-Session-Id", "X-Request-ID", "WWW-Authenticate", "Retry-After"]


def gated(
    app: ASGIApp,
    settings: Settings,
    *,
    callers: Callers,
    drain: Drain,
    metrics: Metrics,
    probe: Probe,
) -> ASGIApp:
    """Return an application behind all middleware; the last one added runs first.

    Foreign hosts and origins are refused before anything is read; unknown callers and too many
    requests before the body is read and ``100 Continue`` asks for it. ``probe`` skips all of that.
    """
    app = SizeGate(drain.gate(app), settings)
    rates = limit_rates(app, settings, metrics.rate_store_failures.inc)
    count = rates.count if isinstance(rates, RateGate) else None
    app = AuthGate(rates, callers.authenticator, public_paths(settings), count, callers.pages)
    app = StreamGuard(app, settings.instance)
    app = ProbeGate(app, probe)
    hosts = app = HostGate(app, settings, asks_who=callers.authenticator is not None)
    if settings.cors_origins:
        app = CORSMiddleware(
            app,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["*"],
            expose_headers=_EXPOSED_HEADERS,
        )
    app = behind_proxies(app, settings)
    app = ExchangeGate(app, (log_access, metrics.take_exchange))
    return PlainProbeGate(app, probe, hosts.passes, metrics.take_exchange)
