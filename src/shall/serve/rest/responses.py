"""Answers of the REST routes, and errors as problems."""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from shall.actions.calls import message_of
from shall.errors import ShallError
from shall.redaction.shapes import mask_path
from shall.serve.problem import problem

FORBIDDEN = "MCP_FORBIDDEN"

_RETRY_AFTER_S = 5

_CODES = {404: "MCP_NOT_FOUND", 405: "MCP_METHOD_NOT_ALLOWED"}


def json_answer(data: Any, status: int = 200) -> Response:
    """Answer JSON."""
    return Response(json_bytes(data), status_code=status, media_type="application/json")


def json_bytes(data: Any) -> bytes:
    """Write JSON. A lone surrogate, which UTF-8 cannot say, becomes its escape."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def error_problem(scope: Scope, error: ShallError) -> Response:
    """Answer an error of ours."""
    return coded_problem(
        scope, error.code, message_of(error), retryable=error.retryable, details=error.details
    )


def coded_problem(
    scope: Scope, code: str, detail: str, *, retryable: bool, details: Mapping[str, Any] | None
) -> Response:
    """Answer an error that is known by its code."""
    status = _STATUSES.get(code, 500)
    headers = {"Retry-After": str(_RETRY_AFTER_S)} if retryable and status in {429, 503} else {}
    if code == FORBIDDEN and details and "scope" in details:
        headers["WWW-Authenticate"] = _challenge(details["scope"])
    members = {"details": dict(details)} if details else {}
    return problem(scope, status, code, detail, headers=headers, retryable=retryable, **members)


def tool_problem(scope: Scope, answer: Mapping[str, Any]) -> Response:
    """Answer the error that a tool's envelope holds."""
    return coded_problem(
        scope,
        answer.get("error_code") or "MCP_INTERNAL_ERROR",
        answer.get("error_message") or "",
        retryable=bool(answer.get("retryable")),
        details=answer.get("error_details"),
    )


def forbidden(scope: Scope, needed: str) -> Response:
    """Answer a caller who lacks a scope (RFC 6750, section 3.1)."""
    return problem(
        scope,
        403,
        FORBIDDEN,
        f"This needs a token with the scope {needed}.",
        headers={"WWW-Authenticate": _challenge(needed)},
    )


def _challenge(needed: str) -> str:
    return f'Bearer realm="shall", error="insufficient_scope", scope="{needed}"'


ProblemHandler = Callable[[Request, Exception], Awaitable[Response]]


def problem_handlers() -> dict[Any, ProblemHandler]:
    """Return the exception handlers of an application whose every error is a problem document."""
    return {HTTPException: _of_http, ShallError: _of_ours, Exception: _of_a_fault}


async def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for that
    status = error.status_code
    path = mask_path(request.url.path)
    detail = f"{request.method} {path}: {error.detail}."
    if status == 404:
        detail = f"Nothing is served at {path}; GET /openapi.json lists the routes."
    code = _CODES.get(status, "MCP_VALIDATION_ERROR")
    return problem(request.scope, status, code, detail, headers=error.headers)


async def _of_ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, ShallError)  # noqa: S101 - it is registered for that
    return error_problem(request.scope, error)


async def _of_a_fault(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the log has it
    detail = "Internal error. The log has the traceback."
    return problem(request.scope, 500, "MCP_INTERNAL_ERROR", detail)


def _all_below(kind: type[ShallError]) -> Iterator[type[ShallError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _all_below(below)


_STATUSES = {FORBIDDEN: 403, **{kind.code: kind.http_status for kind in _all_below(ShallError)}}
