"""Steps whose response is compared with an OpenAPI document."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from shall.openapi import conformance
from shall.results.records import CaseResult, Outcome

pytestmark = pytest.mark.anyio

RunOne = Callable[..., Awaitable[CaseResult]]

JSON = {"application/json": {"schema": {"type": "object", "required": ["code"]}}}
PATHS = {
    "/status/{code}": {"get": {"responses": {"200": {"content": JSON}, "404": {}}}},
    "/body/list": {"get": {"responses": {"200": {"content": JSON}}}},
    "/redirect": {"get": {"responses": {"302": {}}}, "post": {"responses": {"303": {}}}},
}


@pytest.fixture
def document(tmp_path: Path) -> Path:
    file = tmp_path / "specs/api.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"openapi": "3.1.0", "paths": PATHS}))
    return file


def step(path: str, method: str = "GET", **expect: Any) -> dict[str, Any]:
    return {method: path, "expect": {"openapi": "specs/api.json", **expect}}


@pytest.mark.verifies("contract#2.1")
@pytest.mark.usefixtures("document")
async def test_a_response_that_is_declared_passes_and_another_fails(
    run_one: RunOne, service: Any
) -> None:
    ended = await run_one(
        [
            step("/status/200"),
            step("/status/404", status=404),
            step("/redirect?code=303&to=/status/200", "POST"),
        ],
        host=service.url,
    )
    assert [it.outcome for it in ended.steps] == [Outcome.PASSED] * 3
    assert ended.checks_executed == 4
    failed = await run_one([step("/body/list")], host=service.url)
    check = failed.steps[0].checks[-1]
    assert (check.kind, check.path, check.outcome) == (
        "openapi",
        "steps[0].expect.openapi",
        Outcome.FAILED,
    )
    assert check.message is not None
    assert check.message.code == "check.openapi_body"


@pytest.mark.verifies("contract#2.1")
@pytest.mark.usefixtures("document")
async def test_an_error_status_that_is_declared_needs_a_check_of_its_own(
    run_one: RunOne, service: Any
) -> None:
    ended = await run_one([step("/status/404")], host=service.url)
    assert ended.outcome is Outcome.FAILED


@pytest.mark.verifies("contract#2.9")
@pytest.mark.usefixtures("document")
async def test_a_document_is_read_once_in_a_run(
    run_one: RunOne, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []

    class Counted(conformance.Contract):
        def __init__(self, document: Any) -> None:
            made.append(document)
            super().__init__(document)

    monkeypatch.setattr("shall.engine.contract.Contract", Counted)
    ended = await run_one([step("/status/200")] * 3, host=service.url)
    assert ended.outcome is Outcome.PASSED
    assert len(made) == 1


@pytest.mark.verifies("contract#2.7")
@pytest.mark.parametrize("text", ["{", '{"swagger": "2.0"}'])
async def test_a_document_that_cannot_be_read_is_an_error(
    run_one: RunOne, service: Any, tmp_path: Path, text: str
) -> None:
    (tmp_path / "other.json").write_text(text)
    ended = await run_one(
        [{"GET": "/status/200", "expect": {"openapi": "other.json"}}], host=service.url
    )
    assert ended.outcome is Outcome.ERROR


@pytest.mark.verifies("api-coverage#1.1")
@pytest.mark.usefixtures("document")
async def test_the_first_document_of_the_project_that_declares_the_operation_judges(
    run_one: RunOne, service: Any, tmp_path: Path
) -> None:
    loose: Any = {"/status/{code}": {"get": {"responses": {"default": {}}}}}
    (tmp_path / "loose.json").write_text(json.dumps({"openapi": "3.1.0", "paths": loose}))

    async def judge(path: str, *documents: str) -> Any:
        calls = [{"GET": path, "expect": {"status": 403, "openapi": True}}]
        return (await run_one(calls, host=service.url, openapi=documents)).steps[0].checks[-1]

    strict = await judge("/status/403", "specs/api.json", "loose.json")
    assert strict.message.code == "check.openapi_status"
    passed = await judge("/status/403", "loose.json", "specs/api.json")
    assert passed.outcome is Outcome.PASSED
    second = await judge("/body/list", "loose.json", "specs/api.json")
    assert second.message.code == "check.openapi_body"
    undeclared = await judge("/headers", "specs/api.json", "loose.json")
    assert undeclared.expected == "specs/api.json, loose.json"
    assert undeclared.message.code.startswith("check.openapi_operation")
    assert undeclared.message.params["document"] == "specs/api.json"


@pytest.mark.verifies("api-coverage#1.2")
async def test_a_project_without_documents_has_nothing_to_compare_with(
    run_one: RunOne, service: Any
) -> None:
    ended = await run_one([{"GET": "/echo", "expect": {"openapi": True}}], host=service.url)
    assert ended.outcome is Outcome.ERROR
