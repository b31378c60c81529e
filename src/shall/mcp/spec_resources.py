"""Resources ``spec://``: requirements, their statuses, runs and templates."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from urllib.parse import unquote

from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolResult,
    InputRequiredResult,
    Resource,
    ResourceTemplate,
)
from msgspec import to_builtins
from msgspec.structs import replace
from pydantic import AnyUrl

from shall.actions import documents
from shall.actions.requirements import read_specs
from shall.actions.results import run_details
from shall.actions.session import Session
from shall.actions.specs import find_feature, list_features
from shall.actions.tool_access import EVERY_TOOL, ToolAccess
from shall.actions.trace import trace_requirements
from shall.cases.nearest import nearest
from shall.errors import BadValue, ShallError
from shall.mcp.caller import caller_of
from shall.mcp.matrix_reply import matrix_page
from shall.mcp.results import case_details, run_item
from shall.mcp.session import Connected, session_of
from shall.mcp.shorten import cut
from shall.mcp.texts import KINDS, LANGUAGES, template
from shall.mcp.tool import EnvelopeTool, operation_of
from shall.specs.export import to_json
from shall.specs.layouts import document_at
from shall.specs.matrix import row_of
from shall.workspace.workspace import Workspace

SCHEME = "spec://"
FEATURES = f"{SCHEME}features"
MATRIX = f"{SCHEME}matrix"
GATE = f"{SCHEME}gate"

_JSON, _MARKDOWN = "application/json", "text/markdown"
_MOST_CASES = 100
_NAME_LENGTH = 100


class _Kind(NamedTuple):
    """A resource, or a template of resources: ``read`` takes the parts that vary."""

    name: str
    description: str
    mime_type: str
    read: Callable[..., str]
    tool: str = ""  # a caller without this tool may not read this


def _features(workspace: Workspace) -> str:
    return _dumped([to_builtins(it) for it in list_features(read_specs(workspace))])


def _requirements(workspace: Workspace, feature: str) -> str:
    found = find_feature(read_specs(workspace), feature)
    return "\n\n".join(
        f"{_change_note(it.file)}{documents.read_file(workspace, it.file)}" for it in found
    )


def _change_note(path: str) -> str:
    """Return a comment that separates the delta of an open change from valid requirements."""
    document = document_at(path)
    if document is None or not document.change:
        return ""
    return f"<!-- {path}: the open change {document.change} -->\n"


def _criterion(workspace: Workspace, feature: str, id: str) -> str:
    matrix = trace_requirements(workspace)
    row = row_of(matrix, f"{feature}#{id}")
    [shown] = to_json(replace(matrix, rows=(row,)))["criteria"]
    return _dumped(shown)


def _matrix(workspace: Workspace) -> str:
    return matrix_page(trace_requirements(workspace))


def _gate(workspace: Workspace) -> str:
    from shall.actions.gate import check_gate
    from shall.report.gate import gate_markdown

    return gate_markdown(check_gate(workspace))


def _run(workspace: Workspace, run: str) -> str:
    details = run_details(workspace, run)
    language = workspace.defaults.language
    cases = [case_details(it, language, whole=False) for it in details.cases[:_MOST_CASES]]
    more = max(len(details.cases) - _MOST_CASES, 0)
    return _dumped({"run": run_item(details.run), "cases": cases, "more_cases": more})


def _template(workspace: Workspace, language: str, kind: str) -> str:
    del workspace  # the templates are our own
    for value, known in ((language, LANGUAGES), (kind, KINDS)):
        if value not in known:
            raise BadValue(f"Unknown template {value}.", hint=f"Available: {', '.join(known)}.")
    return template(kind, language)


_TRACE, _RESULTS = "trace_requirements", "get_test_results"

_RESOURCES = {
    FEATURES: _Kind(
        "features", "Features with their documents and number of criteria.", _JSON, _features
    ),
    MATRIX: _Kind("matrix", "Which criteria are proved, and by what.", _MARKDOWN, _matrix, _TRACE),
    GATE: _Kind("gate", "Which rules of the gate hold.", _MARKDOWN, _gate, _TRACE),
}
_TEMPLATES = {
    "spec://runs/{run}": _Kind(
        "run", "One run with its cases; latest is the newest.", _JSON, _run, _RESULTS
    ),
    "spec://templates/{language}/{kind}": _Kind(
        "template", "A template of requirements, design or tasks.", _MARKDOWN, _template
    ),
    "spec://{+feature}/criteria/{+id}": _Kind(
        "criterion", "One criterion with its status and evidence.", _JSON, _criterion, _TRACE
    ),
    "spec://{+feature}/requirements": _Kind(
        "requirements", "The requirements documents of a feature.", _MARKDOWN, _requirements
    ),
}


def _pattern(template_uri: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\+?)(\w+)\}", template_uri)
    text = re.escape(parts[0])
    for plus, name, literal in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        text += f"(?P<{name}>{'.+' if plus else '[^/]+'}){re.escape(literal)}"
    return re.compile(text)


_PATTERNS = [(_pattern(uri), kind) for uri, kind in _TEMPLATES.items()]


class SpecServer(MCPServer[Connected]):
    """An MCP server with the resources ``spec://`` of the workspace of each caller.

    An unknown tool is answered with what the caller may call.
    """

    access: ToolAccess = EVERY_TOOL
    """What the operator offers."""

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Connected, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool. The answer to an unknown name holds the nearest one."""
        if self._tool_manager.get_tool(name) is None:
            raise ToolError(self._unknown_tool(name, context))
        return await super().call_tool(name, arguments, context)

    def tool_named(self, name: str) -> EnvelopeTool | None:
        """Return our tool with a name; None where there is none."""
        found = self._tool_manager.get_tool(name)
        return found if isinstance(found, EnvelopeTool) else None

    def _unknown_tool(self, name: str, context: Context[Connected, Any] | None) -> str:
        caller = caller_of(context.request_context.request if context else None)
        tools = self._tool_manager.list_tools()
        operations = [operation_of(it.name, it.annotations) for it in tools]
        known = [it.name for it in operations if self.access.allows(it.name, it.scope, caller)]
        if self.access.tools is None and name in self.access.left_out:
            return f"{name} is not offered. The operator can offer it with `--toolset all`."
        near = nearest(name, known)
        hint = f"Did you mean {near}?" if near else f"Available: {', '.join(known) or 'none'}."
        return f"Unknown tool {cut(name, _NAME_LENGTH)}. {hint}"

    async def list_resources(self) -> list[Resource]:
        """List the resources that have a fixed address, and whose tool is offered."""
        ours = [
            Resource(uri=uri, name=it.name, description=it.description, mime_type=it.mime_type)
            for uri, it in _RESOURCES.items()
            if not it.tool or self.access.offers(it.tool, "read")
        ]
        return [*await super().list_resources(), *ours]

    async def list_resource_templates(self) -> list[ResourceTemplate]:
        """List the templates."""
        ours = [
            ResourceTemplate(
                uri_template=uri, name=it.name, description=it.description, mime_type=it.mime_type
            )
            for uri, it in _TEMPLATES.items()
        ]
        return [*await super().list_resource_templates(), *ours]

    async def read_resource(
        self, uri: AnyUrl | str, context: Context[Connected, Any] | None = None
    ) -> Iterable[ReadResourceContents] | InputRequiredResult:
        """Read a resource; what is unknown or not allowed is an invalid parameter."""
        if context is None or not str(uri).startswith(SCHEME):
            return await super().read_resource(uri, context)
        session = await session_of(context)
        try:
            kind, given = _found(str(uri))
            if kind.tool:
                session.access.check(kind.tool, "read", session.caller)
            text = await session.workers.call(_read, session, kind, given)
        except ShallError as error:
            raise MCPError(INVALID_PARAMS, str(error), {"uri": str(uri)}) from None
        return [ReadResourceContents(text, kind.mime_type)]


def is_spec_uri(uri: str) -> bool:
    """Return whether a resource or template of ours has this address."""
    try:
        _found(uri)
    except BadValue:
        return False
    return True


def _found(uri: str) -> tuple[_Kind, dict[str, str]]:
    if uri in _RESOURCES:
        return _RESOURCES[uri], {}
    plain = unquote(uri)
    for pattern, kind in _PATTERNS:
        match = pattern.fullmatch(plain)
        if match is not None:
            return kind, match.groupdict()
    available = ", ".join((*_RESOURCES, *_TEMPLATES)).replace("{+", "{")
    raise BadValue(f"Unknown resource {uri}.", hint=f"Available: {available}.")


def _read(session: Session, kind: _Kind, given: dict[str, str]) -> str:
    text = kind.read(session.workspace(), **given)
    return session.workspaces.redactor.text(text)


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)
