"""Servers of SQL that accept a connection, and at some point answer no longer."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from tests.transport.sql.conftest import PASSWORD

from shall.database_source import databases
from shall.errors import TimedOut
from shall.transport.http.loop import MAX_THREADS, CurlLoop
from shall.transport.waits import Statement, Work


def work_of(url: str, queries: list[tuple[str, float]]) -> Work[list[Any]]:
    values = []
    for query, timeout_s in queries:
        database = databases({"shop": url})["shop"]
        response = yield Statement("shop", database, query, {}, PASSWORD, "", timeout_s)
        values.append(json.loads(response.body)["value"])
    return values


def asked(url: str, *queries: tuple[str, float]) -> list[Any]:
    """Return the first value of each query, asked over one loop."""
    with closing(CurlLoop()) as loop:
        answers: list[Any] = loop.run(work_of(url, list(queries)))
    return answers


@contextmanager
def silent_after(word: bytes, url: str) -> Iterator[str]:
    """Return the URL of a server that passes all on to another, until a client sends the word."""
    head, _, rest = url.partition("@127.0.0.1:")
    port, _, path = rest.partition("/")
    opened: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    client = listener.accept()[0]
                    server = socket.create_connection(("127.0.0.1", int(port)))
                    opened.extend((client, server))
                    for one, other, until in ((client, server, word), (server, client, b"\0" * 99)):
                        thread = threading.Thread(target=pass_on, args=(one, other, until))
                        thread.start()
                        threads.append(thread)

        threads = [threading.Thread(target=serve)]
        threads[0].start()
        yield f"{head}@127.0.0.1:{listener.getsockname()[1]}/{path}"
        for each in (listener, *opened):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
    for thread in threads:
        thread.join()
    for each in opened:
        each.close()


def pass_on(one: socket.socket, other: socket.socket, until: bytes) -> None:
    with suppress(OSError):
        while (data := one.recv(1 << 16)) and until not in data:
            other.sendall(data)


@pytest.mark.verifies("databases#1.9")
@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_a_server_that_accepts_and_sends_nothing_ends_the_step_in_its_time(kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"{kind}://shop@127.0.0.1:{silent.getsockname()[1]}/shop"
        with pytest.raises(TimedOut, match=r"shop did not answer within 0.2 s"):
            asked(url, ("SELECT 1", 0.2))


@pytest.mark.verifies("databases#1.9")
@pytest.mark.parametrize(
    ("server", "word"),
    [
        ("postgres", b"pg_settings"),
        ("postgres", b"pg_catalog.version"),
        ("postgres", b"6 * 7"),
        ("postgres", b"COMMIT"),
        ("mariadb", b"SET NAMES"),
        ("mariadb", b"VERSION()"),
        ("mariadb", b"6 * 7"),
        ("mariadb", b"COMMIT"),
    ],
)
def test_a_server_that_falls_silent_ends_the_step_in_its_time(
    server: str, word: bytes, request: pytest.FixtureRequest
) -> None:
    with (
        silent_after(word, request.getfixturevalue(server)) as url,
        pytest.raises(TimedOut, match=r"shop did not answer within 0.2 s"),
    ):
        asked(url, ("SELECT 6 * 7", 0.2))


@pytest.mark.verifies("databases#1.10")
def test_names_that_are_looked_up_without_end_keep_no_other_step_waiting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    released, look_up = threading.Event(), socket.getaddrinfo

    def stuck(host: Any, *rest: Any, **more: Any) -> Any:
        if host == "stuck.example.com":
            released.wait()
            raise socket.gaierror("not found")
        return look_up(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", stuck)
    ended: list[str] = []

    def one(name: str, url: str, timeout_s: float) -> Work[None]:
        try:
            yield from work_of(url, [("SELECT 1 AS value", timeout_s)])
        except TimedOut:
            name += " timed out"
        ended.append(name)

    with closing(CurlLoop()) as loop:
        for _ in range(MAX_THREADS):
            loop.start(one("stuck", "postgresql://shop@stuck.example.com/shop", 0.05))
        task = loop.start(one("fine", f"sqlite:///{tmp_path / 'shop.db'}", 60.0))
        while not task.is_done:
            loop.step()
        released.set()

    assert ended[-1] == "fine"
    assert ended.count("stuck timed out") >= 1
