"""What callers read when something below the routes fails."""

from collections.abc import Callable
from typing import Any, NoReturn

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shall.errors import FolderNotFound, ShuttingDown
from shall.serve.rest import tools
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
    shown = {path: (it.status_code, it.json()["code"]) for path, it in answers.items()}
    assert shown == {
        "/broken": (500, "MCP_INTERNAL_ERROR"),
        "/missing": (404, "MCP_DIRECTORY_NOT_FOUND"),
        "/none": (404, "MCP_NOT_FOUND"),
    }
    assert "secret" not in answers["/broken"].text
    assert "Make it." in answers["/missing"].json()["detail"]
    assert wrong.status_code == 405
    assert set(wrong.headers["Allow"].split(", ")) == {"GET", "HEAD"}


def refuse() -> NoReturn:
    raise ShuttingDown("The server is shutting down.")


def test_a_server_that_leaves_carries_out_no_tool_and_no_prompt(start: Start) -> None:
    running = start(count=refuse)
    for method, path in (
        ("POST", "/tools/health_check"),
        ("GET", "/tools"),
        ("GET", "/prompts"),
        ("GET", "/prompts/generate-code-from-design"),
    ):
        answer = running.http.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (503, "MCP_DRAINING")
        assert "Retry-After" in answer.headers


def test_a_fault_of_a_prompt_is_answered_without_its_text(
    running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> NoReturn:
        raise ValueError("a secret of ours")

    monkeypatch.setattr(tools, "prompt_text", fail)
    answer = running.http.get("/prompts/generate-code-from-design", headers={"Connection": "close"})
    assert (answer.status_code, answer.json()["code"]) == (500, "MCP_INTERNAL_ERROR")
    assert "secret" not in answer.text


def test_the_tools_that_are_listed_are_those_that_the_caller_may_call(running: Any) -> None:
    def listed(scopes: str) -> set[str]:
        answer = running.http.get("/tools", headers={"X-As": f"alice {scopes}"})
        return {tool["name"] for tool in answer.json()["tools"]}

    assert "run_tests" not in listed("read")
    assert "run_tests" in listed("read run")
    assert "write_testcase" in listed("read write") - listed("read run")


def test_any_text_can_be_answered() -> None:
    assert json_answer({"a": "商\ud800"}).body == '{"a":"商\\ud800"}'.encode()
