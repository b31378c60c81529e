"""Tools that change requirements and record approvals, offered with ``--toolset all``."""

from typing import Annotated, Any, Literal

from mcp_types import ToolAnnotations
from pydantic import BaseModel, ConfigDict, Field

from shall.actions.approvals import Approval, approval_of, decide_about
from shall.actions.change_requirements import DocumentChange, Proposal, Replacement
from shall.actions.change_requirements import change_spec as change
from shall.actions.session import Session
from shall.errors import BadValue
from shall.mcp.arguments import WorkspaceName
from shall.mcp.shorten import cut
from shall.specs.changes import ChangeKind
from shall.specs.decisions import Verdict
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
        list[Passage] | None, Field(description="instead: passages that occur in it once")
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
        is_known=not session.is_anonymous,
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


_VERDICTS = {
    "request": Verdict.REQUESTED,
    "approve": Verdict.APPROVED,
    "reject": Verdict.REJECTED,
}


async def approve_document(
    session: Session,
    path: Annotated[str, Field(description="requirements, design or tasks")],
    action: Literal["request", "approve", "reject", "status"],
    note: Annotated[str, Field(description="why, or what to change")] = "",
    workspace: WorkspaceName = None,
) -> dict[str, Any]:
    """Request the approval of a document's text, or record or show it; a change ends it."""
    space = session.workspace(workspace)
    if action == "status":
        return _approval(await session.workers.call(approval_of, space, path))
    by = f"{session.caller.name} over MCP"  # never a person's name on a caller's word
    found = await session.workers.call(decide_about, space, path, _VERDICTS[action], by, note)
    return _approval(found)


def _approval(approval: Approval) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "path": approval.path,
        "approval": approval.status,
        "fingerprint": approval.fingerprint,
    }
    if approval.last is not None:
        last = approval.last
        answer["last"] = {"verdict": last.verdict, "by": last.by, "at": last.at.isoformat()}
        if last.reason:
            answer["last"]["note"] = last.reason
    return answer


TOOLS = {
    change_spec: ToolAnnotations(
        title="Change requirements", read_only_hint=False, destructive_hint=True
    ),
    approve_document: ToolAnnotations(
        title="Approval of a document", read_only_hint=False, destructive_hint=False
    ),
}
