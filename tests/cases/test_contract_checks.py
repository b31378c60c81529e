"""``expect: {openapi: FILE}``: reading, writing, and what depends on the file."""

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from msgspec.structs import replace

from shall.actions.discovery import JobReader
from shall.actions.file_digests import file_digests
from shall.cases.fingerprint import case_fingerprint
from shall.cases.json_schema import json_schema
from shall.cases.named_files import named_files
from shall.cases.reader import read_case
from shall.cases.writer import to_data
from shall.cases.yaml_writer import to_yaml
from shall.engine.vacuity import step_can_fail
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
        "openapi",
        "specs/api.yaml",
        "expect.openapi",
    )
    assert read_case(to_yaml(case), "a.yaml") == case
    assert step_can_fail(case.steps[0])
    assert list(jsonschema_rs.Draft202012Validator(json_schema()).iter_errors(to_data(case))) == []


@pytest.mark.verifies("contract#2.8")
def test_the_document_is_one_of_the_files_that_a_case_names() -> None:
    assert named_files(read_case(text(), "a.yaml"), "a.yaml") == ("specs/api.yaml",)


@pytest.mark.parametrize("value", ["7", "''", "'{{ file }}'", "[a]", "{equals: a}", "false"])
def test_another_value_is_refused_at_its_line(value: str) -> None:
    with pytest.raises(InvalidCase) as caught:
        read_case(text(value), "a.yaml")
    assert "`openapi` takes true or the path of a document" in str(caught.value)
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


@pytest.mark.parametrize("predicate", ["contains_all", "in_any_order", "any", "schema"])
def test_an_expression_stands_for_what_other_predicates_take(predicate: str) -> None:
    step = f"- GET: /a\n      expect: {{$.a: {{{predicate}: '{{{{ wanted }}}}'}}}}"
    case = read_case(
        f"testcase:\n  name: a\n  variables: {{wanted: []}}\n  steps:\n    {step}\n", "a.yaml"
    )
    assert case.steps[0].checks[0].kind == predicate


@pytest.mark.verifies("api-coverage#1.1")
def test_true_stands_for_the_documents_of_the_project() -> None:
    case = read_case(text("true"), "a.yaml")
    (check,) = case.steps[0].checks
    assert check.expected is True
    assert read_case(to_yaml(case), "a.yaml") == case
    assert list(jsonschema_rs.Draft202012Validator(json_schema()).iter_errors(to_data(case))) == []
    assert named_files(case, "a.yaml", ("b.yaml", "c.yaml")) == ("b.yaml", "c.yaml")


@pytest.mark.verifies("api-coverage#1.2")
@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ((), "`openapi: true` needs the setting `openapi`, which names no document."),
        (("http://h/a.yaml",), "reads files; the setting `openapi` names the URL http://h/a.yaml."),
        (("a.yaml", "gone.yaml"), "gone.yaml does not exist."),
    ],
)
def test_documents_of_the_project_that_cannot_be_compared_with_are_reported_before(
    workspace: Workspace, documents: tuple[str, ...], message: str
) -> None:
    folder = Path(workspace.root)
    (folder / "tests/cases").mkdir(parents=True, exist_ok=True)
    (folder / "tests/cases/a.yaml").write_text(text("true"))
    (folder / "a.yaml").write_text("openapi: 3.1.0")
    defaults = replace(workspace.defaults, openapi=documents)
    problem = read_problem(replace(workspace, defaults=defaults))
    assert message in problem.message
    assert problem.span.line == 7


@pytest.mark.verifies("api-coverage#1.3")
def test_a_case_is_another_one_once_a_document_of_the_project_changed(workspace: Workspace) -> None:
    folder = Path(workspace.root)
    for name in ("a.yaml", "b.yaml"):
        (folder / name).write_text("openapi: 3.1.0")
    case = read_case(text("true"), "c.yaml")

    def fingerprint(*documents: str) -> str:
        digests = file_digests(workspace.files, case, "c.yaml", documents)
        return case_fingerprint(case, digests)

    before = fingerprint("a.yaml")
    assert fingerprint("a.yaml") == before
    assert fingerprint("b.yaml") != before
    (folder / "a.yaml").write_text("openapi: 3.1.1")
    assert fingerprint("a.yaml") != before
