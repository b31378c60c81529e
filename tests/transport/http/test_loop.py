"""The loop's three waits, and how they are stopped."""

import os
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pycurl
import pytest

from shall.errors import TimedOut
from shall.transport import poller
from shall.transport.exchange import Request, Response
from shall.transport.http import loop as module
from shall.transport.http.loop import CurlLoop
from shall.transport.waits import Call, Pause, Shield, Stopped, Work


@pytest.fixture
def loop() -> Iterator[CurlLoop]:
    loop = CurlLoop()
    yield loop
    loop.close()


def get(url: str, **more: Any) -> Work[Response]:
    response: Response = yield Request("GET", url, **more)
    return response


def test_work_waits_for_a_transfer_a_pause_and_a_blocking_call(
    loop: CurlLoop, service: Any
) -> None:
    def work() -> Work[list[Any]]:
        response = yield from get(f"{service.url}/echo")
        began = time.monotonic()
        yield Pause(0.05)
        paused_s = time.monotonic() - began
        thread = yield Call(threading.current_thread)
        return [response.status, paused_s >= 0.05, thread is threading.current_thread()]

    assert loop.run(work()) == [200, True, False]


def test_what_a_call_raises_is_raised_where_the_work_waits(loop: CurlLoop) -> None:
    def work() -> Work[str]:
        try:
            yield Call(lambda: 1 // 0)
        except ZeroDivisionError:
            return "caught"
        return "nothing"

    assert loop.run(work()) == "caught"


def test_work_runs_side_by_side(loop: CurlLoop, service: Any) -> None:
    order: list[str] = []

    def slow() -> Work[None]:
        yield from get(f"{service.url}/slow")
        order.append("slow")

    def quick() -> Work[None]:
        yield Pause(0)
        yield from get(f"{service.url}/echo")
        order.append("quick")

    hanging, done = loop.start(slow()), loop.start(quick())
    while not done.is_done:
        loop.step()
    assert order == ["quick"]
    assert not hanging.is_done


def test_a_request_times_out_while_nothing_else_happens(loop: CurlLoop, service: Any) -> None:
    def pause() -> Work[None]:
        yield Pause(5)

    later = loop.start(pause())
    with pytest.raises(TimedOut):
        loop.run(get(f"{service.url}/slow", timeout_s=0.05))
    assert not later.is_done


@pytest.mark.parametrize("kind", ["transfer", "pause", "call"])
def test_stopped_work_goes_on_where_it_waits_and_leaves_no_socket(
    loop: CurlLoop, service: Any, kind: str
) -> None:
    release = threading.Event()
    waits: dict[str, Any] = {
        "transfer": Request("GET", f"{service.url}/slow"),
        "pause": Pause(60),
        "call": Call(lambda: release.wait(20)),
    }
    after: list[str] = []

    def work() -> Work[None]:
        try:
            yield waits[kind]
        except Stopped:
            after.append("stopped")
        response = yield from get(f"{service.url}/echo")
        after.append(str(response.status))

    task = loop.start(work())
    if kind == "transfer":
        while "/slow began" not in service.log.calls:
            loop.step(time.monotonic() + 0.01)
    loop.stop(task, grace_s=20)
    while not task.is_done:
        loop.step()
    release.set()
    assert after == ["stopped", "200"]
    if kind == "transfer":
        service.wait_for(service.log.closed, "/slow")


def test_stopped_work_is_stopped_again_when_its_time_is_over(loop: CurlLoop) -> None:
    stops: list[int] = []

    def work() -> Work[None]:
        for number in range(3):
            try:
                yield Pause(60)
            except Stopped:
                stops.append(number)

    task = loop.start(work())
    loop.stop(task, grace_s=0.05)
    while not task.is_done:
        loop.step()
    assert stops == [0, 1, 2]


def test_shielded_work_goes_on_until_its_time_is_over(loop: CurlLoop, service: Any) -> None:
    seen: list[str] = []

    def work() -> Work[None]:
        yield Shield()
        try:
            response = yield from get(f"{service.url}/held")
            seen.append(str(response.status))
            yield Pause(60)
        except Stopped:
            seen.append("stopped")

    task = loop.start(work())
    while "/held began" not in service.log.calls:
        loop.step(time.monotonic() + 0.01)
    loop.stop(task, grace_s=2)
    loop.step(time.monotonic() + 0.01)
    assert seen == []
    service.release("/held")
    while not task.is_done:
        loop.step()
    assert seen == ["200", "stopped"]


def test_shielded_work_may_wait_half_of_its_time_for_the_same(loop: CurlLoop) -> None:
    seen: list[str] = []

    def work() -> Work[None]:
        yield Shield()
        for _ in range(2):
            try:
                yield Pause(60)
            except Stopped:
                seen.append("stopped")
                yield Call(lambda: seen.append("went on"))

    task = loop.start(work())
    loop.step()
    loop.stop(task, grace_s=0.5)
    while not seen:
        loop.step()
    with suppress(Stopped):
        while not task.is_done:
            loop.step()
    assert seen == ["stopped", "went on", "stopped"]


def test_another_thread_wakes_the_loop(loop: CurlLoop) -> None:
    def work() -> Work[None]:
        yield Pause(60)

    loop.start(work())
    threading.Timer(0.05, loop.wake).start()
    loop.step()  # returns long before the pause is over


def test_a_wake_after_the_end_reaches_no_other_descriptor() -> None:
    loop = CurlLoop()
    loop.close()
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    loop.wake()
    with pytest.raises(BlockingIOError):
        os.read(reading, 1)
    os.close(reading)
    os.close(writing)


def test_descriptors_above_1023_are_waited_for(loop: CurlLoop, service: Any) -> None:
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, most), most))
    held = [os.dup(0) for _ in range(1100)]
    try:
        assert loop.run(get(f"{service.url}/echo")).status == 200
        with pytest.raises(TimedOut):
            loop.run(get(f"{service.url}/slow", timeout_s=0.2))
    finally:
        for descriptor in held:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))


