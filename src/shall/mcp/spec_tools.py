"""Tools for requirements, and for the documents beside them."""

from typing import Annotated, Any, Literal, NotRequired

from mcp.server.mcpserver import Context
from mcp_types import ToolAnnotations
from pydantic import Field
from typing_extensions import TypedDict

from shall.actions import documents
from shall.actions.trace import trace_requirements as trace
from shall.actions.workspace import Workspace
from shall.mcp.arguments import WorkspaceName
from shall.mcp.caller import is_stranger
from shall.mcp.reply import cut
from shall.mcp.spaces import chosen, workers_of
from shall.specs.export import to_csv, to_json, to_markdown

SHOWN_ROWS = 200
_TEXT_LENGTH = 160

FilePath = Annotated[str, Field(description="path in the workspace")]


class TraceReply(TypedDict):
    """What trace_requirements answers beside the envelope."""

    counts: dict[str, int]
    proved_percent: float
    criteria: list[dict[str, Any]]
    unknown: list[dict[str, Any]]
    more_criteria: NotRequired[int]
    text: NotRequired[str]


async def trace_requirements(
    context: Context,
    feature: Annotated[str | None, Field(description="only this feature")] = None,
    workspace: WorkspaceName = None,
    format: Literal["json", "csv", "md"] = "json",
) -> TraceReply:
    """Tell which acceptance criterion is proved, failing, not run or untested, and by what."""
    space = await chosen(context, workspace)
    return await workers_of(context).call(_traced, space, feature, format)


def _traced(
    space: Workspace, feature: str | None, format: Literal["json", "csv", "md"]
) -> TraceReply:
    matrix = trace(space, feature)
    data = to_json(matrix)
    reply: TraceReply = {
        "counts": data["counts"],
        "proved_percent": data["proved_percent"],
        "criteria": []
        if format != "json"
        else [_row(row) for row in data["criteria"][:SHOWN_ROWS]],
        "unknown": data["unknown"],
    }
    if len(data["criteria"]) > SHOWN_ROWS:
        reply["more_criteria"] = len(data["criteria"]) - SHOWN_ROWS
    if format != "json":
        reply["text"] = to_csv(matrix) if format == "csv" else to_markdown(matrix)
    return reply


async def create_file(
    context: Context,
    path: FilePath,
    content: str,
    overwrite: bool = False,
    workspace: WorkspaceName = None,
) -> dict[str, Any]:
    """Write a document or data file below specs/, docs/ or tests/cases/."""
    space = await chosen(context, workspace)
    written = await workers_of(context).call(
        documents.create_file,
        space,
        path,
        content,
        overwrite=overwrite,
        is_known=not is_stranger(context.request_context.request),
    )
    return {"path": written}


async def read_file(
    context: Context, path: FilePath, workspace: WorkspaceName = None
) -> dict[str, Any]:
    """Read a text file."""
    space = await chosen(context, workspace)
    return {"content": await workers_of(context).call(documents.read_file, space, path)}


def _row(row: dict[str, Any]) -> dict[str, Any]:
    links = [f"{link['source']} ({link['outcome'] or 'not run'})" for link in row["links"]]
    return {
        "key": row["key"],
        "status": row["status"],
        "text": cut(row["text"], _TEXT_LENGTH),
        "place": f"{row['file']}:{row['line']}",
        "verified_by": links,
    }


TOOLS = {
    trace_requirements: ToolAnnotations(title="Coverage of requirements", read_only_hint=True),
    create_file: ToolAnnotations(
        title="Write a file", read_only_hint=False, destructive_hint=True, idempotent_hint=True
    ),
    read_file: ToolAnnotations(title="Read a file", read_only_hint=True),
}
