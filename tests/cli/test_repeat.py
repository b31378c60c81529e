"""Cases that run several times: a result for each, one proof for all."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse, PlainTextResponse

Shall = Callable[..., Any]

CASE = """testcase:
  name: an order
  verifies: ["shop#1.1"]
  steps:
    - GET: /given/order
      expect: {status: 200}
"""
GOOD, BAD = PlainTextResponse("good"), PlainTextResponse("bad", 500)


@pytest.fixture
def write(project: Path) -> Callable[..., None]:
    specs = project / "specs/shop/requirements.md"
    specs.parent.mkdir(parents=True)
    specs.write_text("### Requirement 1\n\n#### Acceptance Criteria\n\n1. THE shop SHALL sell.\n")

    def write(case: str = CASE) -> None:
        folder = project / "tests/cases"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "order.yaml").write_text(case)

    return write


Write = Callable[..., None]


def status_of(shall: Shall) -> str:
    traced = json.loads(shall("trace", "--format", "json", "--exit-zero").stdout)
    [criterion] = traced["criteria"]
    status: str = criterion["status"]
    return status


def results(project: Path) -> list[tuple[int, str]]:
    report = json.loads((project / "r.json").read_text())
    assert {case["repeats"] for case in report["cases"]} == {len(report["cases"])}
    return [(case["attempt"], case["outcome"]) for case in report["cases"]]


@pytest.mark.verifies("cli#6.12", "cli#6.13")
def test_each_repetition_is_a_result_and_all_together_prove_the_criterion(
    shall: Shall, write: Write, project: Path, service: Any
) -> None:
    write()
    service.log.given["order"] = [GOOD]
    flags = ("--host", service.url, "--concurrency", "1", "--repeat", "3")
    ended = shall("run", *flags, "--report-json", "r.json", "--report-junit", "r.xml")
    assert (ended.returncode, "3 passed" in ended.stdout) == (0, True)
    assert "FLAKY" not in ended.stdout
    assert results(project) == [(1, "passed"), (2, "passed"), (3, "passed")]
    assert service.calls_to("/given/order") == 3
    junit = (project / "r.xml").read_text()
    assert [f'name="an order (#{number})"' in junit for number in (1, 2, 3, 4)] == [True] * 3 + [
        False
    ]
    assert status_of(shall) == "proved"


@pytest.mark.verifies("cli#6.12", "cli#6.13")
def test_a_case_that_passed_only_sometimes_is_flaky_and_its_criterion_fails(
    shall: Shall, write: Write, project: Path, service: Any
) -> None:
    write()
    flags = ("--host", service.url, "--concurrency", "1")
    service.log.given["order"] = [GOOD, BAD, GOOD]
    reports = ("--report-json", "r.json", "--report-markdown", "r.md")
    ended = shall("run", *flags, "--repeat", "3", *reports)
    assert ended.returncode == 1
    said = "an order (tests/cases/order.yaml): passed in 2 of 3 repetitions"
    assert f"FLAKY  {said}" in ended.stdout
    assert "passed in 2 of 3 repetitions" in (project / "r.md").read_text()
    assert results(project) == [(1, "passed"), (2, "failed"), (3, "passed")]
    assert status_of(shall) == "failing"
    assert "an order" in shall("list", "--last-failed").stdout


@pytest.mark.verifies("cli#6.13")
def test_of_a_run_that_ended_early_no_repetition_that_passed_proves_anything(
    shall: Shall, write: Write, project: Path, service: Any
) -> None:
    write()
    (project / "tests/cases/broken.yaml").write_text(
        "testcase:\n  name: broken\n  steps: [{GET: /status/500}]\n"
    )
    service.log.given["order"] = [GOOD]
    flags = ("--host", service.url, "--concurrency", "1", "-x", "--repeat", "2")
    ended = shall("run", "tests/cases/order.yaml", "tests/cases/broken.yaml", *flags)
    assert ended.returncode == 1
    assert service.calls_to("/given/order") == 1
    assert status_of(shall) == "not run"


@pytest.mark.verifies("cli#6.12")
def test_rows_of_data_are_repeated(shall: Shall, write: Write, project: Path, service: Any) -> None:
    write(
        CASE.replace("  steps:", "  data: [{n: a}, {n: b}]\n  steps:").replace(
            "/given/order", "'/echo/{{ row.n }}'"
        )
    )
    ended = shall("run", "--host", service.url, "--repeat", "2", "--report-json", "r.json")
    assert ended.returncode == 0
    report = json.loads((project / "r.json").read_text())
    found = [(it["data_row"], it["attempt"]) for it in report["cases"]]
    assert found == [("1", 1), ("2", 1), ("1", 2), ("2", 2)]
    assert status_of(shall) == "proved"


@pytest.mark.parametrize("times", ["0", "1001", "-1"])
def test_the_number_of_repetitions_has_bounds(shall: Shall, write: Write, times: str) -> None:
    write()
    ended = shall("run", "--repeat", times)
    assert ended.returncode == 2
    assert f"--repeat {times} is not a number from 1 to 1000." in ended.stderr


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
@pytest.mark.verifies("cli#6.12")
def test_workers_divide_the_repetitions_of_one_case(
    shall_process: Shall, write: Write, project: Path, service: Any
) -> None:
    write(CASE.replace("/given/order", "/echo"))
    flags = ("--host", service.url, "-j", "2", "--repeat", "20", "--report-json", "r.json")
    ended = shall_process("run", *flags)
    assert "20 passed" in ended.stdout
    assert results(project) == [(number, "passed") for number in range(1, 21)]


@pytest.mark.verifies("cli#6.14")
def test_the_summary_names_a_case_that_passed_after_a_retry(
    shall: Shall, write: Write, service: Any
) -> None:
    write(CASE + "      retry: {times: 3, every: 1 ms}\n")
    service.log.given["order"] = [BAD, BAD, JSONResponse({})]
    ended = shall("run", "--host", service.url)
    assert ended.returncode == 0
    assert "RETRIED  an order (tests/cases/order.yaml): passed after 2 retries" in ended.stdout
    assert "RETRIED" not in shall("run", "--host", service.url).stdout
