"""What people decide: waivers, attestations and reviews never pass for a proof."""

import json
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shall.actions.trace import trace_requirements
from shall.bootstrap import open_workspace
from shall.settings import Settings

Shall = Callable[..., Any]
WriteCase = Callable[..., None]
TEXT = "### Requirement 1\n\n1. A shall b\n2. A shall c\n3. A shall d\n"
UNTIL = (datetime.now(UTC) + timedelta(days=30)).date()
WAIVE = ("--reason", "waits for the vendor", "--until", str(UNTIL), "--by", "Ann")


@pytest.fixture(autouse=True)
def _requirements(project: Path) -> None:
    write(project, TEXT)


def write(project: Path, text: str) -> None:
    file = project / "specs/auth/requirements.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def traced(shall: Shall) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(shall("trace", "--format", "json", "--exit-zero").stdout)
    return data


def statuses(shall: Shall) -> list[str]:
    return [row["status"] for row in traced(shall)["criteria"]]


def codes(shall: Shall) -> list[str]:
    return [problem["code"] for problem in traced(shall)["problems"]]


@pytest.mark.verifies("tracing#5.3")
def test_a_waived_criterion_leaves_the_percentage_and_shows_what_its_evidence_gives(
    shall: Shall, write_case: WriteCase, service: Any
) -> None:
    write_case("a", more='verifies: ["auth#1.1"]')
    write_case("b", path="/status/404", more='verifies: ["auth#1.2"]')
    shall("run", "--host", service.url)
    assert shall("trace").returncode == 1
    for key in ("auth#1.2", "auth#1.3"):
        assert shall("waive", key, *WAIVE).returncode == 0
    ended = shall("trace")
    assert ended.returncode == 0
    assert "2 waived" in ended.stdout
    assert "(100 % proved)" in ended.stdout
    expected = f"Waived until {UNTIL} by Ann: waits for the vendor (its evidence: failing)"
    assert expected in ended.stdout
    row = traced(shall)["criteria"][1]
    assert (row["status"], row["evidence_status"]) == ("waived", "failing")
    assert row["decision"]["reason"] == "waits for the vendor"
    assert shall("waive", "--remove", "auth#1.2").returncode == 0
    assert statuses(shall) == ["proved", "failing", "waived"]


@pytest.mark.verifies("tracing#5.3")
def test_where_everything_is_waived_no_percentage_is_reached(shall: Shall) -> None:
    shall("waive", "auth#1.1", "auth#1.2", "auth#1.3", *WAIVE)
    assert statuses(shall) == ["waived"] * 3
    assert shall("trace", "--fail-under", "1").returncode == 1


@pytest.mark.verifies("tracing#5.5")
def test_a_waiver_counts_through_its_last_day_and_is_reported_after_it(
    shall: Shall, project: Path
) -> None:
    shall("waive", "auth#1.1", *WAIVE)
    with closing(open_workspace(project, Settings())) as workspace:
        matrix = trace_requirements(workspace, today=UNTIL)
        assert (matrix.rows[0].status, matrix.undecided) == ("waived", ())
        matrix = trace_requirements(workspace, today=UNTIL + timedelta(days=1))
    assert matrix.rows[0].status == "untested"
    (problem,) = matrix.undecided
    assert problem.message == f"The waiver of auth#1.1 by Ann expired on {UNTIL}."


@pytest.mark.verifies("tracing#5.5")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        (TEXT.replace("shall b", "shall not b"), "decision.text-changed"),
        (TEXT.replace("1. A", "1. The A"), "decision.text-changed"),
        ("### Requirement 2\n\n1. A shall b\n", "decision.unknown-criterion"),
    ],
)
def test_a_decision_about_another_text_does_not_count_and_is_reported(
    shall: Shall, project: Path, text: str, code: str
) -> None:
    shall("waive", "auth#1.1", *WAIVE)
    write(project, text)
    assert set(statuses(shall)) == {"untested"}
    assert codes(shall) == [code]
    assert shall("waive", "--remove", "auth#1.1").returncode == 0
    assert codes(shall) == []


@pytest.mark.verifies("tracing#5.4", "tracing#5.6")
def test_an_attested_criterion_is_not_testable_until_a_case_verifies_it(
    shall: Shall, write_case: WriteCase
) -> None:
    attest = ("attest", "auth#1.1", "--method", "inspection", "--record", "docs/review.md")
    assert shall(*attest, "--by", "Ann").returncode == 0
    assert statuses(shall) == ["not testable", "untested", "untested"]
    assert "Verified by inspection, by Ann: docs/review.md" in shall("trace").stdout
    write_case("a", more='verifies: ["auth#1.1"]')
    assert statuses(shall)[0] == "not run"
    assert codes(shall) == ["decision.has-test"]
    refused = shall(*attest)
    assert refused.returncode == 2
    assert "tests/cases/a.yaml verifies auth#1.1" in refused.stderr


