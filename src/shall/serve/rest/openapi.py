"""The OpenAPI document of the REST routes (OpenAPI Specification 3.1.1), made from their table."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from shall import __version__
from shall.serve.rest import schemas
from shall.serve.rest.operation import Operation
from shall.serve.rest.versions import HEADER
from shall.serve.tool_access import asks_who
from shall.settings import Settings

_PATH_NAME = re.compile(r"\{(\w+)\}")
_SEGMENT: schemas.Schema = {"type": "string", "minLength": 1}
_EVERYWHERE = (400, 429, 503)
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def openapi(operations: Sequence[Operation], settings: Settings) -> dict[str, Any]:
    """Return the document, of a server without a prefix."""
    guarded = asks_who(settings)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(
            operation, guarded=guarded and not operation.is_public
        )
    components: dict[str, Any] = {"schemas": {"Problem": schemas.PROBLEM}}
    if guarded:
        components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    return {
        "openapi": "3.1.1",
        "info": {
            "title": settings.server_name,
            "version": __version__,
            "description": "MCP itself is served at another path; "
            "these routes are for callers that speak plain HTTP.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": components,
    }


def _described(operation: Operation, *, guarded: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": _id_of(operation),
        "summary": operation.summary,
        "parameters": _parameters(operation),
        "responses": _responses(operation, guarded=guarded),
    }
    if operation.body is not None:
        schema = {
            "type": "object",
            "properties": dict(operation.body),
            "additionalProperties": False,
        }
        found["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    if guarded:
        found["security"] = [{"bearer": []}]
    if operation.scope is not None:
        found["x-scope"] = operation.scope
    return found


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    headers = {HEADER: schemas.VERSION} if operation.is_versioned else {}
    places = {
        "path": dict.fromkeys(_PATH_NAME.findall(operation.path), _SEGMENT),
        "query": operation.query or {},
        "header": {**headers, **(operation.headers or {})},
    }
    return [
        {"name": name, "in": place, "required": place == "path", "schema": schema}
        for place, named in places.items()
        for name, schema in named.items()
    ]


def _responses(operation: Operation, *, guarded: bool) -> dict[str, Any]:
    statuses = {*_EVERYWHERE, *operation.statuses} if operation.is_versioned else {429, 503}
    if guarded:
        statuses |= {401}
    if guarded and operation.scope is not None:
        statuses |= {403}
    success: dict[str, Any] = {"description": HTTPStatus(operation.success).phrase}
    if operation.answer:
        texts = {media_type: {"schema": schemas.TEXT} for media_type in operation.texts}
        success["content"] = {operation.media_type: {"schema": operation.answer}, **texts}
    answers = {str(operation.success): success}
    for status in sorted(statuses):
        answers[str(status)] = {"description": HTTPStatus(status).phrase, "content": _PROBLEM}
    if operation.path == "/ready":  # the same document, whatever it says
        answers["503"] = {"description": "Not ready", "content": success["content"]}
    return answers


def _id_of(operation: Operation) -> str:
    words = re.findall(r"\w+", operation.path)
    return "_".join([operation.method.lower(), *(word.lower() for word in words)])
