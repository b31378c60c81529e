"""``shall report``: the reports of a run that was stored."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Shall = Callable[..., Any]
WriteCase = Callable[..., None]


@pytest.mark.verifies("reports#2.1")
@pytest.mark.parametrize("keep", ["failed", "all"])
def test_a_stored_run_is_reported_as_the_run_itself_reported_it(
    shall: Shall, write_case: WriteCase, service: Any, project: Path, keep: str
) -> None:
    write_case("a", more="verifies: [x#1.1]")
    write_case("b", "/status/500")
    write_case("c", "/nothing", "tags: [slow]")
    written = (
        "--report-html",
        "run.html",
        "--report-junit",
        "run.xml",
        "--report-json",
        "run.json",
    )
    shall("run", "--host", service.url, "--keep", keep, *written)

    ended = shall("report", "--html", "r.html", "--junit", "r.xml", "--json", "r.json")

    assert ended.returncode == 0, ended.stderr
    for ending in ("html", "xml", "json"):
        stored, at_once = (project / f"{name}.{ending}" for name in ("r", "run"))
        assert stored.read_text() == at_once.read_text()


@pytest.mark.verifies("reports#2.2")
def test_the_newest_run_or_the_named_one_is_reported(
    shall: Shall, write_case: WriteCase, service: Any, project: Path
) -> None:
    ids = []
    for name in ("first", "second"):
        write_case(name)
        ended = shall("run", f"tests/cases/{name}.yaml", "--host", service.url, "--format", "json")
        ids.append(json.loads(ended.stdout)["run_id"])

    for run, name in ((), "second"), ((ids[0],), "first"):
        assert shall("report", *run, "--json", "r.json").returncode == 0
        [case] = json.loads((project / "r.json").read_text())["cases"]
        assert case["name"] == name


@pytest.mark.verifies("reports#2.3")
def test_without_a_file_the_page_is_stored_and_its_path_printed(
    shall: Shall, write_case: WriteCase, service: Any, project: Path
) -> None:
    write_case("a")
    shall("run", "--host", service.url)
    assert not list(project.rglob("*.html"))

    ended = shall("report")

    [page] = project.rglob("*.html")
    assert ended.stdout == f"HTML report: {page}\n"
    assert page.is_relative_to(project / ".shall/local/reports")


@pytest.mark.verifies("reports#2.4")
def test_a_run_that_is_not_stored_is_named_and_nothing_is_created(
    shall: Shall, write_case: WriteCase, service: Any, project: Path
) -> None:
    ended = shall("report")
    assert ended.returncode == 2
    assert "No run is stored. Run `shall run` first." in ended.stderr
    assert not (project / ".shall").exists()

    write_case("a")
    shall("run", "--host", service.url)
    ended = shall("report", "nonsense", "--json", "r.json")
    assert ended.returncode == 2
    assert "No run has the id nonsense." in ended.stderr
    assert not (project / "r.json").exists()


def test_a_report_that_cannot_be_written_is_an_error(
    shall: Shall, write_case: WriteCase, service: Any
) -> None:
    write_case("a")
    shall("run", "--host", service.url)
    ended = shall("report", "--junit", "none/r.xml")
    assert ended.returncode == 2
    assert "none/r.xml cannot be written" in ended.stderr
