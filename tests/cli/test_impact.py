"""What a change touches, and what a run promises to try."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.repository import git

REQUIREMENTS = "### Requirement 1\n\n1. A shall b\n2. A shall count\n"
Shall = Callable[..., Any]
WriteCase = Callable[..., None]
TEST = """import pytest

@pytest.mark.verifies("auth#1.2")
def test_count():
    assert 1
"""


def impact(shall: Shall, *arguments: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(shall("impact", "--format", "json", *arguments).stdout)
    return data


def keys(data: dict[str, Any]) -> list[str]:
    return [it["key"] for it in data["criteria"]]


@pytest.fixture
def committed(write_case: WriteCase, project: Path) -> Path:
    """A committed project: two criteria, two cases, a test and a program without links."""
    file = project / "specs/auth/requirements.md"
    file.parent.mkdir(parents=True)
    file.write_text(REQUIREMENTS)
    write_case("a", more='verifies: ["auth#1.1"]')
    write_case("b", more='verifies: ["auth#1.2"]')
    (project / "tests/test_b.py").write_text(TEST)
    (project / "login.py").write_text("x = 1\n")
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "first")
    return file


@pytest.mark.verifies("gate#3.1")
def test_a_reworded_criterion_touches_what_is_linked_to_it(shall: Shall, committed: Path) -> None:
    assert "No criterion, case or test is touched." in shall("impact").stdout
    committed.write_text(f"Some words.\n\n{REQUIREMENTS.replace('count', 'count twice')}")
    found = impact(shall)
    assert keys(found) == ["auth#1.2"]
    assert found["criteria"][0]["reasons"] == ["the text changed"]
    assert found["cases"] == ["tests/cases/b.yaml"]
    assert found["tests"] == ["tests/test_b.py::test_count"]
    assert found["unlinked"] == []


TASKS = """\
- [x] 1. Build the door
  - _Requirements: 1.1_
- [ ] 2. 实现计数
  - _需求: 1.2_
"""


@pytest.mark.verifies("tracing#4.29")
def test_tasks_are_named_with_the_criteria_that_they_implement(
    shall: Shall, committed: Path
) -> None:
    committed.with_name("tasks.md").write_text(TASKS)
    of_criterion = impact(shall, "auth#1.2")
    assert of_criterion["tasks"] == [
        {"title": "2 实现计数", "place": "specs/auth/tasks.md:4:5", "is_done": False}
    ]
    assert "  2 实现计数  specs/auth/tasks.md:4:5" in shall("impact", "auth#1.2").stdout
    of_tasks = impact(shall, "specs/auth/tasks.md")
    assert keys(of_tasks) == ["auth#1.1", "auth#1.2"]
    assert of_tasks["criteria"][0]["reasons"] == ["named at specs/auth/tasks.md:2:5"]
    assert [it["is_done"] for it in of_tasks["tasks"]] == [True, False]
    assert of_tasks["unlinked"] == []


HELPED = """import pytest
from tests.helpers import total

@pytest.mark.verifies("auth#1.1")
def test_sum(price):
    assert total(price)
