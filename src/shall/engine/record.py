"""What a step did, with its secrets, and the redacted result that is made of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from shall.engine.compare import shown
from shall.engine.exchange import Request, Response
from shall.engine.redact import MASK, Redactor
from shall.engine.result import CheckResult, ExchangeRecord, StepResult

KEPT_BODY = 16_384
"""Characters of a body that are kept."""

_LARGE = 64 * KEPT_BODY
"""A body of more bytes is not parsed for keys."""

KEPT_VALUE = 2_000
"""Characters of a check's value that are kept; a longer one is kept as cut text."""


@dataclass(frozen=True, slots=True)
class StepRecord:
    """A step's result without its exchange, and the raw exchange. Never leaves the engine."""

    result: StepResult
    request: Request | None = None
    response: Response | None = None


def learn_from(redactor: Redactor, record: StepRecord, content: Any) -> None:
    """Teach the redactor what this exchange shows to be secret."""
    if record.request is not None:
        redactor.learn_headers(record.request.headers)
        redactor.learn_url(record.request.url)
        redactor.learn_named(dict(record.request.form))
        redactor.learn_named(_fields_of(record.request.body))
    if record.response is not None:
        redactor.learn_headers(record.response.headers)
    redactor.learn_named(content)


def _fields_of(body: bytes | None) -> Any:
    """Give the keys and values of a request body: JSON, or a form."""
    if not body or len(body) > _LARGE:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def redacted(records: Sequence[StepRecord], redactor: Redactor) -> tuple[StepResult, ...]:
    """Make the results of the steps, with every secret taken out."""
    return tuple(_redacted(record, redactor) for record in records)


def _redacted(record: StepRecord, redactor: Redactor) -> StepResult:
    return replace(
        record.result,
        checks=tuple(_check(check, redactor) for check in record.result.checks),
        error=redactor.message(record.result.error),
        exchange=None if record.request is None else _exchange(record, record.request, redactor),
    )


def _check(check: CheckResult, redactor: Redactor) -> CheckResult:
    last = (check.field or "").replace("]", "").replace('"', "").rpartition(".")[2]
    if redactor.names(last):
        expected = MASK if check.expected is not None else None
        actual = MASK if check.actual is not None else None
        message = check.message
        if message is not None and {"expected", "actual"} & message.params.keys():
            hidden = {key: MASK for key in ("expected", "actual") if key in message.params}
            message = replace(message, params={**message.params, **hidden})
    else:
        expected, actual = _cut(redactor.value(check.expected)), _cut(redactor.value(check.actual))
        message = redactor.message(check.message)
    return replace(check, expected=expected, actual=actual, message=message)


def _cut(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str) and len(value) <= KEPT_VALUE:
        return value
    text = shown(value, KEPT_VALUE)
    return text if isinstance(value, str) or text.endswith("…") else value


def _exchange(record: StepRecord, request: Request, redactor: Redactor) -> ExchangeRecord:
    sent = ExchangeRecord(
        method=request.method,
        url=redactor.url(request.url),
        request_headers=redactor.headers(request.headers),
        request_body=_request_body(request, redactor),
    )
    response = record.response
    if response is None:
        return sent
    return replace(
        sent,
        status=response.status,
        response_headers=redactor.headers(response.headers),
        response_body=_body(response.body, redactor),
        response_size_bytes=len(response.body),
        timings=response.timings,
    )


def _request_body(request: Request, redactor: Redactor) -> str:
    if request.body is not None:
        return _body(request.body, redactor)
    fields = [
        f"{name}={MASK if redactor.names(name) else redactor.text(value)}"
        for name, value in request.form
    ]
    fields += [
        f"{part.field}=<{part.filename}, {len(part.content)} bytes>" for part in request.files
    ]
    return "&".join(fields)[:KEPT_BODY]


def _body(data: bytes, redactor: Redactor) -> str:
    """Give a body as text, redacted whole before it is cut: a cut could leave half a secret."""
    if len(data) > _LARGE:
        # Too large to parse for keys: only values that are known to be secret can be found.
        return redactor.text(data[: 2 * KEPT_BODY].decode("utf-8", "replace"))[:KEPT_BODY]
    text = redactor.body(data.decode("utf-8", "replace"))[:KEPT_BODY]
    return text.encode("utf-8", "replace").decode("utf-8")  # an escape may be half a pair
