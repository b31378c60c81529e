"""`shall link`: links are written where they belong, and proofs follow texts that moved."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shall.actions.trace import trace_requirements
from shall.bootstrap import open_workspace
from shall.settings import Settings
from shall.specs.matrix import row_of
from shall.store.base import Evidence

Shall = Callable[..., Any]
WriteCase = Callable[..., None]
BEFORE = "### Requirement 1\n\n1. A shall b\n2. A shall c\n"
SHIFTED = "### Requirement 1\n\n1. A shall z\n2. A shall b\n3. A shall c\n"
SWAPPED = "### Requirement 1\n\n1. A shall c\n2. A shall b\n"


@pytest.fixture(autouse=True)
def _requirements(project: Path) -> None:
    write(project, BEFORE)


def write(project: Path, text: str) -> None:
    file = project / "specs/auth/requirements.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def record(project: Path, criterion: str, node: str) -> None:
    """Record a test as passed for its criterion and code as they are now."""
    workspace = open_workspace(project, Settings())
    row = row_of(trace_requirements(workspace), criterion)
    link = next(it.link for it in row.links if it.link.source == node)
    assert workspace.evidence is not None
    fact = Evidence(
        at=datetime(2026, 1, 2, tzinfo=UTC),
        criterion=criterion,
        source=node,
        kind="test",
        outcome="passed",
        run_id="r",
        criterion_fingerprint=row.criterion.fingerprint,
        source_fingerprint=link.fingerprint,
        checks_executed=1,
        duration_s=0.1,
    )
    workspace.evidence.append([fact])


def statuses(shall: Shall) -> dict[str, str]:
    data = json.loads(shall("trace", "--format", "json", "--exit-zero").stdout)
    return {row["key"]: row["status"] for row in data["criteria"]}


@pytest.mark.verifies("tracing#6.1", "tracing#6.4")
def test_a_criterion_is_linked_to_a_case_once(
    shall: Shall, write_case: WriteCase, project: Path
) -> None:
    write_case("a")
    file = project / "tests/cases/a.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    before = file.read_bytes()
    shown = shall("link", "1.2", "tests/cases/a.yaml", "--dry-run")
    assert "+  verifies: [auth#1.2]" in shown.stdout
    assert file.read_bytes() == before
    assert shall("link", "1.2", "tests/cases/a.yaml").returncode == 0
    added = b"  verifies: [auth#1.2]\r\n"
    assert file.read_bytes().replace(added, b"") == before
    assert added in file.read_bytes()
    assert "already" in shall("link", "auth#1.2", "tests/cases/a.yaml").stdout
    assert statuses(shall) == {"auth#1.1": "untested", "auth#1.2": "not run"}


@pytest.mark.verifies("tracing#6.1")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("auth#9", "tests/cases/a.yaml"), "auth#9 is unknown"),
        (("auth#1.1", "tests/test_a.py::test_a"), '@pytest.mark.verifies("auth#1.1")'),
        (("auth#1.1", "tests/cases/none.yaml"), "tests/cases/none.yaml"),
        (("auth#1.1", "README.md"), "is no case"),
        (("auth#1.1",), "Name a criterion and a case"),
        (("--moved", "auth#1.1"), "takes no criterion"),
    ],
)
def test_what_cannot_be_linked_is_refused(
    shall: Shall, arguments: tuple[str, ...], said: str
) -> None:
    refused = shall("link", *arguments)
    assert (refused.returncode, said in refused.stderr) == (2, True), refused.stderr


@pytest.mark.verifies("tracing#6.2", "tracing#6.4")
@pytest.mark.parametrize("after", [SHIFTED, SWAPPED])
def test_the_links_of_cases_follow_texts_that_moved_and_so_does_the_proof(
    shall: Shall, write_case: WriteCase, project: Path, service: Any, after: str
) -> None:
    write_case("a", more='verifies: ["auth#1.1", "1.2"]')
    shall("run", "--host", service.url)
    write(project, after)
    case = project / "tests/cases/a.yaml"
    before = case.read_text()
    assert shall("link", "--moved", "--dry-run").returncode == 0
    assert case.read_text() == before
    assert shall("link", "--moved").returncode == 0
    proved = [key for key, status in statuses(shall).items() if status == "proved"]
    assert proved == (["auth#1.2", "auth#1.3"] if after is SHIFTED else ["auth#1.1", "auth#1.2"])
    linked = case.read_text()
    assert "No criterion that is verified has moved" in shall("link", "--moved").stdout
    assert case.read_text() == linked
    write(project, after.replace("shall b", "shall not b"))
    assert "suspect" in statuses(shall).values()


@pytest.mark.verifies("tracing#6.2")
def test_a_failure_after_the_move_is_not_hidden_by_the_older_proof(
    shall: Shall, write_case: WriteCase, project: Path, service: Any
) -> None:
    write_case("a", path="/echo", more='verifies: ["auth#1.1"]')
    shall("run", "--host", service.url)
    write(project, SHIFTED)
    shall("link", "--moved")
    assert statuses(shall)["auth#1.2"] == "proved"
    case = project / "tests/cases/a.yaml"
    case.write_text(case.read_text().replace("/echo", "/status/404"))
    assert statuses(shall)["auth#1.2"] == "stale"
    shall("run", "--host", service.url)
    assert statuses(shall)["auth#1.2"] == "failing"
    case.write_text(case.read_text().replace("/status/404", "/echo"))
    shall("run", "--host", service.url)
    assert statuses(shall)["auth#1.2"] == "proved"


@pytest.mark.verifies("tracing#6.2", "tracing#6.3")
def test_a_mark_follows_and_one_that_tests_share_is_left_to_a_person(
    shall: Shall, project: Path
) -> None:
    tests = project / "tests"
    tests.mkdir()
    (tests / "test_a.py").write_text(
        'import pytest\n\n\n@pytest.mark.verifies("auth#1.1")\ndef test_a():\n    assert a()\n'
    )
    shared = tests / "test_b.py"
    shared.write_text(
        'import pytest\n\npytestmark = pytest.mark.verifies("auth#1.2")\n\n\n'
        "def test_b():\n    assert a()\n\n\ndef test_c():\n    assert 1\n"
    )
    record(project, "auth#1.1", "tests/test_a.py::test_a")
    record(project, "auth#1.2", "tests/test_b.py::test_b")
    assert list(statuses(shall).values()) == ["proved", "partly"]
    write(project, SHIFTED)
    before = shared.read_text()
    ended = shall("link", "--moved")
    assert ended.returncode == 1
    assert "tests/test_b.py:3:35: Edit this mark" in ended.stderr
    assert shared.read_text() == before
    assert '@pytest.mark.verifies("auth#1.2")\n' in (tests / "test_a.py").read_text()
