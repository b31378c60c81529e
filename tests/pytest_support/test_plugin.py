import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.pytest_support.sessions import REQUIREMENTS, WITHOUT, run, status_of_first, write_test

from shall.actions.results import past_runs, run_details
from shall.actions.trace import trace_requirements
from shall.bootstrap import open_workspace
from shall.settings import Settings

Write = Callable[..., Path]


@pytest.fixture
def write(pytester: pytest.Pytester, service: Any) -> Write:
    """Writes a case of one request."""

    def case(name: str, path: str = "/echo", more: str = "", expected: int = 200) -> Path:
        file = pytester.path / f"tests/cases/{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(
            f"""testcase:
  name: the {name} case
  host: {service.url}
  {more}
  steps:
    - id: get
      path: {path}
      method: GET
      assert:
        - {{type: status_code, expected: {expected}}}
""",
            "utf-8",
        )
        return file

    return case


pytestmark = pytest.mark.usefixtures("measured")


@pytest.fixture
def workers(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    measured: None,  # noqa: ARG001
) -> tuple[str, ...]:
    """The arguments that ask for workers, which would take longer if they were measured.

    ``test_two_workers_give_the_outcomes_of_one`` and those with one set of arguments measure them.
    """
    if request.param:
        for name in [it for it in os.environ if it.startswith("COVERAGE_PROCESS_")]:
            monkeypatch.delenv(name)
    arguments: tuple[str, ...] = request.param
    return arguments


UNIT = """unittest:
  name: adding
  target: {module: calc, function: add}
  cases:
    - {id: sum, inputs: {args: [2, 3]}, assert: [{type: equals, expected: 5}]}
"""


@pytest.mark.verifies("pytest#1.1")
def test_only_files_with_our_roots_are_collected(pytester: pytest.Pytester, write: Write) -> None:
    write("good")
    folder = pytester.path / "tests/cases"
    (folder / "data.yaml").write_text("a: 1\n")
    (folder / "empty.yml").write_text("")
    (folder / "word.yaml").write_text("note: |\n  x\ntestcases: 1\n")
    (folder / "unit.yml").write_text(UNIT)
    (pytester.path / "calc.py").write_text("def add(a, b):\n    return a + b\n")
    (folder / "notes.txt").write_text("testcase:\n")
    result = run(pytester, "tests/cases", "-rs")
    result.assert_outcomes(passed=2)


@pytest.mark.verifies("pytest#1.2")
def test_a_failure_shows_the_line_and_both_values_and_no_stack(
    pytester: pytest.Pytester, write: Write
) -> None:
    write("bad", "/status/404")
    result = run(pytester, "tests/cases")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*tests/cases/bad.yaml:10:11*",
            "*expected*200*",
            "*actual*404*",
            "FAILED tests/cases/bad.yaml::the bad case - get: status_code: expected 200*",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    assert "items.py" not in result.stdout.str()


@pytest.mark.verifies("pytest#1.3")
def test_two_workers_give_the_outcomes_of_one(pytester: pytest.Pytester, write: Write) -> None:
    for name in ("a", "b", "c", "d"):
        write(name)
    write("e", "/status/500")
    run(pytester, "tests").assert_outcomes(passed=4, failed=1)
    run(pytester, "tests", "-n", "2").assert_outcomes(passed=4, failed=1)


@pytest.mark.verifies("pytest#1.4")
def test_tags_are_markers_even_where_markers_are_strict(
    pytester: pytest.Pytester, write: Write
) -> None:
    write("a", more="tags: [smoke, _odd]")
    write("b", more="tags: [slow]")
    result = run(pytester, "tests", "--strict-markers", "-m", "smoke", "-v")
    result.assert_outcomes(passed=1, deselected=1)
    run(pytester, "tests", "-k", "b and case").assert_outcomes(passed=1, deselected=1)


