"""Unit case files as proof of criteria."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shall.actions.linking import link_criterion
from shall.actions.run import execute
from shall.actions.run_request import RunRequest
from shall.actions.trace import trace_requirements
from shall.bootstrap import open_workspace
from shall.settings import Settings
from shall.specs.status import Status
from shall.workspace.workspace import Workspace

UNIT = """unittest:
  name: adding
  target: {module: calc, function: add}
  verifies: [calc#1.1]
  cases:
    - {id: sum, inputs: {args: [2, 3]}, assert: [{type: equals, expected: 5}]}
"""
SPEC = """# Calc

### Requirement 1: Sums

#### Acceptance Criteria

1. THE function SHALL return the sum.
"""
CODE = "def add(a, b):\n    return a + b\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    (tmp_path / "specs/calc").mkdir(parents=True)
    (tmp_path / "specs/calc/requirements.md").write_text(SPEC)
    (tmp_path / "tests/cases").mkdir(parents=True)
    (tmp_path / "tests/cases/sum.yaml").write_text(UNIT)
    (tmp_path / "calc.py").write_text(CODE)
    opened = open_workspace(tmp_path, Settings())
    yield opened
    opened.close()


def status(workspace: Workspace) -> Status:
    (row,) = trace_requirements(workspace).rows
    return row.status


def write(workspace: Workspace, path: str, text: str) -> None:
    (workspace.root / path).write_text(text)


@pytest.mark.verifies("unit#5.1", "unit#5.4")
def test_what_passed_is_proved_until_the_code_changes_its_meaning(workspace: Workspace) -> None:
    assert status(workspace) is Status.NOT_RUN
    execute(workspace, RunRequest())
    assert status(workspace) is Status.PROVED
    write(workspace, "calc.py", f'"""Sums."""\n\n\n{CODE}  # as it was\n')
    assert status(workspace) is Status.PROVED
    write(workspace, "calc.py", CODE.replace("a + b", "a + b + 0"))
    assert status(workspace) is Status.STALE
    execute(workspace, RunRequest())
    assert status(workspace) is Status.PROVED
    write(workspace, "tests/cases/sum.yaml", UNIT.replace("[2, 3]", "[3, 2]"))
    assert status(workspace) is Status.STALE


@pytest.mark.verifies("unit#5.5")
@pytest.mark.parametrize("changed", ["ready.py", "sums.py"])
def test_so_do_modules_that_fixtures_call_and_that_define_what_is_called(
    workspace: Workspace, changed: str
) -> None:
    write(workspace, "calc.py", "from sums import add\n")
    write(workspace, "sums.py", CODE)
    write(workspace, "ready.py", "def ready():\n    return 1\n")
    write(workspace, "unused.py", "def ready():\n    return 1\n")
    fixtures = "  fixtures: {setup: [{type: call, target: ready.ready}]}\n  cases:"
    write(workspace, "tests/cases/sum.yaml", UNIT.replace("  cases:", fixtures))
    execute(workspace, RunRequest())
    write(workspace, "unused.py", "def ready():\n    return 2\n")
    assert status(workspace) is Status.PROVED
    text = (workspace.root / changed).read_text()
    write(workspace, changed, text.replace("return ", "return 0 + "))
    assert status(workspace) is Status.STALE


@pytest.mark.verifies("unit#5.2")
def test_a_case_that_asserts_nothing_proves_nothing(workspace: Workspace) -> None:
    write(
        workspace, "tests/cases/sum.yaml", f"{UNIT}    - {{id: silent, inputs: {{args: [1, 2]}}}}\n"
    )
    execute(workspace, RunRequest())
    assert status(workspace) is Status.VACUOUS


@pytest.mark.verifies("unit#5.3")
def test_a_file_with_a_skipped_case_proves_nothing(workspace: Workspace) -> None:
    write(workspace, "tests/cases/sum.yaml", f"{UNIT}    - {{id: later, skip: not yet}}\n")
    execute(workspace, RunRequest())
    assert status(workspace) is Status.SKIPPED


def test_what_fails_is_failing(workspace: Workspace) -> None:
    write(workspace, "calc.py", CODE.replace("+", "-"))
    execute(workspace, RunRequest())
    assert status(workspace) is Status.FAILING


def test_a_criterion_is_linked_to_a_unit_case_file(workspace: Workspace) -> None:
    write(workspace, "tests/cases/sum.yaml", UNIT.replace("  verifies: [calc#1.1]\n", ""))
    assert status(workspace) is Status.UNTESTED
    edit = link_criterion(workspace, "calc#1.1", "tests/cases/sum.yaml")
    assert "verifies: [calc#1.1]" in edit.after
    assert status(workspace) is Status.NOT_RUN
