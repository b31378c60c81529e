"""Tools that run test cases and read results."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Literal

import anyio
from mcp_types import ToolAnnotations
from msgspec.structs import replace
from pydantic import Field

from shall.actions import results
from shall.actions.background_run import in_thread
from shall.actions.background_run import run_tests as run_cases
from shall.actions.cases import SCRIPTS, list_cases
from shall.actions.run_request import ARGUMENTS, RunRequest, run_request
from shall.actions.session import Session
from shall.cases.script import script_name
from shall.errors import BadValue, CaseNotFound, ShuttingDown
from shall.mcp.arguments import MOST, WorkspaceName, with_arguments
from shall.mcp.results import ResultsReply, RunReply, case_details, run_item, run_reply, sent_reply
from shall.results.events import CaseFinished, Event
from shall.results.records import CaseResult, RunSummary
from shall.workspace.workspace import Workspace

SHOWN_CASES = 100

RUN_TASK = "shall-run"
"""The name of the asyncio task of each run: ending the server stops these first."""


@with_arguments(ARGUMENTS)
async def run_tests(
    session: Session,
    yaml_path: Annotated[str | None, Field(description="one case file")] = None,
    root_path: Annotated[str | None, Field(description="a folder; default: all cases")] = None,
    test_type: Literal["all", "integration", "unit"] = "all",
    workspace: WorkspaceName = None,
    python_path: Annotated[
        str | None, Field(description="an interpreter of the workspace, for unit cases")
    ] = None,
    **arguments: Any,
) -> RunReply:
    """Run test cases. Returns counts and what did not pass; get_test_results has the details."""
    space = session.workspace(workspace)
    python = session.workspaces.check_interpreter(python_path, space)
    if python is not None:
        space = replace(space, unit=replace(space.unit, named=python))
    paths = [path for path in (yaml_path or root_path,) if path]
    if test_type != "all" and yaml_path is None:
        paths = await session.workers.call(_of_type, space, root_path, test_type)
    request = run_request(paths, arguments)
    warnings: list[str] = []
    run, first = await _run_with_progress(session, space, request, warnings.append)
    reply = await session.workers.call(run_reply, run, first, space.defaults.language)
    if space.state_warning:
        warnings.insert(0, space.state_warning)
    reply["mode"] = "single" if yaml_path else "batch"
    if warnings:
        reply["warning"] = "; ".join(warnings)
    if yaml_path:
        assert first is not None  # noqa: S101 - a run has a case
        if not reply["results"]:  # what did not pass names itself
            reply["yaml_path"] = first.case_key
            reply["test_name"] = first.name
        script = f"{SCRIPTS}/{script_name(first.case_key)}"
        if space.files.is_file(script):
            reply["py_path"] = script
    return reply


def _of_type(space: Workspace, root_path: str | None, test_type: str) -> list[str]:
    paths = list_cases(space, root_path, test_type)
    if not paths:
        raise CaseNotFound(f"No case of the type {test_type} was found.")
    return paths


async def send_request(
    session: Session,
    step: Annotated[
        dict[str, Any] | str,
        Field(
            description="a step of a case: {POST: /orders, params: {}, headers: {}, json: {qty: 2},"
            " auth: {bearer: T}}; also form, text, expect"
        ),
    ],
    host: str | None = None,
    environment: str | None = None,
    variables: dict[str, Any] | None = None,
    workspace: WorkspaceName = None,
) -> dict[str, Any]:
    """Send one request to explore an API. Returns the response, and a case for write_testcase."""
    from shall.actions.send_request import send_request  # few sessions explore

    space = session.workspace(workspace)
    request = RunRequest(host=host, environment=environment, variables=variables or {})
    turns = session.workers.turns
    sent = await in_thread(lambda stop: send_request(space, step, request, stop, turns), turns)
    language = space.defaults.language
    return await session.workers.call(sent_reply, sent.step, sent.case, sent.secrets, language)


async def get_test_results(
    session: Session,
    limit: Annotated[int, Field(description="newest runs")] = 10,
    run_id: Annotated[str | None, Field(description='a run\'s id, or "latest"')] = None,
    case: Annotated[str | None, Field(description="path or name of a case of it")] = None,
    workspace: WorkspaceName = None,
) -> ResultsReply:
    """List past runs; with run_id its cases; with case each step, check, request and response."""
    space = session.workspace(workspace)
    if run_id is None and case is None:
        if limit < 1:
            raise BadValue(f"limit is {limit}; it must be 1 or more.")
        runs = await session.workers.call(results.past_runs, space, min(limit, MOST))
        return {"results": [run_item(run) for run in runs]}
    details = await session.workers.call(results.run_details, space, run_id or "latest", case)
    language = space.defaults.language
    whole = case is not None
    shown = details.cases[:SHOWN_CASES]
    return {
        "results": [run_item(details.run)],
        "cases": await session.workers.call(
            lambda: [case_details(found, language, whole=whole) for found in shown]
        ),
        "more_cases": max(len(details.cases) - SHOWN_CASES, 0),
    }


async def _run_with_progress(
    session: Session, space: Workspace, request: RunRequest, warn: Callable[[str], None]
) -> tuple[RunSummary, CaseResult | None]:
    """Run, and notify the client after each case; return the first case, too.

    The run is a task of its own: cancelling it once stops its requests and lets its teardowns
    end, while a cancelled call would be cancelled again at every wait.
    """
    shown: asyncio.Queue[CaseFinished | None] = asyncio.Queue()

    first: list[CaseResult] = []

    def show(event: Event) -> None:
        if isinstance(event, CaseFinished):
            first.extend([event.result] if event.number == 0 else ())
            shown.put_nowait(event)

    turns = session.workers.turns
    running = asyncio.create_task(run_cases(space, request, show, warn, turns), name=RUN_TASK)
    reporting = asyncio.create_task(_report(session, shown))
    try:
        run = await asyncio.shield(running)
        shown.put_nowait(None)
        await asyncio.wait([reporting])  # the last case is reported before the answer
    except asyncio.CancelledError:
        if running.cancelled() and not _is_cancelled():  # not our call: the run itself
            raise ShuttingDown(
                "The server is shutting down and stopped this run.",
                hint="get_test_results shows what ran. Run the tests again in a moment.",
            ) from None
        running.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.wait([running])
        raise
    else:
        return run, next(iter(first), None)
    finally:
        reporting.cancel()


async def _report(session: Session, reported: "asyncio.Queue[CaseFinished | None]") -> None:
    done = 0
    while event := await reported.get():
        done += 1
        case = event.figures
        await session.report(done, f"{case.name}: {case.outcome}")


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


TOOLS = {
    run_tests: ToolAnnotations(
        title="Run test cases", read_only_hint=False, destructive_hint=False, open_world_hint=True
    ),
    send_request: ToolAnnotations(
        title="Send a request", read_only_hint=False, destructive_hint=True, open_world_hint=True
    ),
    get_test_results: ToolAnnotations(title="Results of past runs", read_only_hint=True),
}
