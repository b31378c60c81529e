"""What a server shows after the settings that it read were changed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shall.actions.run_variables import declared_variables
from shall.actions.trace import trace_requirements
from shall.bootstrap import open_workspace
from shall.settings import read_settings
from shall.store.base import Evidence
from shall.workspace.workspace import Workspace

CASE = """\
testcase:
  name: a
  verifies: [auth#1.1]
  steps: [{GET: /a, expect: {status: %s}}]
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A project whose case is proved with a variable, as a server has opened it."""
    for path, text in (
        ("specs/auth/requirements.md", "### Requirement 1\n\n1. A shall b\n"),
        ("tests/cases/a.yaml", CASE % "'{{ want }}'"),
        ("shall.yaml", "variables: {want: 200}\n"),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    opened = open_workspace(tmp_path, read_settings({}, {}, tmp_path)[0])
    [row] = trace_requirements(opened).rows
    [found] = row.links
    fact = Evidence(
        at=datetime.now(UTC),
        criterion=row.criterion.key,
        source=found.link.source,
        kind="case",
        outcome="passed",
        run_id="r",
        criterion_fingerprint=row.criterion.fingerprint,
        source_fingerprint=found.link.fingerprint,
        checks_executed=1,
        duration_s=0.1,
        variables=declared_variables(opened.defaults, "").fingerprint(
            found.link.source, found.link.run_names
        ),
    )
    assert opened.evidence is not None
    opened.evidence.append([fact])
    yield opened
    opened.close()


def status_and_problems(workspace: Workspace) -> tuple[str, list[str]]:
    matrix = trace_requirements(workspace)
    return matrix.rows[0].status.value, [str(it) for it in matrix.problems]


@pytest.mark.verifies("tracing#4.44")
def test_a_server_compares_with_the_variables_of_the_file(workspace: Workspace) -> None:
    assert status_and_problems(workspace) == ("proved", [])
    settings = workspace.root / "shall.yaml"
    settings.write_text("variables: {want: 201}\n")
    status, [problem] = status_and_problems(workspace)
    assert status == "stale"
    assert "shall.yaml changed since it was read: runs of this server use its form" in problem
    assert problem.endswith("Restart the server.")

    settings.write_text("# as it was\nvariables: {want: 200}\n")
    assert status_and_problems(workspace) == ("proved", [])
    settings.write_text("variables: [\n")
    status, [problem] = status_and_problems(workspace)
    assert "shall.yaml changed" in problem


@pytest.mark.verifies("tracing#4.44")
def test_without_cases_that_read_variables_nothing_is_reported(workspace: Workspace) -> None:
    (workspace.root / "tests/cases/a.yaml").write_text(CASE % 200)
    (workspace.root / "shall.yaml").write_text("variables: {want: 201}\n")
    assert status_and_problems(workspace) == ("stale", [])
