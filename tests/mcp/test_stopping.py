"""A run of a tool is stopped by somebody else than its client."""

import asyncio
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from mcp import Client

from shall.actions import recording
from shall.actions.stop_run import ask_to_stop
from shall.workspace.workspaces import Workspaces

pytestmark = pytest.mark.anyio


@pytest.mark.verifies("live-pages#2.2")
async def test_a_tool_answers_what_ran_where_its_run_was_stopped(
    client: Client,
    spaces: Workspaces,
    service: Any,
    write_cases: Callable[..., None],
    answer: Callable[[Any], dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recording, "LOOK_S", 0.01)
    write_cases(1, service.url, "/slow")

    with anyio.fail_after(30):
        called = asyncio.create_task(client.call_tool("run_tests", {}))
        await asyncio.to_thread(service.wait_for, service.log.calls, "/slow began")
        space = spaces.choose(None)
        assert space.store is not None
        [running] = space.store.live_runs()
        ask_to_stop(space, running.line.run_id)
        data = answer(await called)

    assert data["run_id"] == running.line.run_id
    assert data["has_failures"]
    assert "interrupted" in data["results"][0]["error_message"]
