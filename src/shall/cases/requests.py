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
        fields.bad("allow_status", f"must be statuses from 100 to 599, not {wrong[0]!r}")
        return ()
    return tuple(statuses)


def check_address(fields: Fields, name: str, value: str) -> None:
    """Note an address that can never be sent to."""
    scheme = _SCHEME.match(value)
    if scheme and scheme[1].lower() not in ("http", "https"):
        fields.bad(name, f"cannot send to {scheme[1]}://", "Only http and https are sent.")
    if _CONTROL.search(value):
        fields.bad(name, "holds a line break or another control character")


def _read_url(fields: Fields) -> str:
    values = fields.values
    name = "url" if values.get("url") is not None else "path"
    if name == "url" and values.get("path") is not None:
        fields.bad("url", "`path` is given too", "Remove one of the two.")
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
        fields.bad("method", f"unknown method '{written}'", hint)
        return "GET"
    return method


def _read_flat(fields: Fields, name: str, wanted: str) -> dict[str, Any]:
    values = fields.mapping(name)
    for key, value in values.items():
        keys = (*fields.at(name), key)
        listed = isinstance(value, list) and name == "params"
        if isinstance(value, dict) or (isinstance(value, list) and not listed):
            fields.findings.add(keys, f"must be {wanted}, not {kind_of(value)}")
        elif name == "headers" and value is None:
            fields.findings.add(keys, f"the header `{key}` has no value", "Remove it or fill it.")
        elif name == "headers" and (_CONTROL.search(key) or _CONTROL.search(str(value))):
            fields.findings.add(keys, "a header holds a line break or another control character")
    return values


def _read_files(fields: Fields) -> dict[str, Any]:
    values = fields.mapping("files")
    for key, value in values.items():
        if type(value) is not str or not value:
            fields.findings.add((*fields.at("files"), key), "must be the path of a file")
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
        fields.bad(given[1], f"a request has one body, not {others}", "Keep one of them.")
    if name in ("json", "text") and values.get("files"):
        fields.bad("files", f"files are sent as a form, not beside `{name}`", "Use `form`.")
    if name == "text" and type(value) is not str:
        fields.bad("text", f"must be a text, not {kind_of(value)}")
    if name == "form" and not isinstance(value, dict) and not is_template(value):
        fields.bad("form", f"must be a mapping, not {kind_of(value)}")
    if name == "data" and not value and method in ("GET", "HEAD"):
        return None  # older files write `data: {}` where there is none
    return Body(BodyKind(name), value)
