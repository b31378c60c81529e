"""Reads a case that is written in today's spellings and has nothing wrong, in one pass.

msgspec checks the fields and their types; what it cannot say is checked here. Anything unusual is
refused, and ``reader`` reads the case, with its notes and problems. The tests compare both.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

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
from shall.errors import BadExpression, BadValue

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
    expect: dict[str, Any] = {}
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


class _File(Struct, forbid_unknown_fields=True, gc=False):
    testcase: _Case


def plain_case(data: Any) -> Case | None:
    """Return the case that JSON data holds; None where it is not plain."""
    try:
        written = msgspec.convert(data, _File).testcase
        texts = (written.name, *written.secrets, *written.tags, *written.verifies, *written.needs)
        _require(all(map(is_shared_name, written.use)))
        if not written.steps or not all(map(str.strip, texts)):
            return None
        for reason in (written.skip, written.only):
            if reason is not None and not reason.strip():
                return None
        _check_host(written.host)
        _check_references(data["testcase"], written)
        return Case(
            written.name,
            tuple([_step(step, at) for at, step in enumerate(written.steps)]),
            written.description or "",
            written.host or None,
            None,
            written.variables,
            tuple(written.secrets),
            tuple(written.tags),
            tuple(written.verifies),
            tuple([_teardown(teardown, at) for at, teardown in enumerate(written.teardowns)]),
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


def _step(written: _Request, at: int) -> Step:
    capture: Mapping[str, str] = {}
    delay_s, until = 0.0, None
    if written.capture:
        capture = written.capture
        _check_capture(written.capture)
    if written.delay == "" or written.until == {}:
        raise _Refused
    if written.delay or written.until:
        delay_s, until = _waits(written, ("steps", at))
    return Step(
        default_id("step", at) if written.id is None else written.id,
        _request(written),
        _all_checks(written, ("steps", at)),
        _statuses(written),
        capture,
        delay_s,
        until,
    )


def _waits(written: _Request, keys: tuple[str | int, ...]) -> tuple[float, Until | None]:
    from shall.cases.polling import read_delay, read_until  # few steps wait

    delay, until = written.delay, written.until
    return (
        0.0 if not delay else read_delay(delay, (*keys, "delay"), _STRICT),
        None if not until else read_until(until, (*keys, "until"), _STRICT),
    )


def _teardown(written: _Undone, at: int) -> Teardown:
    _require(written.capture is written.delay is written.until is UNSET)
    return Teardown(
        default_id("teardown", at) if written.id is None else written.id,
        "api",
        _request(written),
        None,
        _all_checks(written, ("teardowns", at)),
        _statuses(written),
    )


def _all_checks(written: _Request, keys: tuple[str | int, ...]) -> tuple[Check, ...]:
    checks = _checks(written.checks)
    if not written.expect:
        return checks
    from shall.cases.expect import read_expect  # older cases have lists of checks alone

    return checks + read_expect(written.expect, (*keys, "expect"), _STRICT)


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


def _statuses(written: _Request) -> tuple[int, ...]:
    for status in written.allow_status:
        _require(100 <= status <= 599)
    return tuple(written.allow_status)


def _require(holds: bool) -> None:
    if not holds:
        raise _Refused


def _check_host(host: str | None) -> None:
    if host:
        _require(host.startswith(("http://", "https://", "{{")) and host.isprintable())


def _address(written: _Request) -> tuple[str, str]:
    """Return the method and the address, which are given once."""
    method: str = written.method or "GET"
    url = written.path if written.url is None else written.url
    if url is not None:
        _require(written.path is None or written.url is None)
    short = (
        *(written.get, written.post, written.put, written.patch),
        *(written.delete, written.head, written.options),
    )
    if short != _NO_SHORTHAND:
        _require(url is None and written.method is None and short.count(None) == len(short) - 1)
        method, url = next(it for it in zip(METHODS, short, strict=True) if it[1] is not None)
    if url is None:
        raise _Refused
    return method, url


_NO_SHORTHAND = (None,) * len(METHODS)


def _request(written: _Request) -> RequestTemplate:
    method, url = _address(written)
    _require(url.startswith(("/", "http://", "https://", "{{")) and url.isprintable())
    _require(not in_single_braces(url))
    timeout_s = written.timeout_s
    if timeout_s is not None:
        _require(timeout_s > 0 and math.isfinite(timeout_s))
    for name, value in written.headers.items():
        _require(name.isprintable() and (type(value) is not str or value.isprintable()))
    return RequestTemplate(
        url,
        method,
        written.headers,
        written.params,
        _body(written, method),
        {},
        timeout_s,
        written.project,
        written.follow_redirects,
    )


def _body(written: _Request, method: str) -> Body | None:
    json, data, form, text = written.json, written.data, written.form, written.text
    if data is form is text is UNSET:
        if json is UNSET:
            return None
        _require(json is not None)
        return Body("json", json)
    _require(json is UNSET)
    if text is not UNSET:
        _require(data is form is UNSET and type(text) is str)
        return Body("text", text)
    if form is not UNSET:
        _require(data is UNSET and (type(form) is dict or is_template(form)))
        return Body("form", form)
    _require(data is not None)
    return Body("data", data) if data or method not in ("GET", "HEAD") else None


def _checks(written: Sequence[_Check]) -> tuple[Check, ...]:
    return tuple([_check(each) for each in written])


def _check(written: _Check) -> Check:
    kind, field, header, fits = _looked_at(written.type, written.field, written.header)
    expected = written.expected
    if not fits(expected) and not (kind in _LATER and is_template(expected)):
        raise _Refused
    return Check(kind, field, header, None if kind in _PRESENCE else expected)


@lru_cache(maxsize=4096)
def _looked_at(
    name: str, field: str | None, header: str | None
) -> tuple[CheckKind, str | None, str | None, Callable[[Any], bool]]:
    """Return the kind of a check, what it looks at, and which values it can compare with."""
    found = _KINDS.get(name)
    if found is None:
        raise _Refused
    kind, fits = found
    field, header = field or None, header or None
    if field is not None:
        parse_path(field)
    if "{{" in (field or header or "") or (field and header):
        raise _Refused
    if kind == "status_code":
        _require(field is None and header is None)
    elif kind in _NAMED:
        _require(field is not None or header is not None)
    return kind, field, header, fits


def _is_given(value: Any) -> bool:
    return value is not UNSET


def _is_nothing(value: Any) -> bool:
    return value is UNSET or value is None or value is True


_NAMED: frozenset[CheckKind] = frozenset({"exists", "not_exists"})
_PRESENCE: frozenset[CheckKind] = _NAMED | {"is_none", "is_not_none"}
_ORDER: tuple[CheckKind, ...] = ("less_than", "less_or_equal", "greater_than", "greater_or_equal")

_FITS: dict[CheckKind, Callable[[Any], bool]] = {
    "status_code": is_status,
    "equals": _is_given,
    "not_equals": _is_given,
    "contains": _is_given,
    "not_contains": _is_given,
    "regex": is_pattern,
    "in": is_list,
    "not_in": is_list,
    "length": is_length,
    **dict.fromkeys(_PRESENCE, _is_nothing),
    **dict.fromkeys(_ORDER, is_ordered),
}
_KINDS: dict[str, tuple[CheckKind, Callable[[Any], bool]]] = {
    kind: (kind, fits) for kind, fits in _FITS.items()
}
_LATER = frozenset(_FITS) - _PRESENCE
"""Kinds whose expected value may be known only when the case runs."""


def _check_references(data: dict[str, Any], written: _Case) -> None:
    """Refuse bad expressions, ids given twice, and references to what has not answered yet."""
    steps, teardowns = written.steps, written.teardowns
    order = [*zip(steps, data["steps"], strict=True)]
    if teardowns:
        order += [*zip(teardowns, data["teardowns"], strict=True)][::-1]
    answers_at = _moments(order, len(steps), written)
    _require(GLOBAL not in answers_at and "GLOBAL" not in answers_at)
    for value in (written.host, written.variables, written.data):
        _check_texts(value, answers_at, 0)
    for moment, (call, fields) in enumerate(order, start=1):
        for name, value in fields.items():
            if name != "assert" and (type(value) is not str or "{{" in value):
                _check_texts(value, answers_at, moment if name in _AFTER_ANSWER else moment - 1)
        _check_expected(call.checks, answers_at, moment)


def _check_expected(checks: Sequence[_Check], answers_at: dict[str, int], moment: int) -> None:
    """Check what checks compare with: one may look at the response of its own step."""
    for check in checks:
        expected = check.expected
        if type(expected) is str:
            if "{{" in expected:
                _check_template(expected, answers_at, moment)
        elif type(expected) in _COLLECTIONS:
            _check_texts(expected, answers_at, moment)


_COLLECTIONS = frozenset({dict, list})

_AFTER_ANSWER = frozenset({"expect", "until"})
"""Fields beside ``assert`` that are read when the step has its response."""


def _moments(order: Sequence[tuple[_Request, Any]], steps: int, written: _Case) -> dict[str, int]:
    """Return when each step, teardown and captured variable can be read, by its name."""
    answers_at: dict[str, int] = {} if written.data is None else {ROW: 0}
    captured: dict[str, int] = {}
    for moment, (call, _) in enumerate(order, start=1):
        if call.capture:
            captured = {**dict.fromkeys(call.capture, moment), **captured}
        name = call.id
        if name is None:
            name = _default_id(moment, steps, len(order))
        _require(bool(name.strip()) and name not in answers_at)
        answers_at[name] = moment
    variables = written.variables
    _require(answers_at.keys().isdisjoint(variables))
    _require(answers_at.keys().isdisjoint(captured))
    return {**{name: at for name, at in captured.items() if name not in variables}, **answers_at}


def _default_id(moment: int, steps: int, calls: int) -> str:
    """Return the id of the call that answers at a moment; teardowns answer in reverse."""
    if moment <= steps:
        return default_id("step", moment - 1)
    return default_id("teardown", calls - moment)


def _check_texts(value: Any, answers_at: dict[str, int], moment: int) -> None:
    """Check every text in a value that holds an expression, keys included."""
    if type(value) is dict:
        _check_each([*value, *value.values()], answers_at, moment)
    else:
        _check_each(value if type(value) is list else (value,), answers_at, moment)


def _check_each(values: Sequence[Any], answers_at: dict[str, int], moment: int) -> None:
    for value in values:
        kind = type(value)
        if kind is str:
            if "{{" in value:
                _check_template(value, answers_at, moment)
        elif kind is dict or kind is list:
            _check_texts(value, answers_at, moment)


def _check_template(text: str, answers_at: dict[str, int], moment: int) -> None:
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

_known_roots = lru_cache(maxsize=1024)(_roots)
