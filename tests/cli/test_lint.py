"""`shall lint`: findings, fixes and exit statuses."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from shall.actions.lint import corrections, lint_specs, write_corrections
from shall.bootstrap import open_project
from shall.case_lint.rules import RULES as CASE_RULES
from shall.errors import BadValue
from shall.settings import Settings
from shall.specs.lint.rules import RULES

Shall = Callable[..., Any]
HEAD = "### Requirement 1\n\n"
CLEAN = f"{HEAD}1. The shop SHALL ring\n"


@pytest.fixture
def write(project: Path) -> Callable[..., Path]:
    """Writes a requirements document."""

    def written(text: str | bytes, path: str = "specs/shop/requirements.md") -> Path:
        file = project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return written


@pytest.mark.verifies("lint#4.1")
def test_only_errors_fail_unless_strict_asks_for_warnings(shall: Shall, write: Any) -> None:
    write(CLEAN)
    assert shall("lint", "--strict").returncode == 0
    write(f"{HEAD}1. The shop SHALL respond quickly\n")
    assert shall("lint").returncode == 0
    assert shall("lint", "--strict").returncode == 1
    write(f"{HEAD}1. The shop SHALL wait TBD seconds\n")
    assert shall("lint").returncode == 1
    write(f"{HEAD}1. The shop SHALL ring\n2. The shop SHALL glow\n2. The shop SHALL hum\n")
    ended = shall("lint")
    assert ended.returncode == 1
    assert "error[spec.duplicate-key]" in ended.stdout


@pytest.mark.verifies("lint#4.2")
def test_a_document_that_cannot_be_read_hides_no_other(shall: Shall, write: Any) -> None:
    write(f"{HEAD}1. The shop SHALL respond quickly\n")
    write(b"\xff", "specs/bad/requirements.md")
    ended = shall("lint")
    assert ended.returncode == 2
    assert "error[spec.unreadable]" in ended.stdout
    assert ": 1 error, 1 warning, " in ended.stdout
    assert "warning[S111]" in ended.stdout


@pytest.mark.verifies("lint#1.1", "lint#1.5", "lint#4.3")
def test_text_shows_the_source_with_a_caret_and_counts(shall: Shall, write: Any) -> None:
    write(f"{HEAD}1. The shop SHALL respond quickly to it\n")
    ended = shall("lint")
    assert ended.stdout.startswith('warning[S111]: "quickly" is vague.\n')
    assert " --> specs/shop/requirements.md:3:27\n" in ended.stdout
    assert "^^^^^^^\n" in ended.stdout
    assert "1 criterion in 1 document: 0 errors, 1 warning, 1 note." in ended.stdout
    assert "S114" not in ended.stdout
    assert "info[S114]" in shall("lint", "--severity", "info").stdout
    assert "含义模糊" in shall("lint", SHALL_LANG="zh").stdout


@pytest.mark.verifies("lint#5.5")
def test_the_summary_counts_the_cases_that_were_checked(
    shall: Shall, write: Any, write_case: Any
) -> None:
    write_case("a")
    write_case("b")
    ended = shall("lint")
    assert "2 cases: 0 errors," in ended.stdout
    assert "No criteria" not in ended.stderr
    assert "1 case: 0 errors," in shall("lint", "tests/cases/a.yaml").stdout
    assert "2 个用例：错误 0，" in shall("lint", SHALL_LANG="zh").stdout
    write(f"{HEAD}1. The shop SHALL ring\n")
    assert "1 criterion in 1 document and 2 cases: 0 errors," in shall("lint").stdout


@pytest.mark.verifies("lint#1.8")
def test_what_was_not_read_is_listed(shall: Shall, write: Any) -> None:
    write(CLEAN)
    write("The shop SHALL glow\n", "specs/shop/notes/more.md")
    ended = shall("lint")
    assert ended.returncode == 0
    assert "1 passage looks like a requirement and was not read:" in ended.stdout
    assert "specs/shop/notes/more.md:1:1: info[spec.unread-file]" in ended.stdout


@pytest.mark.verifies("lint#4.3")
def test_programs_read_json_sarif_junit_and_annotations(shall: Shall, write: Any) -> None:
    write(f"{HEAD}1. The shop SHALL wait TBD seconds\n")
    data = json.loads(shall("lint", "--format", "json").stdout)
    assert data["counts"] == {"error": 1, "warning": 0, "info": 0}
    assert data["rules"] == {"S117": 1}
    assert data["findings"][0]["line"] == 3
    [run] = json.loads(shall("lint", "--format", "sarif").stdout)["runs"]
    meaning = {"text": "Something is still to be decided."}
    assert run["tool"]["driver"]["rules"] == [{"id": "S117", "shortDescription": meaning}]
    suites = ET.fromstring(shall("lint", "--format", "junit").stdout.encode())
    assert [it.get("type") for it in suites.iter("failure")] == ["error"]
    assert shall("lint", "--format", "github").stdout.startswith("::error file=specs/shop/")
    assert json.loads(shall("lint", "--format", "gitlab").stdout)[0]["check_name"] == "S117"
    assert ": error[S117] " in shall("lint", "--format", "concise").stdout


@pytest.mark.verifies("lint#4.4")
def test_paths_limit_the_report_and_not_the_comparison(
    shall: Shall, write: Any, project: Path
) -> None:
    write(f"{HEAD}1. The shop SHALL respond quickly\n")
    write(f"{HEAD}1. The bank SHALL respond quickly\n", "specs/bank/requirements.md")
    for paths in (["specs/bank"], ["specs/bank/requirements.md"]):
        data = json.loads(shall("lint", "--format", "json", *paths).stdout)
        assert [it["file"] for it in data["findings"]] == ["specs/bank/requirements.md"]
        assert data["documents"] == data["criteria"] == 1
    (project / "shall.yaml").write_text("")
    below = shall("lint", "--format", "concise", "bank", cwd=project / "specs")
    assert below.stdout.startswith("specs/bank/requirements.md:3:27: warning[S111]")
    ended = shall("lint", "specs/none")
    assert ended.returncode == 2
    assert "There is no requirements document at" in ended.stderr


@pytest.mark.verifies("lint#4.5")
def test_the_rules_are_listed_and_explained(shall: Shall) -> None:
    listed = shall("lint", "--list").stdout
    assert [line.split()[0] for line in listed.splitlines()] == [
        rule.code for rule in (*RULES, *CASE_RULES)
    ]
    for name in ("S116", "superfluous-infinitive"):
        explained = shall("lint", "--explain", name).stdout
        assert "The shop SHALL be able to export orders" in explained
        assert "`shall lint --fix` corrects it." in explained
    assert "可自动修复" in shall("lint", "--explain", "S116", SHALL_LANG="zh").stdout
    ended = shall("lint", "--explain", "S999")
    assert ended.returncode == 2
    assert "There is no rule S999." in ended.stderr


@pytest.mark.verifies("lint#2.1")
def test_shall_yaml_chooses_rules(shall: Shall, write: Any, project: Path) -> None:
    write(f"{HEAD}1. The shop SHALL respond quickly, etc.\n")
    settings = (
        "lint:\n  ignore: [open-ended-list]\n  severity: {S111: error}\n"
        "  terms: {vague-term: [ring]}\n  per_file: {'specs/old/**': [S111]}\n"
    )
    (project / "shall.yaml").write_text(settings)
    ended = shall("lint", "--format", "concise")
    assert ended.returncode == 1
    assert ended.stdout.count("\n") == 1
    assert "error[S111]" in ended.stdout


@pytest.mark.verifies("lint#2.2")
@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("lint: {ignore: [S999]}", "names S999"),
        ("lint: {select: [vague-terms]}", "Did you mean vague-term?"),
        ("lint: {severity: {S111: fatal}}", "'fatal' is not a valid Severity"),
        ("lint: {terms: {S134: [x]}}", "names S134"),
        ("lint: {ignored: [S111]}", "Unknown key lint.ignored"),
        ("lint: {terms: [S111]}", "not keys and values"),
        ("lint: {severity: {S111: 1}}", "not keys with a text each"),
    ],
)
def test_a_wrong_setting_is_reported(
    shall: Shall, write: Any, project: Path, settings: str, expected: str
) -> None:
    write(CLEAN)
    (project / "shall.yaml").write_text(settings)
    ended = shall("lint")
    assert ended.returncode == 2
    assert expected in ended.stderr


FIXABLE = (
    "\ufeff# Shop  \r\n\r\n### Requirement 1\r\n\r\n"
    "1. The shop SHALL be able to   ring\t\r\n"
    "2. IF the card is refused, the shop SHALL wait <!-- shall: ignore S111 agreed -->\n"
    "3. 商店应能够打印收据\r\n"
    "4. ~~The shop SHALL be able to fly~~\r\n"
    "5. The shop SHALL print `SHALL be able to` <!-- be able to -->\r\n"
    "6. Users SHALL be able to leave\r\n"
    "\r\n```\r\n1. The shop SHALL be able to hum\r\n```\r\nno end of line"
)
FIXED = (
    FIXABLE.replace("SHALL be able to   ring", "SHALL ring")
    .replace("the shop SHALL wait <!-- shall: ignore S111 agreed -->", "then the shop SHALL wait")
    .replace("应能够打印", "应打印")
    .replace("IF the card is refused, then", "IF the card is refused, THEN")
)


@pytest.mark.verifies("lint#3.1")
@pytest.mark.parametrize("path", ["specs/shop/requirements.md", ".kiro/specs/shop/requirements.md"])
def test_fix_changes_what_is_mechanical_and_no_other_byte(
    shall: Shall, write: Any, path: str
) -> None:
    file = write(FIXABLE, path)
    ended = shall("lint", "--fix")
    assert ended.returncode == 0
    assert file.read_bytes().decode() == FIXED
    assert "4 corrections were made in 1 file." in ended.stderr
    again = shall("lint", "--fix")
    assert "corrections" not in again.stderr
    assert file.read_bytes().decode() == FIXED


@pytest.mark.verifies("lint#3.2")
def test_diff_shows_the_fixes_and_writes_nothing(shall: Shall, write: Any) -> None:
    file = write(FIXABLE)
    ended = shall("lint", "--fix", "--diff")
    assert ended.returncode == 0
    assert "--- a/specs/shop/requirements.md" in ended.stdout
    assert "\n-3. 商店应能够打印收据\n" in ended.stdout
    assert "\n+3. 商店应打印收据\n" in ended.stdout
    assert file.read_bytes().decode() == FIXABLE


@pytest.mark.verifies("lint#3.3")
def test_a_fix_that_would_change_a_key_is_not_made(shall: Shall, write: Any) -> None:
    text = (
        f"{HEAD}1. The shop SHALL ring\n\n"
        "### Requirement 2\n\nThe shop SHALL be able to be able to\n"
    )
    file = write(text)
    shall("lint", "--fix")
    keys = json.loads(shall("trace", "--format", "json", "--exit-zero").stdout)["criteria"]
    assert [it["key"] for it in keys] == ["shop#1.1", "shop#2.1"]
    assert "The shop SHALL be able to" in file.read_text()


@pytest.mark.verifies("lint#3.4")
def test_a_document_that_changed_meanwhile_is_not_written(project: Path, write: Any) -> None:
    file = write(FIXABLE)
    workspace = open_project(project, Settings())
    found = corrections(workspace, lint_specs(workspace))
    file.write_text(CLEAN)
    with pytest.raises(BadValue, match="has changed meanwhile"):
        write_corrections(workspace, found)
    assert file.read_text() == CLEAN
    workspace.close()


def test_a_link_out_of_the_project_is_never_written(
    shall: Shall, tmp_path: Path, project: Path
) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text(f"{HEAD}1. The shop SHALL be able to ring\n")
    folder = project / "specs/shop"
    folder.mkdir(parents=True)
    (folder / "requirements.md").symlink_to(outside)
    shall("lint", "--fix")
    assert outside.read_text() == f"{HEAD}1. The shop SHALL be able to ring\n"


@pytest.mark.verifies("lint#5.8")
@pytest.mark.parametrize("paths", [(), ("tests/cases",), ("tests/cases/broken.yaml",)])
def test_a_case_that_cannot_be_read_is_reported(
    shall: Shall, write: Any, paths: tuple[str, ...]
) -> None:
    write(CLEAN)
    write("testcase:\n  name: a\n  steps:\n    - GET: /a\n", "tests/cases/a.yaml")
    write("testcase:\n  nme: a\n", "tests/cases/broken.yaml")
    done = shall("lint", *paths)
    assert done.returncode == 2
    assert "tests/cases/broken.yaml:2:3" in done.stdout
    assert "Did you mean `name`?" in done.stdout
    assert ("warning[C201]" in done.stdout) is (paths != ("tests/cases/broken.yaml",))
    assert shall("lint", "tests/cases/a.yaml").returncode == 0


@pytest.mark.verifies("lint#5.1", "lint#5.4")
def test_cases_are_checked_beside_the_requirements(shall: Shall, write: Any) -> None:
    write(CLEAN)
    assert json.loads(shall("lint", "--format", "json").stdout)["cases"] == 0
    text = "testcase:\n  name: a\n  auth: {bearer: planted-8d1c}\n  steps:\n    - GET: /a\n"
    write(text, "tests/cases/a.yaml")
    done = shall("lint")
    assert done.returncode == 0
    assert "warning[C201]" in done.stdout
    assert "tests/cases/a.yaml:3:" in done.stdout
    assert "planted" not in done.stdout + done.stderr

    write(f"{HEAD}1. The shop SHALL respond quickly\n")

    def codes(*paths: str) -> dict[str, int]:
        found = json.loads(shall("lint", *paths, "--format", "json").stdout)
        rules: dict[str, int] = found["rules"]
        return rules

    assert set(codes()) == {"S111", "C201", "C205"}
    assert set(codes("tests/cases")) == {"C201", "C205"}
    assert set(codes("specs")) == {"S111"}
    assert "There is no requirements document at" in shall("lint", "nothing").stderr


def test_a_rule_about_cases_is_described(shall: Shall) -> None:
    assert "C202  fixed-delay" in shall("lint", "--list").stdout
    assert "until" in shall("lint", "--explain", "fixed-delay").stdout
