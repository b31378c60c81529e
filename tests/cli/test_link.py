"""`shall link`: links are written where they belong, and proofs follow texts that moved."""

import json
from collections.abc import Callable
from contextlib import closing
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
    with closing(open_workspace(project, Settings())) as workspace:
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
        (("auth#1.1", "README.md"), "is not a case"),
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


DELETED = "### Requirement 1\n\n1. A shall c\n"
RENUMBERED = "### Requirement 2\n\n1. A shall b\n2. A shall c\n"


def traced(shall: Shall) -> Any:
    return json.loads(shall("trace", "--format", "json", "--exit-zero").stdout)


@pytest.mark.verifies("tracing#6.5")
@pytest.mark.parametrize(
    ("folder", "after", "old", "new"),
    [
        ("auth", DELETED, "auth#1.2", "auth#1.1"),
        ("auth", DELETED, "1.2", "auth#1.1"),
        ("auth", RENUMBERED, "auth#1.2", "auth#2.2"),
        ("login", BEFORE, "auth#1.2", "login#1.2"),
    ],
)
def test_a_link_whose_key_is_gone_follows_the_text_that_it_was_recorded_for(
    shall: Shall,
    write_case: WriteCase,
    project: Path,
    service: Any,
    folder: str,
    after: str,
    old: str,
    new: str,
) -> None:
    write_case("a", more=f'verifies: ["{old}"]')
    shall("run", "--host", service.url)
    (project / "specs/auth").rename(project / "specs" / folder)
    (project / "specs" / folder / "requirements.md").write_text(after)
    before = traced(shall)
    source = "tests/cases/a.yaml"
    assert before["moved"] == [{"old_key": old, "new_key": new, "sources": [source]}]
    assert [it["candidates"] for it in before["unknown"]] == [[new]]
    assert "proved" not in statuses(shall).values()
    assert f"{source} verified as {old} is now {new}." in shall("trace").stdout
    assert shall("link", "--moved").returncode == 0
    assert f'verifies: ["{new}"]' in (project / source).read_text()
    followed = traced(shall)
    assert (followed["moved"], followed["unknown"]) == ([], [])
    assert [key for key, it in statuses(shall).items() if it == "proved"] == [new]
    requirements = project / "specs" / folder / "requirements.md"
    requirements.write_text(after.replace("shall c", "shall not c"))
    assert "proved" not in statuses(shall).values()


@pytest.mark.verifies("tracing#6.5")
def test_the_mark_of_a_test_follows_a_key_that_is_gone(shall: Shall, project: Path) -> None:
    test = project / "tests/test_a.py"
    test.parent.mkdir()
    mark = '@pytest.mark.verifies("{}")\ndef test_{}():\n    assert a()\n'
    test.write_text(
        "import pytest\n\n\n" + mark.format("auth#1.2", "a") + mark.format("auth#1.2", "b")
    )
    record(project, "auth#1.2", "tests/test_a.py::test_a")
    write(project, RENUMBERED)
    assert shall("link", "--moved").returncode == 0
    assert mark.format("auth#2.2", "a") in test.read_text()
    assert mark.format("auth#1.2", "b") in test.read_text()  # nothing was recorded for it


@pytest.mark.verifies("tracing#6.5")
def test_marks_of_one_key_that_meant_several_texts_are_left_to_a_person(
    shall: Shall, project: Path
) -> None:
    test = project / "tests/test_a.py"
    test.parent.mkdir()
    mark = '@pytest.mark.verifies("auth#1.2")\ndef test_{}():\n    assert a()\n'
    test.write_text("import pytest\n\n\n" + mark.format("a") + mark.format("b"))
    record(project, "auth#1.2", "tests/test_a.py::test_a")
    write(project, SWAPPED)
    record(project, "auth#1.2", "tests/test_a.py::test_b")
    write(project, RENUMBERED)
    before = test.read_text()
    ended = shall("link", "--moved")
    assert (ended.returncode, test.read_text()) == (1, before)
    assert "auth#1.2 was verified for several texts." in ended.stderr


@pytest.mark.verifies("tracing#6.6")
def test_a_link_whose_text_has_several_keys_now_follows_none(
    shall: Shall, write_case: WriteCase, project: Path, service: Any
) -> None:
    write_case("a", more='verifies: ["auth#1.2"]')
    shall("run", "--host", service.url)
    write(project, "### Requirement 2\n\n1. A shall c\n2. A shall b\n3. A shall c\n")
    found = traced(shall)
    assert found["moved"] == []
    assert [it["candidates"] for it in found["unknown"]] == [["auth#2.1", "auth#2.3"]]
    assert "No criterion that is verified has moved" in shall("link", "--moved").stdout
    assert 'verifies: ["auth#1.2"]' in (project / "tests/cases/a.yaml").read_text()


@pytest.mark.verifies("tracing#3.11")
@pytest.mark.parametrize("name", ["auth#1.1", "1.1"])
def test_a_link_to_a_key_that_is_there_twice_is_ambiguous_and_names_both_places(
    shall: Shall, write_case: WriteCase, project: Path, name: str
) -> None:
    write_case("a", more=f'verifies: ["{name}"]')
    write(project, BEFORE + "\n" + BEFORE)
    [unknown] = traced(shall)["unknown"]
    places = [f"specs/auth/requirements.md:{line}:4" for line in (3, 8)]
    assert (unknown["candidates"], unknown["places"]) == (["auth#1.1"], places)
    shown = " ".join(shall("trace").stdout.split())
    assert f"verifies {name}, which is ambiguous" in shown
    assert all(place in shown for place in places)
    refused = shall("link", name, "tests/cases/a.yaml").stderr
    assert f"{name} is ambiguous" in refused
    assert all(place in refused for place in places)


@pytest.mark.verifies("tracing#6.5")
@pytest.mark.parametrize(
    ("classname", "source"), [("shop.Cart", "shop.Cart::adds"), ("tests.test_a", "tests/test_a.py")]
)
def test_a_reported_test_whose_key_is_gone_is_left_to_a_person_with_the_new_key(
    shall: Shall, project: Path, classname: str, source: str
) -> None:
    (project / "tests").mkdir()
    (project / "tests/test_a.py").write_text("def test_a():\n    assert a()\n")
    report = project / "report.xml"
    test = f'<testcase classname="{classname}" name="adds [auth#1.2]"/>'
    report.write_text(f'<testsuite name="s">{test}</testsuite>')
    assert shall("record", "report.xml").returncode == 0
    write(project, RENUMBERED)
    ended = shall("link", "--moved")
    assert ended.returncode == 1
    assert f"Write auth#2.2 instead of auth#1.2 in the test {source}" in ended.stderr
    assert set(statuses(shall).values()) == {"untested"}
