"""Errors of HTTP as ``application/problem+json`` (RFC 9457), with our code and the request's id."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.responses import Response
from starlette.types import Scope

from shall.actions.principal import ANYONE, PRINCIPAL, Principal

REQUEST_ID = "shall.request_id"
"""The key of the ASGI scope that holds the request's id: set by the outermost gate."""


def principal_of(scope: Scope) -> Principal:
    """Return the caller of a request."""
    found: Principal = scope.get(PRINCIPAL, ANYONE)
    return found


def problem(
    scope: Scope,
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **members: Any,
) -> Response:
    """Make the answer for what cannot be done; ``members`` are added to the document."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": scope.get(REQUEST_ID),
        **members,
    }
    return Response(
        # A lone surrogate of a caller's JSON, which UTF-8 cannot say, becomes its escape again.
        json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace"),
        status_code=status,
        headers=headers,
        media_type="application/problem+json",
    )
