import http.client
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SHOP = Path(__file__).parents[2] / "examples" / "shop"


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str]


@dataclass(frozen=True)
class Shop:
    """A running shop and a way to ask it."""

    address: str

    def ask(
        self, method: str, path: str, body: Any = None, *, token: str = "", raw: bytes = b""
    ) -> Answer:
        connection = http.client.HTTPConnection(self.address, timeout=60)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        content = raw if body is None else json.dumps(body).encode()
        connection.request(method, path, content, headers)
        response = connection.getresponse()
        text = response.read()
        connection.close()
        return Answer(response.status, json.loads(text) if text else None, dict(response.headers))

    def token(self, name: str = "alice", password: str = "wonderland") -> str:
        answer = self.ask("POST", "/login", {"username": name, "password": password})
        assert answer.status == 200
        return str(answer.body["token"])


@pytest.fixture
def start_shop(
    forks: None,  # noqa: ARG001
) -> Iterator[Callable[[], tuple[subprocess.Popen[str], Shop]]]:
    started: list[subprocess.Popen[str]] = []

    def start() -> tuple[subprocess.Popen[str], Shop]:
        process = subprocess.Popen(
            [sys.executable, str(SHOP / "service.py"), "--port", "0"],
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout
        line = process.stdout.readline().strip()
        assert line.startswith("listening on http://127.0.0.1:")
        return process, Shop(line.removeprefix("listening on http://"))

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def shop(start_shop: Callable[[], tuple[subprocess.Popen[str], Shop]]) -> Shop:
    return start_shop()[1]