@pytest.mark.verifies("pytest#1.5", "cases#3.4")
@pytest.mark.parametrize("where", [("tests",), ("tests/scripts",), ("tests/cases",)])
def test_a_case_runs_once_whatever_is_collected(
    pytester: pytest.Pytester, write: Write, where: tuple[str, ...], service: Any
) -> None:
    write("a")
    scripts = pytester.path / "tests/scripts"
    scripts.mkdir()
    script = (
        "from shall.pytest_support import case_test\n\ntest_a = case_test('tests/cases/a.yaml')\n"
    )
    (scripts / "test_a.py").write_text(script)
    service.log.calls.clear()
    run(pytester, *where, "--import-mode=importlib").assert_outcomes(
        passed=1, deselected=where == ("tests",)
    )
    assert service.calls_to("/echo") == 1


def test_a_script_of_a_failing_case_shows_the_same(pytester: pytest.Pytester, write: Write) -> None:
    write("a", "/status/404")
    scripts = pytester.path / "tests/scripts"
    scripts.mkdir()
    script = (
        "from shall.pytest_support import case_test\n\ntest_a = case_test('tests/cases/a.yaml')\n"
    )
    (scripts / "test_a.py").write_text(script)
    result = run(pytester, "tests/scripts", "--import-mode=importlib")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*tests/cases/a.yaml:10:11*", "*expected*200*"])


@pytest.mark.verifies("pytest#1.6")
def test_a_broken_case_fails_with_every_problem(pytester: pytest.Pytester, write: Write) -> None:
    write("good")
    broken = pytester.path / "tests/cases/broken.yaml"
    broken.write_text("testcase:\n  nam: x\n  steps: []\n  colour: red\n")
    result = run(pytester, "tests")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*broken.yaml:2:*", "*broken.yaml:4:*"])


def test_a_failing_teardown_fails_the_item(pytester: pytest.Pytester, write: Write) -> None:
    file = write("a")
    teardown = (
        "  teardowns:\n    - {id: t, operation_type: api, method: DELETE, path: /status/500}\n"
    )
    file.write_text(file.read_text() + teardown)
    run(pytester, "tests").assert_outcomes(failed=1)


def test_the_host_can_be_given_and_settings_count(
    pytester: pytest.Pytester, write: Write, service: Any
) -> None:
    file = write("a")
    file.write_text(file.read_text().replace(service.url, "http://127.0.0.1:9"))
    run(pytester, "tests").assert_outcomes(failed=1)
    run(pytester, "tests", "--shall-host", service.url).assert_outcomes(passed=1)
    (pytester.path / "shall.yaml").write_text("concurency: 1\n")
    result = run(pytester, "tests")
    result.stdout.fnmatch_lines(["*Unknown key concurency*"])


def test_cases_stand_in_a_junit_report(pytester: pytest.Pytester, write: Write) -> None:
    write("a")
    run(pytester, "tests", "--junitxml=r.xml").assert_outcomes(passed=1)
    case = ET.parse(pytester.path / "r.xml").getroot().find(".//testcase")
    assert case is not None
    assert case.get("name") == "the a case"


TESTS = """
import pytest

@pytest.mark.verifies("default#1.2")
@pytest.mark.parametrize("n", [1, 2])
def test_two(n):
    assert n != {bad}

@pytest.mark.verifies("default#1.3")
def test_three():
    pytest.skip("not here")

@pytest.mark.verifies("default#1.4")
def test_four(broken):
    pass

@pytest.fixture
def broken():
    made = int("{bad}")
    assert made == 0
"""