class _OneByOne(BaseHTTPRequestHandler):
    """Closes each connection, as Python's ``http.server`` does by default."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        del format, args


def test_a_service_with_a_small_backlog_loses_no_connection(loop: CurlLoop) -> None:
    """A lost SYN is sent again after a second: the times of the transfers would show it."""
    with HTTPServer(("127.0.0.1", 0), _OneByOne) as server:
        assert server.request_queue_size == 5
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/"
        connect_s: list[float] = []

        def work() -> Work[None]:
            for _ in range(4):
                response = yield from get(url)
                connect_s.append(response.timings.connect_s)

        tasks = [loop.start(work()) for _ in range(32)]
        while not all(task.is_done for task in tasks):
            loop.step()
        server.shutdown()
    assert len(connect_s) == 128
    assert max(connect_s) < 0.9


def test_closing_the_loop_breaks_off_what_waits(service: Any) -> None:
    loop = CurlLoop()
    closed: list[str] = []

    def work() -> Work[None]:
        try:
            yield from get(f"{service.url}/slow")
        finally:
            closed.append("closed")

    loop.start(work())
    while "/slow began" not in service.log.calls:
        loop.step(time.monotonic() + 0.01)
    loop.close()
    loop.close()
    assert closed == ["closed"]
    service.wait_for(service.log.closed, "/slow")


def test_selectors_serve_where_there_is_no_epoll(
    service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setattr(module, "make_poller", poller.SelectorPoller)
    loop = CurlLoop()
    assert loop.run(get(f"{service.url}/echo")).status == 200
    loop.close()


def test_a_socket_that_is_refused_is_an_error(loop: CurlLoop) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(Exception, match="refuses the connection"):
            loop.run(get(f"http://127.0.0.1:{unused.getsockname()[1]}/"))


@pytest.mark.verifies("cli#1.15")
@pytest.mark.parametrize("ends", ["timed out", "stopped", "closed"])
def test_closing_does_not_wait_for_a_name_that_libcurl_looks_up(
    service: Any, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    found, closed = threading.Event(), threading.Event()

    class LooksUp(pycurl.CurlMulti):  # type: ignore[misc]
        def close(self) -> None:
            found.wait()
            super().close()
            closed.set()

    monkeypatch.setattr(pycurl, "CurlMulti", LooksUp)
    monkeypatch.setattr(module, "CLOSE_GRACE_S", 0.01)
    loop = CurlLoop()

    def work() -> Work[None]:
        with suppress(TimedOut, Stopped):
            yield from get(f"{service.url}/slow", timeout_s=0.1 if ends == "timed out" else 60)

    task = loop.start(work())
    if ends == "stopped":
        loop.stop(task)
    while ends != "closed" and not task.is_done:
        loop.step()
    loop.close()

    assert not closed.is_set()
    found.set()
    assert closed.wait(60)
