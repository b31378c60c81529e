"""The pipelines of the guide are whole files: their steps run, with the commands as they are."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.docs.transcripts import ROOT, shop, transcript
from tests.repository import git

from shall.cli.options import parser

PAGE = (ROOT / "docs/guides/ci.md").read_text("utf-8")
FILES = {name: yaml.safe_load(text) for _, name, text in transcript(PAGE) if name}
EXAMPLE = yaml.safe_load((ROOT / "examples/shop/ci.yml").read_text("utf-8"))
GITHUB = ".github/workflows/requirements.yml"
GITLAB = ".gitlab-ci.yml"
REQUIREMENTS = """### Requirement 1

1. WHEN the products are listed THEN the shop SHALL answer 200.
"""
CASE = """testcase:
  name: products
  verifies: ["shop#1.1"]
  steps:
    - {id: list, path: /products, assert: [{type: status_code, expected: 200}]}
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with shop() as address:
        yield address


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository on a branch, whose other commands do nothing: no service, no comment."""
    folder = tmp_path / "project"
    files = {"specs/shop/requirements.md": REQUIREMENTS, "tests/cases/a.yaml": CASE}
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Specify")
    git(folder, "update-ref", "refs/remotes/origin/main", "HEAD")
    (tmp_path / "bin").mkdir()
    for name in ("pip", "python", "curl", "timeout", "gh"):
        replace_command(folder, name)
    return folder


def replace_command(folder: Path, name: str, text: str = "") -> None:
    stub = folder.parent / "bin" / name
    stub.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    stub.chmod(0o755)


def typed(script: str, folder: Path, address: str, **variables: str) -> int:
    """Run a script as a runner does, which stops at the first command that fails."""
    program = Path(sys.executable).parent
    environment = {
        **{name: it for name, it in os.environ.items() if not name.startswith("SHALL_")},
        "PATH": f"{folder.parent / 'bin'}:{program}:{os.environ['PATH']}",
        "HOME": str(folder.parent),
        **variables,
    }
    command = ["bash", "-e", "-o", "pipefail", "-c", script.replace("127.0.0.1:8765", address)]
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode


def steps_of(workflow: dict[str, Any]) -> Sequence[dict[str, Any]]:
    [job] = workflow["jobs"].values()
    return [step for step in job["steps"] if "run" in step]


@pytest.mark.process
@pytest.mark.verifies("deploy#3.6")
def test_the_steps_of_the_github_workflow_run(project: Path, address: str) -> None:
    for step in steps_of(FILES[GITHUB]):
        variables = {
            name: re.sub(r"\$\{\{.*\}\}", "main", text)
            for name, text in step.get("env", {}).items()
        }
        assert typed(step["run"], project, address, **variables) == 0, step["name"]
    assert (project / "comment.md").read_text("utf-8").startswith("**✓ The gate passed")
    assert '"version": "2.1.0"' in (project / "gate.sarif").read_text("utf-8")
    assert (project / "junit.xml").exists()
    assert (project / "report.html").exists()


@pytest.mark.process
@pytest.mark.verifies("deploy#3.6")
def test_the_jobs_of_the_gitlab_pipeline_type_commands_that_there_are(project: Path) -> None:
    replace_command(project, "shall", 'echo "$@" >> typed')
    jobs = {name: it for name, it in FILES[GITLAB].items() if isinstance(it, dict)}
    for name, job in jobs.items():
        branch = {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
        assert typed("\n".join(job["script"]), project, "", **branch) == 0, name
    lines = (project / "typed").read_text("utf-8").splitlines()
    parsed = [vars(parser().parse_args(line.split())) for line in lines]
    assert [it["command"] for it in parsed] == ["lint", "run", *["gate"] * 4]
    written = {value for it in parsed for value in it.values() if isinstance(value, str)}
    artifacts = jobs["requirements"]["artifacts"]
    reports = artifacts["reports"]
    assert {*artifacts["paths"], *reports["junit"], reports["codequality"]} <= written


@pytest.mark.verifies("deploy#3.6")
@pytest.mark.parametrize("workflow", [FILES[GITHUB], EXAMPLE], ids=["guide", "example"])
def test_a_step_of_a_workflow_uses_an_action_of_a_version_or_runs(workflow: dict[Any, Any]) -> None:
    [job] = workflow["jobs"].values()
    assert workflow[True]  # YAML 1.1 reads the key `on` so
    for step in job["steps"]:
        assert ("run" in step) != ("uses" in step)
        assert "uses" not in step or re.fullmatch(r"[\w-]+/[\w/-]+@v\d+", step["uses"])
