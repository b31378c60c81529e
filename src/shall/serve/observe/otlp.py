"""Sends spans by OTLP over HTTP; imported only where an endpoint is set: it needs the extra."""

import threading
from collections.abc import Callable

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import set_tracer_provider

from shall import __version__

LAST_S = 2.0
"""How long the last spans are tried to be sent to a collector that does not answer."""

_SIGNAL_PATH = "/v1/traces"
"""What an endpoint's name gets for traces (OpenTelemetry Protocol Exporter, Endpoint URLs)."""


def send_spans(endpoint: str, service: str) -> Callable[[], None]:
    """Send the spans of this process in batches, from a thread of their own; return what ends it.

    ``service`` is the name of the sender, unless ``OTEL_SERVICE_NAME`` says another: the library
    reads that, headers and sampling from the names of the environment that OpenTelemetry defines.
    """
    endpoint = endpoint.rstrip("/")
    if not endpoint.endswith(_SIGNAL_PATH):
        endpoint += _SIGNAL_PATH
    name = OTELResourceDetector().detect().attributes.get("service.name", service)
    about = Resource.create({"service.name": name, "service.version": __version__})
    provider = TracerProvider(resource=about)
    exporter = OTLPSpanExporter(endpoint=endpoint)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    set_tracer_provider(provider)

    def end() -> None:
        giving_up = threading.Timer(LAST_S, exporter.shutdown)  # it would try again for 10 s
        giving_up.start()
        provider.shutdown()
        giving_up.cancel()

    return end
