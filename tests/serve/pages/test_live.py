"""Pages follow the runs of every door: what the store says of them, as events."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest
from tests.made_results import case_result
from tests.serve.pages.conftest import Browser
from tests.serve.pages.test_login import form_token

from shall.admin.token_file import new_token
from shall.bootstrap import open_workspace
from shall.errors import StoreUnavailable
from shall.messages import Message
from shall.results.listing import LiveRun, RunLine
from shall.results.records import Outcome, RunStatus
from shall.serve import drain, live
from shall.serve.app import Served
from shall.serve.live import LiveRuns
from shall.serve.pages import live as pages
from shall.serve.streams import OpenStreams
from shall.settings import Settings
from shall.store.base import Store
from shall.store.sqlite import SqliteStore

pytestmark = pytest.mark.anyio

NOW = datetime.now(UTC)
Serve = Callable[..., Served]


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "RUNNING_S", 0.01)
    monkeypatch.setattr(live, "IDLE_S", 0.01)


@pytest.fixture
def store(project: Path) -> Iterator[Store]:
    """The store of the project, opened by another process than the servers: so to say."""
    space = open_workspace(project, Settings())
    assert space.store is not None
    yield space.store
    space.store.close()
    space.files.close()


class Reader:
    """What one page receives."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.chunks: asyncio.Queue[str] = asyncio.Queue()
        self.has_left = asyncio.Event()
        self.is_over = asyncio.Event()
        self._text = ""
        self._is_asked = False

    async def receive(self) -> dict[str, Any]:
        if not self._is_asked:
            self._is_asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.has_left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {key.decode(): value.decode() for key, value in message["headers"]}
        else:
            self.chunks.put_nowait(message["body"].decode())
            if not message.get("more_body"):
                self.is_over.set()

    async def block(self) -> str:
        """Return the next event or comment."""
        while "\n\n" not in self._text:
            self._text += await self.chunks.get()
        block, _, self._text = self._text.partition("\n\n")
        return block

    async def event(self) -> dict[str, Any]:
        """Return the data of the next event, with its id."""
        while True:
            fields = dict(line.partition(": ")[::2] for line in (await self.block()).splitlines())
            if "data" in fields:
                return {"id": fields["id"], **json.loads(fields["data"])}


@asynccontextmanager
async def follow(
    served: Served, query: str = "", token: str = "", **headers: str
) -> AsyncIterator[Reader]:
    """Open a stream of a server as a page does, and leave it."""
    reader = Reader()
    sent = {"host": "127.0.0.1:8000", "accept": "text/event-stream", **headers}
    if token:
        sent["authorization"] = f"Bearer {token}"
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/live",
        "raw_path": b"/live",
        "query_string": query.encode(),
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in sent.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }

    async def answer() -> None:
        await served.app(scope, reader.receive, reader.send)

    with anyio.fail_after(20):
        async with anyio.create_task_group() as group:
            group.start_soon(answer)
            yield reader
            reader.has_left.set()


def save(store: Store, run_id: str, *outcomes: Outcome, **changes: Any) -> None:
    cases = [
        case_result(run_id=run_id, case_key=f"{number}.yaml", outcome=it, **changes)
        for number, it in enumerate(outcomes)
    ]
    store.save_cases(cases)


