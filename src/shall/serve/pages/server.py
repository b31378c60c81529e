"""``/server``: the state of this process, for administrators."""

import time
from collections.abc import Sequence
from datetime import timedelta

from shall import __version__
from shall.actions.results import call_statistics, opened_store
from shall.errors import ShallError
from shall.messages import translated
from shall.pages.server import WINDOWS_MIN, CallFigures, OpenRun, ServerFacts, server_page
from shall.serve.pages.page import Answer, PageCall
from shall.serve.rest.info import count_connections
from shall.workspace.workspace import Workspace


async def make(call: PageCall) -> Answer:
    """Make the page."""
    reasons = await call.context.readiness.reasons()
    return await call.session.workers.call(_made, call, reasons)


def _made(call: PageCall, reasons: Sequence[str]) -> str:
    context, settings = call.context, call.context.settings
    runs: list[OpenRun] = []
    calls: dict[int | None, CallFigures] = {}
    unknown = ""
    try:
        runs = _open_runs(call.workspace)
        calls = {minutes: _figures(call.workspace, minutes) for minutes in WINDOWS_MIN}
    except ShallError as error:  # without a state the rest is known all the same
        unknown = translated(str(error), call.language)
    uptime = timedelta(seconds=time.monotonic() - context.started_s)
    facts = ServerFacts(
        version=__version__,
        started_at=call.look.now - uptime,
        reasons=reasons,
        workers=settings.workers,
        instance=settings.instance,
        connections=count_connections(context),
        workspaces=[
            str(it.root) for it in context.workspaces.opened if call.caller.may_use(it.root)
        ],
        runs=runs,
        calls=calls,
        calls_unknown=unknown,
    )
    return server_page(facts, call.look)


def _open_runs(workspace: Workspace) -> list[OpenRun]:
    lines = [it.line for it in opened_store(workspace).live_runs()]
    return [OpenRun(it.run_id, it.started_at, it.environment) for it in lines]


def _figures(workspace: Workspace, minutes: int | None) -> CallFigures:
    found = call_statistics(workspace, 0, minutes)
    return CallFigures(
        total=found.total,
        failed=found.error,
        mean_s=found.avg_latency_ms / 1000,
        p95_s=found.p95_latency_ms / 1000,
        codes=found.error_codes,
    )
