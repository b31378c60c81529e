from typing import Any

import pytest
from tests.pytest_support.sessions import REQUIREMENTS, run

from shall.actions.trace import trace_requirements
from shall.bootstrap import open_workspace
from shall.settings import read_settings


@pytest.mark.verifies("tracing#4.39")
@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_case_is_stale_while_a_variable_that_it_reads_is_another(
    pytester: pytest.Pytester, service: Any, workers: tuple[str, ...]
) -> None:
    case = (
        "testcase:\n  name: a\n  verifies: ['default#1.1']\n"
        f"  steps: [{{GET: {service.url}/echo, expect: {{status: '{{{{ want }}}}'}}}}]\n"
    )
    settings = pytester.path / "shall.yaml"
    for path, text in (("specs/requirements.md", REQUIREMENTS), ("tests/cases/a.yaml", case)):
        (pytester.path / path).parent.mkdir(parents=True, exist_ok=True)
        (pytester.path / path).write_text(text)
    settings.write_text("variables: {want: 200}\n")
    run(pytester, "tests", "--shall-record", *workers).assert_outcomes(passed=1)

    def status() -> str:
        workspace = open_workspace(pytester.path, read_settings({}, {}, pytester.path)[0])
        matrix = trace_requirements(workspace)
        workspace.close()
        return matrix.rows[0].status.value

    assert status() == "proved"
    settings.write_text("variables: {want: 201}\n")
    assert status() == "stale"
