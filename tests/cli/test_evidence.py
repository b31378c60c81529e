"""`shall evidence compact`: shorter, and it says the same."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Shall = Callable[..., Any]


@pytest.mark.verifies("tracing#8.1", "tracing#8.2")
def test_replaced_lines_go_and_every_status_stays(
    shall: Shall, write_case: Callable[..., None], project: Path, service: Any
) -> None:
    file = project / "specs/auth/requirements.md"
    file.parent.mkdir(parents=True)
    file.write_text("### Requirement 1\n\n1. A shall b\n2. A shall c\n")
    for path in ("/echo", "/status/404", "/echo", "/other", "/status/404"):
        write_case("a", path=path, more='verifies: ["auth#1.1"]')
        write_case("b", more='verifies: ["auth#1.2"]')
        shall("run", "--host", service.url)
    (log,) = (project / ".shall/evidence").glob("*.jsonl")
    newer = '{"format":2}\n'
    log.write_text(f"<<<<<<< HEAD\n{log.read_text()}{newer}")
    before = log.read_text()

    def criteria() -> Any:
        return json.loads(shall("trace", "--format", "json", "--exit-zero").stdout)["criteria"]

    traced = criteria()
    ended = shall("evidence", "compact")
    assert "Dropped 4 lines" in ended.stdout
    assert criteria() == traced
    left = log.read_text().splitlines()
    assert len(left) == 4
    assert (left[0], left[-1]) == ("<<<<<<< HEAD", newer.strip())
    assert set(left) <= set(before.splitlines())
    (copy,) = (project / ".shall/local/compacted").glob("*/*.jsonl")
    assert copy.read_text() == before
    assert "No line is replaced" in shall("evidence", "compact").stdout
    assert log.read_text().splitlines() == left