@pytest.mark.verifies("live-pages#1.1", "live-pages#1.2")
async def test_a_run_appears_moves_and_ends_at_every_server(served: Serve, store: Store) -> None:
    store.start_run("r1", NOW, 3, "")
    async with follow(served()) as one, follow(served()) as other:
        for reader in (one, other):
            assert (await reader.block()) == "retry: 2000"
            first = await reader.event()
            assert (first["run"], first["status"], first["id"]) == ("r1", "running", "r1")
            assert first["done"] == "0 of 3 cases"
            assert reader.headers["content-type"].startswith("text/event-stream")
            assert reader.headers["x-accel-buffering"] == "no"
            assert reader.headers["cache-control"] == "no-store"
        save(store, "r1", Outcome.PASSED, Outcome.FAILED, error=Message("case.broken"), name="cart")
        for reader in (one, other):
            moved = await reader.event()
            assert moved["counts"] == {"passed": 1, "failed": 1, "error": 0, "skipped": 0}
            assert moved["reason"].startswith("Newest failure: cart: ")
        store.start_run("r2", NOW, 1, "")
        assert {(await one.event())["run"], (await other.event())["run"]} == {"r2"}
        store.finish_run("r1", RunStatus.INTERRUPTED, 1.0)
        ended = await one.event()
        assert (ended["run"], ended["status"], ended["id"]) == ("r1", "interrupted", "r2")
        assert ended["ended"] == (
            "The run was interrupted: 1 passed, 1 failed, 0 errors, 0 skipped"
        )


@pytest.mark.verifies("live-pages#1.1", "live-pages#1.7")
async def test_a_project_with_secrets_has_live_pages_too(served: Serve, store: Store) -> None:
    store.start_run("r1", NOW, 2, "")
    secrets = {"variables": {"api_token": "walnut-secret-1"}, "secrets": ("api_token",)}
    async with follow(served(**secrets)) as reader:
        assert (await reader.event())["total"] == 2
        save(store, "r1", Outcome.FAILED, name="it has walnut-secret-1")
        assert "it has ***" in (await reader.event())["reason"]
    assert "content-length" not in reader.headers


@pytest.mark.verifies("live-pages#1.3")
async def test_a_page_that_comes_back_learns_what_ended_meanwhile(
    served: Serve, store: Store
) -> None:
    for run_id in ("gone", "shown", "unknown"):
        store.start_run(run_id, NOW, 1, "")
        store.finish_run(run_id, RunStatus.COMPLETE, 1.0)
    async with follow(served(), "known=shown", last_event_id="gone") as reader:
        found = {(await reader.event())["run"], (await reader.event())["run"]}
    assert found == {"gone", "shown"}


@pytest.mark.verifies("live-pages#1.3")
async def test_the_stream_of_one_run_ends_with_it(served: Serve, store: Store) -> None:
    store.start_run("other", NOW, 1, "")
    store.start_run("r1", NOW, 1, "")
    async with follow(served(), "run=r1", accept_language="zh") as reader:
        assert (await reader.event())["done"] == "1 个用例已完成 0 个"
        store.finish_run("r1", RunStatus.COMPLETE, 1.0)
        assert (await reader.event())["status"] == "complete"
        await reader.is_over.wait()


@pytest.mark.verifies("live-pages#1.4")
async def test_a_store_is_looked_at_once_for_all_and_not_at_all_for_nobody() -> None:
    lives, looked = LiveRuns(), []
    again = asyncio.Event()

    async def read(named: Any) -> list[LiveRun]:
        looked.append(set(named))
        again.set()
        return [LiveRun(RunLine("r1", NOW, RunStatus.RUNNING, 3, {}))]

    async def next_look() -> None:
        again.clear()
        await again.wait()

    with anyio.fail_after(20), lives.listen(Path("a"), read) as first:
        with lives.listen(Path("a"), read) as second:
            assert first is second
            assert len(lives) == 2
            await next_look()
            await next_look()
        await next_look()
        assert looked[0] == set()
        assert looked[-1] == {"r1"}
    assert len(lives) == 0
    before = len(looked)
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(looked) == before


@pytest.mark.verifies("live-pages#1.3")
async def test_a_run_that_ends_before_the_store_was_looked_at_is_seen_to_end() -> None:
    lives, is_asked, may_answer = LiveRuns(), asyncio.Event(), asyncio.Event()
    running = LiveRun(RunLine("r1", NOW, RunStatus.RUNNING, 3, {}))
    ended = LiveRun(RunLine("r1", NOW, RunStatus.COMPLETE, 3, {}))

    async def read(named: Any) -> list[LiveRun]:
        is_asked.set()
        await may_answer.wait()
        return [ended] if "r1" in named else []

    with anyio.fail_after(20), lives.listen(Path("a"), read) as watch:
        await is_asked.wait()  # for no run by its name
        watch.add([running])
        may_answer.set()
        while watch.runs["r1"] != ended:
            changed = watch.changed
            await changed.wait()


