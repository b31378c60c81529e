"""Tools of the workflow from requirements to proof, offered with ``--toolset all``."""

from typing import Annotated, Any, Literal

from mcp_types import ToolAnnotations
from pydantic import BaseModel, ConfigDict, Field

from shall.actions import linking
from shall.actions.approvals import Approval, approval_of, decide_about
from shall.actions.changing import (
    DocumentChange,
    Proposal,
    Replacement,
    document_fingerprint,
)
from shall.actions.changing import change_spec as change
from shall.actions.requirements import read_specs
from shall.actions.session import Session
from shall.actions.specs import FeatureInfo, find_feature, list_features
from shall.actions.tasks import count_open, find_task, set_task_state
from shall.actions.trace import trace_requirements
from shall.errors import BadValue
from shall.mcp.arguments import WorkspaceName
from shall.mcp.matrix_reply import ROWS_BYTES, fitting
from shall.mcp.shorten import cut, cut_bytes
from shall.specs.changes import ChangeKind
from shall.specs.decisions import Verdict
from shall.specs.model import Criterion
from shall.workspace.stray_cases import YAML_ENDINGS
from shall.workspace.workspace import Workspace
from shall.workspace.writable import check_case

FeatureName = Annotated[str | None, Field(description="only this feature")]

_PROBLEM_LENGTH = 160
_TASK_BYTES = 600
_CRITERION_BYTES = 400
_CRITERIA_BYTES = 2000
_DIFF_LENGTH = 6000
_MOST_DOCUMENTS = 5


async def list_specs(
    session: Session, offset: int = 0, workspace: WorkspaceName = None
) -> dict[str, Any]:
    """List the features that have requirements, with their documents and counts."""
    _check_offset(offset)
    return await session.workers.call(_listed, session.workspace(workspace), offset)


def _listed(space: Workspace, offset: int) -> dict[str, Any]:
    specs = read_specs(space)
    features = [_feature(it) for it in list_features(specs)]
    answer = _page("features", features, offset)
    if specs.problems:
        answer["problems"] = [cut(str(it), _PROBLEM_LENGTH) for it in specs.problems[:3]]
    if specs.unread:
        answer["unread"] = len(specs.unread)
    return answer


def _feature(info: FeatureInfo) -> dict[str, Any]:
    return {
        "feature": info.name,
        "layout": info.layout,
        "files": list(info.files),
        "requirements": info.requirements,
        "criteria": info.criteria,
        "language": info.language,
    }


async def read_spec(
    session: Session,
    feature: Annotated[str, Field(description="a feature of list_specs")],
    requirement: Annotated[
        str | None, Field(description="only this requirement, such as 2 or FR-003")
    ] = None,
    offset: int = 0,
    workspace: WorkspaceName = None,
) -> dict[str, Any]:
    """Read the criteria of a feature with their keys; read_file returns the whole document."""
    _check_offset(offset)
    space = session.workspace(workspace)
    return await session.workers.call(_read, space, feature, requirement, offset)


def _read(space: Workspace, feature: str, requirement: str | None, offset: int) -> dict[str, Any]:
    documents = find_feature(read_specs(space), feature)
    found = [it for document in documents for it in document.requirements]
    if requirement is not None:
        numbers = [it.number for it in found]
        found = [it for it in found if it.number == requirement]
        if not found:
            raise BadValue(
                f"{feature} has no requirement {requirement}.",
                hint=f"Available: {', '.join(numbers[:20])}.",
            )
    criteria = [
        {**_criterion(criterion), "requirement": it.title or it.number}
        for it in found
        for criterion in it.criteria
    ]
    answer = _page("criteria", criteria, offset)
    answer["fingerprints"] = {
        it.file: document_fingerprint(space, it.file) for it in documents[:_MOST_DOCUMENTS]
    }
    return answer


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return {
        "key": criterion.key,
        "text": criterion.text,
        "place": f"{criterion.span.file}:{criterion.span.line}",
    }


async def get_next_task(
    session: Session,
    feature: Annotated[
        str | None, Field(description="only this feature or OpenSpec change")
    ] = None,
    workspace: WorkspaceName = None,
) -> dict[str, Any]:
    """Return the first open task that is not optional, with its criteria and their statuses."""
    return await session.workers.call(_next, session.workspace(workspace), feature or "")


