"""Both forms of a file in a project, and the files of other tools."""

import json
import textwrap
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from shall.actions.file_digests import file_digests
from shall.cases.fingerprint import case_fingerprint
from shall.cases.reader import read_case
from shall.workspace.files import Files

Shall = Callable[..., Any]

CASE = """testcase:
  name: a
  verifies: ["shop#1.1"]
  use: [login]
  steps:
    - GET: "/echo/{{ plain }}"
      expect: {status: 200}
"""
LOGIN = """shared:
  steps:
    - GET: /given/login
      capture: {plain: $.number}
"""
OTHERS = {
    "azure-pipelines.yml": "steps:\n- checkout: self\n  path: /src\n- script: ls\n",
    ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    steps:\n    - run: ls\n",
    "books/a.yml": "desc: a\nrunners: {req: http://a}\nsteps:\n- req: {/a: {get: {body: null}}}\n",
    "deploy/task.yaml": "apiVersion: v1\nkind: Task\nspec:\n  steps:\n  - image: a\n",
}


def write(project: Path, path: str, text: str) -> None:
    file = project / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.fixture
def shop(project: Path, service: Any) -> Path:
    service.answer("login", '{"number": 7}', "application/json")
    write(project, "specs/shop/requirements.md", "### Requirement 1\n\n1. THE shop SHALL sell.\n")
    write(project, "tests/cases/shared/login.yaml", LOGIN)
    write(project, "tests/cases/a.yaml", CASE)
    return project


def status_of(shall: Shall) -> str:
    traced = json.loads(shall("trace", "--format", "json", "--exit-zero").stdout)
    status: str = traced["criteria"][0]["status"]
    return status


@pytest.mark.verifies("cases#1.17", "cases#7.3")
@pytest.mark.parametrize("begins_wrapped", [True, False])
def test_changing_the_form_of_a_case_and_its_shared_steps_expires_no_proof(
    shall: Shall, shop: Path, service: Any, begins_wrapped: bool
) -> None:
    forms = [(CASE, LOGIN), (_bare(CASE), _bare(LOGIN))]
    for number, (case, login) in enumerate(forms if begins_wrapped else forms[::-1]):
        write(shop, "tests/cases/a.yaml", case)
        write(shop, "tests/cases/shared/login.yaml", login)
        if number == 0:
            assert "1 passed, 0 failed, 0 errors" in shall("run", "--host", service.url).stdout
        assert status_of(shall) == "proved"
    assert "tests/cases/a.yaml" in shall("list").stdout
    assert "shared" not in shall("list").stdout
    assert "1 passed, 0 failed, 0 errors" in shall("run", "--host", service.url).stdout
    assert status_of(shall) == "proved"
    write(shop, "tests/cases/a.yaml", _bare(CASE).replace("200", "201"))
    assert status_of(shall) == "stale"


def _bare(text: str) -> str:
    return textwrap.dedent(text.partition("\n")[2])


@pytest.mark.verifies("cases#4.6")
def test_documents_of_other_tools_are_neither_read_nor_taken_for_stray_cases(
    shall: Shall, shop: Path, service: Any
) -> None:
    for name, text in OTHERS.items():
        write(shop, name, text)
        write(shop, f"tests/cases/{name.rpartition('/')[2]}", text)
    ended = shall("run", "--host", service.url)
    assert "1 passed" in ended.stdout
    unread = "tests/cases/a.yml, tests/cases/azure-pipelines.yml, tests/cases/task.yaml."
    assert f"have steps and are no cases: {unread} Write name: and steps:" in ended.stderr
    checks = json.loads(shall("doctor", "--format", "json").stdout)
    said = [it["message"] for it in checks if it["check"] == "cases"]
    assert said == [f"Not read, because they have steps and are no cases: {unread}"]
    write(shop, "api/b.yaml", "name: b\nsteps:\n- GET: /echo\n")
    checks = json.loads(shall("doctor", "--format", "json").stdout)
    assert any("these look like cases: api/b.yaml." in it["message"] for it in checks)


LEFT_OUT = {
    "list.yaml": "- name: a\n  steps:\n  - GET: /echo\n    expect: 200\n",
    "tests.yaml": "tests:\n- name: a\n  GET: /echo\n  status: 200\n",
    "stages.yaml": "test_name: a\nstages:\n- {name: a, request: {url: /echo}}\n",
    "teststeps.yaml": "config: {name: a}\nteststeps:\n- {request: {url: /echo}}\n",
}


