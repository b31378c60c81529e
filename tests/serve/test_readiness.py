import asyncio
import errno
import os
import sqlite3
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from shall.bootstrap import open_workspace
from shall.serve.readiness import MIN_FREE_BYTES, Readiness
from shall.server_bootstrap import open_workspaces
from shall.settings import Settings
from shall.workspace.workspaces import Workspaces

pytestmark = pytest.mark.anyio


@pytest.fixture
def spaces(tmp_path: Path) -> Iterator[Workspaces]:
    opened = open_workspaces(Settings(workspaces=(tmp_path,)))
    yield opened
    opened.close()


def started(spaces: Workspaces, **options: Any) -> Readiness:
    readiness = Readiness(spaces, **options)
    readiness.start()
    return readiness


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.verifies("rest#1.5")
async def test_a_server_is_ready_from_its_start_until_it_drains(spaces: Workspaces) -> None:
    draining = False
    readiness = Readiness(spaces, lambda: draining)
    assert await readiness.reasons() == ("starting",)
    readiness.start()
    assert await readiness.reasons() == ()
    spaces.choose(None).make_state()
    assert await readiness.reasons() == ()
    draining = True
    assert await readiness.reasons() == ("draining",)


@pytest.mark.verifies("rest#1.5")
async def test_a_full_disk_is_a_reason(spaces: Workspaces) -> None:
    spaces.choose(None).make_state()
    assert await started(spaces, min_free_bytes=1 << 62).reasons() == ("disk full",)
    assert MIN_FREE_BYTES >= 1 << 20


@pytest.mark.verifies("rest#1.5")
async def test_a_store_that_cannot_be_used_is_a_reason_until_it_can(
    spaces: Workspaces, tmp_path: Path
) -> None:
    space = spaces.choose(None)
    space.make_state()
    clock = Clock()
    readiness = started(spaces, clock=clock, timeout_s=0.05)
    other = sqlite3.connect(tmp_path / ".shall/local/shall.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # as a backup that hangs
    assert await readiness.reasons() == ("store unavailable",)
    other.execute("ROLLBACK")
    other.close()
    assert readiness._checking is not None
    await readiness._checking
    assert await readiness.reasons() == ()

    clock.now += 10
    assert space.store is not None
    space.store.close()
    assert await started(spaces).reasons() == ("store unavailable",)


@pytest.mark.verifies("rest#1.5")
async def test_a_state_that_could_not_be_opened_is_a_reason(tmp_path: Path) -> None:
    (tmp_path / ".shall").write_text("no folder")
    opened = open_workspaces(Settings(workspaces=(tmp_path,)))
    opened.choose(None).make_state()
    assert await started(opened).reasons() == ("store unavailable",)
    opened.close()


@pytest.mark.verifies("defences#10.6")
async def test_a_workspace_that_cannot_be_opened_is_a_reason(tmp_path: Path) -> None:
    def opened() -> Workspaces:
        return Workspaces((), tmp_path, tmp_path, lambda root, _: open_workspace(root, Settings()))

    assert await started(opened()).reasons() == ("workspace unavailable",)
    gone = Workspaces((tmp_path / "gone",), tmp_path, None, lambda *_: pytest.fail("opened"))
    assert await started(gone).reasons() == ("workspace unavailable",)


@pytest.mark.verifies("defences#10.6")
async def test_the_workspace_is_opened_before_anybody_calls_a_tool(spaces: Workspaces) -> None:
    assert spaces.opened == ()
    assert await started(spaces).reasons() == ()
    assert len(spaces.opened) == 1


@pytest.mark.verifies("defences#10.6")
@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.EACCES, "state not writable"),
        (errno.EROFS, "state not writable"),
        (errno.ENOSPC, "disk full"),
        (errno.EIO, "store unavailable"),
    ],
)
async def test_a_state_that_can_no_longer_be_written_is_a_reason(
    spaces: Workspaces, monkeypatch: pytest.MonkeyPatch, number: int, reason: str
) -> None:
    spaces.choose(None).make_state()
    clock = Clock()
    readiness = started(spaces, clock=clock)
    assert await readiness.reasons() == ()

    def refuse(_: Path) -> None:
        raise OSError(number, os.strerror(number))  # root may write anywhere

    with monkeypatch.context() as patch:
        patch.setattr("shall.serve.readiness.check_writable", refuse)
        clock.now += 10
        assert await readiness.reasons() == (reason,)
    clock.now += 10
    assert await readiness.reasons() == ()


@pytest.mark.verifies("defences#10.6")
async def test_a_missing_libcurl_is_a_reason(
    spaces: Workspaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [it for it in sys.modules if it.startswith("shall.transport.http.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pycurl", None)
    assert await started(spaces).reasons() == ("HTTP client unavailable",)


class Hanging:
    """A store that answers when it is let."""

    def __init__(self) -> None:
        self.asked = 0
        self.let = threading.Event()

    def check(self) -> None:
        self.asked += 1
        self.let.wait(60)


@pytest.mark.verifies("rest#1.6")
async def test_many_callers_ask_a_hanging_store_once(tmp_path: Path) -> None:
    store: Any = Hanging()
    first = open_workspaces(Settings(workspaces=(tmp_path,)))
    first.choose(None).make_state()
    workspace = replace(first.choose(None), store=store, later=None)
    spaces = Workspaces((tmp_path,), tmp_path, tmp_path, lambda *_: workspace)
    spaces.choose(None)
    readiness = started(spaces, timeout_s=0.05)
    answers = await asyncio.gather(*(readiness.reasons() for _ in range(100)))
    assert set(answers) == {("store unavailable",)}
    assert store.asked == 1
    store.let.set()
    assert readiness._checking is not None
    await readiness._checking
    assert await readiness.reasons() == ()
    assert store.asked == 1  # the answer is good for a moment
    first.close()
