"""What a step did, with its secrets, and the redacted result that is made of it.

What is secret is often known only when a case has ended: it is redacted then, and only what is
stored of it.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from shall.cases.path import parse_path
from shall.engine.learning import BEGINNING, LARGE, is_utf_8
from shall.engine.plan import CheckPlan
from shall.engine.predicate import same, shown
from shall.engine.redact import Redactor, may_stay
from shall.errors import BadValue
from shall.messages import Message
from shall.redaction.forms import MASK
from shall.redaction.names import is_password_name, is_secret_name
from shall.results.records import (
    ERROR,
    FAILED,
    PASSED,
    CheckResult,
    Difference,
    ExchangeRecord,
    Outcome,
    Position,
    Redirect,
    StepResult,
    Timings,
)
from shall.transport.exchange import FileContent, FilePart, Request, Response

KEPT_BODY = 16_384
"""Characters of a body that are kept."""

KEPT_TYPE = 100
"""Characters of a Content-Type that are kept; of a longer one its parameters are not."""

_TYPE_LENGTH = len("content-type")

KEPT_VALUE = 2_000
"""Characters of a check's value that are stored; a longer one is stored as cut text."""

_STRUCTURES = frozenset({dict, list})
_COMPARED = frozenset({"equals", "has", "snapshot"})


class StepRecord(Struct, gc=False):
    """What a step did, as it was: never leaves the engine.

    ``plans`` are those of the checks that were written in the case and carried out. ``renewal`` is
    what was sent before, since a token was refused. ``are_at_once``: all checks passed, each with
    the constant text or number that it expects.
    """

    id: str
    path: str
    outcome: Outcome
    duration_s: float = 0.0
    checks: Sequence[CheckResult] = ()
    request: Request | None = None
    response: Response | None = None
    plans: Sequence[CheckPlan] = ()
    are_at_once: bool = False
    error: Message | None = None
    retryable: bool = False
    attempts: int = 1
    retries: int = 0
    renewal: tuple["StepRecord", ...] = ()


Locate = Callable[[str], Position]

_BAD = frozenset({FAILED, ERROR})


def step_results(
    records: Sequence[StepRecord],
    redactor: Redactor,
    *,
    whole: bool,
    locate: Locate | None = None,
) -> tuple[StepResult, ...]:
    """Return what is stored of the steps of a case, with every secret taken out.

    ``whole`` False: figures and checks, without headers and bodies. ``locate`` finds where a step
    or check is written; it is asked about what did not pass.
    """
    results = None if whole else _plain_results(records, redactor)
    if results is not None:
        return results
    return tuple([_step_result(record, redactor, locate, whole=whole) for record in records])


def _plain_results(
    records: Sequence[StepRecord], redactor: Redactor
) -> tuple[StepResult, ...] | None:
    """Return what is stored of steps that passed, where nothing of it has to be changed.

    All is searched for secrets at once: what holds one is looked at again, part by part.
    """
    texts: list[str] = []
    fields: list[str | None] = []
    results: list[StepResult] = []
    has_names = redactor.has_names
    for record in records:
        request, response = record.request, record.response
        if record.outcome is not PASSED or request is None or response is None:
            return None
        if record.attempts > 1 or record.renewal or response.redirects:
            return None
        if not may_stay(request.url):
            return None
        if record.are_at_once and not has_names:
            texts += [str(check.expected) for check in record.checks]
            fields += [check.field for check in record.checks]
        elif not _add_checks(record.checks, redactor, texts):
            return None
        content_type = _content_type(response)
        texts += (request.url, content_type)
        exchange = ExchangeRecord(
            request.method,
            request.url,
            (),
            "",
            response.status or None,
            (),
            "",
            len(response.body),
            response.timings,
            UNSET,
            UNSET,
            content_type,
        )
        checks = tuple(record.checks)
        results.append(
            StepResult(record.id, record.path, PASSED, record.duration_s, checks, exchange)
        )
    is_short = max(map(len, texts), default=0) <= KEPT_VALUE
    is_plain = is_short and not _end_in_secret_names(tuple(fields)) and redactor.are_clean(texts)
    return tuple(results) if is_plain else None


def _add_checks(checks: Sequence[CheckResult], redactor: Redactor, texts: list[str]) -> bool:
    """Add the values of checks to those that are searched; return whether all may stay."""
    for check in checks:
        expected, actual, field = check.expected, check.actual, check.field
        if check.message is not None:
            return False
        if field is not None and _names_secret(field, redactor):
            return False
        if not _add_plain(actual, texts):
            return False
        if expected is not actual and not _add_plain(expected, texts):
            return False
    return True


def _add_plain(value: Any, texts: list[str]) -> bool:
    """Add a value to those that are searched; return whether it is stored as it is."""
    kind = type(value)
    if kind is str:
        texts.append(value)
        return True
    if kind is int or kind is float:
        texts.append(str(value))
        return True
    return value is None or kind is bool


def _content_type(response: Response) -> str:
    """Return the Content-Type of a response as it is kept; empty without one."""
    for name, value in response.headers:
        if len(name) == _TYPE_LENGTH and name.lower() == "content-type":
            return value if len(value) <= KEPT_TYPE else value.partition(";")[0][:KEPT_TYPE]
    return ""


def _step_result(
    record: StepRecord, redactor: Redactor, locate: Locate | None, *, whole: bool
) -> StepResult:
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
    if check.field is not None and _names_secret(check.field, redactor):
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


def _names_secret(field: str, redactor: Redactor) -> bool:
    """Return whether a check looks at a secret: the last name on its path says so."""
    if _ends_in_secret_name(field):
        return True
    return redactor.has_names and redactor.declares(last_name(field) or "")


@lru_cache(maxsize=128)
def _end_in_secret_names(fields: tuple[str | None, ...]) -> bool:
    """Return whether any of the fields of a case, which other cases share, is called a secret."""
    return any(field is not None and _ends_in_secret_name(field) for field in fields)


@lru_cache(maxsize=4096)
def _ends_in_secret_name(field: str) -> bool:
    name = last_name(field)
    return name is not None and is_secret_name(name)


@lru_cache(maxsize=4096)
def last_name(field: str | None) -> str | None:
    """Return the last name on the path of a check."""
    try:
        names = [part for part in parse_path(field or "$") if isinstance(part, str)]
    except BadValue:  # the name of a header need not be a path
        return field
    return names[-1] if names else None


def _reworded(message: Message, pairs: Mapping[str, tuple[Any, Any]]) -> Message:
    """Note in the redacted values: what was shown had been cut, and may end in half a secret."""
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
        UNSET if whole else redactor.text(_content_type(response)),
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