@pytest.mark.verifies("pytest#1.7")
@pytest.mark.parametrize("workers", [(), ("-n", "2")], indirect=True)
def test_outcomes_of_cases_and_marked_tests_are_evidence(
    pytester: pytest.Pytester, write: Write, workers: tuple[str, ...]
) -> None:
    (pytester.path / "specs").mkdir()
    (pytester.path / "specs/requirements.md").write_text(REQUIREMENTS)
    write("a", more='verifies: ["default#1.1"]')
    tests = pytester.path / "tests/test_marked.py"
    tests.write_text(TESTS.format(bad=0))

    def statuses() -> list[str]:
        workspace = open_workspace(pytester.path, Settings())
        found = [row.status.value for row in trace_requirements(workspace).rows]
        runs = past_runs(workspace)
        if runs:
            assert run_details(workspace, runs[0].run_id).cases[0].name == "the a case"
        workspace.files.close()
        assert workspace.store is not None
        workspace.store.close()
        return found

    run(pytester, "tests", *workers)
    assert not (pytester.path / ".shall").exists()
    run(pytester, "tests", "--shall-record", *workers).assert_outcomes(passed=4, skipped=1)
    assert statuses() == ["proved", "proved", "skipped", "proved"]
    lines = sorted((pytester.path / ".shall/evidence").glob("*.jsonl"))[0].read_text().splitlines()
    facts = [json.loads(line) for line in lines]
    assert {fact["kind"] for fact in facts} == {"case", "test"}
    assert all(fact["source_fingerprint"] and fact["criterion_fingerprint"] for fact in facts)
    tests.write_text(TESTS.format(bad=2))
    run(pytester, "tests", *workers).assert_outcomes(passed=2, failed=1, skipped=1, errors=1)
    assert statuses() == ["proved", "failing", "skipped", "failing"]


@pytest.mark.verifies("tracing#4.10")
def test_a_skipped_or_expected_failure_proves_nothing(pytester: pytest.Pytester) -> None:
    (pytester.path / "specs").mkdir()
    (pytester.path / "specs/requirements.md").write_text(REQUIREMENTS)
    (pytester.path / "tests").mkdir()
    (pytester.path / "tests/test_marked.py").write_text(
        "import pytest\n"
        "@pytest.mark.verifies('default#1.1')\n@pytest.mark.xfail\n"
        "def test_fails(): assert False\n"
        "@pytest.mark.verifies('default#1.2')\n@pytest.mark.xfail\n"
        "def test_passes(): assert True\n"
        "@pytest.mark.verifies('default#1.3')\n@pytest.mark.skip\n"
        "def test_is_skipped(): assert True\n"
    )
    run(pytester, "tests", "--shall-record").assert_outcomes(xfailed=1, xpassed=1, skipped=1)
    workspace = open_workspace(pytester.path, Settings())
    found = [row.status.value for row in trace_requirements(workspace).rows]
    workspace.files.close()
    assert found[:3] == ["skipped"] * 3


SETS = """
@pytest.mark.verifies("default#1.1")
@pytest.mark.parametrize("number", [1, 2])
def test_a(number):
    assert number == 1
"""


