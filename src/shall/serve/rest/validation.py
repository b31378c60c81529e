"""Requests compared with the schemas of their operation: the few forms that ours use."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from starlette.requests import Request

from shall.cases.nearest import nearest
from shall.errors import BadRequest
from shall.serve.rest.operation import Schema

_WHOLE = re.compile(r"-?[0-9]{1,15}")
_TYPES: Mapping[str, type[Any]] = {"string": str, "object": dict, "array": list}
_NAMES = {"string": "a text", "object": "an object", "array": "a list"}


def checked_query(request: Request, schemas: Mapping[str, Schema] | None) -> dict[str, Any]:
    """Return the query's values; where an operation takes none, whatever is there is let be.

    Raises:
        BadRequest: One is unknown, given twice or of the wrong form.
    """
    if schemas is None:
        return {}
    given = request.query_params.multi_items()
    _check_names("query parameter", [name for name, _ in given], schemas)
    if len({name for name, _ in given}) < len(given):
        raise BadRequest("A query parameter is given twice.")
    return {name: _of_text(name, text, schemas[name]) for name, text in given}


async def checked_body(request: Request, schemas: Mapping[str, Schema] | None) -> dict[str, Any]:
    """Return the body's values; no body is an empty object.

    Raises:
        BadRequest: It is not a JSON object, or a value is unknown or of the wrong form.
    """
    if schemas is None:
        return {}
    text = await request.body()
    if not text.strip():
        return {}
    try:
        body = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The body is not JSON: {error}.") from None
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object.")
    _check_names("field", body, schemas)
    for name, value in body.items():
        _check(name, value, schemas[name])
    return body


def _check_names(what: str, names: Iterable[str], known: Iterable[str]) -> None:
    for name in names:
        if name in known:
            continue
        near = nearest(name, known)
        hint = f"Did you mean {near}?" if near else f"Available: {', '.join(known) or 'none'}."
        raise BadRequest(f"There is no {what} {name[:100]}.", hint=hint)


def _of_text(name: str, text: str, schema: Schema) -> Any:
    if text not in schema.get("enum", (text,)):
        raise BadRequest(f"{name} must be one of {', '.join(schema['enum'])}.")
    if schema["type"] != "integer":
        return text
    if not _WHOLE.fullmatch(text):
        raise BadRequest(f"{name} must be a whole number.")
    least, most = schema["minimum"], schema["maximum"]
    if not least <= int(text) <= most:
        raise BadRequest(f"{name} must be from {least} to {most}.")
    return int(text)


def _check(name: str, value: Any, schema: Schema) -> None:
    kind = schema["type"]
    if not isinstance(value, _TYPES[kind]):
        raise BadRequest(f"{name} must be {_NAMES[kind]}.")
    if isinstance(value, list):
        for item in value:
            _check(f"each of {name}", item, schema["items"])
    if isinstance(value, dict) and "additionalProperties" in schema:
        for key, item in value.items():
            _check(f"{name}.{key[:100]}", item, schema["additionalProperties"])


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
