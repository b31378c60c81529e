"""The JSON Schema of cases, by the library that cases are checked with."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from shall.cases.guide import EXAMPLE
from shall.cases.json_schema import json_schema
from shall.cli.options import parser
from shall.cli.schema import execute

ROOT = Path(__file__).parents[2]
PAGES = [
    "docs/reference/case-format.md",
    *(f"docs/guides/{name}.md" for name in ("checks", "variables", "connections", "protocols")),
]


def examples() -> list[str]:
    """Return the cases of the documentation and of the example."""
    found = [EXAMPLE]
    for page in PAGES:
        found += re.findall(
            r"```yaml\n((?:testcase|name):.*?)```", (ROOT / page).read_text("utf-8"), re.S
        )
    found += [it.read_text("utf-8") for it in sorted(ROOT.glob("examples/shop/tests/cases/*.yaml"))]
    return found


def is_valid(case: Any) -> bool:
    return jsonschema_rs.Draft202012Validator(json_schema()).is_valid(case)


@pytest.mark.verifies("cases#5.9")
def test_the_schema_accepts_every_case_of_the_documentation(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert execute(parser("schema").parse_args(["schema"])) == 0
    printed = json.loads(capsys.readouterr().out)

    validator = jsonschema_rs.Draft202012Validator(printed)

    assert len(examples()) > 15
    for text in examples():
        wrong = [str(it) for it in validator.iter_errors(yaml.safe_load(text))]
        assert wrong == [], text


@pytest.mark.verifies("cases#5.9")
@pytest.mark.parametrize(
    "step",
    [
        {"GET": "/a", "expect": {"data.id": 1}},
        {"GET": "/a", "expect": {"status": 200, "heder X": 1}},
        {"GET": "/a", "expect": {"$.a": {"is_empty": "yes"}}},
        {"GET": "/a", "expect": {"$.a": {"each": {"price": {"less_than": [1]}}}}},
        {"GET": "/a", "capture": {"a": 1}},
        {"GTE": "/a"},
        {"GET": "/a", "retries": 3},
        {"GET": "/a", "allow_status": 20},
        {"GET": "/a", "expect": 600},
        {"GET": "/a", "expect": "200"},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(step: dict[str, Any]) -> None:
    assert is_valid({"testcase": {"name": "a", "steps": [{"GET": "/a"}]}})
    assert not is_valid({"testcase": {"name": "a", "steps": [step]}})
    assert not is_valid({"name": "a", "steps": [step]})


@pytest.mark.verifies("cases#5.9", "cases#5.18")
@pytest.mark.parametrize("root", ["", "testcase", "shared"])
def test_the_schema_knows_both_forms_of_a_file(root: str) -> None:
    def data(**fields: Any) -> dict[str, Any]:
        return {root: fields} if root else fields

    steps = [{"GET": "/a", "expect": 201}]
    assert is_valid(data(name="a", steps=steps))
    assert not is_valid(data(name="a"))
    assert not is_valid(data(name="a", steps=steps, colour=1))
    assert is_valid(data(name="a", steps=steps, tags=[])) == (root != "shared")
    assert is_valid(data(steps=steps)) == (root != "testcase")
    assert not is_valid(data(steps=steps) | {"other": 1})
    assert not is_valid(data(steps=steps, tags=[]))
