"""``shall report``: the reports of a run that was stored."""

import json
import os
import re
import sys
import webbrowser
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.made_results import collected_from, whole_run

from shall.actions import trace
from shall.bootstrap import open_project
from shall.cli import report, report_folder
from shall.cli.output_flags import FILES, FORMATS
from shall.errors import InvalidInput, StoreUnavailable
from shall.results import case_spool
from shall.settings import Settings

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
    named = [(f"--report-{kind}", f"run.{kind}") for kind in FILES]
    shall("run", "--host", service.url, "--keep", keep, *(it for pair in named for it in pair))

    named = [(f"--{kind}", f"r.{kind}") for kind in FILES]
    ended = shall("report", *(it for pair in named for it in pair))

    assert ended.returncode == 0, ended.stderr
    for kind in FILES:
        stored, at_once = (texts_of(project / f"{name}.{kind}") for name in ("r", "run"))
        assert stored == at_once
    assert len(texts_of(project / "r.allure")) >= 3


def texts_of(path: Path) -> list[tuple[str, str]]:
    """Return the names and texts of the files of a report, without what only a run can know."""
    if path.is_dir():
        return sorted((it.name, it.read_text()) for it in path.iterdir())
    if path.suffix == ".html":  # which says of which time its matrix is
        return [("", re.sub(r'<p class="traced soft">[^<]*</p>', "", path.read_text()))]
    if path.suffix != ".ndjson":
        return [("", path.read_text())]
    events = [json.loads(line) for line in path.read_text().splitlines()]
    cases = [it["result"] for it in events if it["event"] == "CaseFinished"]
    return [("", json.dumps(sorted(cases, key=lambda it: it["case_key"])))]


@pytest.mark.skipif(sys.platform != "linux", reason="reports are written by a fork on Linux only")
@pytest.mark.verifies("reports#2.5")
@pytest.mark.parametrize("in_memory", [1_000, 0])
def test_two_processes_write_the_reports_that_one_does(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, in_memory: int
) -> None:
    monkeypatch.setattr(case_spool, "IN_MEMORY", in_memory)
    sample = collected_from(whole_run())
    forks = []
    fork = os.fork

    def counted() -> int:
        forks.append(1)
        return fork()

    monkeypatch.setattr(os, "fork", counted)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr(report, "can_fork", lambda: True)
    kinds = ("html", "junit", "json")

    def written(name: str, least: int) -> list[bytes]:
        monkeypatch.setattr(report, "CASES_IN_PARALLEL", least)
        files = {kind: str(tmp_path / f"{name}.{kind}") for kind in kinds}
        with closing(open_project(project, Settings())) as workspace:
            report.write_reports(sample, "en", files, workspace)
        return [Path(it).read_bytes() for it in files.values()]

    assert written("one", len(sample.cases) + 1) == written("two", 1)
    assert len(forks) == 1

    files = {"html": str(tmp_path / "three.html"), "json": str(tmp_path / "no" / "r.json")}
    with (
        closing(open_project(project, Settings())) as workspace,
        pytest.raises(InvalidInput, match="cannot be written: No such file"),
    ):
        report.write_reports(sample, "en", files, workspace)
    assert len(forks) == 2
    assert (tmp_path / "three.html").exists()


@pytest.mark.verifies("reports#3.6")
def test_a_run_is_printed_in_each_format_as_it_is_stored(
    shall: Shall, write_case: WriteCase, service: Any
) -> None:
    write_case("b", "/status/500")
    for form in FORMATS:
        ended = shall("run", "--host", service.url, "--format", form)

        assert ended.returncode == 1
        assert ended.stdout == shall("report", "--format", form).stdout
        assert ended.stdout


@pytest.mark.verifies("reports#3.5")
def test_github_shows_a_failed_check_on_its_line(
    shall: Shall, write_case: WriteCase, service: Any
) -> None:
    write_case("b", "/status/500")
    ended = shall("run", "--host", service.url, "--format", "github")

    assert ended.stdout.startswith(
        "::error file=tests/cases/b.yaml,line=9,col=11,title=case.check-failed::"
        "b: step get: status_code: "
    )


@pytest.mark.verifies("reports#3.4")
def test_events_that_cannot_be_written_are_bad_input(
    shall: Shall, write_case: WriteCase, service: Any, project: Path
) -> None:
    write_case("a")
    ended = shall("run", "--host", service.url, "--report-ndjson", "none/events")

    assert (ended.returncode, service.log.calls) == (2, [])
    assert "none/events cannot be written" in ended.stderr
    assert not (project / "none").exists()


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


SPEC = """# Shop

### Requirement 1: Orders

#### Acceptance Criteria

1. WHEN an order is placed, THE API SHALL answer 200.
"""


@pytest.fixture
def write_spec(project: Path) -> Callable[[], None]:
    """Writes a requirement."""

    def write() -> None:
        (project / "specs/shop").mkdir(parents=True)
        (project / "specs/shop/requirements.md").write_text(SPEC)

    return write


