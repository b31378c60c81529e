"""A tool whose every answer is an envelope."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, ToolAnnotations
from pydantic import ValidationError

from shall.actions.calls import Operation, perform
from shall.actions.session import Session
from shall.mcp.apps import meta_of
from shall.mcp.reply import (
    as_result,
    bad_arguments,
    check_names,
    failure,
    is_brief,
    success,
    without_empty,
)
from shall.mcp.session import session_of

_RUNS = frozenset({"run_tests", "send_request"})
_SESSION = "session"


def operation_of(name: str, annotations: ToolAnnotations | None) -> Operation:
    """Return what calling a tool is. A tool that says nothing of itself may write."""
    if name in _RUNS:
        return Operation(name, "run")
    is_reading = annotations is not None and annotations.read_only_hint
    return Operation(name, "read" if is_reading else "write")


class EnvelopeTool(Tool):
    """Runs a tool function and wraps what it returns or raises. ``max_bytes`` bounds the answer."""

    max_bytes: int | None = None

    async def run(
        self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False
    ) -> CallToolResult:
        """Answer one call. Only cancelling and protocol errors pass through."""
        del convert_result  # the envelope is the result
        return await self.answer(arguments, await session_of(context))

    async def answer(self, arguments: dict[str, Any], session: Session) -> CallToolResult:
        """Answer one call, whichever surface it came through."""
        mask = session.workspaces.redactor.texts

        async def work(request_id: str) -> CallToolResult:
            found = await self._answer(arguments, session)
            # What JSON cannot express raises here.
            make = partial(self._result, request_id, found, session)
            return make() if is_brief(found) else await session.workers.call(make)

        operation = operation_of(self.name, self.annotations)
        outcome = await perform(session, operation, work, passing=(MCPError,))
        if outcome.failure is not None:
            answer = failure(outcome.request_id, outcome.failure, mask)
            return as_result(without_empty(self.name, answer))
        assert outcome.value is not None  # noqa: S101 - what has not failed has a value
        return outcome.value

    def _result(
        self, request_id: str, fields: Mapping[str, Any], session: Session
    ) -> CallToolResult:
        masked = session.workspaces.redactor.texts(fields)
        return as_result(without_empty(self.name, success(request_id, masked)), self.max_bytes)

    async def _answer(self, arguments: dict[str, Any], session: Session) -> Mapping[str, Any]:
        check_names(arguments, self.parameters["properties"])
        try:
            checked = self.fn_metadata.validate_arguments(arguments)
        except ValidationError as error:
            raise bad_arguments(error) from None
        answer: Mapping[str, Any] = await self.fn_metadata.call_fn(
            self.fn, self.is_async, checked, {_SESSION: session}
        )
        return answer


def make_tool(function: Any, annotations: ToolAnnotations) -> EnvelopeTool:
    """Make the tool of a function: its name, first paragraph, arguments and annotations.

    A return type other than a plain mapping gives an output schema.
    """
    tool = EnvelopeTool.from_function(
        function,
        title=annotations.title,
        context_kwarg=_SESSION,  # left out of the arguments
        description=" ".join((function.__doc__ or "").partition("\n\n")[0].split()),
        annotations=annotations.model_copy(update={"title": None}),
        meta=meta_of(function.__name__),
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
    """Remove what a model does not need: titles and defaults of null."""
    if isinstance(schema, dict):
        return {
            key: _lean(value, names=key in {"properties", "$defs"})
            for key, value in schema.items()
            if names or not (key == "title" or (key == "default" and value is None))
        }
    if isinstance(schema, list):
        return [_lean(item) for item in schema]
    return schema
