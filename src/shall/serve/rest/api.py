"""``/api``: runs, cases, criteria and statistics, as the tools of the same purpose tell them."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from shall.serve.rest import schemas
from shall.serve.rest.answers import json_answer
from shall.serve.rest.offering import call_tool, tool_problem
from shall.serve.rest.operation import Call, Operation, Schema
from shall.specs.matrix import Status

_WORKSPACE: Mapping[str, Schema] = {"workspace": schemas.TEXT}
_PAGE: Schema = {"type": "integer", "minimum": 1, "maximum": 1000}
_OFFSET: Schema = {"type": "integer", "minimum": 0, "maximum": 1_000_000}
_WINDOW: Schema = {"type": "integer", "minimum": 0, "maximum": 5_000_000}
_STATUS: Schema = {"type": "string", "enum": [status.value for status in Status]}
_FAILURES = (404, 422, 502, 504)


async def _runs(call: Call) -> Response:
    return await _answer(call, "get_test_results", call.query)


async def _one_run(call: Call) -> Response:
    run_id = call.request.path_params["id"]
    return await _answer(call, "get_test_results", {**call.query, "run_id": run_id})


async def _run(call: Call) -> Response:
    return await _answer(call, "run_tests", {**call.query, **call.body})


async def _cases(call: Call) -> Response:
    return await _answer(call, "list_testcases", call.query)


async def _trace(call: Call) -> Response:
    return await _answer(call, "trace_requirements", call.query)


async def _statistics(call: Call) -> Response:
    return await _answer(call, "get_mcp_metrics", call.query)


async def _answer(call: Call, tool: str, arguments: Mapping[str, Any]) -> Response:
    result = await call_tool(call, tool, arguments)
    answer = result["structuredContent"]
    return tool_problem(call, answer) if result.get("isError") else json_answer(answer)


_RESULTS = schemas.enveloped({"results": schemas.listed(schemas.FREE)})

OPERATIONS = (
    Operation(
        "GET",
        "/api/runs",
        "List past runs, the newest first",
        _runs,
        _RESULTS,
        query={"limit": _PAGE, **_WORKSPACE},
        statuses=_FAILURES,
    ),
    Operation(
        "POST",
        "/api/runs",
        "Run test cases",
        _run,
        schemas.enveloped(
            {"run_id": schemas.TEXT, "total": schemas.COUNT, "has_failures": schemas.FLAG}
        ),
        scope="run",
        query=_WORKSPACE,
        body={
            "yaml_path": schemas.TEXT,
            "root_path": schemas.TEXT,
            "tags": schemas.listed(schemas.TEXT),
            "host": schemas.TEXT,
            "variables": schemas.FREE,
        },
        statuses=_FAILURES,
    ),
    Operation(
        "GET",
        "/api/runs/{id}",
        "Give a run with its cases, or one case of it with every step and check",
        _one_run,
        _RESULTS,
        query={"case": schemas.TEXT, **_WORKSPACE},
        statuses=_FAILURES,
    ),
    Operation(
        "GET",
        "/api/cases",
        "List test case files",
        _cases,
        schemas.enveloped({"testcases": schemas.listed(schemas.TEXT), "total": schemas.COUNT}),
        query={"root_path": schemas.TEXT, "limit": _PAGE, "offset": _OFFSET, **_WORKSPACE},
        statuses=_FAILURES,
    ),
    Operation(
        "GET",
        "/api/trace",
        "Tell which acceptance criterion is proved, and by what",
        _trace,
        schemas.enveloped({"counts": schemas.FREE, "criteria": schemas.listed(schemas.FREE)}),
        query={"feature": schemas.TEXT, "status": _STATUS, "limit": _PAGE, **_WORKSPACE},
        statuses=_FAILURES,
    ),
    Operation(
        "GET",
        "/api/metrics",
        "Count tool calls: success rate, latency, errors by code",
        _statistics,
        schemas.enveloped({"total": schemas.COUNT, "error_codes": schemas.FREE}),
        query={"limit": _PAGE, "since_minutes": _WINDOW},
        statuses=_FAILURES,
    ),
)
