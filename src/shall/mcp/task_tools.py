"""Tools that work through the tasks of a feature, offered with ``--toolset all``."""

from typing import Annotated, Any, Literal

from mcp_types import ToolAnnotations
from pydantic import Field

from shall.actions import linking
from shall.actions.session import Session
from shall.actions.tasks import count_open, find_task, set_task_state
from shall.actions.trace import trace_requirements
from shall.mcp.arguments import WorkspaceName
from shall.mcp.matrix_reply import fitting
from shall.mcp.shorten import cut_bytes
from shall.workspace.folders import YAML_ENDINGS
from shall.workspace.workspace import Workspace
from shall.workspace.writable import check_case

_TASK_BYTES = 600
_CRITERION_BYTES = 400
_CRITERIA_BYTES = 2000


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
    known = not session.is_anonymous
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


TOOLS = {
    get_next_task: ToolAnnotations(title="The next task", read_only_hint=True),
    update_task: ToolAnnotations(
        title="Tick a task", read_only_hint=False, destructive_hint=False, idempotent_hint=True
    ),
    link_criterion: ToolAnnotations(
        title="Link a case", read_only_hint=False, destructive_hint=False, idempotent_hint=True
    ),
}
