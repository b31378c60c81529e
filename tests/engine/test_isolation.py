"""Cases that run at the same time share no variable."""

import socket
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest

from shall.results.records import Outcome, RunResult

pytestmark = pytest.mark.anyio

Run = Callable[..., Awaitable[RunResult]]


@pytest.mark.repeats
@pytest.mark.verifies("engine#3.14")
async def test_200_cases_that_capture_variables_of_the_same_name_never_mix(
    service: Any, run: Callable[..., Awaitable[RunResult]]
) -> None:
    cases = [
        {
            "variables": {"own": number},
            "steps": [
                {"id": "get", "GET": f"/echo/{number}", "capture": {"path": "$.path"}},
                {"GET": "/echo{{ path }}/{{ own }}", "for each": ["a", "{{ path }}"]},
                {
                    "GET": "{{ get.path }}",
                    "expect": {"$.path": "{{ path }}", "status": 200},
                    "if": "{{ path == '/echo/' + own_text }}",
                },
            ],
        }
        for number in range(200)
    ]
    for number, case in enumerate(cases):
        case["variables"] = {"own": number, "own_text": str(number)}

    result = await run(cases, host=service.url, concurrency=16)

    assert result.counts()[Outcome.PASSED] == 200
    assert all(step.outcome is Outcome.PASSED for case in result.cases for step in case.steps)
    for number in range(200):
        assert service.calls_to(f" /echo/{number}") == 2
        assert service.calls_to(f" /echo/echo/{number}/{number}") == 2


class Seen:
    """What a service of HTTP/1.1 alone saw."""

    def __init__(self) -> None:
        self.preface, self.done = threading.Event(), threading.Event()

    def answer(self, client: socket.socket) -> None:
        with client:
            data = client.recv(65536)
            if data.startswith(b"PRI "):
                self.preface.set()
                self.done.wait(60)  # the connection stays open, and nothing is answered
            elif self.preface.wait(60):
                client.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
                if b"/last" in data:
                    self.done.set()


@pytest.mark.verifies("engine#1.7")
async def test_no_request_joins_a_connection_of_http_2_of_another_case(run: Run) -> None:
    seen = Seen()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listening.accept()
                    threading.Thread(target=seen.answer, args=(client,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        host = f"http://127.0.0.1:{listening.getsockname()[1]}"
        of_http_2 = {"GET": "/", "connection": {"http": "2-prior-knowledge"}}
        plain = [{"GET": "/first"}, {"GET": "/last", "timeout_s": 30}]
        result = await run([{"steps": [of_http_2]}, {"steps": plain}], host=host)
        listening.shutdown(socket.SHUT_RDWR)

    assert [it.outcome for it in result.cases[1].steps] == [Outcome.PASSED] * 2
