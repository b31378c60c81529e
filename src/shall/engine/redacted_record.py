"""The result of a step with every secret taken out, part by part."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET, UnsetType

from shall.engine.call_plan import CheckPlan
from shall.engine.learning import BEGINNING, LARGE, is_utf_8
from shall.engine.predicate import same, shown
from shall.engine.record import (
    KEPT_VALUE,
    Locate,
    StepRecord,
    content_type_of,
    last_name,
    names_secret,
)
from shall.engine.redact import Redactor
from shall.messages import Message
from shall.redaction.forms import MASK
from shall.redaction.names import is_password_name
from shall.results.records import (
    ERROR,
    FAILED,
    CheckResult,
    Difference,
    ExchangeRecord,
    Position,
    Redirect,
    StepResult,
    Timings,
)
from shall.transport.exchange import FileContent, FilePart, Request

KEPT_BODY = 16_384
"""Characters of a body that are kept."""

_STRUCTURES = frozenset({dict, list})
_COMPARED = frozenset({"equals", "has", "snapshot"})
_BAD = frozenset({FAILED, ERROR})


def redacted_result(
    record: StepRecord, redactor: Redactor, locate: Locate | None, *, whole: bool
) -> StepResult:
    """Return the result of a step; ``whole`` and ``locate`` are those of ``step_results``."""
    position: Position | UnsetType = UNSET
    if locate is not None and record.outcome in _BAD:
        params = record.error.params if record.error is not None else {}
        position = locate(str(params.get("path", record.path)))
    return StepResult(
        record.id,
        record.path,
        record.outcome,
        record.duration_s,
        tuple([_check(check, record.plans, redactor, locate) for check in record.checks]),
        None if record.request is None else _exchange(record, record.request, redactor, whole),
        redactor.message(record.error),
        record.retryable,
        position,
    )


def _check(
    check: CheckResult, plans: Sequence[CheckPlan], redactor: Redactor, locate: Locate | None
) -> CheckResult:
    expected, actual = redactor.value(check.expected), redactor.value(check.actual)
    message = check.message
    found: tuple[Difference, ...] | UnsetType = UNSET
    if check.field is not None and names_secret(check.field, redactor):
        if expected is not None and not _is_typed(check, plans, redactor):
            expected = MASK
        expected, actual = _cut(expected), MASK if check.actual is not None else None
        message = _hidden(message, expected, redactor)
    else:
        if message is not None:
            pairs = {"expected": (check.expected, expected), "actual": (check.actual, actual)}
            message = redactor.message(_reworded(message, pairs))
        if check.outcome is FAILED and type(expected) in _STRUCTURES:
            found = _differences(check.kind, expected, actual)
        expected, actual = _cut(expected), _cut(actual)
    position: Position | UnsetType = UNSET
    if locate is not None and check.outcome in _BAD:
        position = locate(check.path)
    elif expected is check.expected and actual is check.actual and message is None:
        return check
    return CheckResult(
        check.kind,
        check.path,
        check.outcome,
        check.field,
        expected,
        actual,
        check.found,
        check.implicit,
        message,
        position,
        found,
    )


def _differences(kind: str, expected: Any, actual: Any) -> tuple[Difference, ...] | UnsetType:
    """Return where the structures of a failed comparison differ."""
    if kind not in _COMPARED or type(actual) is not type(expected):
        return UNSET
    from shall.engine.differences import differences  # only where a comparison failed

    return differences(expected, actual, partial=kind == "has") or UNSET


def _hidden(message: Message | None, expected: Any, redactor: Redactor) -> Message | None:
    """Mask what a message says of a value that is a secret."""
    if message is None:
        return None
    hidden = {"expected": _shown(expected), "actual": MASK}
    if message.code == "check.length":  # a length is not a secret
        del hidden["actual"]
    hidden = {key: it for key, it in hidden.items() if key in message.params}
    message = Message(message.code, {**message.params, **hidden})
    return redactor.message(message, is_secret=True) if "inner" in message.params else message


def _shown(expected: Any) -> str:
    return MASK if expected == MASK else shown(expected)


def _is_typed(check: CheckResult, plans: Sequence[CheckPlan], redactor: Redactor) -> bool:
    """Return whether what a check about a secret expects may be shown: its author typed it.

    Passwords, headers and declared secrets are masked all the same, and so is a value that turned
    out to be the secret.
    """
    name = last_name(check.field) or ""
    if is_password_name(name) or redactor.declares(name) or same(check.expected, check.actual):
        return False
    plan = next((plan for plan in plans if plan.path == check.path), None)
    return plan is not None and plan.is_constant and plan.check.header is None


def _reworded(message: Message, pairs: Mapping[str, tuple[Any, Any]]) -> Message:
    """Return a message of redacted values: what it shows had been cut, maybe within a secret."""
    params = {
        name: shown(kept)
        for name, (value, kept) in pairs.items()
        if message.params.get(name) == shown(value)
    }
    return Message(message.code, {**message.params, **params})


def _cut(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str) and len(value) <= KEPT_VALUE:
        return value
    text = shown(value, KEPT_VALUE)
    return text if isinstance(value, str) or text.endswith("…") else value


def _exchange(
    record: StepRecord, request: Request, redactor: Redactor, whole: bool
) -> ExchangeRecord:
    response = record.response
    url = redactor.url(request.url)
    headers = redactor.headers(request.headers) if whole else ()
    if whole and (request.form or request.files):
        headers = (*headers, ("Content-Type", "multipart/form-data"))  # libcurl adds the boundary
    if response is None:
        return ExchangeRecord(
            request.method,
            url,
            headers,
            _request_body(request, redactor) if whole else "",
            timings=Timings(total_s=record.duration_s),
        )
    return ExchangeRecord(
        request.method,
        url,
        headers,
        _request_body(request, redactor) if whole else "",
        response.status or None,
        redactor.headers(response.headers) if whole else (),
        _body(response.body, redactor) if whole else "",
        len(response.body),
        response.timings,
        tuple(Redirect(it.status, redactor.url(it.url)) for it in response.redirects) or UNSET,
        record.attempts if record.attempts > 1 else UNSET,
        UNSET if whole else redactor.text(content_type_of(response)),
        _renewal(record, redactor, whole),
    )


def _renewal(
    record: StepRecord, redactor: Redactor, whole: bool
) -> tuple[ExchangeRecord, ...] | UnsetType:
    """Return the exchanges by which a token was renewed."""
    found = [
        _exchange(it, it.request, redactor, whole)
        for it in record.renewal
        if it.request is not None
    ]
    return tuple(found) or UNSET


def _request_body(request: Request, redactor: Redactor) -> str:
    if isinstance(request.body, FileContent):
        name = redactor.text(request.body.path.rpartition("/")[2])
        return f"<{name}, {request.body.size} bytes>"
    if request.body is not None:
        is_text = request.body.isascii() or is_utf_8(request.body)
        return _body(request.body, redactor) if is_text else f"<{len(request.body)} bytes>"
    fields = [
        f"{redactor.text(name)}={MASK if redactor.names(name) else redactor.text(value)}"
        for name, value in request.form
    ]
    fields += [f"{redactor.text(it.field)}={_part_body(it, redactor)}" for it in request.files]
    return "&".join(fields)[:KEPT_BODY]


def _part_body(part: FilePart, redactor: Redactor) -> str:
    if part.filename or isinstance(part.content, FileContent):
        return f"<{redactor.text(part.filename)}, {len(part.content)} bytes>"
    return MASK if redactor.names(part.field) else _body(part.content, redactor)


def _body(data: bytes, redactor: Redactor) -> str:
    """Return a body as text, redacted whole before it is cut: a cut could leave half a secret."""
    if len(data) > LARGE:  # too large to be parsed: keys are found in its text
        data = data[:BEGINNING]
    text = redactor.body(data.decode("utf-8", "replace"))[:KEPT_BODY]
    return text.encode("utf-8", "replace").decode("utf-8")  # an escape may be half a pair
