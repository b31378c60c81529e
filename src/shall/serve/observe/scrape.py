"""Answers ``GET /metrics``."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from shall.serve.observe.metrics import Metrics

AsJson = Callable[[], Awaitable[Mapping[str, Any]]]


async def metrics_response(
    metrics: Metrics, accept: str, as_json: AsJson | None = None
) -> Response:
    """Answer with the text format 0.0.4, or with what ``Accept`` asks for instead.

    That may be OpenMetrics, or JSON as ``as_json`` makes it.
    """
    if as_json is not None and _wants_json(accept):
        return JSONResponse(await as_json(), headers=_HEADERS)
    body, content_type = await asyncio.to_thread(metrics.exposition, accept)
    return Response(body, headers={**_HEADERS, "content-type": content_type})


_HEADERS = {"cache-control": "no-store", "vary": "accept"}


def _wants_json(accept: str) -> bool:
    named = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    return "application/json" in named and "text/plain" not in named
