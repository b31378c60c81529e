"""What callers read when something below the routes fails."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from mcp.shared.exceptions import MCPError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shall.errors import FolderNotFound
from shall.serve.rest.responses import json_answer, problem_handlers

Start = Callable[..., Any]
Serving = Callable[..., Any]


async def broken(_: Request) -> Response:
    raise ValueError("a secret of ours")


async def missing(_: Request) -> Response:
    raise FolderNotFound("There is no such folder.", hint="Make it.")


@pytest.mark.verifies("rest#1.9")
def test_whatever_is_raised_is_answered_as_a_problem(serving: Serving) -> None:
    app = Starlette(
        routes=[Route("/broken", broken), Route("/missing", missing)],
        exception_handlers=problem_handlers(),
    )
    own = {"Connection": "close"}  # after a fault the server closes the connection
    with serving(app) as url, httpx2.Client(base_url=url, headers=own) as http:
        answers = {path: http.get(path) for path in ("/broken", "/missing", "/none")}
        wrong = http.post("/broken")
    told = {path: (it.status_code, it.json()["code"]) for path, it in answers.items()}
    assert told == {
        "/broken": (500, "MCP_INTERNAL_ERROR"),
        "/missing": (404, "MCP_DIRECTORY_NOT_FOUND"),
        "/none": (404, "MCP_NOT_FOUND"),
    }
    assert "secret" not in answers["/broken"].text
    assert "Make it." in answers["/missing"].json()["detail"]
    assert wrong.status_code == 405
    assert set(wrong.headers["Allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.verifies("rest#3.4")
@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (MCPError(-32000, "The server is shutting down."), 503, "MCP_DRAINING"),
        (MCPError(-32602, "no", {"code": "MCP_FORBIDDEN"}), 403, "MCP_FORBIDDEN"),
        (MCPError(-32602, "no"), 400, "MCP_VALUE_ERROR"),
        (ValueError("a secret of ours"), 500, "MCP_INTERNAL_ERROR"),
    ],
)
def test_what_stands_before_the_tools_stands_before_the_routes_too(
    start: Start, error: Exception, status: int, code: str
) -> None:
    asked: list[str] = []

    async def refuse(ctx: Any, _: Callable[[Any], Awaitable[Any]]) -> Any:
        asked.append(ctx.method)
        raise error

    running = start()
    running.server._lowlevel_server.middleware.append(refuse)
    for method, path in (
        ("POST", "/tools/health_check"),
        ("GET", "/tools"),
        ("GET", "/prompts"),
        ("GET", "/prompts/generate-code-from-design"),
    ):
        answer = running.http.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert "secret" not in answer.text
        assert ("Retry-After" in answer.headers) is (status == 503)
    assert asked == ["tools/call", "tools/list", "prompts/list", "prompts/get"]


def test_the_caller_reaches_what_stands_before_the_tools(start: Start) -> None:
    seen: list[Any] = []

    async def look(ctx: Any, call_next: Callable[[Any], Awaitable[Any]]) -> Any:
        seen.append(ctx.request.scope["shall.principal"].name)
        return await call_next(ctx)

    running = start()
    running.server._lowlevel_server.middleware.append(look)
    running.http.get("/tools", headers={"X-As": "alice read"})
    assert seen == ["alice"]


def test_any_text_can_be_answered() -> None:
    assert json_answer({"a": "商\ud800"}).body == '{"a":"商\\ud800"}'.encode()
