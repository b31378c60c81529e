"""Cases that are marked with ``only``."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Shall = Callable[..., Any]
WriteCase = Callable[..., None]


@pytest.fixture
def cases(write_case: WriteCase) -> None:
    write_case("a", "/echo/a", "only: I work on it")
    write_case("b", "/echo/b")
    write_case("c", "/echo/c")
    write_case("d", "/echo/d", "only: no\n  needs: [b]")


@pytest.mark.usefixtures("cases")
@pytest.mark.verifies("cases#10.1")
def test_marked_cases_run_alone_and_the_summary_says_so(
    shall: Shall, service: Any, project: Path, write_case: WriteCase
) -> None:
    flags = ("--report-json", "r.json", "--report-markdown", "r.md", "--host", service.url)
    ended = shall("run", *flags, CI="")
    assert ended.returncode == 0
    assert service.log.calls == ["GET /echo/a"]
    assert "ONLY the cases marked with `only` ran; 3 others did not." in ended.stdout
    assert json.loads((project / "r.json").read_text())["left_out"] == 3
    assert "3 others did not" in (project / "r.md").read_text()
    write_case("a", "/echo/a", "only: I work on it\n  needs: [b]")
    assert "2 passed" in shall("run", "--host", service.url, CI="false").stdout
    assert "Cases: 2." in shall("list", CI="").stdout
    write_case("a", "/echo/a")
    ended = shall("run", "--host", service.url)
    assert "4 passed" in ended.stdout
    assert "ONLY" not in ended.stdout


@pytest.mark.usefixtures("cases")
@pytest.mark.verifies("cases#10.2")
def test_marks_are_an_error_in_ci(shall: Shall, service: Any) -> None:
    ended = shall("run", "--host", service.url, CI="true")
    assert ended.returncode == 2
    assert "error[case.only]: The case is marked with `only`" in ended.stderr
    assert "--> tests/cases/a.yaml:3:9" in ended.stderr
    assert service.log.calls == []
    assert shall("run", "tests/cases/b.yaml", "--host", service.url, CI="1").returncode == 0


@pytest.mark.usefixtures("cases")
@pytest.mark.verifies("cases#10.3")
def test_the_gate_fails_while_a_case_is_marked(
    shall: Shall, service: Any, project: Path, write_case: WriteCase
) -> None:
    (project / "specs/shop").mkdir(parents=True)
    (project / "specs/shop/requirements.md").write_text(
        "### Requirement 1\n\n#### Acceptance Criteria\n\n1. THE shop SHALL pay.\n"
    )
    write_case("b", "/echo/b", "verifies: [shop#1.1]")
    shall("run", "tests/cases/b.yaml", "--host", service.url)
    ended = shall("gate")
    assert ended.returncode == 1
    assert "tests/cases/a.yaml:3:9" in ended.stdout
    write_case("a", "/echo/a")
    assert shall("gate").returncode == 0
