"""What a session records of a test that changed, or failed elsewhere, meanwhile."""

import os
import time

import pytest
from tests.pytest_support.sessions import run, status_of_first, write_test

from shall.bootstrap import open_workspace
from shall.pytest_support.recording import TestOutcome
from shall.results.records import Outcome
from shall.settings import Settings

pytestmark = pytest.mark.usefixtures("measured")


@pytest.mark.verifies("tracing#4.48")
def test_a_test_that_an_older_file_replaces_while_it_runs_is_not_recorded(
    pytester: pytest.Pytester,
) -> None:
    body = "@pytest.mark.verifies('default#1.1')\ndef test_a():\n    assert pytest\n"
    other = "\n\ndef test_b():\n    import os\n    os.replace('other.txt', 'test_marked.py')\n"
    write_test(pytester, body + other)
    (pytester.path / "other.txt").write_text("import pytest\n" + body.replace("pytest\n", "0\n"))
    os.utime(pytester.path / "other.txt", (1e9, 1e9))
    result = run(pytester)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["shall: test_marked.py was written while the tests ran*"])
    assert status_of_first(pytester) == "not run"


@pytest.mark.verifies("tracing#4.47")
def test_a_pass_does_not_replace_a_failure_that_another_session_recorded_since(
    pytester: pytest.Pytester,
) -> None:
    check = "    assert 'fails' not in os.environ\n"
    body = f"@pytest.mark.verifies('default#1.1')\ndef test_a():\n{check}"
    write_test(pytester, f"import os\n{body}")
    run(pytester, "--shall-record").assert_outcomes(passed=1)
    again = "subprocess.run([sys.executable, '-m', 'pytest', 'test_marked.py'], env=failing)"
    (pytester.path / "test_other.py").write_text(
        "import os\nimport subprocess\nimport sys\n\ndef test_b():\n"
        f"    failing = {{**os.environ, 'fails': '1'}}\n    {again}\n"
    )
    result = run(pytester, "test_marked.py", "test_other.py")
    result.assert_outcomes(passed=2)
    note = "shall: test_marked.py::test_a is not recorded as passed, since it failed after that*"
    result.stdout.fnmatch_lines([note])
    assert status_of_first(pytester) == "failing"


@pytest.mark.verifies("tracing#4.47")
def test_a_pass_is_dated_by_when_its_test_ended(pytester: pytest.Pytester) -> None:
    write_test(
        pytester,
        "import time\n\n@pytest.mark.verifies('default#1.1')\ndef test_a():\n    assert time\n\n"
        "def test_b():\n    open('later', 'w').write(str(time.time()))\n",
    )
    before = time.time()
    run(pytester, "--shall-record").assert_outcomes(passed=2)
    workspace = open_workspace(pytester.path, Settings())
    assert workspace.evidence is not None
    [fact] = workspace.evidence.newest()
    workspace.close()
    assert before <= fact.at.timestamp() <= float((pytester.path / "later").read_text())


@pytest.mark.verifies("tracing#4.34")
def test_one_parameter_set_that_carries_out_a_check_is_enough() -> None:
    test = TestOutcome(frozenset({"default#1.1"}), sets=2)
    test.add("test_a[1]", Outcome.PASSED, 0.1, is_checked=True)
    test.add("test_a[2]", Outcome.PASSED, 0.1, is_checked=False)
    assert test.is_checked
    assert not test.is_partial


@pytest.mark.verifies("tracing#3.9")
def test_a_test_that_a_symbolic_link_leads_to_is_named_with_the_reason(
    pytester: pytest.Pytester,
) -> None:
    write_test(pytester, "@pytest.mark.verifies('default#1.1')\ndef test_a():\n    assert pytest\n")
    (pytester.path / "test_linked.py").symlink_to("test_marked.py")
    result = run(pytester, "--shall-record")
    result.assert_outcomes(passed=2)
    notes = result.stdout.str().count("is not recorded")
    note = "shall: test_linked.py::test_a is not recorded for default#1.1: a symbolic link leads*"
    result.stdout.fnmatch_lines([note])
    assert notes == 1


@pytest.mark.verifies("tracing#4.53")
@pytest.mark.parametrize("name", ["check_more.py", ".ci/test_more.py"])
def test_a_test_that_failed_counts_wherever_it_lies(pytester: pytest.Pytester, name: str) -> None:
    mark = "@pytest.mark.verifies('default#1.1')\n"
    write_test(pytester, f"{mark}def test_a():\n    assert pytest\n")
    check = pytester.path / name
    check.parent.mkdir(exist_ok=True)
    check.write_text(f"import pytest\n\n{mark}def test_b():\n    assert not pytest\n")
    names = ("-o", "python_files=test_*.py check_*.py", "test_marked.py", name)
    run(pytester, "--shall-record", *names).assert_outcomes(passed=1, failed=1)
    assert status_of_first(pytester) == "failing"
    check.write_text(check.read_text().replace("not pytest", "pytest"))
    run(pytester, *names).assert_outcomes(passed=2)
    assert status_of_first(pytester) == "proved"
    check.unlink()
    assert status_of_first(pytester) == "proved"
