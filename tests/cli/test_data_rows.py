"""Cases with rows of data: a result for each, one proof for all."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Shall = Callable[..., Any]

CASE = """testcase:
  name: an order
  verifies: ["shop#1.1"]
  data: {data}
  steps:
    - GET: "/{{{{ row.path }}}}"
      expect: {{status: 200}}
"""
GOOD = "path,name\necho/1,first\necho/2,\n"


@pytest.fixture
def write(project: Path) -> Callable[..., None]:
    specs = project / "specs/shop/requirements.md"
    specs.parent.mkdir(parents=True)
    specs.write_text("### Requirement 1\n\n#### Acceptance Criteria\n\n1. THE shop SHALL sell.\n")

    def write(rows: str | None, data: str = "rows.csv", case: str = CASE) -> None:
        folder = project / "tests/cases/orders"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "order.yaml").write_text(case.format(data=data))
        if rows is not None:
            (folder / "rows.csv").write_text(rows)

    return write


Write = Callable[..., None]


def cases_of(project: Path) -> list[dict[str, Any]]:
    report: dict[str, list[dict[str, Any]]] = json.loads((project / "r.json").read_text())
    return report["cases"]


def status_of(shall: Shall) -> str:
    traced = json.loads(shall("trace", "--format", "json", "--exit-zero").stdout)
    [criterion] = traced["criteria"]
    status: str = criterion["status"]
    return status


def evidence(project: Path) -> list[dict[str, Any]]:
    [log] = (project / ".shall/evidence").glob("*.jsonl")
    return [json.loads(line) for line in log.read_text().splitlines()]


@pytest.mark.verifies("cases#6.1", "cases#6.4")
def test_each_row_is_a_result_and_all_together_prove_the_criterion(
    shall: Shall, write: Write, project: Path, service: Any
) -> None:
    write(GOOD)
    ended = shall(
        "run", "--host", service.url, "--report-json", "r.json", "--report-junit", "r.xml"
    )
    assert ended.returncode == 0
    assert "2 passed" in ended.stdout
    assert [(it["data_row"], it["rows"]) for it in cases_of(project)] == [("1 first", 2), ("2", 2)]
    assert [service.calls_to(f"/echo/{it}") for it in (1, 2)] == [1, 1]
    assert 'name="an order [1 first]"' in (project / "r.xml").read_text()
    [line] = evidence(project)
    assert (line["outcome"], line.get("data_row")) == ("passed", None)
    assert status_of(shall) == "proved"

    write("path\necho/1\nstatus/500\n")
    ended = shall("run", "--host", service.url)
    assert ended.returncode == 1
    assert "an order [2]" in ended.stdout
    assert status_of(shall) == "failing"


@pytest.mark.verifies("cases#6.6")
def test_a_change_of_the_rows_makes_the_proof_stale(
    shall: Shall, write: Write, service: Any
) -> None:
    write(GOOD)
    shall("run", "--host", service.url)
    assert status_of(shall) == "proved"
    write(GOOD + "echo/3,third\n")
    assert status_of(shall) == "stale"


@pytest.mark.verifies("cases#6.5")
@pytest.mark.parametrize(("rows", "data"), [("path\n", "rows.csv"), (None, "[]")])
def test_a_case_without_rows_is_skipped_and_proves_nothing(
    shall: Shall, write: Write, project: Path, service: Any, rows: str | None, data: str
) -> None:
    write(rows, data)
    ended = shall("run", "--host", service.url, "--report-json", "r.json")
    assert "1 skipped" in ended.stdout
    assert cases_of(project)[0]["error"]["code"] == "case.no_rows"
    assert service.log.calls == []
    assert status_of(shall) == "skipped"


@pytest.mark.verifies("cases#6.3")
@pytest.mark.parametrize(
    ("rows", "data", "said"),
    [
        ("path\nx,y\n", "rows.csv", "--> tests/cases/orders/rows.csv:2:1"),
        ("path\n", "row.csv", "Did you mean tests/cases/orders/rows.csv?"),
        (None, "../../../../etc/rows.csv", "order.yaml:4:"),
        (None, "/etc/rows.csv", "order.yaml:4:"),
    ],
)
def test_rows_that_cannot_be_read_are_an_error_and_send_nothing(
    shall: Shall, write: Write, service: Any, rows: str | None, data: str, said: str
) -> None:
    write(rows, data)
    ended = shall("run", "--host", service.url)
    assert ended.returncode == 2
    assert said in ended.stdout
    assert service.log.calls == []


def test_rows_that_are_hidden_in_the_text_are_an_error(
    shall: Shall, write: Write, service: Any
) -> None:
    write(GOOD, case=CASE.replace("data:", '"d\\u0061ta":'))
    ended = shall("run", "--host", service.url)
    assert ended.returncode == 2
    assert "write `data:` on a line of its own" in ended.stdout
    assert service.log.calls == []


def test_only_rows_of_the_case_itself_hold_expressions(
    shall: Shall, write: Write, service: Any
) -> None:
    inline = "[{{path: 'echo/{{{{ Global.part }}}}'}}]".format()
    write(None, inline)
    assert shall("run", "--host", service.url, "--var", "part=ab").returncode == 0
    assert service.calls_to("/echo/ab") == 1
    write("path\necho/{{ Global.part }}\n")
    shall("run", "--host", service.url, "--var", "part=cd")
    assert service.calls_to("/echo/cd") == 0


def test_a_secret_of_a_row_is_masked_in_its_result_and_its_name(
    shall: Shall, write: Write, project: Path, service: Any
) -> None:
    write("path,name,password\nstatus/500?a=Hidden-8812,with Hidden-8812,Hidden-8812\n")
    ended = shall("run", "--host", service.url, "--report-json", "r.json")
    assert ended.returncode == 1
    assert "Hidden-8812" not in ended.stdout + (project / "r.json").read_text()
    assert cases_of(project)[0]["data_row"] == "1 with ***"


def test_tags_shuffling_and_shards_take_a_case_with_all_its_rows(
    shall: Shall, write: Write, project: Path, service: Any
) -> None:
    write(GOOD, case=CASE.replace("  data:", "  tags: [a]\n  data:"))
    chosen = ("--tag", "a", "--shuffle", "1", "--host", service.url, "--report-json", "r.json")
    assert shall("run", *chosen).returncode == 0
    assert len(cases_of(project)) == 2
    counts = []
    for index in ("1", "2"):
        shall("run", "--shard", f"{index}/2", "--report-json", "r.json", "--host", service.url)
        counts.append(len(cases_of(project)))
    assert sorted(counts) == [0, 2]


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
@pytest.mark.verifies("cases#6.7")
def test_workers_divide_the_rows_of_one_case(
    shall_process: Shall, write: Write, project: Path, service: Any
) -> None:
    write("path\n" + "".join(f"echo/{number}\n" for number in range(40)) + "status/404\n")
    ended = shall_process("run", "-j", "2", "--host", service.url, "--report-json", "r.json")
    assert "40 passed, 1 failed" in ended.stdout
    assert [it["data_row"] for it in cases_of(project)] == [str(it) for it in range(1, 42)]
    [line] = evidence(project)
    assert line["outcome"] == "failed"
