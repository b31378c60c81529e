"""Reads the steps and teardowns of a case: their requests and their checks."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from shall.cases.aliases import CHECK_KEYS, CHECK_SPELLINGS, check_kind
from shall.cases.auth import read_auth_field
from shall.cases.body import read_body
from shall.cases.connection import read_connection_field
from shall.cases.deletion import DELETE_FILES, read_deletion
from shall.cases.event_checks import is_event_check, read_event_check
from shall.cases.expect import Words, read_expect, read_expected, read_selector
from shall.cases.fields import Fields, Findings, Keys, kind_of
from shall.cases.flow import FLOW_FIELDS, read_flow
from shall.cases.forms import (
    METHODS,
    WEBSOCKET,
    default_id,
    is_length,
    is_list,
    is_ordered,
    is_template,
    is_variable_name,
    variable_name_hint,
)
from shall.cases.model import (
    CHECK_KINDS,
    Check,
    CheckKind,
    Operation,
    RequestTemplate,
    Step,
    Teardown,
)
from shall.cases.nearest import nearest, without_negation
from shall.cases.other_tools import check_hint, snake_spelling
from shall.cases.parts import read_files
from shall.cases.path import parse_path
from shall.cases.patterns import pattern_problem
from shall.cases.polling import read_delay, read_until
from shall.cases.predicates import BY_KIND, PREDICATES, Takes
from shall.cases.sql import check_query, json_selector, read_sql
from shall.cases.stream import read_stream_field
from shall.cases.websocket import read_messages
from shall.errors import BadValue

_REQUEST_FIELDS = frozenset(
    (
        "path",
        "url",
        "method",
        "headers",
        "params",
        "data",
        "json",
        "form",
        "text",
        "files",
        "graphql",
        "xml",
        "body",
    )
) | {"timeout_s", "project", "follow_redirects", "allow_status", "auth", "connection"}

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*)://")
_SCHEMES = {WEBSOCKET: ("http", "https", "ws", "wss")}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_IN_HEADER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")  # a tab may be there (RFC 9110)

_OF_STEPS = frozenset({"capture", "delay", "until", "stream", "messages", WEBSOCKET, *FLOW_FIELDS})
STEP_FIELDS = _REQUEST_FIELDS | {"id", "assert", "expect", "sql", *_OF_STEPS, *METHODS}
TEARDOWN_FIELDS = STEP_FIELDS - _OF_STEPS | {"operation_type", "query", DELETE_FILES}

_CHECK_FIELDS = {"type", "field", "header", "expected", "container", "query"}

_MEMBERSHIP = {"in", "not_in"}
_PRESENCE: Mapping[str, CheckKind] = {
    "exists": "not_exists",
    "not_exists": "exists",
    "is_none": "is_not_none",
    "is_not_none": "is_none",
}
"""Checks that compare with nothing, and their opposites."""
_QUERIES = {"mysql_query", "mysql_query_exists", "mysql_query_true"}
_OLDER = {
    *("equals", "not_equals", "contains", "not_contains"),
    *("length", "in", "not_in", "regex", "less_than"),
    *("less_or_equal", "greater_than", "greater_or_equal"),
}
_OF_EVENTS = [it for it in CHECK_KINDS if it.startswith("sse_")]
_SUPPORTED = [it for it in CHECK_KINDS if it not in _QUERIES and not it.startswith("sse_")]
_COMPARED = {"status_code", *_OLDER}
_NEWER = {
    predicate.kind
    for predicate in PREDICATES
    if predicate.kind not in _PRESENCE and predicate.kind not in _OLDER
}
"""Checks whose expected value is read as below `expect`."""


def _checks_of(fields: Fields, words: Words | None = None) -> tuple[Check, ...]:
    checks = _read_checks(fields.items("assert"), fields.at("assert"), fields.findings)
    if fields.values.get("expect") is None:
        return checks
    expected = fields.values["expect"]
    return checks + read_expect(expected, fields.at("expect"), fields.findings, words)


def read_step(fields: Fields) -> Step:
    """Read a step."""
    values = fields.values
    sql = read_sql(fields, _REQUEST_FIELDS)
    words = None if sql is None else json_selector
    request = _read_request(fields) if sql is None else RequestTemplate("")
    return Step(
        id=_read_id(fields),
        request=request,
        checks=_checks_of(fields, words),
        allow_status=_read_allowed(fields),
        capture=_read_capture(fields, words) if "capture" in fields.values else {},
        delay_s=read_delay(values["delay"], fields.at("delay"), fields.findings)
        if values.get("delay") is not None
        else 0.0,
        until=read_until(values["until"], fields.at("until"), fields.findings, words)
        if values.get("until") is not None
        else None,
        sql=sql,
        flow=read_flow(fields),
        stream=read_stream_field(fields),
        messages=read_messages(fields, request.method),
    )


def _read_id(fields: Fields) -> str:
    if fields.values.get("id") is not None:
        return fields.required_text("id")
    kind, index = fields.keys[0], fields.keys[1]
    return default_id("step" if kind == "steps" else "teardown", int(index))


def _read_capture(fields: Fields, words: Words | None) -> dict[str, str]:
    """Read ``capture``: names of variables, each with the selector of its value."""
    captured = fields.mapping("capture")
    read: dict[str, str] = {}
    for name, selector in captured.items():
        keys = (*fields.at("capture"), name)
        if not is_variable_name(name):
            message = f"`{name:.60}` cannot be the name of a variable."
            hint = variable_name_hint(name)
            fields.findings.add("case.bad-value", keys, message, hint, at_key=True)
        if type(selector) is not str:
            message = f"`{name:.60}` must be a selector, not {kind_of(selector)}."
            hint = "Write `$.id`, `header NAME` or another selector."
            fields.findings.add("case.bad-type", keys, message, hint)
        elif read_selector(selector, keys, fields.findings, words=words) is not None:
            read[name] = selector if words is None else words(selector)
    return read


def read_teardown(fields: Fields) -> Teardown:
    """Read a teardown: a request, a query of a database, or files to delete."""
    if fields.values.get(DELETE_FILES) is not None:
        return read_deletion(fields, _read_id(fields))
    sql = read_sql(fields, _REQUEST_FIELDS | {"operation_type", "query"})
    if sql is not None:
        checks = _checks_of(fields, json_selector)
        return Teardown(_read_id(fields), "db", checks=checks, sql=sql)
    operation = _read_operation(fields)
    is_api = operation == "api"
    query = fields.text("query")
    if is_api and query:
        message = "An api teardown runs no query."
        fields.bad("case.conflicting-fields", "query", message, "Write `operation_type: db`.")
    elif not is_api:
        check_query(fields)
        for name in sorted(_REQUEST_FIELDS - {"project"} & fields.values.keys()):
            if fields.values[name] not in (None, {}, []):
                message = f"A db teardown does not use `{name}`; it is left out."
                fields.findings.note("case.ignored-field", fields.at(name), message)
    return Teardown(
        id=_read_id(fields),
        operation=operation,
        request=_read_request(fields) if is_api else None,
        query=query,
        checks=_checks_of(fields, None if is_api else json_selector),
        allow_status=_read_allowed(fields) if is_api else (),
        project=None if is_api else fields.text("project"),
    )


def _read_operation(fields: Fields) -> Operation:
    value = fields.text("operation_type")
    if value is None:
        is_query = fields.values.get("query") and not fields.values.get("path")
        return "db" if is_query else "api"
    if value not in ("api", "db"):
        message = f"`operation_type` must be 'api' or 'db', not '{value}'."
        hint = "Write `delete_files: PATH` alone." if value == "file" else ""
        fields.bad("case.bad-value", "operation_type", message, hint)
        return "api"
    return "db" if value == "db" else "api"


def _read_request(fields: Fields) -> RequestTemplate:
    """Read the request fields of a step."""
    method = _read_method(fields)
    return RequestTemplate(
        url=_read_url(fields),
        method=method,
        headers=_read_flat(fields, "headers", "a text") if "headers" in fields.values else {},
        params=_read_flat(fields, "params", "a text or a list")
        if "params" in fields.values
        else {},
        body=read_body(fields, method),
        files=read_files(fields) if "files" in fields.values else {},
        timeout_s=fields.seconds("timeout_s"),
        project=fields.text("project"),
        follow_redirects=fields.flag("follow_redirects", True),
        auth=read_auth_field(fields),
        connection=read_connection_field(fields),
    )


def _read_allowed(fields: Fields) -> tuple[int, ...]:
    """Read ``allow_status``: one status or a list of them."""
    value = fields.values.get("allow_status")
    if value is None:
        return ()
    statuses = value if isinstance(value, list) else [value]
    wrong = [each for each in statuses if type(each) is not int or not 100 <= each <= 599]
    if wrong:
        message = f"`allow_status` must be statuses from 100 to 599, not {wrong[0]!r}."
        fields.bad("case.bad-value", "allow_status", message)
        return ()
    return tuple(statuses)


def check_address(fields: Fields, name: str, value: str) -> None:
    """Report an address to which nothing can be sent."""
    scheme = _SCHEME.match(value)
    if scheme and scheme[1].lower() not in _SCHEMES.get(name, ("http", "https")):
        message = f"`{name}` cannot send to {scheme[1]}://."
        is_socket = scheme[1].lower() in _SCHEMES[WEBSOCKET]
        hint = "Write `WS: ADDRESS`." if is_socket else "Only http and https are sent."
        if is_socket and name == "host":
            hint = "Write `http://` here: a step `WS: /path` uses it."
        fields.bad("case.bad-address", name, message, hint)
    if _CONTROL.search(value):
        message = f"`{name}` contains a line break or another control character."
        fields.bad("case.bad-address", name, message)


def _shorthand(fields: Fields) -> str | None:
    """Return the method whose name is a field: ``GET: /path``."""
    given = [name for name in (*METHODS, WEBSOCKET) if fields.values.get(name) is not None]
    if not given:
        return None
    others = [*given[1:], *(name for name in ("method", "path", "url") if name in fields.values)]
    for name in others:
        message = f"`{name}` cannot be combined with `{given[0]}`."
        hint = f"Write `{given[0]}: ADDRESS` alone."
        fields.bad("case.conflicting-fields", name, message, hint)
    return given[0]


def _read_url(fields: Fields) -> str:
    values = fields.values
    shorthand = _shorthand(fields)
    if shorthand is not None:
        value = fields.required_text(shorthand)
        check_address(fields, shorthand, value)
        return value
    name = "url" if values.get("url") is not None else "path"
    if name == "url" and values.get("path") is not None:
        message = "`path` is set too."
        fields.bad("case.conflicting-fields", "url", message, "Remove one of the two.")
    if values.get(name) is None:
        fields.missing("path", "Write `GET: /users`, or `path:` or `url:` beside `method`.")
        return ""
    value = fields.required_text(name)
    check_address(fields, name, value)
    return value


def _read_method(fields: Fields) -> str:
    written = fields.text("method")
    if written is None:
        given = (name for name in (*METHODS, WEBSOCKET) if fields.values.get(name) is not None)
        return next(given, "GET")
    method = written.strip().upper()
    if method not in METHODS:
        near = nearest(method, METHODS, cutoff=0.5)
        hint = f"Did you mean {near}?" if near else f"Known are {', '.join(METHODS)}."
        message = f"Unknown method '{written}'."
        fields.bad("case.unknown-method", "method", message, hint, near or "")
        return "GET"
    return method


def _read_flat(fields: Fields, name: str, wanted: str) -> dict[str, Any]:
    values = fields.mapping(name)
    for key, value in values.items():
        keys = (*fields.at(name), key)
        listed = isinstance(value, list) and name == "params"
        if isinstance(value, dict) or (isinstance(value, list) and not listed):
            message = f"`{key}` must be {wanted}, not {kind_of(value)}."
            fields.findings.add("case.bad-type", keys, message)
        elif name == "headers" and value is None:
            message = f"The header `{key}` has no value."
            fields.findings.add("case.bad-header", keys, message, "Remove it or fill it.")
        elif name == "headers" and (_CONTROL.search(key) or _CONTROL_IN_HEADER.search(str(value))):
            message = "A header contains a line break or another control character."
            fields.findings.add("case.bad-header", keys, message)
    return values


_WANTED: dict[CheckKind, tuple[str, Callable[[Any], bool]]] = {
    "in": ("a list", is_list),
    "not_in": ("a list", is_list),
    "length": ("a length of 0 or more", is_length),
    **dict.fromkeys(
        ("less_than", "less_or_equal", "greater_than", "greater_or_equal"),
        ("a number or a text", is_ordered),
    ),
}


def _read_checks(values: list[Any], keys: Keys, findings: Findings) -> tuple[Check, ...]:
    """Read the list under ``assert``; a check that cannot be read is left out."""
    checks: list[Check] = []
    for index, value in enumerate(values):
        if is_event_check(value):
            checks += read_event_check(value, (*keys, index), findings)
        elif check := _read_check(value, (*keys, index), findings):
            checks.append(check)
    return tuple(checks)


def _read_check(value: Any, keys: Keys, findings: Findings) -> Check | None:
    fields = Fields(value, keys, findings, _CHECK_FIELDS, CHECK_KEYS)
    kind = _read_kind(fields)
    if kind is None:
        return None
    field, header = _read_target(fields, kind)
    expected = fields.values.get("expected")
    container = fields.values.get("container")
    if kind == "status_code":
        expected = _read_status(fields, expected)
    elif kind in _PRESENCE:
        kind = _read_presence(fields, kind, expected)
        expected = None
    if kind in _NEWER:
        return _read_newer(fields, Check(kind, field, header))
    if container is not None:
        expected, container = _read_container(fields, kind, field or header)
    elif kind in _COMPARED:
        _check_expected(fields, kind, expected)
    query = fields.text("query")
    if kind in _QUERIES:
        check_query(fields)
    return Check(kind, field, header, expected, query, container)


def _read_newer(fields: Fields, check: Check) -> Check | None:
    predicate = BY_KIND[check.kind]
    is_bare = predicate.takes is Takes.NOTHING
    expected = fields.values.get("expected")
    if not is_bare and "expected" not in fields.values:
        fields.missing("expected", "Write what the value is compared with.")
        return None
    if is_bare and expected is False:
        return replace(check, negated=True)
    read = read_expected(predicate, expected, fields.at("expected"), fields.findings)
    return None if read is None else replace(check, expected=read[0])


def _read_target(fields: Fields, kind: CheckKind) -> tuple[str | None, str | None]:
    field = fields.text("field") or None
    header = fields.text("header") or None
    if field and header:
        message = "A check looks at `field` or at `header`, not at both."
        fields.bad("case.conflicting-fields", "header", message)
    if field is not None:
        try:
            parse_path(field)
        except BadValue as error:
            fields.bad("case.bad-path", "field", error.message, error.hint or "")
    if kind == "status_code" and header:
        message = "A status check takes no `header`."
        fields.bad("case.conflicting-fields", "header", message)
    elif kind == "status_code" and field:
        message = "A status check takes no field; it is left out."
        fields.findings.note("case.ignored-field", fields.at("field"), message)
        field = None
    return field, header


def _read_kind(fields: Fields) -> CheckKind | None:
    spelling = fields.required_text("type")
    if not spelling.strip():
        return None
    kind = check_kind(spelling)
    if kind is None:
        message = f"Unknown check '{spelling}'."
        fields.bad("case.unknown-check", "type", message, *_kind_hint(spelling))
    elif kind != spelling:
        message = f"'{spelling}' is written '{kind}' today."
        fields.findings.note("case.older-spelling", fields.at("type"), message, fix=kind)
    return kind


def _kind_hint(spelling: str) -> tuple[str, str]:
    """Return a hint and a fix for an unknown kind; never one of the opposite meaning."""
    hint = check_hint(spelling)
    if hint is not None:
        return hint, ""
    snake = snake_spelling(spelling)
    near = nearest(snake, (*_SUPPORTED, *_OF_EVENTS, *CHECK_SPELLINGS), cutoff=0.7)
    if near is not None:
        (stem, negated), (near_stem, near_negated) = map(without_negation, (snake, near))
        if negated == near_negated and nearest(stem, [near_stem]):
            kind = check_kind(near) or near
            return f"Did you mean '{kind}'?", kind
    return f"Known are {', '.join(_SUPPORTED)}.", ""


def _read_status(fields: Fields, expected: Any) -> Any:
    if type(expected) is str and expected.isdecimal() and len(expected) == 3:
        expected = int(expected)
        message = "A status is written as a number."
        fields.findings.note("case.older-spelling", fields.at("expected"), message)
    number = type(expected) is int and 100 <= expected <= 599
    if expected is not None and not number and not is_template(expected):
        message = f"`expected` must be a status from 100 to 599, not {expected!r}."
        fields.bad("case.bad-value", "expected", message)
    return expected


def _read_presence(fields: Fields, kind: CheckKind, expected: Any) -> CheckKind:
    """Read ``expected: false`` as the opposite check; ignoring it would prove the contrary."""
    if expected is False:
        message = f"`expected: false` is written '{_PRESENCE[kind]}' today."
        fields.findings.note("case.older-spelling", fields.keys, message)
        return _PRESENCE[kind]
    if expected not in (None, True):
        message = f"A check '{kind}' compares with nothing."
        fields.bad("case.conflicting-fields", "expected", message, "Remove `expected`.")
    if kind in ("exists", "not_exists") and not (
        fields.values.get("field") or fields.values.get("header")
    ):
        fields.missing("field", "Name a field of the body or a header.")
    return kind


def _read_container(fields: Fields, kind: CheckKind, target: str | None) -> tuple[Any, Any]:
    """Read the older form of ``in``: the list is in ``container``."""
    container = fields.values["container"]
    item = fields.values.get("expected")
    if kind not in _MEMBERSHIP:
        message = f"A check '{kind}' takes no `container`."
        fields.bad("case.conflicting-fields", "container", message)
    elif not isinstance(container, list) and not is_template(container):
        fields.bad_type("container", "a list")
    elif target and item is not None:
        hint = "Remove `expected` or `container`."
        fields.bad("case.conflicting-fields", "expected", "The list is written twice.", hint)
    elif not target and item is None:
        fields.missing("field", "Say what is looked for in the list: `field` or `expected`.")
    elif target:
        message = "The list is written in `expected` today."
        fields.findings.note("case.older-spelling", fields.at("container"), message)
        return container, None
    return item, container


def _check_expected(fields: Fields, kind: CheckKind, expected: Any) -> None:
    if "expected" not in fields.values:
        fields.missing("expected", "Write what the value is compared with.")
    elif kind == "regex" and not is_template(expected):
        _check_regex(fields, expected)
    elif kind == "status_code" and expected is None:
        message = "`expected` must be a status from 100 to 599."
        fields.bad("case.bad-value", "expected", message)
    elif kind in _WANTED and not is_template(expected):
        wanted, fits = _WANTED[kind]
        if not fits(expected):
            message = f"`expected` must be {wanted}, not {kind_of(expected)} {expected!r:.60}."
            fields.bad("case.bad-type", "expected", message)


def _check_regex(fields: Fields, expected: Any) -> None:
    if not isinstance(expected, str):
        fields.bad_type("expected", "a text", "Quote it.")
        return
    problem = pattern_problem(expected)
    if problem is not None:
        fields.bad("case.bad-pattern", "expected", f"`expected` {problem}.")
