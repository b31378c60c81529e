"""What runs before the first case and after the last one of a pytest session."""

from typing import Any

import pytest
from tests.pytest_support.sessions import run

pytestmark = pytest.mark.usefixtures("measured")

FILES = {
    "shall.yaml": "host: {host}\nbefore_run: [open]\nafter_run: [close]\n",
    "tests/cases/a.yaml": "testcase: {{name: a, use: [open, login], steps: [{{GET: '{path}'}}]}}\n",
    "tests/cases/b.yaml": "testcase: {{name: b, use: [login], steps: [{{GET: /echo/b}}]}}\n",
    "tests/cases/shared/open.yaml": (
        "shared:\n  steps:\n    - GET: /echo/open\n      capture: {{shop: $.path}}\n"
        "      expect: {{status: {status}}}\n"
    ),
    "tests/cases/shared/login.yaml": (
        "shared:\n  steps: [{{GET: /echo/login}}]\n  teardowns: [{{GET: /echo/logout}}]\n"
    ),
    "tests/cases/shared/close.yaml": (
        "shared:\n  steps: [{{GET: '/echo/close{{{{ shop }}}}', expect: {{status: 204}}}}]\n"
    ),
}


@pytest.fixture
def session(pytester: pytest.Pytester, service: Any) -> Any:
    """Runs pytest on a project; returns its result."""

    def run_with(status: int, *arguments: str) -> pytest.RunResult:
        for name, text in FILES.items():
            path = pytester.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.format(host=service.url, status=status, path="/echo/a{{ shop }}"))
        return run(pytester, *arguments)

    return run_with


@pytest.mark.verifies("shared-teardowns#1.5")
def test_a_session_begins_and_ends_as_a_run_does(session: Any, service: Any) -> None:
    result = session(200)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        ["shall: `after_run` did not pass: tests/cases/shared/close.yaml:2*"]
    )
    asked = [call.partition("/echo")[2] for call in service.log.calls]
    assert asked == ["/open", "/login", "/a/echo/open", "/b", "/close/echo/open", "/logout"]


@pytest.mark.verifies("shared-teardowns#1.5")
def test_no_case_is_sent_where_the_setup_of_the_session_does_not_pass(
    session: Any, service: Any
) -> None:
    result = session(201)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*No case ran, since `before_run` did not pass: tests/cases/*"])
    assert [call.partition("/echo")[2] for call in service.log.calls][:1] == ["/open"]
    assert service.calls_to("/echo/b") == 0


@pytest.mark.verifies("shared-teardowns#1.6")
def test_processes_of_pytest_xdist_share_what_runs_around_the_session(
    session: Any, service: Any
) -> None:
    result = session(200, "-n", "2")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        ["shall: `after_run` did not pass: tests/cases/shared/close.yaml:2*"]
    )
    asked = [call.partition("/echo")[2] for call in service.log.calls]
    assert asked[0] == "/open"
    assert asked[-1] == "/close/echo/open"
    assert sorted(set(asked[1:-1])) == ["/a/echo/open", "/b", "/login", "/logout"]
    assert "/open" not in asked[1:]
