import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="package")
def httpbin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running httpbin."""
    log = tmp_path_factory.mktemp("httpbin") / "log"
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("httpbin_server.py"))],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout
    line = process.stdout.readline().strip()
    assert line.startswith("listening on "), log.read_text(encoding="utf-8")
    yield line.removeprefix("listening on ")
    process.terminate()
    process.communicate(timeout=60)


# These run through `shall run` against a service of their own, not as items of this suite.
collect_ignore_glob = ["cases/*", "release_*"]
