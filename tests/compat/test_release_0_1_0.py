"""A project whose state, cases, tokens and settings were written by release 0.1.0.

The folder ``release_0_1_0`` is what users have on their disks: it is never written anew.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import Service

from shall.admin.tokens import digest_of, parse_tokens
from shall.store.sqlite import SqliteStore

FOLDER = Path(__file__).with_name("release_0_1_0")
TOKEN = "shall_6nlAxzMM7taG8kP_4XFthk7dFQ7w231gopoLJ1dMM_U"  # pragma: allowlist secret
PROVED = ("auth#1.1", "auth#1.2")

pytestmark = [
    pytest.mark.process,
    pytest.mark.usefixtures("forks"),
    pytest.mark.verifies("packaging#1.7", "store#5.4"),
]


@pytest.fixture
def project(tmp_path: Path, service: Service) -> Path:
    """The project as release 0.1.0 left it, with its host set to the service under test."""
    root = tmp_path / "project"
    shutil.copytree(FOLDER, root)
    (root / "state").rename(root / ".shall")
    (root / "tests" / "test_out.py.txt").rename(root / "tests" / "test_out.py")
    settings = (root / "shall.yaml").read_text(encoding="utf-8")
    changed = settings.replace("http://127.0.0.1:18999", service.url)
    (root / "shall.yaml").write_text(changed, encoding="utf-8")
    return root


def shall(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return python(project, "-m", "shall", *arguments)


def python(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(
        command,
        cwd=project,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def evidence(project: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(project.glob(".shall/evidence/*")))


def test_its_proofs_still_hold(project: Path) -> None:
    done = shall(project, "trace")

    for key in PROVED:
        assert f"proved    {key}" in done.stdout, done.stdout + done.stderr
    assert "failing   订单#1.1" in done.stdout
    # Its test compares literals, which 0.1.0 took for a check: it never was a proof.
    assert "vacuous   auth#1.3" in done.stdout


@pytest.mark.verifies("tracing#4.42")
def test_its_cases_run_and_say_nothing_new_but_what_they_read_of_the_settings(
    project: Path,
) -> None:
    before = evidence(project)

    for _ in range(2):
        done = shall(project, "run")
        assert "2 passed, 1 failed" in done.stdout, done.stdout + done.stderr

    known = {(it["criterion"], it["source"]): it for it in map(json.loads, before.splitlines())}
    lines = evidence(project).removeprefix(before).splitlines()
    for line in map(json.loads, lines):
        old = known.pop((line["criterion"], line["source"]))
        assert line["source"] == "tests/cases/login.yaml"  # it alone reads variables
        assert line["variables"].startswith("1:")
        for same in ("outcome", "criterion_fingerprint", "checks_executed", "environment"):
            assert line[same] == old[same]
    assert lines


@pytest.mark.verifies("tracing#4.24")
def test_its_python_tests_are_recorded_once_with_what_they_use(project: Path) -> None:
    before = evidence(project)

    for _ in range(2):
        done = python(project, "-m", "pytest", "-p", "no:cacheprovider", "tests/test_out.py")
        assert "1 passed" in done.stdout, done.stdout + done.stderr

    [line] = evidence(project).removeprefix(before).decode().splitlines()
    assert json.loads(line)["source_fingerprint"].startswith("3:")


@pytest.mark.verifies("store#5.5")
@pytest.mark.parametrize(
    ("file", "old", "new", "command", "version"),
    [
        (
            "tests/cases/wrong.yaml",
            "testcase:",
            "testcase:\n  variables: {a: 1}",
            "shall run",
            "2:",
        ),
        ("tests/test_out.py", "200 + 4", "100 + 104", "pytest tests/test_out.py", "3:"),
    ],
)
def test_a_case_or_test_that_changed_since_takes_a_new_line(
    project: Path, file: str, old: str, new: str, command: str, version: str
) -> None:
    shall(project, "run")  # which records the variables that the cases read
    before = evidence(project)
    text = (project / file).read_text(encoding="utf-8")
    assert old in text
    (project / file).write_text(text.replace(old, new), encoding="utf-8")

    done = python(project, "-m", *command.split())

    added = evidence(project).removeprefix(before).decode().splitlines()
    assert [json.loads(line)["source"].partition("::")[0] for line in added] == [file], done.stdout
    assert json.loads(added[0])["source_fingerprint"].startswith(version)


@pytest.mark.verifies("store#5.5")
def test_a_test_that_changed_since_is_stale(project: Path) -> None:
    file = project / "tests" / "test_out.py"
    file.write_text(file.read_text(encoding="utf-8").replace("200 + 4", "100 + 104"), "utf-8")

    done = shall(project, "trace")

    assert done.stdout.count("stale ") == 1, done.stdout + done.stderr


def test_its_history_is_read_and_continued(project: Path) -> None:
    assert shall(project, "run").returncode == 1

    store = SqliteStore(project / ".shall" / "local" / "shall.db", max_runs=9, max_age_days=9999)
    runs = store.runs(9)
    store.close()
    assert len(runs) == 2
    assert runs[-1].run_id == "7c8da4fa2d5b392c5ae308286178376e"


def test_its_tokens_still_open_the_server(project: Path) -> None:
    (token,) = parse_tokens((project / "tokens").read_text(encoding="utf-8"), "tokens")

    assert token.digest == digest_of(TOKEN.encode())
    assert token.scopes == {"read", "run"}


def test_its_settings_are_read(project: Path) -> None:
    done = shall(project, "config")

    assert done.returncode == 0, done.stderr
    assert "staging" in done.stdout
    assert "canary-of-0-1" not in done.stdout
