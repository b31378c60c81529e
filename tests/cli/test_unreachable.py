"""A service that is down: nothing failed, nothing is proved, and no committed file changes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Shall = Callable[..., Any]
WriteCase = Callable[..., None]
NOWHERE = "http://127.0.0.1:9"
"""The port of the discard service, on which nothing listens."""


@pytest.fixture(autouse=True)
def _case(project: Path, write_case: WriteCase) -> None:
    file = project / "specs/auth/requirements.md"
    file.parent.mkdir(parents=True)
    file.write_text("### Requirement 1\n\n1. A shall b\n2. A shall c\n")
    write_case("a", more='verifies: ["auth#1.1"]')


def evidence(project: Path) -> str:
    return "".join(file.read_text() for file in (project / ".shall/evidence").glob("*.jsonl"))


def first_row(shall: Shall) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(shall("trace", "--format", "json").stdout)["criteria"][0]
    return row


@pytest.mark.verifies("tracing#5.1", "tracing#5.2")
def test_a_criterion_without_evidence_is_unreachable_until_its_case_reaches_the_service(
    shall: Shall, project: Path, service: Any
) -> None:
    assert shall("run", "--host", NOWHERE).returncode == 4
    assert evidence(project) == ""
    row = first_row(shall)
    assert (row["status"], row["evidence_status"]) == ("unreachable", "not run")
    assert row["unreachable"][0]["address"] == "127.0.0.1:9"
    traced = shall("trace")
    assert traced.returncode == 0
    assert "tests/cases/a.yaml: 127.0.0.1:9 was not reached at" in traced.stdout
    assert "127.0.0.1:9 was not reached" in shall("trace", "--why", "auth#1.1").stdout
    shall("run", "--host", service.url)
    row = first_row(shall)
    assert (row["status"], "unreachable" in row) == ("proved", False)


@pytest.mark.verifies("tracing#5.1", "tracing#5.2")
def test_a_proof_counts_while_the_service_is_down_and_the_outage_is_shown(
    shall: Shall, project: Path, service: Any
) -> None:
    shall("run", "--host", service.url)
    before = evidence(project)
    shall("run", "--host", NOWHERE)
    assert evidence(project) == before
    row = first_row(shall)
    assert (row["status"], row["evidence_status"]) == ("proved", "proved")
    assert "127.0.0.1:9 was not reached" in shall("trace").stdout


@pytest.mark.verifies("tracing#5.2")
def test_an_edited_case_stays_stale_while_the_service_is_down(
    shall: Shall, write_case: WriteCase, service: Any
) -> None:
    shall("run", "--host", service.url)
    write_case("a", path="/other", more='verifies: ["auth#1.1"]')
    shall("run", "--host", NOWHERE)
    assert first_row(shall)["status"] == "stale"


@pytest.mark.verifies("tracing#5.2")
def test_what_was_not_reached_is_known_on_this_machine_only(shall: Shall, project: Path) -> None:
    shall("run", "--host", NOWHERE)
    noted = project / ".shall/local/unreachable.json"
    assert "127.0.0.1:9" in noted.read_text()
    for damaged in ("{", '{"format": 2}', '{"format": 1, "unreachable": [{"at": 3}]}', "[]"):
        noted.write_text(damaged)
        assert first_row(shall)["status"] == "not run"
    shall("run", "--host", NOWHERE)
    assert first_row(shall)["status"] == "unreachable"
