"""A tool whose every answer is an envelope, and whose every call is kept."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, ToolAnnotations
from pydantic import ValidationError

from shall.actions.calls import keep_call
from shall.actions.request_ids import CURRENT, new_request_id
from shall.errors import ShallError
from shall.mcp.caller import caller_of
from shall.mcp.exposure import Exposure
from shall.mcp.reply import (
    as_result,
    bad_arguments,
    check_names,
    failure,
    is_brief,
    success,
    without_empty,
)
from shall.mcp.spaces import default_workspace, workers_of, workspaces_of
from shall.store.base import CallRecord

_log = logging.getLogger(__name__)

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


class EnvelopeTool(Tool):
    """Runs a tool function and wraps what it returns or raises.

    ``exposure`` is what the operator offers: a call beyond it is refused. ``max_bytes`` bounds
    the answer.
    """

    exposure: Exposure = Exposure()
    max_bytes: int | None = None

    async def run(
        self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False
    ) -> CallToolResult:
        """Answer one call. Only cancelling and protocol errors pass through."""
        del convert_result  # the envelope is the result
        with workspaces_of(context).in_use():
            return await self._answered(arguments, context)

    async def _answered(
        self, arguments: dict[str, Any], context: Context[Any, Any]
    ) -> CallToolResult:
        request_id = CURRENT.get().request_id or new_request_id()
        started = time.perf_counter()
        workspace = await default_workspace(context)
        mask = workspaces_of(context).redactor.texts
        if workspace is not None and self._may_store(context):
            workspace.make_state()
        length = workspace.defaults.max_error_length if workspace else _DEFAULT_ERROR_LENGTH
        try:
            found = await self._answer(arguments, context)
            work = partial(self._masked, request_id, found, mask)
            # What JSON cannot express raises here.
            answer, result = work() if is_brief(found) else await workers_of(context).call(work)
        except ShallError as error:
            answer = failure(request_id, error.code, str(error), length, error, mask)
            answer = without_empty(self.name, answer)
            result = as_result(answer)
        except MCPError:
            raise
        except Exception:  # noqa: BLE001 - the last place before the wire: a fault of ours
            _log.exception("the tool %s failed (request %s)", self.name, request_id)
            code = _FAULT_CODES.get(self.name, "MCP_INTERNAL_ERROR")
            message = f"A fault of shall itself; its log tells more under {request_id}."
            answer = without_empty(self.name, failure(request_id, code, message, length))
            result = as_result(answer)
        if workspace is not None:
            call = CallRecord(
                at=datetime.now(UTC),
                tool=self.name,
                request_id=request_id,
                status=answer["status"],
                latency_ms=(time.perf_counter() - started) * 1000,
                error_code=answer.get("error_code"),
            )
            keep_call(workspace, call)
        return result

    def _masked(
        self, request_id: str, fields: Mapping[str, Any], mask: Callable[[Any], Any]
    ) -> tuple[dict[str, Any], CallToolResult]:
        answer = without_empty(self.name, success(request_id, mask(fields)))
        return answer, as_result(answer, self.max_bytes)

    def _may_store(self, context: Context[Any, Any]) -> bool:
        """Check whether this caller's calls may make the state in which they are stored."""
        caller = caller_of(context.request_context.request)
        return not self.exposure.read_only and (caller.may("write") or caller.may("run"))

    async def _answer(
        self, arguments: dict[str, Any], context: Context[Any, Any]
    ) -> Mapping[str, Any]:
        caller = caller_of(context.request_context.request)
        refusal = self.exposure.refusal(self.name, self.annotations or ToolAnnotations(), caller)
        if refusal is not None:
            raise refusal
        check_names(arguments, self.parameters["properties"])
        try:
            checked = self.fn_metadata.validate_arguments(arguments)
        except ValidationError as error:
            raise bad_arguments(error) from None
        directly = {self.context_kwarg: context} if self.context_kwarg else {}
        answer: Mapping[str, Any] = await self.fn_metadata.call_fn(
            self.fn, self.is_async, checked, directly
        )
        return answer


def make_tool(function: Any, annotations: ToolAnnotations) -> EnvelopeTool:
    """Make the tool of a function: its name, first paragraph, arguments and annotations.

    A return type other than a plain mapping gives an output schema.
    """
    tool = EnvelopeTool.from_function(
        function,
        title=annotations.title,
        description=" ".join((function.__doc__ or "").partition("\n\n")[0].split()),
        annotations=annotations.model_copy(update={"title": None}),
        structured_output=None if _has_shape(function) else False,
    )
    assert isinstance(tool, EnvelopeTool)  # noqa: S101 - from_function makes what it is called on
    tool.parameters = _lean(tool.parameters)
    tool.parameters["additionalProperties"] = False
    if tool.fn_metadata.output_schema is not None:
        tool.fn_metadata.output_schema = _lean(tool.fn_metadata.output_schema)
    return tool


def _has_shape(function: Any) -> bool:
    returned = function.__annotations__.get("return")
    return hasattr(returned, "__total__")  # a TypedDict


def _lean(schema: Any, *, names: bool = False) -> Any:
    """Take out what a model does not need: titles and defaults of null."""
    if isinstance(schema, dict):
        return {
            key: _lean(value, names=key in {"properties", "$defs"})
            for key, value in schema.items()
            if names or not (key == "title" or (key == "default" and value is None))
        }
    if isinstance(schema, list):
        return [_lean(item) for item in schema]
    return schema
