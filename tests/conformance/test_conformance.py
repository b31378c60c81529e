"""The official conformance suite against our own application."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.process

SERVICES = Path(__file__).parents[2] / ".services"
HERE = Path(__file__).parent


def run(url: str, folder: Path, *arguments: str, release: str = "conformance") -> str:
    """Run the server scenarios of the suite; return what it printed."""
    suite = SERVICES / release / "node_modules/@modelcontextprotocol/conformance/dist/index.js"
    assert suite.exists(), "run scripts/install-test-services (make test does)"
    ended = subprocess.run(
        [str(SERVICES / "bin/node"), str(suite), "server", "--url", url, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    shown = ended.stdout + ended.stderr
    assert ended.returncode == 0, shown
    return shown


def counted(reported: str) -> tuple[int, int, int]:
    """Return the scenarios that ran, and the checks that passed and failed."""
    lines = re.findall(r"^[✓✗~] [\w.-]+: (\d+) passed, (\d+) failed", reported, re.MULTILINE)
    return len(lines), sum(int(passed) for passed, _ in lines), sum(int(bad) for _, bad in lines)


@pytest.mark.verifies("serve#6.1")
@pytest.mark.parametrize("token", ["", "the-right-token"], ids=["open", "token"])
def test_the_active_scenarios_pass(
    conforming: Callable[..., str], tmp_path: Path, token: str
) -> None:
    assert counted(run(conforming(token), tmp_path)) == (30, 40, 0)


@pytest.mark.verifies("serve#6.1")
@pytest.mark.parametrize("token", ["", "the-right-token"], ids=["open", "token"])
def test_all_scenarios_pass(conforming: Callable[..., str], tmp_path: Path, token: str) -> None:
    assert counted(run(conforming(token), tmp_path, "--suite", "all")) == (32, 44, 0)


@pytest.mark.verifies("serve#6.1")
def test_the_next_suite_passes_for_2025_11_25(
    conforming: Callable[..., str], tmp_path: Path
) -> None:
    shown = run(conforming(), tmp_path, "--spec-version", "2025-11-25", release="conformance-next")
    _, passed, failed = counted(shown)
    assert (passed, failed) == (73, 0), shown


@pytest.mark.verifies("serve#6.1")
def test_the_next_suite_for_2026_07_28_fails_only_where_the_baseline_says(
    conforming: Callable[..., str], tmp_path: Path
) -> None:
    baseline = HERE / "baseline_2026_07_28.yml"
    shown = run(
        conforming(),
        tmp_path,
        *("--requirements", "2026-07-28", "--expected-failures", str(baseline)),
        release="conformance-next",
    )
    # Also of the scenarios that the suite runs without counting them.
    failed = re.findall(r"^✗ ([\w.-]+):", shown, re.MULTILINE)
    assert failed == yaml.safe_load(baseline.read_text())["server"], shown
    assert counted(shown)[1] >= 160, shown
