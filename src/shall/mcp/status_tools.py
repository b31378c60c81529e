"""Tools that report the state of the server."""

from typing import Annotated, Any

from mcp_types import ToolAnnotations
from pydantic import Field

from shall import __version__
from shall.actions import results
from shall.actions.session import Session
from shall.actions.status import health
from shall.errors import OutsideWorkspace
from shall.mcp.arguments import MOST


async def health_check(session: Session) -> dict[str, Any]:
    """Report the version and where the tests are."""
    try:
        found = health(session.workspace())
    except OutsideWorkspace as error:  # the server is well; it only has nowhere to work
        nowhere = dict.fromkeys(("repo_root", "tests_root", "test_cases_root"))
        return {"version": __version__, **nowhere, "warning": str(error)}
    answer: dict[str, Any] = {
        "version": found.version,
        "repo_root": found.repo_root,
        "tests_root": found.tests_root,
        "test_cases_root": found.test_cases_root,
    }
    if found.state_warning:
        answer["warning"] = found.state_warning
    return answer


async def get_mcp_metrics(
    session: Session,
    limit: Annotated[int, Field(description="newest calls; 0 counts all")] = 500,
    since_minutes: int | None = None,
) -> dict[str, Any]:
    """Count tool calls: success rate, latency, errors by code."""
    space = session.workspace()
    since = None if since_minutes is None else min(since_minutes, MOST)
    found = await session.workers.call(results.call_statistics, space, min(limit, MOST), since)
    return {
        "total": found.total,
        "success": found.success,
        "error": found.error,
        "success_rate": round(found.success_rate, 4),
        "avg_latency_ms": round(found.avg_latency_ms, 3),
        "p95_latency_ms": round(found.p95_latency_ms, 3),
        "error_codes": dict(found.error_codes),
        "window_minutes": since_minutes,
    }


TOOLS = {
    health_check: ToolAnnotations(title="Health", read_only_hint=True),
    get_mcp_metrics: ToolAnnotations(title="Statistics of tool calls", read_only_hint=True),
}