@pytest.mark.verifies("run-pages#2.1", "run-pages#2.2")
def test_every_html_report_has_the_matrix_with_the_texts_of_the_requirements(
    shall: Shall,
    write_case: WriteCase,
    write_spec: Callable[[], None],
    service: Any,
    project: Path,
) -> None:
    write_spec()
    write_case("a", more="verifies: [shop#1.1]")
    files = ("--report-html", "run.html", "--report-json", "run.json")
    shall("run", "--host", service.url, "--shard", "1/1", *files)
    shall("report", "--html", "stored.html")
    shall("merge", "run.json", "--report-html", "merged.html")

    pages = {it: (project / f"{it}.html").read_text() for it in ("run", "stored", "merged")}

    for page in pages.values():
        assert re.search(r"THE API SHALL answer 200\.", re.sub("<[^>]+>", "", page))
        assert "✓ proved" in page
    assert [name for name, page in pages.items() if '"traced' in page] == ["stored"]
    assert re.search(r"As of 20\d\d-.{14} UTC: what was recorded after this run", pages["stored"])


@pytest.mark.verifies("run-pages#2.9")
@pytest.mark.parametrize(("language", "other"), [("en", "zh"), ("zh", "en")])
def test_the_files_of_a_run_and_of_the_matrix_have_both_languages(
    shall: Shall,
    write_case: WriteCase,
    write_spec: Callable[[], None],
    service: Any,
    project: Path,
    language: str,
    other: str,
) -> None:
    (project / "shall.yaml").write_text(f"language: {language}\n")
    write_spec()
    write_case("a", more="verifies: [shop#1.1]")
    shall("run", "--host", service.url, "--report-html", "run.html")
    shall("report", "--html", "stored.html")
    printed = shall("trace", "--format", "html").stdout

    files = [(project / f"{it}.html").read_text() for it in ("run", "stored")]

    texts = {"en": "1 of 1 criteria proved", "zh": "1 条验收标准中有 1 条已证明"}
    for page in (*files, printed):
        assert page.startswith(f'<!doctype html>\n<html lang="{language}">')
        first, template = page.split(f'<template data-language="{other}"')
        assert texts[language] in first
        assert texts[other] not in first
        assert texts[other] in template
    as_of = {"en": "As of", "zh": "截至"}
    assert [as_of[it] in files[1].split("<template data-l")[it == other] for it in as_of] == [
        True
    ] * 2


@pytest.mark.verifies("run-pages#2.3")
def test_a_report_without_a_matrix_says_why(
    shall: Shall,
    write_case: WriteCase,
    write_spec: Callable[[], None],
    service: Any,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise StoreUnavailable("The evidence cannot be read.")

    write_spec()
    write_case("a")
    monkeypatch.setattr(trace, "trace_requirements", fail)

    ended = shall("run", "--host", service.url, "--report-html", "r.html")

    page = (project / "r.html").read_text()
    assert ended.returncode == 0, ended.stderr
    assert "The matrix could not be made: The evidence cannot be read." in page
    assert "All passed" in page


@pytest.mark.verifies("run-pages#2.4")
def test_the_report_is_opened_in_the_browser(
    shall: Shall,
    write_case: WriteCase,
    service: Any,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []

    def open_page(url: str) -> bool:
        opened.append(url)
        return len(opened) < 3

    monkeypatch.setattr(webbrowser, "open", open_page)
    write_case("a")
    shall("run", "--host", service.url)

    stored = shall("report", "--open").stdout.removeprefix("HTML report: ").strip()
    shall("report", "--html", "r.html", "--open")
    without = shall("report", "--html", "r.html", "--open")

    named = (project / "r.html").resolve().as_uri()
    assert opened == [Path(stored).as_uri(), named, named]
    assert without.returncode == 0
    assert without.stderr == "shall: No browser was found. Open r.html in one.\n"


@pytest.mark.verifies("run-pages#4.1", "run-pages#4.3")
def test_the_newest_runs_and_the_one_that_is_named_become_a_folder(
    shall: Shall,
    write_case: WriteCase,
    write_spec: Callable[[], None],
    service: Any,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(report_folder, "MOST_RUNS", 1)
    write_spec()
    write_case("a", more="verifies: [shop#1.1]")
    ids = [
        json.loads(shall("run", "--host", service.url, "--format", "json").stdout)["run_id"]
        for _ in range(2)
    ]

    ended = shall("report", ids[0], "--html-folder", "pages")

    assert ended.stdout == f"HTML report: {Path('pages/index.html')}\n"
    names = {*(f"run-{it}" for it in ids), "index", "matrix", "history"}
    assert {it.name for it in (project / "pages").iterdir()} == {
        f"{name}{ending}" for name in names for ending in (".html", ".zh.html")
    }
    assert "运行记录" in (project / "pages/index.zh.html").read_text()


@pytest.mark.verifies("run-pages#4.4")
def test_a_folder_without_a_matrix_says_why(
    shall: Shall,
    write_case: WriteCase,
    service: Any,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: Any) -> None:
        raise StoreUnavailable("The evidence cannot be read.")

    write_case("a")
    shall("run", "--host", service.url)
    monkeypatch.setattr(report_folder, "read_proof", fail)

    ended = shall("report", "--html-folder", "pages")

    assert ended.returncode == 0
    assert "The folder has no matrix: The evidence cannot be read." in ended.stderr
    assert len(list((project / "pages").glob("run-*.html"))) == 2
    assert not (project / "pages/matrix.html").exists()
