from collections.abc import Callable

import pytest

from shall.actions.cases import delete_case, get_case, list_cases, write_case
from shall.cases.fingerprint import case_fingerprint
from shall.cases.reader import read_case
from shall.errors import (
    AlreadyExists,
    BadValue,
    CaseNotFound,
    FolderNotFound,
    InvalidCase,
    OutsideWorkspace,
    ScriptNotWritten,
)
from shall.workspace.workspace import Workspace

Write = Callable[[str, str], None]

CASE = {
    "name": "login",
    "host": "http://127.0.0.1:1",
    "steps": [
        {
            "id": "login",
            "path": "/login",
            "method": "POST",
            "assert": [{"type": "status_code", "expected": 200}],
        }
    ],
}
PATH = "tests/cases/login.yaml"


def test_a_written_case_reads_back(workspace: Workspace) -> None:
    written = write_case(workspace, PATH, CASE)
    assert written.written_files == [PATH]
    assert written.script is None
    text = (workspace.root / PATH).read_text()
    assert text == written.text
    assert case_fingerprint(read_case(text, PATH)) == case_fingerprint(written.case)


@pytest.mark.parametrize(
    "text",
    [
        "testcase:\n  name: a\n  steps:\n    - {id: s, path: /x, method: GET}\n",
        '{"name": "a", "steps": [{"id": "s", "path": "/x", "method": "GET"}]}',
    ],
)
def test_a_case_may_come_as_yaml_or_json_text(workspace: Workspace, text: str) -> None:
    assert write_case(workspace, PATH, text).case.name == "a"


def test_a_case_with_problems_is_not_written(workspace: Workspace) -> None:
    bad = {**CASE, "steps": [{"id": "a", "path": "/", "metod": "GET"}]}
    with pytest.raises(InvalidCase, match="metod"):
        write_case(workspace, PATH, bad)
    assert not (workspace.root / PATH).exists()


def test_a_text_that_holds_no_object_is_refused(workspace: Workspace) -> None:
    with pytest.raises(BadValue):
        write_case(workspace, PATH, "just words")


def test_a_dry_run_shows_the_new_text_and_writes_nothing(workspace: Workspace) -> None:
    written = write_case(workspace, PATH, CASE, dry_run=True)
    assert written.dry_run
    assert written.written_files == []
    assert "login" in written.text
    assert not (workspace.root / PATH).exists()
    write_case(workspace, PATH, CASE)
    again = write_case(workspace, PATH, {**CASE, "name": "renamed"}, dry_run=True)
    assert "renamed" in again.text
    assert "renamed" not in (workspace.root / PATH).read_text()


def test_an_existing_case_is_kept_unless_told_otherwise(workspace: Workspace) -> None:
    write_case(workspace, PATH, CASE)
    with pytest.raises(AlreadyExists):
        write_case(workspace, PATH, {**CASE, "name": "other"}, overwrite=False)
    assert get_case(workspace, PATH).data["testcase"]["name"] == "login"


@pytest.mark.parametrize(
    "path",
    [
        ".git/hooks/x.yaml",
        "x.yaml",
        "../x.yaml",
        "/etc/x.yaml",
        "tests/cases/x.py",
        "tests/.x.yaml",
    ],
)
def test_a_case_is_written_only_where_cases_belong(workspace: Workspace, path: str) -> None:
    with pytest.raises(OutsideWorkspace):
        write_case(workspace, path, CASE)


@pytest.mark.verifies("cases#3.4")
def test_a_script_is_generated_only_where_scripts_are_kept(workspace: Workspace) -> None:
    (workspace.root / "tests/scripts").mkdir(parents=True)
    written = write_case(workspace, "tests/cases/auth/login.yaml", CASE)
    assert written.script_path is not None
    assert written.written_files == ["tests/cases/auth/login.yaml", written.script_path]
    script = (workspace.root / written.script_path).read_text()
    compile(script, written.script_path, "exec")
    assert delete_case(workspace, "tests/cases/auth/login.yaml") == written.written_files
    assert not (workspace.root / written.script_path).exists()


def test_cases_with_one_name_in_two_folders_have_two_scripts(workspace: Workspace) -> None:
    (workspace.root / "tests/scripts").mkdir(parents=True)
    first = write_case(workspace, "tests/cases/a/login.yaml", CASE)
    second = write_case(workspace, "tests/cases/b/login.yaml", CASE)
    assert first.script_path != second.script_path


def test_where_the_script_cannot_be_written_the_case_is_put_back(workspace: Workspace) -> None:
    (workspace.root / "tests/scripts").mkdir(parents=True)
    script_path = write_case(workspace, PATH, CASE, dry_run=True).script_path
    assert script_path is not None
    (workspace.root / script_path).mkdir()
    with pytest.raises(ScriptNotWritten):
        write_case(workspace, PATH, CASE)
    assert not (workspace.root / PATH).exists()
    (workspace.root / script_path).rmdir()
    before = write_case(workspace, PATH, CASE).text
    (workspace.root / script_path).unlink()
    (workspace.root / script_path).mkdir()
    with pytest.raises(ScriptNotWritten):
        write_case(workspace, PATH, {**CASE, "name": "other"})
    assert (workspace.root / PATH).read_text() == before


def test_a_script_of_the_users_own_is_not_deleted(workspace: Workspace) -> None:
    (workspace.root / "tests/scripts").mkdir(parents=True)
    script_path = write_case(workspace, PATH, CASE).script_path
    assert script_path is not None
    (workspace.root / script_path).write_text("# mine now\n")
    assert delete_case(workspace, PATH) == [PATH]
    assert (workspace.root / script_path).exists()


def test_deleting_what_is_no_case_is_refused(workspace: Workspace, write: Write) -> None:
    write("tests/cases/data.yaml", "a: 1\n")
    with pytest.raises(BadValue):
        delete_case(workspace, "tests/cases/data.yaml")
    with pytest.raises(CaseNotFound):
        delete_case(workspace, "tests/cases/gone.yaml")


def test_a_missing_case_is_reported_with_the_nearest_name(workspace: Workspace) -> None:
    write_case(workspace, PATH, CASE)
    with pytest.raises(CaseNotFound, match=r"Did you mean tests/cases/login\.yaml"):
        get_case(workspace, "tests/cases/logn.yaml")


def test_a_broken_case_is_given_with_its_problems(workspace: Workspace, write: Write) -> None:
    write(PATH, "testcase:\n  name: a\n  steps: []\n  colour: red\n")
    found = get_case(workspace, PATH)
    assert found.case is None
    assert found.data["testcase"]["colour"] == "red"
    assert any("colour" in str(problem) for problem in found.problems)
    write(PATH, "testcase:\n  name: [a\n")
    assert get_case(workspace, PATH).problems


def test_listing_distinguishes_case_files_from_other_files(
    workspace: Workspace, write: Write
) -> None:
    write_case(workspace, PATH, CASE)
    write("tests/cases/data.yaml", "a: 1\n")
    write("tests/cases/empty.yaml", "")
    write("tests/cases/unit.yaml", "unittest:\n  name: u\n")
    assert list_cases(workspace) == [PATH, "tests/cases/unit.yaml"]
    assert list_cases(workspace, test_type="integration") == [PATH]
    assert list_cases(workspace, "tests/cases", "unit") == ["tests/cases/unit.yaml"]
    with pytest.raises(BadValue):
        list_cases(workspace, test_type="other")


def test_listing_makes_no_folder(workspace: Workspace) -> None:
    assert list_cases(workspace) == []
    with pytest.raises(FolderNotFound):
        list_cases(workspace, "tests/cases")
    assert not (workspace.root / "tests").exists()