@pytest.mark.verifies("tracing#4.11")
@pytest.mark.parametrize("workers", [(), ("-n", "1")], indirect=True)
def test_some_parameter_sets_of_a_test_prove_nothing(
    pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    write_test(pytester, SETS)
    note = "shall: test_marked.py::test_a is not recorded: 1 of its 2 parameter sets ran."
    run(pytester, "test_marked.py::test_a[1]", *workers).stdout.fnmatch_lines([note])
    assert status_of_first(pytester) == "not run"
    run(pytester, *workers).assert_outcomes(passed=1, failed=1)
    run(pytester, "-k", "1", *workers).stdout.fnmatch_lines([note])
    assert status_of_first(pytester) == "failing"


@pytest.mark.verifies("tracing#4.11")
def test_one_parameter_set_that_fails_is_recorded(pytester: pytest.Pytester) -> None:
    write_test(pytester, SETS)
    run(pytester, "test_marked.py::test_a[2]")
    assert status_of_first(pytester) == "failing"


COMMENTED = """
# Validates: Requirements 1.2
@pytest.mark.parametrize("number", [1, 2])
def test_a(number):
    \'\'\'Validates: Requirements 1.1\'\'\'
    assert number < 3

@pytest.mark.skip
def test_b():
    assert marked  # 验证需求：1.3

def test_c():
    \'\'\'Validates: Requirements 1.9\'\'\'
    assert pytest
"""


@pytest.mark.verifies("tracing#3.6")
@pytest.mark.parametrize("workers", [(), ("-n1",)], indirect=True)
def test_docstrings_and_comments_of_tests_count_as_marks(
    pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    write_test(pytester, COMMENTED)
    note = "shall: test_marked.py::test_a is not recorded: 1 of its 2 parameter sets ran."
    run(pytester, "test_marked.py::test_a[1]", *workers).stdout.fnmatch_lines([note])
    result = run(pytester, *workers)
    result.stdout.fnmatch_lines(["shall: test_marked.py::test_c: verifies 1.9 is unknown*"])
    workspace = open_workspace(pytester.path, Settings())
    found = [row.status.value for row in trace_requirements(workspace).rows]
    workspace.files.close()
    assert found == ["proved", "proved", "skipped", "untested"]


UNITTEST = """
import unittest

class Login(unittest.TestCase):
    @pytest.mark.verifies("default#1.1")
    def test_a(self):
        assert self

@pytest.mark.xdist_group("one")
@pytest.mark.verifies("default#1.2")
def test_b():
    assert pytest
"""


@pytest.mark.verifies("tracing#3.10")
def test_tests_of_unittest_of_groups_and_below_brackets_are_linked(
    pytester: pytest.Pytester,
) -> None:
    write_test(pytester, UNITTEST)
    folder = pytester.path / "tests [a]"
    folder.mkdir()
    (pytester.path / "test_marked.py").rename(folder / "test_marked.py")
    run(pytester, "-n1", "--dist=loadgroup").assert_outcomes(passed=2)
    workspace = open_workspace(pytester.path, Settings())
    found = [row.status.value for row in trace_requirements(workspace).rows]
    workspace.files.close()
    assert found == ["proved", "proved", "untested", "untested"]


@pytest.mark.verifies("tracing#4.19")
def test_a_test_whose_process_ended_failed(pytester: pytest.Pytester) -> None:
    body = "@pytest.mark.verifies('default#1.1')\ndef test_a():\n    assert pytest\n"
    write_test(pytester, f"import os\n{body}    'ends' in os.environ and os._exit(3)\n")
    run(pytester).assert_outcomes(passed=1)
    assert status_of_first(pytester) == "proved"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ends", "1")
        run(pytester, "-n1", "--max-worker-restart=0").assert_outcomes(failed=1)
    assert status_of_first(pytester) == "failing"


@pytest.mark.verifies("tracing#3.9")
def test_a_mark_that_no_text_shows_is_reported(pytester: pytest.Pytester) -> None:
    write_test(pytester, "def test_a():\n    assert pytest\n")
    pytester.makeconftest(
        "import pytest\n\n\ndef pytest_collection_modifyitems(items):\n"
        "    items[0].add_marker(pytest.mark.verifies('default#1.1'))\n"
    )
    note = "shall: test_marked.py::test_a is not recorded for default#1.1: no mark*"
    run(pytester).stdout.fnmatch_lines([note])
    assert status_of_first(pytester) == "untested"
    assert not [*(pytester.path / ".shall/evidence").glob("*")]


@pytest.mark.verifies("tracing#4.12")
@pytest.mark.parametrize("file", ["test_marked.py", "specs/requirements.md"])
def test_what_is_written_while_the_tests_run_is_not_recorded(
    pytester: pytest.Pytester, file: str
) -> None:
    write_test(
        pytester,
        "from pathlib import Path\n@pytest.mark.verifies('default#1.1')\ndef test_a():\n"
        f"    file = Path('{file}')\n    text = file.read_text()\n"
        "    file.write_text(text.replace('shall b', 'shall not b'))\n    assert text\n",
    )
    result = run(pytester)
    result.stdout.fnmatch_lines([f"shall: {file} was written while the tests ran*"])
    assert status_of_first(pytester) == "not run"


@pytest.mark.verifies("tracing#4.13")
def test_a_test_that_passes_when_it_is_repeated_failed(pytester: pytest.Pytester) -> None:
    write_test(pytester, "@pytest.mark.verifies('default#1.1')\ndef test_a():\n    assert input\n")
    pytester.makeconftest(
        """
        import pytest
        from _pytest.runner import runtestprotocol

        @pytest.hookimpl
        def pytest_runtest_protocol(item, nextitem):
            first, second = (runtestprotocol(item, nextitem=nextitem, log=False) for _ in "ab")
            for report in first:
                report.outcome = "rerun" if report.when == "call" else report.outcome
            for report in [*first, *second]:
                item.ihook.pytest_runtest_logreport(report=report)
            return True
        """
    )
    run(pytester).assert_outcomes(passed=1)
    assert status_of_first(pytester) == "failing"


def test_evidence_that_cannot_be_kept_costs_a_line(pytester: pytest.Pytester, write: Write) -> None:
    write("a", more='verifies: ["default#1.1"]')
    (pytester.path / ".shall").write_text("in the way")
    result = run(pytester, "tests", "--shall-record")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["shall: Results are not stored*"])


@pytest.mark.verifies("tracing#3.2", "tracing#3.5")
@pytest.mark.parametrize("workers", [(), ("-n", "2")], indirect=True)
def test_links_that_name_no_criterion_are_warned_of(
    pytester: pytest.Pytester, write: Write, workers: tuple[str, ...]
) -> None:
    (pytester.path / "specs").mkdir()
    (pytester.path / "specs/requirements.md").write_text(REQUIREMENTS)
    write("a", more='verifies: ["default#1.9", "default#1.1"]')
    (pytester.path / "tests/test_marked.py").write_text(
        "import pytest\n@pytest.mark.verifies('defautl#1.1')\ndef test_a():\n    pass\n"
        "@pytest.mark.verifies(1.1)\ndef test_b():\n    pass\n"
        "@pytest.mark.verifies()\ndef test_c():\n    pass\n"
    )
    result = run(pytester, "tests", *workers)
    result.assert_outcomes(passed=4)
    shown = [line for line in result.outlines if line.startswith("shall: ")]
    assert sorted(shown) == sorted(
        [
            "shall: tests/cases/a.yaml::the a case: verifies default#1.9 is unknown. "
            "Did you mean default#1.4, default#1.3, default#1.2?",
            "shall: tests/test_marked.py::test_a: verifies defautl#1.1 is unknown. "
            "Did you mean default#1.1, default#1.4, default#1.3?",
            "shall: tests/test_marked.py::test_b verifies 1.1, which is not a string and is not "
            "read.",
            "shall: tests/test_marked.py::test_c has a verifies mark that names no criterion.",
        ]
    )


def test_marks_in_a_project_without_requirements_are_left_alone(
    pytester: pytest.Pytester, write: Write
) -> None:
    write("a", more='verifies: ["default#1.9"]')
    result = run(pytester, "tests")
    assert not [line for line in result.outlines if line.startswith("shall: ")]


@pytest.mark.verifies("pytest#1.8")
def test_plain_sessions_load_nothing_of_the_engine(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_light():
            heavy = ("shall.engine", "shall.cases", "pycurl", "sqlite3.dbapi2", "yaml")
            assert [name for name in heavy if name in sys.modules] == []
        """
    )
    (pytester.path / "data.yaml").write_text("a: 1\n")
    command = [sys.executable, "-m", "pytest", "-q", *WITHOUT, str(pytester.path)]
    environ = {"HOME": str(pytester.path)}  # coverage of subprocesses would load sqlite3
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
    assert ended.returncode == 0, ended.stdout
