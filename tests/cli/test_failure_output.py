"""What `shall run` shows of a failed check: the line of the case, the difference, the request."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Shall = Callable[..., Any]

CASE = """testcase:
  name: an order
  secrets: [code]
  variables: {code: hunter2-Zt}
  steps:
    - id: order
      method: POST
      path: /given/order
      headers: {Authorization: "Bearer tok-9f8e7d6c5b"}
      json: {sku: "it's B7"}
      assert:
        - {type: equals, field: state, expected: open}
        - {type: equals, field: code, expected: hunter2-Zt}
        - {type: equals, field: echo, expected: tok-9f8e7d6c5b}
        - type: equals
          field: $
          expected:
            {state: open, note: none, lines: [{sku: A1, quantity: 1}, {sku: B7, quantity: 2}]}
"""
ANSWER = (
    '{"state": "paid", "lines": [{"sku": "B7", "quantity": 3}], "note": "none", "code": "other",'
    ' "echo": "nothing"}'
)


@pytest.fixture
def failed(shall: Shall, project: Path, service: Any) -> Any:
    service.answer("order", ANSWER, "application/json")
    (project / "tests/cases").mkdir(parents=True)
    (project / "tests/cases/order.yaml").write_text(CASE)
    return shall("run", "--host", service.url, "--verbose")


@pytest.mark.verifies("reports#1.16")
def test_a_failed_check_shows_its_line_with_a_caret_below_the_column(failed: Any) -> None:
    lines = failed.stdout.splitlines()
    at = lines.index("      12 |         - {type: equals, field: state, expected: open}")

    assert lines[at - 1] == "    state equals"
    assert lines[at + 1].index("^") == lines[at].index("{")
    assert [line.split() for line in lines[at + 2 : at + 4]] == [
        ["expected", '"open"'],
        ["actual", '"paid"'],
    ]


@pytest.mark.verifies("reports#1.16")
def test_no_line_that_holds_a_secret_is_shown(failed: Any) -> None:
    assert "    code equals" in failed.stdout
    assert "hunter2" not in failed.stdout
    assert "tok-9f8e7d6c5b" not in failed.stdout


@pytest.mark.verifies("reports#1.14")
def test_a_failed_comparison_of_a_body_shows_the_paths_that_differ(failed: Any) -> None:
    lines = [line.strip() for line in failed.stdout.splitlines()]
    start = lines.index("- expected, + actual")

    assert lines[start + 1 : start + 8] == [
        '- $.state: "open"',
        '+ $.state: "paid"',
        '- $.lines[0].sku: "A1"',
        '+ $.lines[0].sku: "B7"',
        "- $.lines[0].quantity: 1",
        "+ $.lines[0].quantity: 3",
        '- $.lines[1]: {"sku": "B7", "quantity": 2}',
    ]


@pytest.mark.verifies("reports#1.15")
def test_a_verbose_run_shows_the_failed_request_as_a_curl_command(
    failed: Any, service: Any, shall: Shall
) -> None:
    [command] = [it.strip() for it in failed.stdout.splitlines() if it.strip()[:5] == "curl "]

    assert command.startswith(f"curl {service.url}/given/order -H ")
    assert "-H 'Authorization: ***'" in command
    assert """--data-raw '{"sku": "it'"'"'s B7"}'""" in command
    assert "curl" not in shall("run", "--host", service.url).stdout
