"""Unit case files as text: what is read, and what is refused."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from shall.cases.unit.model import CallKind, Raised
from shall.cases.unit.reader import examine_unit_data, examine_unit_text, read_unit
from shall.errors import InvalidCase

DOCS = Path(__file__).parents[3] / "docs"


def unit(case: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    call = {"id": "a", "assert": [{"type": "equals", "expected": 1}], **(case or {})}
    target = {"module": "shop.cart", "function": "add"}
    return {"unittest": {"name": "u", "target": target, "cases": [call], **more}}


def problems(data: dict[str, Any]) -> list[str]:
    with pytest.raises(InvalidCase) as refused:
        examine_unit_data(data)
    return [f"{it.code} {it.field}: {it.message} {it.hint}" for it in refused.value.diagnostics]


@pytest.mark.verifies("unit#1.1")
def test_every_problem_is_reported_at_once_with_its_place_and_a_near_name() -> None:
    text = """unittest:
  nam: adding
  target: {modul: shop.cart, function: add}
  cases:
    - id: a
      asert: []
    - id: a
      assert: [{type: equls, expected: 1}]
"""
    with pytest.raises(InvalidCase) as refused:
        read_unit(text, "u.yaml")

    found = {(str(it.span), it.code, it.hint) for it in refused.value.diagnostics}
    assert ("u.yaml:2:3", "case.unknown-field", "Did you mean `name`?") in found
    assert ("u.yaml:3:12", "case.unknown-field", "Did you mean `module`?") in found
    assert ("u.yaml:6:7", "case.unknown-field", "Did you mean `assert`?") in found
    assert ("u.yaml:7:11", "case.duplicate-id", "Rename one of the two.") in found
    assert ("u.yaml:8:23", "case.unknown-check", "Did you mean 'equals'?") in found
    assert {"case.missing-field"} < {code for _, code, _ in found}


@pytest.mark.verifies("unit#1.2")
@pytest.mark.parametrize(
    "name",
    ["os;x", "a b", "a\nb", "a.b()", "__import__('os')", "a..b", "1a", "class", "a" * 201, "ｏs"],
)
def test_what_is_no_name_of_python_is_refused_wherever_it_is_written(name: str) -> None:
    assert problems(unit(target={"module": name, "function": "f"}))
    assert problems(unit(target={"module": "shop", "function": name}))
    assert problems(unit(target={"module": "shop", "class": name, "function": "f"}))
    assert problems(unit({"mocks": [{"target": f"shop.{name}"}]}))
    assert problems(unit({"mocks": [{"target": "shop.m", "side_effect": f"x.{name}"}]}))
    assert problems(unit({"assert": [{"type": "raises", "exception": f"x.{name}"}]}))
    assert problems(unit({"assert": [{"type": "type", "expected": f"x.{name}"}]}))
    assert problems(unit(fixtures={"setup": [{"type": "call", "target": f"shop.{name}"}]}))
    assert problems(unit(fixtures={"setup": [{"type": "set", "target": f"s.{name}", "value": 1}]}))


@pytest.mark.verifies("unit#1.3")
@pytest.mark.parametrize("target", ["shop.cart.add", "shop.cart"])
def test_a_mock_of_the_code_under_test_is_refused(target: str) -> None:
    (problem,) = problems(unit({"mocks": [{"target": target, "return_value": 1}]}))
    assert f"`{target}` is the code under test, or holds it." in problem


@pytest.mark.verifies("unit#1.4")
@pytest.mark.parametrize(
    ("check", "said"),
    [
        ({"type": "almost", "expected": 1}, "Unknown check 'almost'"),
        ({"type": "status_code", "expected": 200}, "Unknown check 'status_code'"),
        ({"type": "equals"}, "`expected` is missing"),
        ({"type": "equals", "expected": 1, "message": "x"}, "takes no `message`"),
        ({"type": "raises", "exception": "ValueError", "field": "a"}, "takes no `field`"),
        ({"type": "raises"}, "`exception` is missing"),
        ({"type": "raises", "exception": "ValueErr"}, "Did you mean `ValueError`?"),
        ({"type": "is_none", "expected": 5}, "takes no `expected`"),
        ({"type": "called_with", "mock": "shop.mail.sent"}, "Did you mean `shop.mail.send`?"),
        ({"type": "called_once", "mock": "send", "args": [1]}, "takes no `args`"),
        ({"type": "call_count", "expected": -1}, "`expected` must be"),
        ({"type": "contains", "expected": ""}, "every text contains it"),
        ({"type": "regex", "expected": ""}, "every text matches it"),
        ({"type": "regex", "expected": "("}, "case.bad-pattern"),
        ({"type": "not_in", "expected": []}, "nothing is in it"),
        ({"type": "type", "expected": "object"}, "Every value is an `object`"),
        ({"type": "exists"}, "`field` is missing"),
        ({"type": "equals", "field": "__class__", "expected": 1}, "two underscores"),
        ({"type": "equals", "field": "instance.a", "expected": 1}, "There is no instance"),
    ],
)
def test_an_assertion_that_would_assert_something_else_is_refused(
    check: dict[str, Any], said: str
) -> None:
    mocks = [{"target": "shop.mail.send"}]
    assert any(said in it for it in problems(unit({"mocks": mocks, "assert": [check]})))


@pytest.mark.verifies("unit#1.4")
def test_a_case_that_asserts_an_exception_has_no_result_to_assert() -> None:
    checks = [{"type": "raises", "exception": "ValueError"}, {"type": "equals", "expected": 1}]
    (problem,) = problems(unit({"assert": checks}))
    assert "There is no result" in problem


def test_the_older_forms_are_read_and_noted() -> None:
    text = """unittest:
  name: older
  env_type: conda
  target: {module: shop.cart, class: Cart, function: put}
  fixtures:
    setup: [{type: mock, target: shop.mail.send, return_value: 1}]
    teardown: [{type: mock, target: shop.mail.send, action: stop}]
  cases:
    - id: a
      mocks: [{target: shop.db, method: save, side_effect: [1, {exception: KeyError}, OSError, ok]}]
      assert:
        - {type: equal, field: result.id, expected: 1}
        - {type: called_with, mock: shop.db.save, args: [1], kwargs: {b: 2}}
        - {type: is None, field: $.gone}
"""
    reading = examine_unit_text(text, "u.yaml")

    (case,) = reading.unit.cases
    assert case.mocks[0].target == "shop.db.save"
    assert case.mocks[0].side_effect == (1, Raised("KeyError"), Raised("OSError"), "ok")
    assert [check.path for check in case.checks] == [("id",), (), ("gone",)]
    assert case.checks[1].kind is CallKind.CALLED_WITH
    assert reading.unit.setup[0].mock is not None
    assert reading.unit.teardown == ()
    codes = {it.code for it in reading.notes}
    assert codes == {"case.ignored-field", "case.older-spelling"}


def test_the_examples_of_the_page_can_be_read_and_it_names_every_assertion() -> None:
    page = (DOCS / "reference/unit-format.md").read_text("utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        assert read_unit(example, "page").can_fail
    assert [kind for kind in CallKind if f"`{kind}`" not in page] == []


def test_json_is_read_too() -> None:
    assert read_unit(json.dumps(unit()), "u.yaml").name == "u"
