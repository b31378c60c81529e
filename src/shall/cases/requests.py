"""Reads the request of a step or teardown."""

import re
from typing import Any

from shall.cases.checks import is_template
from shall.cases.fields import Fields, kind_of
from shall.cases.model import Body, BodyKind, RequestTemplate
from shall.cases.nearest import nearest

REQUEST_FIELDS = frozenset(
    ("path", "url", "method", "headers", "params", "data", "json", "form", "text", "files")
) | {"timeout_s", "project", "follow_redirects", "allow_status"}

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")

_BODIES = tuple(kind.value for kind in BodyKind)
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*)://")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def read_request(fields: Fields) -> RequestTemplate:
    """Read the request fields of a step."""
    method = _read_method(fields)
    return RequestTemplate(
        url=_read_url(fields),
        method=method,
        headers=_read_flat(fields, "headers", "a text") if "headers" in fields.values else {},
        params=_read_flat(fields, "params", "a text or a list")
        if "params" in fields.values
        else {},
        body=_read_body(fields, method),
        files=_read_files(fields) if "files" in fields.values else {},
        timeout_s=fields.seconds("timeout_s"),
        project=fields.text("project"),
        follow_redirects=fields.flag("follow_redirects", True),
    )


def read_allowed(fields: Fields) -> tuple[int, ...]:
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
    """Note an address that can never be sent to."""
    scheme = _SCHEME.match(value)
    if scheme and scheme[1].lower() not in ("http", "https"):
        message = f"`{name}` cannot send to {scheme[1]}://."
        fields.bad("case.bad-address", name, message, "Only http and https are sent.")
    if _CONTROL.search(value):
        message = f"`{name}` holds a line break or another control character."
        fields.bad("case.bad-address", name, message)


def _read_url(fields: Fields) -> str:
    values = fields.values
    name = "url" if values.get("url") is not None else "path"
    if name == "url" and values.get("path") is not None:
        message = "`path` is given too."
        fields.bad("case.conflicting-fields", "url", message, "Remove one of the two.")
    if values.get(name) is None:
        fields.missing("path", "Write `path: /users`, or `url:` with the whole address.")
        return ""
    value = fields.required_text(name)
    check_address(fields, name, value)
    return value


def _read_method(fields: Fields) -> str:
    written = fields.text("method")
    if written is None:
        return "GET"
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
        elif name == "headers" and (_CONTROL.search(key) or _CONTROL.search(str(value))):
            message = "A header holds a line break or another control character."
            fields.findings.add("case.bad-header", keys, message)
    return values


def _read_files(fields: Fields) -> dict[str, Any]:
    values = fields.mapping("files")
    for key, value in values.items():
        if type(value) is not str or not value:
            message = f"`{key}` must be the path of a file."
            fields.findings.add("case.bad-type", (*fields.at("files"), key), message)
    return values


def _read_body(fields: Fields, method: str) -> Body | None:
    values = fields.values
    given = [name for name in _BODIES if values.get(name) is not None]
    if values.keys() & {"json"} and not given:
        return Body(BodyKind.JSON, None)  # `json: null` is a body, the four letters
    if not given:
        return None
    name = given[0]
    value = values[name]
    if len(given) > 1:
        others = " and ".join(f"`{each}`" for each in given)
        message = f"A request has one body, not {others}."
        fields.bad("case.conflicting-fields", given[1], message, "Keep one of them.")
    if name in ("json", "text") and values.get("files"):
        message = f"Files are sent as a form, not beside `{name}`."
        fields.bad("case.conflicting-fields", "files", message, "Use `form`.")
    if name == "text" and type(value) is not str:
        fields.bad_type("text", "a text")
    if name == "form" and not isinstance(value, dict) and not is_template(value):
        fields.bad_type("form", "a mapping")
    if name == "data" and not value and method in ("GET", "HEAD"):
        return None  # older files write `data: {}` where there is none
    return Body(BodyKind(name), value)
