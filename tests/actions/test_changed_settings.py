"""What a server shows after the settings that it read were changed."""

from pathlib import Path

import pytest

from shall.actions.trace import trace_requirements
from shall.bootstrap import open_workspace
from shall.settings import read_settings

CASE = """\
testcase:
  name: a
  verifies: [auth#1.1]
  steps: [{GET: /a, expect: {status: %s}}]
"""


@pytest.mark.verifies("tracing#4.44")
@pytest.mark.parametrize("name", ["shall.yaml", "config.yaml"])
def test_a_server_reports_that_its_variables_are_not_those_of_the_file(
    tmp_path: Path, name: str
) -> None:
    for path, text in (
        ("specs/auth/requirements.md", "### Requirement 1\n\n1. A shall b\n"),
        ("tests/cases/a.yaml", CASE % "'{{ want }}'"),
        ("shall.yaml", "variables: {want: 200}\n"),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    workspace = open_workspace(tmp_path, read_settings({}, {}, tmp_path)[0])
    assert not trace_requirements(workspace).problems
    (tmp_path / name).write_text("variables: {want: 201, more: 1}\n")
    [problem] = trace_requirements(workspace).hiding
    assert (problem.code, str(problem.span)) == ("setting.changed", f"{name}:1:1")
    assert problem.message.startswith(f"{name} changed since it was read")

    (tmp_path / "tests/cases/a.yaml").write_text(CASE % 200)
    assert not trace_requirements(workspace).problems
    workspace.close()
