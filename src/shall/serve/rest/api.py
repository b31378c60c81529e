"""``/api``: runs, cases, criteria and statistics, answered as by the tools of the same purpose."""

from collections.abc import Mapping

from starlette.responses import Response

from shall.actions.run_request import ARGUMENTS
from shall.mcp.case_tools import list_testcases
from shall.mcp.run_tools import get_test_results, run_tests
from shall.mcp.spec_tools import trace_requirements
from shall.mcp.status_tools import get_mcp_metrics
from shall.serve.rest import schemas
from shall.serve.rest.operation import Call, Operation, Schema
from shall.serve.rest.perform import performed
from shall.specs.status import Status

_WORKSPACE: Mapping[str, Schema] = {"workspace": schemas.TEXT}
_PAGE: Schema = {"type": "integer", "minimum": 1, "maximum": 1000}
_OFFSET: Schema = {"type": "integer", "minimum": 0, "maximum": 1_000_000}
_WINDOW: Schema = {"type": "integer", "minimum": 0, "maximum": 5_000_000}
_STATUS: Schema = {"type": "string", "enum": [status.value for status in Status]}
_FAILURES = (404, 422, 502, 504)


async def _runs(call: Call) -> Response:
    return await performed(call, get_test_results, call.query)


async def _one_run(call: Call) -> Response:
    run_id = call.request.path_params["id"]
    return await performed(call, get_test_results, {**call.query, "run_id": run_id})


async def _run(call: Call) -> Response:
    return await performed(call, run_tests, {**call.query, **call.body})


async def _cases(call: Call) -> Response:
    return await performed(call, list_testcases, call.query)


async def _trace(call: Call) -> Response:
    return await performed(call, trace_requirements, call.query)


async def _statistics(call: Call) -> Response:
    return await performed(call, get_mcp_metrics, call.query)


_RESULTS = schemas.enveloped({"results": schemas.listed(schemas.FREE)})

OPERATIONS = (
    Operation(
        "GET",
        "/api/runs",
        "List past runs, newest first",
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
            **{name: schemas.of_argument(it) for name, it in ARGUMENTS.items()},
        },
        statuses=_FAILURES,
    ),
    Operation(
        "GET",
        "/api/runs/{id}",
        "Get a run with its cases, or one case of it with every step and check",
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
        "Show which acceptance criteria are proved, and by what",
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