@pytest.mark.verifies("tracing#5.7", "tracing#5.8")
def test_a_reviewed_link_is_suspect_after_a_change_until_it_is_reviewed_and_run(
    shall: Shall, write_case: WriteCase, project: Path, service: Any
) -> None:
    write_case("a", more='verifies: ["auth#1.1"]')
    shall("run", "--host", service.url)
    shall("review", "auth#1.1", "--by", "Ann")
    assert statuses(shall)[0] == "proved"
    write(project, TEXT.replace("shall b", "shall never b"))
    reviewed = shall("review", "auth#1.1", "--by", "Ann")
    assert "it is suspect" in reviewed.stdout
    assert statuses(shall)[0] == "suspect"
    shall("run", "--host", service.url)
    assert statuses(shall)[0] == "proved"
    write(project, TEXT.replace("shall b", "shall always b"))
    shall("run", "--host", service.url)
    assert statuses(shall)[0] == "suspect"
    assert "since the link was reviewed" in shall("trace").stdout
    assert traced(shall)["moved"] == []
    shall("review", "auth#1.1", "--by", "Ann")
    assert statuses(shall)[0] == "proved"


@pytest.mark.verifies("tracing#5.8")
def test_a_review_of_what_never_passed_changes_no_status(
    shall: Shall, write_case: WriteCase, service: Any
) -> None:
    assert shall("review", "auth#1.1").returncode == 2
    write_case("a", path="/status/404", more='verifies: ["auth#1.1"]')
    shall("review", "auth#1.1")
    assert statuses(shall)[0] == "not run"
    shall("run", "--host", service.url)
    shall("review", "auth#1.1")
    assert statuses(shall)[0] == "failing"
    assert shall("review", "auth#1.1", "--source", "b.yaml").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("waive", "auth#9.9", *WAIVE), "auth#9.9 is unknown"),
        (("waive", "auth#1.1"), "needs --reason and --until"),
        (("waive", "auth#1.1", "--reason", " ", "--until", str(UNTIL)), "--reason is empty"),
        (("waive", "auth#1.1", "--reason", "x", "--until", "2020-01-01"), "is in the past"),
        (("waive", "auth#1.1", "--reason", "x", "--until", "soon"), "soon is not a date"),
        (("waive", "--remove", "auth#1.1"), "auth#1.1 has no waiver"),
        (("attest", "auth#1.1", "--method", "analysis"), "needs --method and --record"),
    ],
)
@pytest.mark.verifies("tracing#5.3", "tracing#5.4")
def test_what_cannot_be_recorded_is_refused_with_the_reason(
    shall: Shall, project: Path, arguments: tuple[str, ...], said: str
) -> None:
    refused = shall(*arguments)
    assert (refused.returncode, said in refused.stderr) == (2, True), refused.stderr
    assert not list((project / ".shall").glob("decisions/*.jsonl"))


@pytest.mark.verifies("tracing#5.9")
def test_the_decisions_of_two_branches_count_after_the_merge(shall: Shall, project: Path) -> None:
    def git(*arguments: str) -> None:
        author = ("-c", "user.name=A", "-c", "user.email=a@example.com")
        command = ["git", *author, *arguments]
        subprocess.run(command, cwd=project, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    shall("waive", "auth#1.1", *WAIVE)
    git("add", ".")
    git("commit", "-q", "-m", "first")
    git("checkout", "-q", "-b", "other")
    shall("waive", "auth#1.2", *WAIVE)
    git("commit", "-qam", "other")
    git("checkout", "-q", "main")
    shall("waive", "auth#1.3", *WAIVE)
    git("commit", "-qam", "main")
    git("merge", "-q", "other")
    assert statuses(shall) == ["waived"] * 3


@pytest.mark.verifies("tracing#5.5")
def test_lines_that_cannot_be_read_are_skipped_with_a_warning(shall: Shall, project: Path) -> None:
    shall("waive", "auth#1.1", *WAIVE)
    (file,) = (project / ".shall/decisions").glob("*.jsonl")
    line = json.loads(file.read_text())
    wrong = [{**line, "format": 2}, {**line, "until": 3}, {**line, "kind": "x"}, [line]]
    wrong += [{**line, "criterion": None}, {**line, "at": "2026-01-01T00:00:00"}]
    more = "".join(f"{json.dumps(it)}\n" for it in wrong)
    file.write_text(f"<<<<<<< HEAD\n{more}{file.read_text()}")
    ended = shall("trace", "--format", "json")
    assert json.loads(ended.stdout)["criteria"][0]["status"] == "waived"
    assert ended.stderr.count("skipped an unreadable line") == 7
