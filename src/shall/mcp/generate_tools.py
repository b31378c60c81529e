"""The tool that writes drafts of tests from criteria, offered with ``--toolset all``."""

from typing import Annotated, Any

from mcp_types import ToolAnnotations
from pydantic import Field

from shall.actions import generate
from shall.actions.documents import read_file
from shall.actions.session import Session
from shall.mcp.arguments import WorkspaceName
from shall.mcp.matrix_reply import ROWS_BYTES, fitting
from shall.mcp.shorten import cut

_LINE_LENGTH = 200


async def generate_tests(
    session: Session,
    criteria: Annotated[
        list[str] | None, Field(description="features or keys, as auth#1.2; default: all")
    ] = None,
    openapi: Annotated[
        str | None, Field(description="path of an OpenAPI document whose bodies are used")
    ] = None,
    dry_run: bool = False,
    workspace: WorkspaceName = None,
) -> dict[str, Any]:
    """Write a draft of a case for each criterion without a test that names an HTTP request.

    A draft proves nothing until what is marked TODO in it is filled in and `draft` removed.
    """
    space = session.workspace(workspace)
    document = None
    if openapi is not None:
        document = openapi, await session.workers.call(read_file, space, openapi)
    wanted = generate.Wanted(tuple(criteria or ()), openapi=document, programs=False)
    found = await session.workers.call(generate.generate_tests, space, wanted, dry_run=dry_run)
    written = [{"criterion": it.criterion, "path": it.path} for it in found.drafts]
    shown = list(fitting(written, ROWS_BYTES * 2 // 3))
    left_out = [{"reason": cut(it.message, _LINE_LENGTH)} for it in found.left_out]
    reasons = list(fitting(left_out, ROWS_BYTES // 3))
    answer: dict[str, Any] = {
        "drafts": shown,
        "total": len(written),
        "left_out": [it["reason"] for it in reasons],
        "left_out_total": len(left_out),
        "tested": found.tested,
        "dry_run": dry_run,
    }
    if dry_run and found.drafts:
        answer["yaml_preview"] = cut(found.drafts[0].text, ROWS_BYTES // 3)
    return answer


TOOLS = {
    generate_tests: ToolAnnotations(
        title="Draft test cases", read_only_hint=False, destructive_hint=False, idempotent_hint=True
    ),
}
