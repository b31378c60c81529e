import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.forked import Popen

SERVING = Path(__file__).with_name("serving.py")


@pytest.fixture(scope="package")
def conforming(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Serves our application with the suite's fixtures, once for each token; gives its URL."""
    started: dict[str, tuple[subprocess.Popen[str], str]] = {}
    folder = tmp_path_factory.mktemp("project")

    def start(token: str = "") -> str:
        if token not in started:
            command = [sys.executable, str(SERVING), "--workspace", str(folder), "--token", token]
            process = Popen(command, stdout=subprocess.PIPE, text=True)
            assert process.stdout is not None
            started[token] = process, process.stdout.readline().strip()
        return started[token][1]

    yield start
    for process, _ in started.values():
        process.terminate()
        process.communicate(timeout=20)
