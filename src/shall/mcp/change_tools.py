"""The tool that changes requirements, offered with ``--toolset all``."""

from typing import Annotated, Any

from mcp_types import ToolAnnotations
from pydantic import BaseModel, ConfigDict, Field

from shall.actions.changing import DocumentChange, Proposal, Replacement
from shall.actions.changing import change_spec as change
from shall.actions.session import Session
from shall.errors import BadValue
from shall.mcp.arguments import WorkspaceName
from shall.mcp.shorten import cut
from shall.specs.changes import ChangeKind
from shall.workspace.workspace import Workspace

_DIFF_LENGTH = 6000


class Passage(BaseModel):
    """A passage of a document, and what takes its place."""

    model_config = ConfigDict(extra="forbid")

    old: str
    new: str


async def change_spec(
    session: Session,
    path: Annotated[str, Field(description="a requirements document")],
    content: Annotated[str | None, Field(description="its whole new text")] = None,
    edits: Annotated[
        list[Passage] | None, Field(description="instead: passages that stand in it once")
    ] = None,
    base_fingerprint: Annotated[
        str | None, Field(description="of the document as you read it (read_spec)")
    ] = None,
    apply: Annotated[bool, Field(description="write it; default: only show it")] = False,
    drop: Annotated[
        list[str] | None, Field(description="keys of the criteria that it removes")
    ] = None,
    workspace: WorkspaceName = None,
) -> dict[str, Any]:
    """Show what a change of requirements does to criteria and their proofs, or apply it."""
    if (content is None) == (edits is None):
        raise BadValue("Send either content or edits.")
    space = session.workspace(workspace)
    wanted = content if content is not None else [Replacement(it.old, it.new) for it in edits or ()]
    found = await session.workers.call(
        change,
        space,
        path,
        Proposal(wanted, base_fingerprint, drop or ()),
        apply=apply,
        is_known=not session.is_stranger,
    )
    return _changed(space, found)


def _changed(space: Workspace, change: DocumentChange) -> dict[str, Any]:
    keys = {
        "added": change.keys(ChangeKind.UNTESTED, ChangeKind.ADDED),
        "changed": change.keys(ChangeKind.REWORDED),
        "removed": change.keys(ChangeKind.REMOVED),
        "moved": [
            f"{it.before.key} -> {it.key}"
            for it in change.changes
            if it.kind is ChangeKind.MOVED and it.before is not None
        ],
    }
    answer: dict[str, Any] = {
        "path": change.path,
        "applied": change.is_applied,
        **{name: found for name, found in keys.items() if found},
        "proofs_that_expire": dict(change.expires),
        "base_fingerprint": change.base_fingerprint,
        "next_base_fingerprint": change.next_fingerprint,
    }
    if change.is_merged:
        answer["merged"] = True
    if not change.is_applied:
        answer["diff"] = cut(space.redactor.text(change.diff()), _DIFF_LENGTH)
    return answer


TOOLS = {
    change_spec: ToolAnnotations(
        title="Change requirements", read_only_hint=False, destructive_hint=True
    ),
}
