import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SERVING = Path(__file__).with_name("serving.py")


@pytest.fixture
def conforming(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Serves our application with the suite's fixtures; gives the URL that clients use."""
    started: list[subprocess.Popen[str]] = []

    def start(token: str = "") -> str:
        command = [sys.executable, str(SERVING), "--workspace", str(tmp_path), "--token", token]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        return process.stdout.readline().strip()

    yield start
    for process in started:
        process.terminate()
        process.communicate(timeout=20)
