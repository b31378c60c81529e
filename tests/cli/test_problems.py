"""Problems of files are shown where they are."""

import json
from pathlib import Path
from typing import Any

import pytest

CASE = """testcase:
  name: a
  verifies: ["auth#1.9"]
  steps:
    - id: get
      path: /
      methd: GET
"""
DUPLICATE = "### Requirement 1\n\n1. A shall b\n\n### Requirement 1\n\n1. A shall c\n"
EXCERPT = [
    "error[case.unknown-field]: Unknown field `methd`.",
    " --> tests/cases/a.yaml:7:7",
    "  |",
    "7 |       methd: GET",
    "  |       ^^^^^",
    "  = Did you mean `method`?",
]


@pytest.fixture
def case(project: Path) -> Path:
    file = project / "tests/cases/a.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(CASE)
    return file


@pytest.mark.verifies("cli#1.9")
@pytest.mark.usefixtures("case")
def test_run_and_trace_show_the_line_of_a_problem_with_carets(shall: Any) -> None:
    ran = shall("run")
    assert ran.returncode == 2
    lines = ran.stdout.splitlines()
    assert lines[:7] == ["ERROR  tests/cases/a.yaml", *(f"  {line}" for line in EXCERPT)]
    assert "\n".join(EXCERPT) in shall("trace").stdout


@pytest.mark.verifies("cli#1.9")
def test_a_report_as_json_has_the_problems_of_a_file(shall: Any, case: Path) -> None:
    case.write_text(CASE.replace("name: a", "name: a\n  secrets: [pin]\n  pin: canary-1"))
    (problem, other) = json.loads(shall("run", "--format", "json").stdout)["cases"][0]["problems"]
    assert problem["code"] == other["code"] == "case.unknown-field"
    assert problem["field"] == "pin"
    assert (other["line"], other["column"], other["length"]) == (9, 7, 5)
    assert other["fix"] == {"line": 9, "column": 7, "length": 5, "text": "method"}


@pytest.mark.verifies("cli#1.9")
def test_an_unknown_key_of_the_settings_is_shown_and_no_secret(shall: Any, project: Path) -> None:
    (project / "shall.yaml").write_text(
        "variables: {pin: canary-1}\nsecrets: [pin]\nconcurency: 1\nzzz: canary-1\n"
    )
    ended = shall("trace")
    assert ended.returncode == 2
    assert "3 | concurency: 1\n  | ^^^^^^^^^^\n  = Did you mean concurrency?" in ended.stderr
    assert " --> shall.yaml:4:1\n  = Available: state_dir, " in ended.stderr
    assert "canary" not in ended.stderr


@pytest.mark.verifies("cli#1.10")
@pytest.mark.usefixtures("case")
def test_trace_writes_problems_as_annotations_and_sarif(shall: Any, case: Path) -> None:
    case.write_text(CASE.replace("methd", "method"))
    assert shall("trace", "--format", "github").stdout == (
        "::warning file=tests/cases/a.yaml,line=3,col=14,title=link.unknown-criterion"
        "::auth#1.9 is unknown.\n"
    )
    log = json.loads(shall("trace", "--format", "sarif").stdout)
    assert [it["ruleId"] for it in log["runs"][0]["results"]] == ["link.unknown-criterion"]


@pytest.mark.verifies("cli#1.10")
def test_problems_of_requirements_are_written_in_the_format_too(shall: Any, project: Path) -> None:
    (project / "specs").mkdir()
    (project / "specs/requirements.md").write_text(DUPLICATE)
    ended = shall("trace", "--format", "concise")
    assert ended.returncode == 2
    assert ended.stdout.startswith("specs/requirements.md:7:4: error[spec.duplicate-key] ")
    assert ended.stderr == ""
    shown = shall("trace")
    assert shown.returncode == 2
    assert "7 | 1. A shall c\n  |    ^\n" in shown.stdout
