"""Completes arguments of prompts and resource templates with the names that exist."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mcp.server.mcpserver import Context, MCPServer
from mcp_types import CompleteRequestParams, CompleteResult, Completion

from shall.actions.requirements import read_specs
from shall.actions.results import past_runs
from shall.actions.specs import LAYOUT_NAMES, documents_of_role
from shall.errors import ShallError
from shall.mcp.session import Connected, session_of
from shall.mcp.texts import KINDS, LANGUAGES
from shall.specs.layouts import Role
from shall.workspace.workspace import Workspace

_MOST = 100
"""Values in one answer, as the specification bounds them (MCP 2025-11-25, Completion)."""

_RUNS_TOOL = "get_test_results"


def _features(workspace: Workspace, given: Mapping[str, str]) -> Iterable[str]:
    del given
    return dict.fromkeys(feature.name for feature in read_specs(workspace).features)


def _criteria(workspace: Workspace, given: Mapping[str, str]) -> Iterable[str]:
    feature = given.get("feature")
    parts = (it.key.partition("#") for it in read_specs(workspace).criteria())
    return [local for name, _, local in parts if feature in {None, name}]


def _documents(role: Role) -> Callable[[Workspace, Mapping[str, str]], Iterable[str]]:
    return lambda workspace, _: documents_of_role(workspace, role)


def _runs(workspace: Workspace, given: Mapping[str, str]) -> Iterable[str]:
    del given
    return ["latest", *(run.run_id for run in past_runs(workspace, _MOST - 1))]


_VALUES: Mapping[str, Callable[[Workspace, Mapping[str, str]], Iterable[str]]] = {
    "feature": _features,
    "id": _criteria,
    "requirements_path": _documents(Role.REQUIREMENTS),
    "design_path": _documents(Role.DESIGN),
    "run": _runs,
    "language": lambda *_: LANGUAGES,
    "layout": lambda *_: LAYOUT_NAMES,
    "kind": lambda *_: KINDS,
}


def complete_names(server: MCPServer[Connected]) -> None:
    """Answer ``completion/complete``."""

    async def complete(ctx: Any, params: CompleteRequestParams) -> CompleteResult:
        session = await session_of(Context(request_context=ctx, mcp_server=server))
        name, begun = params.argument.name, params.argument.value
        given = (params.context and params.context.arguments) or {}
        found = _VALUES.get(name)
        if found is None or (name == "run" and not _may_see_runs(session)):
            return CompleteResult(completion=Completion(values=[], total=0))

        def values() -> list[str]:
            wanted = begun.casefold()
            return [it for it in found(session.workspace(), given) if wanted in it.casefold()]

        try:
            matching = await session.workers.call(values)
        except ShallError:
            matching = []  # the request that follows says what is wrong
        shown = session.workspaces.redactor.texts(matching[:_MOST])
        more = len(matching) > _MOST
        completion = Completion(values=shown, total=len(matching), has_more=more)
        return CompleteResult(completion=completion)

    low = server._lowlevel_server
    low.add_request_handler("completion/complete", CompleteRequestParams, complete)


def _may_see_runs(session: Any) -> bool:
    return bool(session.access.allows(_RUNS_TOOL, "read", session.caller))
