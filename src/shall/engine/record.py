"""What a step did, with its secrets, and the redacted result that is made of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as replace_message
from typing import Any

from msgspec.structs import replace

from shall.cases.path import parse_path
from shall.engine.compare import shown
from shall.engine.redact import MASK, Redactor
from shall.errors import BadValue
from shall.messages import Message
from shall.results.records import CheckResult, ExchangeRecord, StepResult
from shall.transport.exchange import Request, Response

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
        _learn_body(redactor, record.request.body)
    if record.response is not None:
        redactor.learn_headers((*record.response.earlier_headers, *record.response.headers))
    if isinstance(content, str) and len(content) <= _LARGE:
        redactor.learn_form(content)
    redactor.learn_named(content)


def _learn_body(redactor: Redactor, body: bytes | None) -> None:
    """Learn the keys and values of a request body: JSON, or a form."""
    if not body or len(body) > _LARGE:
        return
    try:
        redactor.learn_named(json.loads(body))
    except (ValueError, RecursionError):
        redactor.learn_form(body.decode("utf-8", "replace"))


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
    message = check.message
    if _names_secret(check.field, redactor):
        expected = MASK if check.expected is not None else None
        actual = MASK if check.actual is not None else None
        if message is not None and {"expected", "actual"} & message.params.keys():
            hidden = {key: MASK for key in ("expected", "actual") if key in message.params}
            message = replace_message(message, params={**message.params, **hidden})
        return replace(check, expected=expected, actual=actual, message=message)
    expected, actual = redactor.value(check.expected), redactor.value(check.actual)
    if message is not None:
        pairs = {"expected": (check.expected, expected), "actual": (check.actual, actual)}
        message = redactor.message(_reworded(message, pairs))
    return replace(check, expected=_cut(expected), actual=_cut(actual), message=message)


def _names_secret(field: str | None, redactor: Redactor) -> bool:
    """Tell whether a check looks at a secret: the last name on its path says so."""
    try:
        names = [part for part in parse_path(field or "$") if isinstance(part, str)]
    except BadValue:  # the name of a header need not be a path
        names = [field or ""]
    return bool(names) and redactor.names(names[-1])


def _reworded(message: Message, pairs: Mapping[str, tuple[Any, Any]]) -> Message:
    """Say the redacted values: what was shown had been cut, and may end in half a secret."""
    params = {
        name: shown(kept)
        for name, (value, kept) in pairs.items()
        if message.params.get(name) == shown(value)
    }
    return replace_message(message, params={**message.params, **params})


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