@pytest.mark.verifies("cases#4.4")
def test_lists_of_cases_and_tests_of_other_tools_are_named_as_not_read(
    shall: Shall, shop: Path, service: Any
) -> None:
    for name, text in LEFT_OUT.items():
        write(shop, f"tests/cases/{name}", text)
    write(shop, "tests/cases/rows.yaml", "- {name: a, steps: 3}\n- name: b\n  steps: 4\n")
    ended = shall("run", "--host", service.url)
    assert "1 passed" in ended.stdout
    named = "list.yaml, tests/cases/stages.yaml, tests/cases/tests.yaml, ... (4)"
    assert f"have steps and are no cases: tests/cases/{named}. " in ended.stderr
    assert "shall import FILE." in ended.stderr


@pytest.mark.verifies("cases#7.3")
def test_a_draft_of_a_feature_named_shared_is_a_case(shall: Shall, shop: Path) -> None:
    sentence = "WHEN `GET /a` is requested, THE shop SHALL return 200."
    write(shop, "specs/shared/requirements.md", f"### Requirement 1\n\n1. {sentence}\n")
    shall("generate", "shared")
    text = (shop / "tests/cases/shared/1.1.yaml").read_text()
    assert "testcase:\n" in text
    assert "tests/cases/shared/1.1.yaml" in shall("list").stdout


@pytest.mark.verifies("cases#7.4")
@pytest.mark.parametrize(
    "text",
    [
        "name: b\nverifies: [shop#1.1]\nsteps:\n- GET: /echo\n  expect: 500\n",
        '{"verifies": ["shop#1.1"], "name": "b", "steps": [{"GET": "/echo", "expect": 500}]}',
        "verifies: [shop#1.1\nname: b\nsteps:\n- GET: /echo\n",
    ],
)
def test_a_file_among_shared_steps_that_names_criteria_is_a_case(
    shall: Shall, shop: Path, service: Any, text: str
) -> None:
    assert "1 passed" in shall("run", "--host", service.url).stdout
    assert status_of(shall) == "proved"
    write(shop, "tests/cases/shared/b.yaml", text)
    ended = shall("run", "--host", service.url)
    assert "tests/cases/shared/b.yaml" in ended.stdout
    assert "1 passed" in ended.stdout
    assert ended.returncode != 0
    if "expect" in text:
        assert "tests/cases/shared/b.yaml" in shall("list").stdout
        assert status_of(shall) == "failing"


@pytest.mark.verifies("cases#7.3")
def test_evidence_with_the_digest_of_the_text_of_shared_steps_counts_until_they_change(
    shall: Shall, shop: Path, service: Any
) -> None:
    assert "1 passed" in shall("run", "--host", service.url).stdout
    files = Files(shop)
    case = read_case(CASE, "tests/cases/a.yaml")
    now, before = (
        case_fingerprint(case, file_digests(files, case, "tests/cases/a.yaml", (), is_by_text=it))
        for it in (False, True)
    )
    files.close()
    (lines,) = (shop / ".shall/evidence").glob("*.jsonl")
    assert now != before
    assert now in lines.read_text()
    lines.write_text(lines.read_text().replace(now, before))
    assert status_of(shall) == "proved"
    write(shop, "tests/cases/shared/login.yaml", LOGIN.replace("$.number", "$.other"))
    assert status_of(shall) == "stale"


@pytest.mark.verifies("cases#7.2")
def test_shared_steps_that_a_case_sends_count_byte_for_byte(shop: Path) -> None:
    path = "tests/cases/shared/login.yaml"
    sent = f"use: [login]\n  steps:\n    - POST: /a\n      files: {{a: {path}}}\n"
    case = read_case(f"testcase:\n  name: a\n  {sent}", "tests/cases/a.yaml")
    with closing(Files(shop)) as files:
        before = file_digests(files, case, "tests/cases/a.yaml", ())
        write(shop, path, f"# a comment\n{LOGIN}")
        assert file_digests(files, case, "tests/cases/a.yaml", ()) != before


@pytest.mark.verifies("cases#4.7")
@pytest.mark.parametrize(
    "text",
    [
        "name: a\nstepz:\n- GET: /a\n",
        "verifies: [shop#1.1]\nname: a\n",
        "name: a\ntest:\n  - POST: /a\n",
    ],
)
def test_a_case_without_steps_is_reported(shall: Shall, shop: Path, text: str) -> None:
    write(shop, "tests/cases/b.yaml", text)
    write(shop, "tests/cases/rows.yaml", "- {name: a, verifies: b}\n")
    write(shop, "tests/cases/people.yaml", "name: a\nage: 3\n")
    for command in ("run", "lint"):
        ended = shall(command)
        shown = ended.stdout + ended.stderr
        assert ended.returncode != 0
        assert "`steps` is missing." in shown
        assert "rows.yaml" not in shown
        assert "people.yaml" not in shown
