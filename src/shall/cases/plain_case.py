"""Reads a case that is written in today's spellings and has nothing wrong, in one pass.

msgspec checks the fields and their types; what it cannot say is checked here. Anything unusual is
refused, and ``reader`` reads the case, with its notes and problems. The tests compare both.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, Literal, cast

import msgspec
from msgspec import UNSET, Struct, UnsetType

from shall.cases.expression import GLOBAL, Call, Reference, parse_template, walk
from shall.cases.forms import (
    METHODS,
    ROW,
    default_id,
    in_single_braces,
    is_length,
    is_list,
    is_ordered,
    is_pattern,
    is_shared_name,
    is_status,
    is_template,
    is_variable_name,
)
from shall.cases.model import (
    Body,
    Case,
    Check,
    CheckKind,
    RequestTemplate,
    Step,
    Teardown,
    Until,
)
from shall.cases.path import parse_path
from shall.cases.root import fields_of
from shall.errors import BadExpression, BadValue
from shall.memoize import memoized

_Scalar = str | int | float | bool
_Statuses = list[int]


class _Refused(Exception):
    """The case is not plain."""


_KEYS = {"checks": "assert", **{method.lower(): method for method in METHODS}}


class _Check(Struct, forbid_unknown_fields=True, gc=False):
    type: str
    field: str | None = None
    header: str | None = None
    expected: Any = UNSET


class _Request(Struct, forbid_unknown_fields=True, gc=False, rename=_KEYS):
    """The fields of a step."""

    id: str | None = None
    get: str | None = None
    post: str | None = None
    put: str | None = None
    patch: str | None = None
    delete: str | None = None
    head: str | None = None
    options: str | None = None
    path: str | None = None
    url: str | None = None
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] | None = None
    headers: dict[str, _Scalar] = {}
    params: dict[str, _Scalar | None] = {}
    data: Any = UNSET
    json: Any = UNSET
    form: Any = UNSET
    text: Any = UNSET
    timeout_s: float | None = None
    project: str | None = None
    follow_redirects: bool = True
    allow_status: _Statuses = []
    checks: list[_Check] = []
    expect: dict[str, Any] | int = {}
    capture: dict[str, str] | UnsetType = UNSET
    delay: str | UnsetType | None = UNSET
    until: dict[str, Any] | UnsetType | None = UNSET


class _Undone(_Request, forbid_unknown_fields=True, gc=False):
    """The fields of a teardown that sends a request."""

    operation_type: Literal["api"] = "api"


class _Case(Struct, forbid_unknown_fields=True, gc=False):
    name: str
    steps: list[_Request]
    description: str | None = None
    host: str | None = None
    variables: dict[str, Any] = {}
    secrets: list[str] = []
    tags: list[str] = []
    verifies: list[str] = []
    teardowns: list[_Undone] = []
    skip: str | None = None
    data: Any = None
    use: list[str] = []
    needs: list[str] = []
    only: str | None = None


def plain_case(data: Any) -> Case | None:
    """Return the case that JSON data holds; None where it is not plain."""
    try:
        fields = fields_of(data)
        _require(fields is data or len(data) == 1)
        written = msgspec.convert(fields, _Case)
        texts = (written.name, *written.secrets, *written.tags, *written.verifies, *written.needs)
        _require(all(map(is_shared_name, written.use)))
        if not written.steps or not all(map(str.strip, texts)):
            return None
        for reason in (written.skip, written.only):
            if reason is not None and not reason.strip():
                return None
        _check_host(written.host)
        answers_at = _moments(written)
        for value in (written.host, written.variables, written.data):
            if value:
                _check_texts(value, answers_at, 0)
        return Case(
            written.name,
            _steps(written.steps, fields["steps"], answers_at),
            written.description or "",
            written.host or None,
            None,
            written.variables,
            tuple(written.secrets),
            tuple(written.tags),
            tuple(written.verifies),
            _teardowns(written, fields, answers_at),
            written.skip,
            None if written.data is None else _data(written.data),
            tuple(written.use),
            tuple(written.needs),
            written.only,
        )
    except (_Refused, msgspec.ValidationError, BadValue, BadExpression, RecursionError):
        return None


def _data(value: Any) -> str | tuple[Mapping[str, Any], ...] | None:
    from shall.cases.data_table import read_data_field  # few cases have rows

    return read_data_field(value, ("data",), _STRICT)


_Moments = dict[str, int]
"""When each name that an expression can read has its value."""


def _steps(
    steps: Sequence[_Request], data: Sequence[dict[str, Any]], answers_at: _Moments
) -> tuple[Step, ...]:
    made = []
    for at, written in enumerate(steps):
        fields = data[at]
        _check_fields(fields, answers_at, at + 1)
        name = default_id("step", at) if written.id is None else written.id
        request = _request(written, fields)
        if _USUAL.issuperset(fields):
            made.append(Step(name, request, _checks(written.checks, answers_at, at + 1)))
            continue
        delay_s, until = 0.0, None
        capture = written.capture or {}
        if capture:
            _check_capture(capture)
        if written.delay is not UNSET or written.until is not UNSET:
            _require(written.delay != "" and written.until != {})
            delay_s, until = _waits(written, ("steps", at))
        made.append(
            Step(
                name,
                request,
                _all_checks(written, ("steps", at), answers_at, at + 1),
                _statuses(written.allow_status) if written.allow_status else (),
                capture,
                delay_s,
                until,
            )
        )
    return tuple(made)


_METHODS = frozenset(METHODS)
_USUAL = _METHODS | {"id", "path", "url", "method", "headers", "params", "json", "assert"}
"""Fields of a step that are its request and the list of its checks."""


def _waits(written: _Request, keys: tuple[str | int, ...]) -> tuple[float, Until | None]:
    from shall.cases.polling import read_delay, read_until  # few steps wait

    delay, until = written.delay, written.until
    return (
        0.0 if not delay else read_delay(delay, (*keys, "delay"), _STRICT),
        None if not until else read_until(until, (*keys, "until"), _STRICT),
    )


def _teardowns(
    written: _Case, fields: dict[str, Any], answers_at: _Moments
) -> tuple[Teardown, ...]:
    made = []
    for at, call in enumerate(written.teardowns):
        moment = len(written.steps) + len(written.teardowns) - at
        undone = fields["teardowns"][at]
        _check_fields(undone, answers_at, moment)
        _require(call.capture is call.delay is call.until is UNSET)
        made.append(
            Teardown(
                default_id("teardown", at) if call.id is None else call.id,
                "api",
                _request(call, undone),
                None,
                _all_checks(call, ("teardowns", at), answers_at, moment),
                _statuses(call.allow_status),
            )
        )
    return tuple(made)


def _all_checks(
    written: _Request, keys: tuple[str | int, ...], answers_at: _Moments, moment: int
) -> tuple[Check, ...]:
    checks = _checks(written.checks, answers_at, moment)
    if written.expect == {}:
        return checks
    from shall.cases.plain_expect import plain_expect  # older cases have lists of checks alone

    return checks + plain_expect(written.expect, (*keys, "expect"), _STRICT)


def _check_capture(capture: dict[str, str]) -> None:
    from shall.cases.selector import parse_selector  # as above

    for name, selector in capture.items():
        _require(is_variable_name(name))
        parse_selector(selector)


class _Strict:
    """Refuses a case at its first problem: ``full_case`` reports it with all the others."""

    def add(self, *_: Any, **__: Any) -> None:
        """Refuse the case."""
        raise _Refused


_STRICT = _Strict()


def _statuses(written: Sequence[int]) -> tuple[int, ...]:
    for status in written:
        _require(100 <= status <= 599)
    return tuple(written)


def _require(holds: bool) -> None:
    if not holds:
        raise _Refused


def _check_host(host: str | None) -> None:
    if host:
        _require(host.startswith(_ADDRESSES) and host.isprintable())


def _address(written: _Request, fields: dict[str, Any]) -> tuple[str, str]:
    """Return the method and the address, which are given once."""
    method: str = written.method or "GET"
    url = written.path if written.url is None else written.url
    if not _METHODS.isdisjoint(fields):
        names = _GIVES_ADDRESS.intersection(fields)
        _require(len(names) == 1)
        (method,) = names
        url = fields[method]
    elif written.url is not None:
        _require(written.path is None)
    if url is None:
        raise _Refused
    return method, url


def _request(written: _Request, fields: dict[str, Any]) -> RequestTemplate:
    method, url = _address(written, fields)
    timeout_s = written.timeout_s
    if (
        not (url[:1] == "/" or url.startswith(_ADDRESSES))
        or not url.isprintable()
        or ("{" in url and in_single_braces(url))
        or (timeout_s is not None and not 0 < timeout_s < math.inf)
    ):
        raise _Refused
    headers = written.headers
    for name, value in headers.items():
        if not name.isprintable() or (type(value) is str and not value.isprintable()):
            raise _Refused
    return RequestTemplate(
        url,
        method,
        headers,
        written.params,
        _body(written, method),
        {},
        timeout_s,
        written.project,
        written.follow_redirects,
    )


_ADDRESSES = ("http://", "https://", "{{")
_GIVES_ADDRESS = _METHODS | {"method", "path", "url"}


def _body(written: _Request, method: str) -> Body | None:
    json, data, form, text = written.json, written.data, written.form, written.text
    if data is form is text is UNSET:
        if json is None:
            raise _Refused
        return None if json is UNSET else Body("json", json)
    _require(json is UNSET)
    if text is not UNSET:
        _require(data is form is UNSET and type(text) is str)
        return Body("text", text)
    if form is not UNSET:
        _require(data is UNSET and (type(form) is dict or is_template(form)))
        return Body("form", form)
    _require(data is not None)
    return Body("data", data) if data or method not in ("GET", "HEAD") else None


def _checks(written: Sequence[_Check], answers_at: _Moments, moment: int) -> tuple[Check, ...]:
    """Make the checks of a response; what they compare with may look at it."""
    made = []
    for each in written:
        looked_at, expected = _BY_FIELD.get(each.type), each.expected
        if looked_at is None:
            raise _Refused
        kind, field, header, fits = (
            looked_at(each.field)
            if each.header is None
            else _looked_at(each.type, each.field, each.header)
        )
        if expected is UNSET if fits is None else not fits(expected):
            _require(kind in _LATER and is_template(expected))
        if type(expected) is str:
            if "{{" in expected:
                _check_template(expected, answers_at, moment)
        elif type(expected) in _COLLECTIONS:
            _check_texts(expected, answers_at, moment)
        made.append(Check(kind, field, header, None if kind in _PRESENCE else expected))
    return tuple(made)


_Fits = Callable[[Any], bool] | None
_LookedAt = tuple[CheckKind, str | None, str | None, _Fits]


@lru_cache(maxsize=1024)
def _looked_at(name: str, field: str | None, header: str | None) -> _LookedAt:
    """Return what a check looks at, and what it can compare that with; None: anything."""
    kind = cast("CheckKind", name)
    field, header = field or None, header or None
    if field is not None:
        parse_path(field)
    if "{{" in (field or header or "") or (field and header):
        raise _Refused
    if kind == "status_code":
        _require(field is None and header is None)
    elif kind in _NAMED:
        _require(field is not None or header is not None)
    return kind, field, header, _FITS[kind]


def _is_nothing(value: Any) -> bool:
    return value is UNSET or value is None or value is True


_NAMED: frozenset[CheckKind] = frozenset({"exists", "not_exists"})
_PRESENCE: frozenset[CheckKind] = _NAMED | {"is_none", "is_not_none"}
_ORDER: tuple[CheckKind, ...] = ("less_than", "less_or_equal", "greater_than", "greater_or_equal")

_FITS: dict[CheckKind, _Fits] = {
    "status_code": is_status,
    **dict.fromkeys(("equals", "not_equals", "contains", "not_contains")),
    "regex": is_pattern,
    "in": is_list,
    "not_in": is_list,
    "length": is_length,
    **dict.fromkeys(_PRESENCE, _is_nothing),
    **dict.fromkeys(_ORDER, is_ordered),
}
_BY_FIELD: dict[str, Callable[[str | None], _LookedAt]] = {
    kind: memoized(1024)(partial(_looked_at, kind, header=None)) for kind in _FITS
}
_LATER = frozenset(_FITS) - _PRESENCE
"""Kinds whose expected value may be known only when the case runs."""


def _check_fields(fields: dict[str, Any], answers_at: _Moments, moment: int) -> None:
    """Check the expressions of a step but those of its checks: what has answered can be read."""
    for name, value in fields.items():
        if type(value) is str:
            if "{{" in value:
                _check_template(value, answers_at, moment - 1)
        elif name != "assert":
            _check_texts(value, answers_at, moment if name in _AFTER_ANSWER else moment - 1)


_COLLECTIONS = frozenset({dict, list})

_AFTER_ANSWER = frozenset({"expect", "until"})
"""Fields beside ``assert`` that are read when the step has its response."""


def _moments(written: _Case) -> _Moments:
    """Return when each step, teardown and captured variable can be read, by its name."""
    answers_at: _Moments = {} if written.data is None else {ROW: 0}
    captured: _Moments = {}
    steps, calls = len(written.steps), [*written.steps, *reversed(written.teardowns)]
    for moment, call in enumerate(calls, start=1):
        if call.capture:
            captured = {**dict.fromkeys(call.capture, moment), **captured}
        name = _default_id(moment, steps, len(calls)) if call.id is None else call.id
        if name in answers_at or not name.strip():
            raise _Refused
        answers_at[name] = moment
    _require(GLOBAL not in answers_at and "GLOBAL" not in answers_at)
    variables = written.variables
    if variables or captured:
        _require(answers_at.keys().isdisjoint(variables))
        _require(answers_at.keys().isdisjoint(captured))
        answers_at.update((it, at) for it, at in captured.items() if it not in variables)
    return answers_at


def _default_id(moment: int, steps: int, calls: int) -> str:
    """Return the id of the call that answers at a moment; teardowns answer in reverse."""
    if moment <= steps:
        return default_id("step", moment - 1)
    return default_id("teardown", calls - moment)


def _check_texts(value: Any, answers_at: _Moments, moment: int) -> None:
    """Check every text in a value that holds an expression, keys included."""
    if type(value) is dict:
        value = [*value, *value.values()]
    elif type(value) is not list:
        value = (value,)
    for each in value:
        if type(each) is str:
            if "{{" in each:
                _check_template(each, answers_at, moment)
        elif type(each) in _COLLECTIONS:
            _check_texts(each, answers_at, moment)


def _check_template(text: str, answers_at: _Moments, moment: int) -> None:
    roots = _known_roots(text) if len(text) <= _REMEMBERED else _roots(text)
    for root in roots:
        if answers_at.get(root, 0) > moment:
            raise _Refused


def _roots(text: str) -> tuple[str, ...]:
    """Return the names that the expressions of a text read; refuse calls that are wrong."""
    roots: list[str] = []
    for expression in parse_template(text).expressions:
        for each in walk(expression):
            if type(each) is Reference:
                if each.root == GLOBAL:
                    _require(bool(each.path))
                else:
                    roots.append(each.root)
            elif type(each) is Call:
                from shall.cases.functions import check_call  # few cases call any

                _require(not check_call(each))
    return tuple(roots)


_REMEMBERED = 200
"""Characters of a text whose expressions are remembered: many cases of a suite have the same."""

_known_roots = memoized(1024)(_roots)
