"""What surrounds every call, whichever surface it came through: scope check, log, figures."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Generic, TypeVar

from msgspec import Struct

from shall.actions.request_ids import CURRENT, new_request_id
from shall.actions.session import Session
from shall.diagnostics.terminal import concise
from shall.errors import ShallError
from shall.log import Log
from shall.store.base import CallRecord
from shall.workspace.workspace import Workspace

_log = Log(__name__)

_DEFAULT_ERROR_LENGTH = 500

# The codes that the earlier server gave for a fault of its own, tool by tool.
_FAULT_CODES = {
    "health_check": "MCP_HEALTH_ERROR",
    "get_mcp_metrics": "MCP_METRICS_ERROR",
    "list_testcases": "MCP_LIST_TESTCASES_ERROR",
    "get_testcase": "MCP_GET_TESTCASE_ERROR",
    "write_testcase": "MCP_WRITE_TESTCASE_ERROR",
    "delete_testcase": "MCP_DELETE_TESTCASE_ERROR",
    "write_unittest": "MCP_WRITE_UNITTEST_ERROR",
    "run_tests": "MCP_RUN_TESTS_ERROR",
    "get_test_results": "MCP_GET_RESULTS_ERROR",
}

Value = TypeVar("Value")


class Operation(Struct, frozen=True):
    """What is called: its name in the call log, and the scope that calling it needs."""

    name: str
    scope: str


class Failure(Struct, frozen=True):
    """Why a call failed. ``error`` None: a fault of our own, which the log describes.

    ``max_length``: characters that the workspace lets a message have.
    """

    code: str
    message: str
    error: ShallError | None
    max_length: int


class Outcome(Struct, Generic[Value], frozen=True):
    """How a call ended: with the value of its work, or with a ``failure``."""

    request_id: str
    value: Value | None
    failure: Failure | None = None


async def perform(
    session: Session,
    operation: Operation,
    work: Callable[[str], Awaitable[Value]],
    passing: tuple[type[Exception], ...] = (),
) -> Outcome[Value]:
    """Do the ``work`` of an operation, given the request id, for a caller who may, and log it.

    Only cancelling and the exceptions of ``passing`` are raised; such a call is not logged. What
    the work makes of its result belongs into it: what cannot be answered is a failed call.
    """
    with session.workspaces.in_use():
        request_id = CURRENT.get().request_id or new_request_id()
        started = time.perf_counter()
        workspace = session.default_workspace()
        if workspace is not None and session.may_make_state():
            workspace.make_state()
        try:
            session.access.check(operation.name, operation.scope, session.caller)
            outcome = Outcome(request_id, await work(request_id))
        except passing:
            raise
        except Exception as error:  # noqa: BLE001 - the last place before the surface
            failure = _failure_of(error, operation, request_id, workspace)
            outcome = Outcome(request_id, None, failure)
        call = _record(operation, outcome, time.perf_counter() - started)
        session.workspaces.observe_call(call)
        if workspace is not None:
            keep_call(workspace, call)
        return outcome


def message_of(error: ShallError) -> str:
    """Return the message of an error; of diagnostics one line each, with place and code."""
    return concise(error.diagnostics) if error.diagnostics else str(error)


def _failure_of(
    error: Exception, operation: Operation, request_id: str, workspace: Workspace | None
) -> Failure:
    length = workspace.defaults.max_error_length if workspace else _DEFAULT_ERROR_LENGTH
    if isinstance(error, ShallError):
        return Failure(error.code, message_of(error), error, length)
    _log.error("the tool %s failed (request %s)", operation.name, request_id, exc_info=error)
    code = _FAULT_CODES.get(operation.name, "MCP_INTERNAL_ERROR")
    message = f"Internal error. The log has the traceback under {request_id}."
    return Failure(code, message, None, length)


def _record(operation: Operation, outcome: Outcome[Value], duration_s: float) -> CallRecord:
    failure = outcome.failure
    return CallRecord(
        at=datetime.now(UTC),
        tool=operation.name,
        request_id=outcome.request_id,
        status="error" if failure else "ok",
        latency_ms=duration_s * 1000,
        error_code=failure.code if failure else None,
    )


def keep_call(workspace: Workspace, call: CallRecord) -> None:
    """Store a call in the call log and in the store, before it is answered. Raises nothing.

    Nothing is made for it: where there is no state, only a log outside of it is written.

    The line is in the file when this returns, where there is a call log; the store counts the call
    within 100 ms. It costs some 20 us and may be called in an event loop.
    """
    logs = not workspace.logs_in_state or workspace.has_state()
    if workspace.call_log is not None and logs:
        workspace.call_log.write(call)
    if workspace.store is not None:
        workspace.store.save_call(call)
