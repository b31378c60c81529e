"""``expect: {openapi: FILE}``: reading, writing, and what depends on the file."""

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from shall.actions.discovery import JobReader
from shall.cases.json_schema import json_schema
from shall.cases.model import CheckKind
from shall.cases.named_files import named_files
from shall.cases.reader import read_case
from shall.cases.vacuity import step_can_fail
from shall.cases.writer import to_data
from shall.cases.yaml_writer import to_yaml
from shall.errors import InvalidCase
from shall.workspace.workspace import Workspace

CASE = """testcase:
  name: a
  {more}
  steps:
    - GET: /orders
      expect:
        openapi: {document}
"""


def text(document: str = "specs/api.yaml", more: str = "") -> str:
    return CASE.replace("{document}", document).replace("{more}", more)


@pytest.mark.verifies("contract#2.1")
def test_the_check_is_read_written_and_in_the_schema() -> None:
    case = read_case(text(), "a.yaml")
    (check,) = case.steps[0].checks
    assert (check.kind, check.expected, check.place) == (
        CheckKind.OPENAPI,
        "specs/api.yaml",
        "expect.openapi",
    )
    assert read_case(to_yaml(case), "a.yaml") == case
    assert step_can_fail(case.steps[0])
    assert list(jsonschema_rs.Draft202012Validator(json_schema()).iter_errors(to_data(case))) == []


@pytest.mark.verifies("contract#2.8")
def test_the_document_is_one_of_the_files_that_a_case_names() -> None:
    assert named_files(read_case(text(), "a.yaml"), "a.yaml") == ("specs/api.yaml",)


@pytest.mark.parametrize("value", ["7", "''", "'{{ file }}'", "[a]", "{equals: a}", "true"])
def test_another_value_is_refused_at_its_line(value: str) -> None:
    with pytest.raises(InvalidCase) as caught:
        read_case(text(value), "a.yaml")
    assert "`openapi` takes the path of a document" in str(caught.value)
    assert caught.value.diagnostics[0].span is not None
    assert caught.value.diagnostics[0].span.line == 7


@pytest.mark.parametrize("where", ["until: {openapi: a.yaml}", "if: {openapi: a.yaml}"])
def test_it_is_no_condition(where: str) -> None:
    with pytest.raises(InvalidCase, match="openapi"):
        read_case(f"testcase:\n  name: a\n  steps:\n    - GET: /a\n      {where}\n", "a.yaml")


@pytest.mark.verifies("contract#2.6")
def test_a_document_that_does_not_exist_is_reported_before_anything_is_sent(
    workspace: Workspace,
) -> None:
    folder = Path(workspace.root)
    for path, content in (("specs/apis.yaml", ""), ("tests/cases/a.yaml", text())):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    problem = read_problem(workspace)
    assert problem is not None
    assert problem.message == "specs/api.yaml does not exist."
    assert problem.hint == "Did you mean specs/apis.yaml?"
    assert (problem.span.line, problem.span.column) == (7, 18)
    (folder / "specs/api.yaml").write_text("openapi: 3.1.0")
    assert read_problem(workspace) is None


def read_problem(workspace: Workspace) -> Any:
    (job,) = JobReader(workspace).read(["tests/cases/a.yaml"])
    return job.problems[0] if job.problems else None
