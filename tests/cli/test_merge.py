"""The reports of all shards become one run."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.repository import git

Shall = Callable[..., Any]
WriteCase = Callable[..., None]

NAMES = ("a", "b", "c", "d")


@pytest.fixture
def shards(shall: Shall, write_case: WriteCase, service: Any, project: Path) -> list[str]:
    """The reports of three shards, one of which fails; nothing of them is stored here."""
    (project / "specs/shop").mkdir(parents=True)
    (project / "specs/shop/requirements.md").write_text(
        "### Requirement 1\n\n#### Acceptance Criteria\n\n1. THE shop SHALL answer.\n"
    )
    (project / ".gitignore").write_text(".shall/\n*.json\n")
    for name in NAMES:
        write_case(name, f"/echo/{name}", "verifies: [shop#1.1]")
    write_case("bad", "/status/500")
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-qm", "start")
    reports = [f"s{index}.json" for index in (1, 2, 3)]
    for index, report in enumerate(reports, 1):
        flags = ("--shard", f"{index}/3", "--report-json", report, "--host", service.url)
        shall("run", *flags, SHALL_STATE_DIR=f".shall/machine-{index}")
    return reports


def changed(project: Path, report: str, **values: Any) -> None:
    data = json.loads((project / report).read_text())
    (project / report).write_text(json.dumps({**data, **values}))


@pytest.mark.verifies("cli#7.1")
def test_all_shards_are_one_run_with_its_evidence(
    shall: Shall, shards: list[str], project: Path
) -> None:
    assert "not run" in shall("trace").stdout
    others = ("--report-tap", "all.tap", "--report-markdown", "all.md", "--report-allure", "allure")
    reports = ("--report-json", "all.json", "--report-junit", "all.xml", *others)
    ended = shall("merge", *shards, *reports)
    assert ended.returncode == 1
    assert "1..5" in (project / "all.tap").read_text()
    assert "1 of 5 cases did not pass" in (project / "all.md").read_text()
    assert len(list((project / "allure").glob("*-result.json"))) == 5
    assert "4 passed, 1 failed, 0 errors, 0 skipped" in ended.stdout
    report = json.loads((project / "all.json").read_text())
    keys = [case["case_key"] for case in report["cases"]]
    assert keys == [f"tests/cases/{name}.yaml" for name in ("a", "b", "bad", "c", "d")]
    assert {case["run_id"] for case in report["cases"]} == {report["run_id"]}
    assert 'tests="5"' in (project / "all.xml").read_text()
    assert json.loads(shall("trace", "--format", "json").stdout)["counts"]["proved"] == 1
    stored = shall("report", report["run_id"], "--json", "again.json")
    assert stored.returncode == 0
    again = json.loads((project / "again.json").read_text())
    assert [case["case_key"] for case in again["cases"]] == keys


@pytest.mark.verifies("cli#7.2")
def test_missing_and_doubled_shards_and_cases_are_refused(
    shall: Shall, shards: list[str], project: Path
) -> None:
    first, second, third = shards
    missing = shall("merge", first, third)
    assert missing.returncode == 2
    assert "Shard 2/3 is missing." in missing.stderr
    assert "cases of 5." in missing.stderr
    (project / "copy.json").write_text((project / first).read_text())
    doubled = shall("merge", *shards, "copy.json").stderr
    assert "Shard 1/3 occurs 2 times." in doubled
    cases = [json.loads((project / it).read_text())["cases"] for it in shards]
    changed(project, second, cases=[*cases[1], cases[0][0]] if cases[0] else [*cases[1]] * 2)
    assert "occurs 2 times." in shall("merge", *shards).stderr
    changed(project, second, cases=cases[1][1:])
    assert "The reports have 4 cases of 5." in shall("merge", *shards).stderr
    assert "not run" in shall("trace").stdout


@pytest.mark.verifies("cli#7.3")
def test_reports_that_do_not_belong_together_are_refused(
    shall: Shall, shards: list[str], service: Any, project: Path
) -> None:
    first, _, third = shards
    flags = ("--shard", "2/3", "--host", service.url, "--report-json")
    shall("run", *flags, "other.json", "-k", "not d", SHALL_STATE_DIR=".shall/x")
    assert f"divides other cases, or otherwise, than {first}" in (
        shall("merge", first, "other.json", third).stderr
    )
    shall("run", *flags, "other.json", "--env", "staging", SHALL_STATE_DIR=".shall/x")
    other = shall("merge", first, "other.json", third).stderr
    assert f"other.json ran in another environment than {first}." in other
    shall("run", "--report-json", "whole.json", "--host", service.url, SHALL_STATE_DIR=".shall/x")
    assert "whole.json is not a report of a shard." in shall("merge", "whole.json").stderr
    git(project, "commit", "-q", "--allow-empty", "-m", "next")
    assert "its evidence would name the wrong code" in shall("merge", *shards).stderr
    (project / "text.json").write_text("{")
    assert "text.json is not a JSON report of a run." in shall("merge", "text.json").stderr
    assert "none.json cannot be read" in shall("merge", "none.json").stderr
    assert "not run" in shall("trace").stdout


@pytest.mark.verifies("cli#7.4")
def test_a_shard_that_is_not_whole_makes_no_whole_run(
    shall: Shall, shards: list[str], project: Path
) -> None:
    changed(project, shards[1], status="stopped")
    shall("merge", *shards, "--report-json", "all.json")
    assert json.loads((project / "all.json").read_text())["status"] == "stopped"
    changed(project, shards[0], status="interrupted")
    assert shall("merge", *shards, "--format", "json").returncode == 130


@pytest.mark.verifies("tracing#4.47")
def test_shards_that_are_merged_after_a_run_that_failed_prove_nothing(
    shall: Shall, shards: list[str], project: Path, service: Any
) -> None:
    case = project / "tests/cases/a.yaml"
    text = case.read_text()
    case.write_text(text.replace("expected: 200", "expected: 201"))
    assert shall("run", "tests/cases/a.yaml", "--host", service.url).returncode == 1
    case.write_text(text)
    merged = shall("merge", *shards)
    note = "tests/cases/a.yaml is not recorded as passed, since it failed after that"
    assert note in merged.stderr
    assert json.loads(shall("trace", "--format", "json").stdout)["counts"]["failing"] == 1
    assert shall("merge", *shards, SHALL_LANG="zh").stderr.count("未记录这次通过") == 1


@pytest.mark.verifies("cli#7.5")
@pytest.mark.parametrize("changed_file", ["tests/cases/d.yaml", ""])
def test_the_evidence_of_a_shard_whose_files_differed_from_its_commit_says_so(
    shall: Shall, shards: list[str], project: Path, service: Any, changed_file: str
) -> None:
    case = project / (changed_file or "tests/cases/d.yaml")
    text = case.read_text()
    case.write_text(f"{text}# text\n" if changed_file else text)
    flags = ("--shard", "2/3", "--host", service.url, "--report-json")
    shall("run", *flags, shards[1], SHALL_STATE_DIR=".shall/x")
    case.write_text(text)
    shall("merge", *shards)
    [file] = (project / ".shall/evidence").glob("*.jsonl")
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert {it["is_dirty"] for it in lines} == {bool(changed_file)}