@pytest.mark.verifies("live-pages#1.5")
async def test_a_quiet_stream_sends_comments_and_ends_after_a_while(
    served: Serve, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store.runs(1) == []
    monkeypatch.setattr(pages, "HEARTBEAT_S", 0.01)
    monkeypatch.setattr(pages, "LONGEST_S", 0.1)
    async with follow(served()) as reader:
        assert await reader.block() == "retry: 2000"
        assert await reader.block() == ":"
        await reader.is_over.wait()


@pytest.mark.verifies("live-pages#1.5")
async def test_a_server_that_leaves_ends_the_streams(
    served: Serve, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[OpenStreams] = []

    class Noted(OpenStreams):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

    monkeypatch.setattr(drain, "OpenStreams", Noted)
    store.start_run("r1", NOW, 1, "")
    server = served()
    async with follow(server) as reader:
        await reader.event()
        assert "shall_live_streams 1.0" in server.parts.metrics.exposition()[0].decode()
        made[0].end()
        await reader.is_over.wait()
    assert "shall_live_streams 0.0" in server.parts.metrics.exposition()[0].decode()


@pytest.mark.verifies("live-pages#1.6")
async def test_nobody_follows_runs_without_the_scope_to_read(served: Serve, tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    token = new_token(file, "runner", ["run"])
    server = served(token_file=file)
    for given, status in (("", 401), (token, 403)):
        async with follow(server, token=given) as reader:
            await reader.is_over.wait()
            assert reader.status == status


async def test_a_store_that_cannot_be_read_for_a_while_ends_no_stream(
    served: Serve, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.start_run("r1", NOW, 1, "")
    failures = iter([StoreUnavailable("locked")] * 3)
    read = SqliteStore.live_runs

    def failing(self: SqliteStore, named: Any = ()) -> list[LiveRun]:
        if error := next(failures, None):
            raise error
        return read(self, named)

    monkeypatch.setattr(SqliteStore, "live_runs", failing)
    async with follow(served()) as reader:
        assert (await reader.event())["run"] == "r1"


def test_asking_for_the_head_of_a_stream_opens_none(browse: Callable[..., Browser]) -> None:
    answer = browse().http.head("/live")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")


@pytest.mark.verifies("live-pages#1.6")
async def test_a_process_has_so_many_streams_at_most(
    served: Serve, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store.runs(1) == []
    monkeypatch.setattr(pages, "MOST_STREAMS", 1)
    server = served()
    async with follow(server) as one:
        await one.block()
        async with follow(server) as refused:
            await refused.is_over.wait()
            assert refused.status == 503


@pytest.mark.verifies("live-pages#2.5")
def test_a_run_is_stopped_by_a_form_of_our_own_page_with_the_scope_run(
    browse: Callable[..., Browser], store: Store, tmp_path: Path
) -> None:
    store.start_run("r1", NOW, 3, "")
    file = tmp_path / "tokens"
    tokens = {scope: new_token(file, scope, ["read", scope]) for scope in ("run", "write")}
    for scope, status in (("write", 403), ("run", 303)):
        browser = browse(token_file=file)
        browser.log_in(tokens[scope])
        assert browser.post("/runs/r1/cancel", {"form_token": "0"}).status_code == 403
        form = {"form_token": form_token(browser.get("/"))}
        answer = browser.post("/runs/r1/cancel", form)
        assert answer.status_code == status
        assert store.is_asked_to_stop("r1") == (status == 303)
    assert answer.headers["location"] == "/runs/r1"
    store.finish_run("r1", RunStatus.INTERRUPTED, 1.0)
    refused = browser.post("/runs/r1/cancel", form)
    assert refused.status_code == 409
    assert "The run r1 has ended." in refused.text
    assert browser.post("/runs/none/cancel", form).status_code == 404
