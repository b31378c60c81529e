"""GraphQL requests, answered by the reference implementation."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from shall.cases.named_files import named_files
from shall.cases.reader import read_case, read_data
from shall.cases.writer import to_data
from shall.errors import InvalidCase
from shall.report.failures import case_text
from shall.results.records import CaseResult, Outcome

RunOne = Callable[..., Awaitable[CaseResult]]

QUERIES = "query One($id: Int!) { order(id: $id) { id state } } query Two { order(id: 2) { id } }"


@pytest.mark.anyio
@pytest.mark.verifies("protocols#4.1")
async def test_a_query_is_sent_with_its_variables_and_operation(
    service: Any, run_one: RunOne, tmp_path: Path
) -> None:
    (tmp_path / "orders.graphql").write_text(QUERIES)
    one = {"query": QUERIES, "operation": "One", "variables": {"id": "{{ wanted }}"}}
    steps = [
        {
            "POST": "/graphql",
            "graphql": one,
            "expect": {"$.data.order": {"id": 7, "state": "paid"}},
        },
        {
            "POST": "/graphql",
            "graphql": {"query": "orders.graphql", "operation": "Two"},
            "expect": {"$.data.order": {"id": 2}},
        },
    ]
    result = await run_one(steps, {"variables": {"wanted": 7}}, host=service.url)
    assert result.outcome is Outcome.PASSED, case_text(result)
    assert service.log.headers[0]["content-type"] == "application/json"


@pytest.mark.anyio
@pytest.mark.verifies("protocols#4.2")
async def test_errors_that_no_check_names_fail_the_step(service: Any, run_one: RunOne) -> None:
    step = {"POST": "/graphql", "graphql": {"query": "{ missing }"}}
    result = await run_one([{**step, "expect": {"status": 200}}], host=service.url)
    assert result.outcome is Outcome.FAILED
    assert "Cannot query field" in case_text(result)
    assert "errors not_exists" in case_text(result)
    assert "status below 400" not in case_text(result)

    message = {"$.errors[0].message": {"contains": "missing"}}
    result = await run_one([{**step, "expect": message}], host=service.url)
    assert result.outcome is Outcome.PASSED, case_text(result)


@pytest.mark.verifies("protocols#4.3")
@pytest.mark.parametrize(
    ("method", "written", "at", "said"),
    [
        ("POST", "graphql: {qery: a}", "qery", "Did you mean `query`?"),
        ("POST", "graphql: {variables: {}}", "{variables", "`query` is missing."),
        ("POST", "graphql: {query: a, variables: 3}", "3", "must be a mapping"),
        ("GET", "graphql: {query: a}", "{query", "Write `POST: /graphql`."),
        ("POST", "json: {}, graphql: {query: a}", "{query", "Keep one of them."),
    ],
)
def test_what_is_wrong_is_reported_at_its_place(
    method: str, written: str, at: str, said: str
) -> None:
    line = f"    - {{{method}: /a, {written}}}"
    with pytest.raises(InvalidCase) as raised:
        read_case(f"testcase:\n  name: a\n  steps:\n{line}\n", "a.yaml")
    found = [str(it) for it in raised.value.diagnostics if said in str(it)]
    assert len(found) == 1, raised.value
    assert found[0].startswith(f"a.yaml:4:{line.index(at) + 1}:"), found


@pytest.mark.verifies("cases#3.1")
def test_a_query_is_written_and_read_again_and_its_file_counts() -> None:
    body = {"query": "a.graphql", "variables": {"id": 1}, "operation": "One"}
    case = read_data({"name": "a", "steps": [{"POST": "/graphql", "graphql": body}]})
    assert read_data(to_data(case)) == case
    assert "a.graphql" in named_files(case, "tests/cases/a.yaml")
