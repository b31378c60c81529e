"""Tools for requirements, and for the documents beside them."""

from typing import Annotated, Any, Literal

from mcp_types import ToolAnnotations
from pydantic import Field

from shall.actions import documents
from shall.actions.session import Session
from shall.actions.trace import trace_requirements as trace
from shall.errors import BadValue
from shall.mcp.arguments import WorkspaceName
from shall.mcp.matrix_reply import TraceReply, trace_reply
from shall.workspace.workspace import Workspace

FilePath = Annotated[str, Field(description="path in the workspace")]


async def trace_requirements(
    session: Session,
    feature: Annotated[str | None, Field(description="only this feature")] = None,
    workspace: WorkspaceName = None,
    format: Literal["json", "csv", "md"] = "json",
    status: Annotated[
        Literal[
            "failing",
            "suspect",
            "stale",
            "vacuous",
            "unreachable",
            "partly",
            "skipped",
            "not run",
            "draft",
            "untested",
            "waived",
            "not testable",
            "removed",
            "proved",
        ]
        | None,
        Field(description="only criteria of this status"),
    ] = None,
    limit: Annotated[
        int | None, Field(description="most criteria to list; default: what fits in 4 KB")
    ] = None,
) -> TraceReply:
    """Report which acceptance criteria are proved, and by what; failing and untested ones first."""
    if limit is not None and limit < 1:
        raise BadValue(f"limit is {limit}; it must be 1 or more.")
    space = session.workspace(workspace)
    return await session.workers.call(_traced, space, feature, format, status, limit)


def _traced(
    space: Workspace,
    feature: str | None,
    format: Literal["json", "csv", "md"],
    status: str | None,
    limit: int | None,
) -> TraceReply:
    return trace_reply(trace(space, feature), format, status, limit)


async def create_file(
    session: Session,
    path: FilePath,
    content: str,
    overwrite: Annotated[bool, Field(description="replace an existing file; default: no")] = False,
    workspace: WorkspaceName = None,
) -> dict[str, Any]:
    """Write a document or data file below specs/, docs/ or tests/cases/."""
    space = session.workspace(workspace)
    written = await session.workers.call(
        documents.create_file,
        space,
        path,
        content,
        overwrite=overwrite,
        is_known=not session.is_anonymous,
    )
    answer: dict[str, Any] = {"path": written.path}
    if written.is_overwritten:
        answer["overwritten_files"] = [written.path]
    if written.notes:
        answer["notes"] = [note.text for note in written.notes]
    return answer


async def read_file(
    session: Session, path: FilePath, workspace: WorkspaceName = None
) -> dict[str, Any]:
    """Read a text file."""
    space = session.workspace(workspace)
    return {"content": await session.workers.call(documents.read_file, space, path)}


TOOLS = {
    trace_requirements: ToolAnnotations(title="Coverage of requirements", read_only_hint=True),
    create_file: ToolAnnotations(
        title="Write a file", read_only_hint=False, destructive_hint=True, idempotent_hint=True
    ),
    read_file: ToolAnnotations(title="Read a file", read_only_hint=True),
}