def _next(space: Workspace, feature: str) -> dict[str, Any]:
    found = find_task(space, feature)
    count, total = count_open(space, feature)
    answer: dict[str, Any] = {"open": count, "total": total}
    if found is None:
        return {"task": None, **answer}
    listed, task = found.list, found.task
    statuses = {row.criterion.key: row.status.value for row in trace_requirements(space).rows}
    criteria = [
        {
            "key": it.key,
            # of a change: not to be proved until it is archived
            "status": statuses.get(it.key, "proposed"),
            "text": cut_bytes(it.text, _CRITERION_BYTES),
        }
        for it in found.criteria
    ]
    shown = list(fitting(criteria, _CRITERIA_BYTES))
    answer |= {
        "task": task.name,
        "change" if listed.is_change else "feature": listed.owner,
        "text": cut_bytes(listed.text_of(task), _TASK_BYTES),
        "place": f"{listed.file}:{task.span.line}",
        "criteria": shown,
    }
    if len(shown) < len(criteria):
        answer["more_criteria"] = len(criteria) - len(shown)
    return answer


async def update_task(
    session: Session,
    feature: Annotated[str, Field(description="feature or OpenSpec change")],
    task: Annotated[str, Field(description="its number, such as 2.1 or T003")],
    state: Literal["open", "in progress", "done"],
    workspace: WorkspaceName = None,
) -> dict[str, Any]:
    """Set the box of a task in its document; nothing else of the file changes."""
    space = session.workspace(workspace)
    known = not session.is_stranger
    return await session.workers.call(_updated, space, feature, task, state, known)


def _updated(
    space: Workspace, feature: str, name: str, state: str, is_known: bool
) -> dict[str, Any]:
    file, task, is_changed = set_task_state(space, feature, name, state, is_known=is_known)
    return {
        "task": task.name,
        "state": state,
        "place": f"{file}:{task.span.line}",
        "changed": is_changed,
    }


async def link_criterion(
    session: Session,
    criterion: Annotated[str, Field(description="its key, such as auth#1.2")],
    case: Annotated[str, Field(description="path of a YAML case")],
    workspace: WorkspaceName = None,
) -> dict[str, Any]:
    """Add a criterion to ``verifies`` of a case; nothing else of the file changes."""
    return await session.workers.call(_linked, session.workspace(workspace), criterion, case)


def _linked(space: Workspace, criterion: str, case: str) -> dict[str, Any]:
    if case.endswith(YAML_ENDINGS):
        check_case(space, space.files.relative(case))
    edit = linking.link_criterion(space, criterion, case)
    return {"path": edit.path, "changed": edit.before != edit.after}


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
    """Ask for the approval of a document's text, or record or show it; a change ends it."""
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


def _check_offset(offset: int) -> None:
    if offset < 0:
        raise BadValue(f"offset is {offset}; it must be 0 or more.")


def _page(name: str, items: list[dict[str, Any]], offset: int) -> dict[str, Any]:
    """Return as many items as fit in a short reply, at least one, and where the next begin."""
    rest = items[offset:]
    shown = list(fitting(rest, ROWS_BYTES)) or rest[:1]
    answer: dict[str, Any] = {name: shown, "total": len(items)}
    if len(shown) < len(rest):
        answer["next_offset"] = offset + len(shown)
    return answer


TOOLS = {
    list_specs: ToolAnnotations(title="Features with requirements", read_only_hint=True),
    read_spec: ToolAnnotations(title="Criteria of a feature", read_only_hint=True),
    get_next_task: ToolAnnotations(title="The next task", read_only_hint=True),
    update_task: ToolAnnotations(
        title="Tick a task", read_only_hint=False, destructive_hint=False, idempotent_hint=True
    ),
    link_criterion: ToolAnnotations(
        title="Link a case", read_only_hint=False, destructive_hint=False, idempotent_hint=True
    ),
    change_spec: ToolAnnotations(
        title="Change requirements", read_only_hint=False, destructive_hint=True
    ),
    approve_document: ToolAnnotations(
        title="Approval of a document", read_only_hint=False, destructive_hint=False
    ),
}
