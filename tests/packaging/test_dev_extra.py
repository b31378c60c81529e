"""`pip install -e ".[dev]"` brings every tool that the commands of this project call."""

import subprocess
import sysconfig
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(sysconfig.get_path("scripts"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
TOOLS = ("ruff", "mypy", "lint-imports", "loq", "coverage", "pytest", "shellcheck")


@pytest.mark.verifies("packaging#1.5")
@pytest.mark.parametrize(
    "line", [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
)
def test_each_requirement_is_installed_in_the_version_asked_for(line: str) -> None:
    wanted = Requirement(line)

    assert wanted.specifier.contains(version(wanted.name), prereleases=True)


@pytest.mark.verifies("packaging#1.5")
@pytest.mark.parametrize("tool", TOOLS)
def test_each_tool_can_be_called(tool: str) -> None:
    done = subprocess.run([SCRIPTS / tool, "--help"], check=False, capture_output=True)

    assert done.returncode == 0


def test_the_scripts_are_sound() -> None:
    scripts = [ROOT / ".ci" / "run", *(it for it in (ROOT / "scripts").iterdir() if it.is_file())]
    checked = subprocess.run(
        [SCRIPTS / "shellcheck", *scripts], check=False, capture_output=True, text=True
    )

    assert checked.stdout == ""
    assert checked.returncode == 0
    for script in scripts:
        assert script.stat().st_mode & 0o111, f"{script.name} cannot be executed"
        subprocess.run(["bash", "-n", script], check=True)
