"""Sessions of pytest in projects of their own."""

import subprocess

import pytest
from tests.forked import Popen

from shall.actions.trace import trace_requirements
from shall.bootstrap import open_workspace
from shall.settings import Settings

REQUIREMENTS = "### Requirement 1\n\n1. A shall b\n2. A shall c\n3. A shall d\n4. A shall e\n"


# Plugins of other packages take three quarters of the time of so short a session.
OTHERS = ("anyio", "hypothesispytest", "inline_snapshot", "platformdirs", "schemathesis")
WITHOUT = [it for name in ("cacheprovider", *OTHERS) for it in ("-p", f"no:{name}")]


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "Popen", Popen)
        return pytester.runpytest_subprocess(*WITHOUT, *arguments)


def status_of_first(pytester: pytest.Pytester) -> str:
    return statuses(pytester)[0]


def statuses(pytester: pytest.Pytester) -> list[str]:
    workspace = open_workspace(pytester.path, Settings())
    matrix = trace_requirements(workspace)
    workspace.close()
    assert not matrix.problems
    return [row.status.value for row in matrix.rows]


def write_test(pytester: pytest.Pytester, body: str) -> None:
    (pytester.path / "specs").mkdir()
    (pytester.path / "specs/requirements.md").write_text(REQUIREMENTS)
    (pytester.path / ".shall").mkdir()
    (pytester.path / "test_marked.py").write_text(f"import pytest\n{body}")