"""


@pytest.mark.verifies("tracing#4.25")
@pytest.mark.parametrize("path", ["tests/helpers.py", "tests/conftest.py"])
@pytest.mark.usefixtures("committed")
def test_test_code_touches_the_tests_that_use_it(shall: Shall, project: Path, path: str) -> None:
    (project / "tests/test_a.py").write_text(HELPED)
    (project / "tests/helpers.py").write_text("def total(price):\n    return price\n")
    (project / "tests/conftest.py").write_text(
        "import pytest\n@pytest.fixture\ndef price():\n    return 1\n"
    )
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "second")
    assert keys(impact(shall)) == []
    (project / path).write_text((project / path).read_text().replace("return", "return 2 *"))
    named, changed = impact(shall, path), impact(shall)
    for found in (named, changed):
        assert found["tests"] == ["tests/test_a.py::test_sum"]
        assert found["unlinked"] == []
    source = "tests/test_a.py::test_sum"
    assert named["criteria"][0]["reasons"] == [f"{source} uses {path}"]
    assert changed["criteria"][0]["reasons"] == [f"{source} uses {path}, which changed"]


@pytest.mark.verifies("gate#3.1")
@pytest.mark.usefixtures("committed")
def test_a_changed_new_or_deleted_case_or_test_touches_its_criteria(
    shall: Shall, write_case: WriteCase, project: Path
) -> None:
    write_case("a", path="/other", more='verifies: ["auth#1.1"]')
    write_case("new")
    (project / "tests/cases/b.yaml").unlink()
    (project / "tests/test_b.py").write_text(TEST.replace("assert 1", "assert 2"))
    found = impact(shall, "--since", "main")
    assert found["cases"] == ["tests/cases/a.yaml", "tests/cases/new.yaml"]
    assert found["tests"] == ["tests/test_b.py::test_count"]
    assert {it["key"]: it["reasons"] for it in found["criteria"]} == {
        "auth#1.1": ["tests/cases/a.yaml changed"],
        "auth#1.2": [
            "tests/test_b.py::test_count changed",
            "tests/cases/b.yaml is no longer linked",
        ],
    }
    assert "tests/cases/a.yaml changed" in shall("impact").stdout


@pytest.mark.verifies("gate#3.2")
@pytest.mark.usefixtures("committed")
def test_named_files_and_criteria_show_what_is_linked_to_them(shall: Shall) -> None:
    assert impact(shall, "auth#1.2")["cases"] == ["tests/cases/b.yaml"]
    assert keys(impact(shall, "tests/cases/a.yaml")) == ["auth#1.1"]
    assert keys(impact(shall, "tests/test_b.py")) == ["auth#1.2"]
    assert impact(shall, "specs/auth/requirements.md")["cases"] == [
        "tests/cases/a.yaml",
        "tests/cases/b.yaml",
    ]
    assert impact(shall, "login.py")["unlinked"] == ["login.py"]
    assert shall("impact", "auth#9.9").returncode == 2
    assert shall("impact", "nowhere.py").returncode == 2
    assert shall("impact", "login.py", "--since", "main").returncode == 2


@pytest.mark.verifies("gate#3.3")
@pytest.mark.usefixtures("committed")
def test_a_changed_file_without_a_link_is_named(shall: Shall, project: Path) -> None:
    (project / "login.py").write_text("x = 2\n")
    (project / "new.go").write_text("package new\n")
    assert impact(shall)["unlinked"] == ["login.py", "new.go"]
    assert "These files are linked to no criterion: login.py, new.go." in shall("impact").stdout
    assert "login.py" in shall("run", "--impacted").stderr


@pytest.mark.verifies("gate#3.4")
@pytest.mark.usefixtures("committed")
def test_only_touched_cases_run(shall: Shall, write_case: WriteCase, service: Any) -> None:
    nothing = shall("run", "--impacted", "--host", service.url)
    assert nothing.returncode == 0
    assert "No case is touched" in nothing.stderr
    assert service.calls_to("/echo") == 0
    write_case("a", path="/echo?x=1", more='verifies: ["auth#1.1"]')
    ran = shall("run", "--impacted", "--since", "main", "--host", service.url, "--format", "json")
    assert [it["case_key"] for it in json.loads(ran.stdout)["cases"]] == ["tests/cases/a.yaml"]
    assert shall("run", "--impacted", "tests/cases").returncode == 2
    assert shall("run", "--since", "main").returncode == 2
    assert shall("run", "--impacted", "--since", "nowhere").returncode == 2


@pytest.mark.verifies("gate#3.5")
@pytest.mark.usefixtures("committed")
def test_a_run_fails_where_it_did_not_try_what_was_expected(shall: Shall, service: Any) -> None:
    def run(*arguments: str) -> Any:
        return shall("run", "--host", service.url, *arguments)

    assert run("--expect", "auth#1.1", "--expect", "1.2", "--expect-cases", "2").returncode == 0
    part = run("tests/cases/a.yaml", "--expect", "auth#1.2", "--expect-cases", "2")
    assert part.returncode == 1
    assert "auth#1.2 was expected to be tried" in part.stderr
    assert "1 case ran, not 2 as expected." in part.stderr
    assert run("--expect-cases", "1").returncode == 1
    assert run("--expect", "auth#7.7").returncode == 2
    assert shall("run", "--impacted", "--expect", "auth#1.1").returncode == 1
    unreachable = shall("run", "--host", "http://127.0.0.1:9", "--expect", "auth#1.1")
    assert unreachable.returncode == 4
    assert "auth#1.1 was expected to be tried" in unreachable.stderr
