"""Tools of the workflow from requirements to proof, offered with ``--toolset all``."""

from collections.abc import Mapping
from typing import Annotated, Any

from mcp_types import ToolAnnotations
from msgspec import to_builtins
from pydantic import Field

from shall.actions.change_requirements import document_fingerprint
from shall.actions.requirements import read_specs
from shall.actions.session import Session
from shall.actions.specs import FeatureInfo, find_feature, list_features
from shall.errors import BadValue
from shall.mcp import change_tools, check_tools, generate_tools, task_tools
from shall.mcp.arguments import WorkspaceName
from shall.mcp.pages import check_offset, page
from shall.mcp.shorten import cut
from shall.specs.model import Criterion
from shall.workspace.workspace import Workspace

_PROBLEM_LENGTH = 160
_MOST_DOCUMENTS = 5


async def list_specs(
    session: Session, offset: int = 0, workspace: WorkspaceName = None
) -> dict[str, Any]:
    """List the features that have requirements, with their documents and counts."""
    check_offset(offset)
    return await session.workers.call(_listed, session.workspace(workspace), offset)


def _listed(space: Workspace, offset: int) -> dict[str, Any]:
    specs = read_specs(space)
    features = [_feature(it) for it in list_features(specs)]
    answer = page("features", features, offset)
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
        **({"changes": list(info.changes)} if info.changes else {}),
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
    check_offset(offset)
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
    answer = page("criteria", criteria, offset)
    answer["fingerprints"] = {
        it.file: document_fingerprint(space, it.file) for it in documents[:_MOST_DOCUMENTS]
    }
    return answer


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return {
        "key": criterion.key,
        "text": criterion.text,
        "place": f"{criterion.span.file}:{criterion.span.line}",
        **({"change": to_builtins(criterion.change)} if criterion.change else {}),
    }


TOOLS: Mapping[Any, ToolAnnotations] = {
    **change_tools.TOOLS,
    **check_tools.TOOLS,
    **task_tools.TOOLS,
    **generate_tools.TOOLS,
    list_specs: ToolAnnotations(title="Features with requirements", read_only_hint=True),
    read_spec: ToolAnnotations(title="Criteria of a feature", read_only_hint=True),
}
