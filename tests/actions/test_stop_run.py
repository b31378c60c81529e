"""A run is asked to stop by another process than the one that runs it."""

import os
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace
from tests.forked import Popen

from shall.actions import recording
from shall.actions.results import past_runs, run_details
from shall.actions.run import execute
from shall.actions.run_request import RunRequest
from shall.actions.stop_run import ask_to_stop
from shall.bootstrap import open_workspace
from shall.errors import NotStoppable, RunNotFound, StoreUnavailable
from shall.results.events import CaseFinished, Event
from shall.results.records import Outcome, RunStatus, RunSummary
from shall.settings import Settings
from shall.store.state import DATABASE
from shall.workspace.workspace import Workspace

FIRST = "testcase:\n  name: first\n  steps:\n    - GET: /echo\n"
ENDLESS = "testcase:\n  name: second\n  steps:\n    - GET: /slow\n"


@pytest.fixture
def elsewhere(workspace: Workspace) -> Iterator[Workspace]:
    """The same folder, opened by somebody else: another store on the same state."""
    opened = open_workspace(workspace.root, Settings())
    yield opened
    opened.files.close()
    assert opened.store is not None
    opened.store.close()


@pytest.fixture
def cases(workspace: Workspace) -> None:
    for name, text in (("a", FIRST), ("b", ENDLESS), ("c", FIRST)):
        workspace.files.write_text(f"tests/cases/{name}.yaml", text)


def run_until_stopped(
    workspace: Workspace, host: str, ask: Callable[[str], None], **options: Any
) -> RunSummary:
    """Run all cases in a thread; ``ask`` is called with the id of the run once a case has ended."""
    ended: list[RunSummary] = []
    has_case = threading.Event()
    ids: list[str] = []

    def take(event: Event) -> None:
        if isinstance(event, CaseFinished):
            ids.append(event.result.run_id)
            has_case.set()

    space = replace(workspace, defaults=replace(workspace.defaults, concurrency=1, **options))

    def run() -> None:
        ended.append(execute(space, RunRequest(host=host), [take]))

    thread = threading.Thread(target=run)
    thread.start()
    assert has_case.wait(20)
    ask(ids[0])
    thread.join(20)
    [summary] = ended
    return summary


@pytest.mark.verifies("live-pages#2.1", "live-pages#2.2")
@pytest.mark.usefixtures("cases")
def test_a_run_stops_that_another_store_was_asked_to_stop(
    workspace: Workspace, elsewhere: Workspace, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "LOOK_S", 0.01)

    summary = run_until_stopped(workspace, service.url, lambda it: ask_to_stop(elsewhere, it))

    assert summary.status is RunStatus.INTERRUPTED
    stored = run_details(elsewhere, summary.run_id)
    assert stored.run.status is RunStatus.INTERRUPTED
    assert [it.outcome for it in stored.cases] == [Outcome.PASSED, Outcome.ERROR, Outcome.SKIPPED]
    with pytest.raises(NotStoppable, match="has ended"):
        ask_to_stop(elsewhere, summary.run_id)


@pytest.mark.usefixtures("cases")
def test_a_store_that_cannot_be_read_for_a_while_stops_the_run_later(
    workspace: Workspace, elsewhere: Workspace, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "LOOK_S", 0.01)
    store = workspace.store
    assert store is not None
    failures = iter([StoreUnavailable("locked")] * 3)
    look = store.is_asked_to_stop

    def failing(run_id: str) -> bool:
        if error := next(failures, None):
            raise error
        return look(run_id)

    monkeypatch.setattr(store, "is_asked_to_stop", failing)
    summary = run_until_stopped(workspace, service.url, lambda it: ask_to_stop(elsewhere, it))
    assert summary.status is RunStatus.INTERRUPTED


@pytest.mark.verifies("live-pages#2.3")
def test_what_cannot_be_stopped_is_refused_with_the_reason(
    workspace: Workspace, elsewhere: Workspace
) -> None:
    with pytest.raises(RunNotFound):
        ask_to_stop(workspace, "none")
    store = elsewhere.store
    assert store is not None
    store.start_run("old", datetime.now(UTC), 1, "")
    with closing(sqlite3.connect(workspace.root / ".shall" / DATABASE)) as database, database:
        database.execute("UPDATE runs SET stop_asked_at = NULL")  # as an older release leaves it
    with pytest.raises(NotStoppable, match="does not look") as refused:
        ask_to_stop(workspace, "old")
    assert "older release" in str(refused.value)


@pytest.mark.verifies("live-pages#2.4")
@pytest.mark.usefixtures("cases")
def test_a_short_run_never_looks_whether_it_shall_stop(
    workspace: Workspace, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.files.write_text("tests/cases/b.yaml", FIRST)
    store = workspace.store
    assert store is not None
    monkeypatch.setattr(store, "is_asked_to_stop", lambda _: pytest.fail("it looked"))
    monkeypatch.setattr(recording, "LOOK_S", 3600.0)
    summary = execute(workspace, RunRequest(host=service.url))
    assert summary.all_hold


@pytest.mark.verifies("live-pages#2.1")
@pytest.mark.process
@pytest.mark.usefixtures("forks", "cases")
def test_a_command_hears_that_it_shall_stop(workspace: Workspace, service: Any) -> None:
    process = Popen(
        [sys.executable, "-m", "shall", "run", "--concurrency", "1", "--host", service.url],
        cwd=workspace.root,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    service.wait_for(service.log.calls, "/slow began")
    [running] = past_runs(workspace)
    run_id = running.run_id
    ask_to_stop(workspace, run_id)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, out + err
    assert re.search(f"the run {run_id} was asked to stop", err)
    assert run_details(workspace, run_id).run.status is RunStatus.INTERRUPTED
