"""`before_run` and `after_run`: shared steps once around the cases of a run."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Shall = Callable[..., Any]
Write = Callable[[str, str], None]

SETTINGS = "host: $url\nbefore_run: [open, stock]\nafter_run: [close]\n"
OPEN = """shared:
  steps:
    - GET: /echo/open
      capture: {shop: $.path}
      expect: {status: 200}
"""
STOCK = "shared:\n  steps:\n    - GET: /echo/stock\n      expect: {status: 200}\n"
CLOSE = 'shared:\n  steps:\n    - GET: "/echo/close{{ shop }}"\n      expect: {status: 200}\n'
CASE = """testcase:
  name: {name}
  verifies: ["shop#1.1"]
  use: [open]
  steps:
    - GET: "/echo/case{{{{ shop }}}}"
      expect: {{status: {status}}}
"""


@pytest.fixture
def write(project: Path, service: Any) -> Write:
    def write(path: str, text: str) -> None:
        file = project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("$url", service.url))

    write("shall.yaml", SETTINGS)
    for name, text in {"open": OPEN, "stock": STOCK, "close": CLOSE}.items():
        write(f"tests/cases/shared/{name}.yaml", text)
    write("specs/shop/requirements.md", "### Requirement 1\n\n1. THE shop SHALL sell.\n")
    return write


def paths(service: Any) -> list[str]:
    return [call.rpartition("/echo")[2] for call in service.log.calls]


@pytest.mark.verifies("engine#9.1", "engine#9.3")
def test_shared_steps_run_once_in_their_order_around_the_cases(
    shall: Shall, write: Write, service: Any
) -> None:
    for name in "ab":
        write(f"tests/cases/{name}.yaml", CASE.format(name=name, status=200))
    assert "2 passed" in shall("run").stdout
    assert paths(service)[:2] == ["/open", "/stock"]
    assert len(service.log.calls) == 5
    assert service.log.calls[-1].endswith("/echo/close/echo/open")


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
@pytest.mark.verifies("engine#9.1", "engine#9.3")
def test_they_run_once_for_all_workers(shall_process: Shall, write: Write, service: Any) -> None:
    for number in range(20):
        write(f"tests/cases/{number}.yaml", CASE.format(name=f"c{number}", status=200))
    ended = shall_process("run", "--workers", "2")
    assert "20 passed" in ended.stdout, ended.stderr
    assert [service.calls_to(f"/echo/{it}") for it in ("stock", "close/echo/open")] == [1, 1]
    assert service.log.calls[-1].endswith("/echo/close/echo/open")


@pytest.mark.verifies("engine#9.2", "engine#9.3")
def test_no_case_runs_and_nothing_is_recorded_where_the_setup_does_not_pass(
    shall: Shall, write: Write, service: Any, project: Path
) -> None:
    write("tests/cases/a.yaml", CASE.format(name="a", status=200))
    write("tests/cases/shared/stock.yaml", STOCK.replace("200", "201"))
    ended = shall("run")
    assert ended.returncode == 1
    said = " ".join(ended.stderr.split())
    place = "tests/cases/shared/stock.yaml:4:24"
    assert f"No case ran, since `before_run` did not pass: {place}: expected status" in said
    assert service.calls_to("/echo/case/echo/open") == 0
    assert service.calls_to("/echo/close/echo/open") == 1
    assert not (project / ".shall").exists()


@pytest.mark.verifies("engine#9.3")
def test_what_comes_after_runs_once_cases_failed_and_a_failure_of_it_is_a_warning(
    shall: Shall, write: Write, service: Any
) -> None:
    write("tests/cases/a.yaml", CASE.format(name="a", status=201))
    write("tests/cases/shared/close.yaml", CLOSE.replace("200", "201"))
    ended = shall("run", "--format", "json")
    assert ended.returncode == 1
    assert [it["outcome"] for it in json.loads(ended.stdout)["cases"]] == ["failed"]
    assert "`after_run` did not pass: tests/cases/shared/close.yaml:4:24:" in ended.stderr
    assert service.calls_to("/echo/close/echo/open") == 1


@pytest.mark.verifies("engine#9.3")
def test_what_comes_after_runs_once_the_time_of_a_run_is_over(
    shall: Shall, write: Write, service: Any
) -> None:
    write("tests/cases/a.yaml", CASE.format(name="a", status=200).replace("/echo/case", "/slow?"))
    ended = shall("run", "--timeout", "0.5")
    assert ended.returncode == 4, ended.stdout
    assert service.calls_to("/echo/close/echo/open") == 1


@pytest.mark.verifies("engine#9.2")
def test_shared_steps_that_do_not_exist_are_named_once(shall: Shall, write: Write) -> None:
    write("shall.yaml", "before_run: [gone]\n")
    write("tests/cases/a.yaml", CASE.format(name="a", status=200))
    ended = shall("run")
    assert ended.returncode == 1
    assert ended.stderr == (
        "shall: No case ran, since `before_run` did not pass: tests/cases/shared/gone.yaml "
        "does not exist. Did you mean tests/cases/shared/open.yaml?\n"
    )
