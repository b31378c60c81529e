"""What the server counts and measures, in the form of Prometheus.

Names follow OpenTelemetry's conventions for MCP and for HTTP servers, spelt as Prometheus spells
them; what is ours alone begins with ``shall_``. Every value of a label comes from a table that
the server itself has (tools, methods, revisions, routes); whatever else a client names is
``_OTHER``, so that nobody can make series by making up names.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from msgspec import Struct
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    values,
)
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.types import Scope

from shall import __version__
from shall.results.events import Event, RunFinished
from shall.results.records import Outcome, RunStatus
from shall.serve.observe.gate import Judgement
from shall.serve.observe.labels import HTTP_METHODS, OTHER
from shall.serve.observe.processes import ProcessesCollector
from shall.store.base import CallRecord

# Bounds of the conventions: what a person waits for up to minutes, and what a browser waits for.
OPERATION_BUCKETS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300)
HTTP_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)


class Facts(Struct):
    """What is not counted but asked for at each scrape, outside the event loop.

    ``gate`` returns the newest judgement; None where there is none.
    """

    is_ready: Callable[[], bool] = lambda: True
    connections: Callable[[], int] = lambda: 0
    live_streams: Callable[[], int] = lambda: 0
    gate: Callable[[], Judgement | None] = lambda: None


class Metrics:
    """The counters and histograms of one process.

    ``shared`` is the folder that the worker processes of one server share: any of them then reports
    the sums over all, those that ended included. None: this process serves alone.
    """

    def __init__(self, shared: Path | None = None, facts: Facts | None = None) -> None:
        # prometheus-client chooses when it is first imported; here the choice is made with the
        # metrics, even if it was imported before.
        values.ValueClass = (
            values.MultiProcessValue()  # type: ignore[no-untyped-call]
            if shared
            else values.MutexValue
        )
        # A series more for each; with several processes there are none.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        kept = None if shared else self.registry  # the files know more than this process
        self.operations = Histogram(
            "mcp_server_operation_duration_seconds",
            "How long MCP requests and notifications took.",
            (
                "mcp_method_name",
                "gen_ai_tool_name",
                "error_type",
                "mcp_protocol_version",
                "network_transport",
            ),
            buckets=OPERATION_BUCKETS,
            registry=kept,
        )
        self.sessions = Histogram(
            "mcp_server_session_duration_seconds",
            "How long MCP sessions lasted that have ended.",
            ("mcp_protocol_version", "network_transport"),
            buckets=OPERATION_BUCKETS,
            registry=kept,
        )
        self.exchanges = Histogram(
            "http_server_request_duration_seconds",
            "How long HTTP requests took, to the end of the answer.",
            ("http_request_method", "http_route", "http_response_status_code"),
            buckets=HTTP_BUCKETS,
            registry=kept,
        )
        self.calls = Counter(
            "shall_calls", "Calls of tools, over MCP and REST.", ("tool", "status"), registry=kept
        )
        self.runs = Counter("shall_runs", "Runs that ended.", ("status",), registry=kept)
        self.cases = Counter("shall_cases", "Cases that ended.", ("outcome",), registry=kept)
        self.run_duration = Histogram(
            "shall_run_duration_seconds",
            "How long runs took.",
            buckets=OPERATION_BUCKETS,
            registry=kept,
        )
        self.rate_store_failures = Counter(
            "shall_rate_store_failures",
            "Failed requests to the shared store of rate limits.",
            registry=kept,
        )
        if shared is not None:
            MultiProcessCollector(self.registry, str(shared))  # type: ignore[no-untyped-call]
        self.registry.register(_CurrentState(facts or Facts()))
        self.registry.register(ProcessesCollector(shared))
        for status in RunStatus:
            if status is not RunStatus.RUNNING:
                self.runs.labels(str(status))  # at 0: a rate needs a value before the first one
        for outcome in Outcome:
            self.cases.labels(str(outcome))
        # Looking a series up here takes a fraction of the time of labels().
        self._operations: dict[tuple[str, ...], Histogram] = {}
        self._exchanges: dict[tuple[str, ...], Histogram] = {}

    def take_operation(self, labels: tuple[str, str, str, str, str], duration_s: float) -> None:
        """Count an MCP request; ``labels`` in the order of the metric, each from a table."""
        series = self._operations.get(labels)
        if series is None:
            series = self._operations[labels] = self.operations.labels(*labels)
        series.observe(duration_s)

    def take_exchange(self, scope: Scope, status: int, duration_s: float) -> None:
        """Count an HTTP request that was answered; the route is the one that the router found."""
        method = scope["method"] if scope["method"] in HTTP_METHODS else OTHER
        route = getattr(scope.get("route"), "path", OTHER)
        labels = (method, route, str(status))
        series = self._exchanges.get(labels)
        if series is None:
            series = self._exchanges[labels] = self.exchanges.labels(*labels)
        series.observe(duration_s)

    def take_call(self, call: CallRecord) -> None:
        """Count a call of a tool, whichever surface it came through."""
        self.calls.labels(call.tool, call.status).inc()

    def take_event(self, event: Event) -> None:
        """Count how a run ended, and each of its cases: those that never began too."""
        if isinstance(event, RunFinished):
            self.runs.labels(str(event.summary.status)).inc()
            self.run_duration.observe(event.summary.duration_s)
            for outcome, count in event.summary.counts().items():
                self.cases.labels(str(outcome)).inc(count)

    def exposition(self, accept: str = "") -> tuple[bytes, str]:
        """Return all series and the content type: OpenMetrics where ``accept`` asks for it.

        Otherwise the text format 0.0.4.
        """
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type


class _CurrentState(Collector):
    """The present state of the process that is asked; ended processes and files add nothing."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def describe(self) -> Iterable[Metric]:
        """Name the metrics without measuring them."""
        return self._metrics(Facts(gate=lambda: Judgement(False, {}, 0.0)))

    def collect(self) -> Iterable[Metric]:
        """Measure and report."""
        return self._metrics(self._facts)

    def _metrics(self, facts: Facts) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "shall_ready",
            "Whether this process accepts requests (1) or not (0).",
            int(facts.is_ready()),
        )
        yield GaugeMetricFamily(
            "shall_connections", "Clients that are registered by /connect.", facts.connections()
        )
        yield GaugeMetricFamily(
            "shall_live_streams",
            "Pages that follow runs, open at this process.",
            facts.live_streams(),
        )
        gate = facts.gate()
        yield InfoMetricFamily("shall_build", "Version of the server.", {"version": __version__})
        if gate is not None:
            yield from _of_gate(gate)


def _of_gate(gate: Judgement) -> Iterator[Metric]:
    passed = int(gate.is_passed)
    yield GaugeMetricFamily(
        "shall_gate_passed", "Whether the requirements pass the gate (1) or not (0).", passed
    )
    yield GaugeMetricFamily(
        "shall_gate_judged_timestamp_seconds", "When the gate was judged.", gate.judged_at
    )
    criteria = GaugeMetricFamily("shall_criteria", "Criteria by their status.", labels=["status"])
    for status, count in gate.criteria.items():
        criteria.add_metric([status], count)
    yield criteria
