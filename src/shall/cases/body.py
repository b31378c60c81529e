"""Reads the body of a request."""

import base64
import binascii
from typing import Any, get_args

from shall.cases.expression import parse_template
from shall.cases.fields import Fields
from shall.cases.forms import WEBSOCKET, is_template
from shall.cases.graphql import read_graphql
from shall.cases.model import Body, BodyKind
from shall.errors import BadExpression

_BODIES: tuple[BodyKind, ...] = get_args(BodyKind)


def read_body(fields: Fields, method: str) -> Body | None:
    """Read the body of a step; None where it has none."""
    values = fields.values
    given = [name for name in _BODIES if values.get(name) is not None]
    if values.keys() & {"json"} and not given:
        return Body("json", None)  # `json: null` is a body, the four letters
    if not given:
        return None
    name = given[0]
    if method == WEBSOCKET:
        hint = "Write what is sent as an item of `messages`."
        fields.bad("case.conflicting-fields", name, "A WebSocket has no body.", hint)
        return None
    if len(given) > 1:
        others = " and ".join(f"`{each}`" for each in given)
        message = f"A request has one body, not {others}."
        fields.bad("case.conflicting-fields", given[1], message, "Keep one of them.")
    if name not in ("form", "data") and values.get("files"):
        message = f"Files are sent as a form, not beside `{name}`."
        hint = "Use `form`, or write a part `{json: ...}` or `{text: ...}` below `files`."
        fields.bad("case.conflicting-fields", "files", message, hint)
    return _checked(fields, name, method)


def _checked(fields: Fields, name: BodyKind, method: str) -> Body | None:
    """Return a body of a kind whose value is of the right type."""
    value = fields.values[name]
    if name in ("text", "xml") and type(value) is not str:
        fields.bad_type(name, "a text")
    elif name == "xml":
        _check_xml(fields, value)
    if name == "body":
        return Body("body", _read_bytes(fields))
    if name == "form" and not isinstance(value, dict) and not is_template(value):
        fields.bad_type("form", "a mapping")
    if name == "data" and not value and method in ("GET", "HEAD"):
        return None  # older files write `data: {}` where there is none
    if name == "graphql":
        value = read_graphql(fields, method)
    return Body(name, value)


def _check_xml(fields: Fields, text: str) -> None:
    """Report XML that is not well-formed, whatever its expressions become: they are escaped."""
    problem = xml_problem(text)
    if problem:
        message = f"`xml` is not well-formed: {problem}."
        hint = "To send it nonetheless, write `text` and a header Content-Type."
        fields.bad("case.bad-value", "xml", message, hint)


def xml_problem(text: str) -> str:
    """Return why a text with expressions is not well-formed XML; empty where it is."""
    try:
        template = parse_template(text)
    except BadExpression:
        return ""  # reported with the other expressions
    if template.is_lone:
        return ""
    from lxml import etree  # few bodies are XML

    filled = "".join(part if type(part) is str else "x" for part in template.parts)
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        etree.fromstring(filled.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        return str(error.msg)
    return ""


def _read_bytes(fields: Fields) -> dict[str, Any]:
    """Read ``body``: the bytes of a file, or written in Base64."""
    value = fields.values["body"]
    hint = "Write `body: {file: PATH}`, or a body in the case as `json`, `form`, `text` or `xml`."
    if not isinstance(value, dict):
        fields.bad_type("body", "a mapping", hint)
        return {}
    given = [name for name in BYTES if value.get(name) is not None]
    if len(given) != 1 or value.keys() - {*BYTES}:
        fields.bad("case.bad-value", "body", "`body` must have one of `file` and `base64`.", hint)
        return {}
    read = Fields(value, fields.at("body"), fields.findings, frozenset(BYTES), {})
    text = read.required_text(given[0])
    if given[0] == "base64" and text and not is_template(text):
        try:
            base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            read.bad("case.bad-value", "base64", "`base64` is not Base64.")
    return value


BYTES = ("file", "base64")
"""What `body` takes the bytes from."""


def bytes_schema() -> dict[str, Any]:
    """Return the JSON Schema of `body`."""
    text = {"type": "string"}
    return {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
        "description": "bytes: a file of the workspace, or Base64",
        "properties": dict.fromkeys(BYTES, text),
    }
