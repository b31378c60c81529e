"""The pytest file of a unit case file."""

import ast
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shall.cases.fields import Findings
from shall.cases.unit.literals import literal
from shall.cases.unit.model import Unit
from shall.cases.unit.reader import examine_unit_data
from shall.cases.unit.script import to_unit_script
from shall.cases.unit.target import find_code

SOURCES = {
    "shop.cart": (
        "shop/cart.py",
        "async def fetch(): ...\ndef add(a): ...\nclass Cart:\n  x = 1\n",
    ),
}

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def read(data: dict[str, Any]) -> Unit:
    return examine_unit_data({"name": "u", **data}).unit


def script(data: dict[str, Any]) -> str:
    unit = read(data)
    return to_unit_script(unit, find_code(unit, SOURCES.get, Findings())).text


def one(function: str = "add", /, **case: Any) -> dict[str, Any]:
    target = {"module": "shop.cart", "function": function}
    return {"target": target, "cases": [{"id": "a", **case}]}


@pytest.mark.verifies("unit#2.1")
def test_the_file_is_plain_pytest_and_the_same_each_time() -> None:
    data = one(
        description="The sum.",
        inputs={"args": [2], "kwargs": {"b": 3, "odd key": 1}},
        mocks=[{"target": "shop.mail.send", "side_effect": [True, {"exception": "OSError"}]}],
        **{"assert": [{"type": "equals", "expected": 5}, {"type": "called_once"}]},
    )
    assert script(data) == script(data)
    assert (
        script(data)
        == '''\
"""Unit tests. Generated: change the case file, not this one."""

from unittest.mock import patch

import shop.cart as target


def test_a():
    'The sum.'
    with patch('shop.mail.send', side_effect=[True, OSError()]) as mock_send:
        result = target.add(2, b=3, **{'odd key': 1})
    assert result == 5
    mock_send.assert_called_once()
'''
    )


@pytest.mark.verifies("unit#2.3")
def test_an_async_function_is_awaited_and_a_method_is_called_on_an_instance() -> None:
    assert "asyncio.run(target.fetch())" in script(one("fetch"))
    data = {"target": {"module": "shop.cart", "class": "Cart"}, "cases": [{"id": "a"}]}
    assert "    target.Cart()\n" in script(data)


@pytest.mark.verifies("unit#2.2")
@given(JSON)
def test_a_literal_has_the_value_and_is_nothing_but_a_value(value: Any) -> None:
    assert ast.literal_eval(literal(value, 2)) == value


HOSTILE = [
    "'''",
    '"""',
    "\n    import os",
    "\\",
    "{{ x }}",
    "'); import os; ('",
    "\u2028",
    "\ud800",
]


@pytest.mark.verifies("unit#2.2")
@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_case_becomes_code(text: str) -> None:
    data = one(
        description=text or "d",
        inputs={"args": [text, {text: [text]}], "kwargs": {text: text}},
        mocks=[{"target": "shop.m.f", "name": text, "return_value": text}],
        **{"assert": [{"type": "contains", "expected": text}]},
    )
    data["cases"][0]["id"] = f"x{text}"
    data["name"] = f"x{text}"
    data["fixtures"] = {"setup": [{"type": "env", "target": "A", "value": text}]}
    data["skip"] = f"x{text}"

    tree = ast.parse(script(data))

    names = {
        alias.name for it in ast.walk(tree) if isinstance(it, ast.Import) for alias in it.names
    }
    assert names <= {"pytest", "shop.cart"}
    calls = {ast.unparse(it.func) for it in ast.walk(tree) if isinstance(it, ast.Call)}
    assert calls <= {
        "patch",
        "pytest.fixture",
        "pytest.mark.skip",
        "monkeypatch.setenv",
        "target.add",
    }
    texts = [it.value for it in ast.walk(tree) if isinstance(it, ast.Constant)]
    assert texts.count(text) >= 5


def test_cases_whose_ids_look_alike_have_tests_of_their_own() -> None:
    data = one()
    data["cases"] = [{"id": it} for it in ("登录", "注册", "a b", "a-b", "A B")]
    unit = read(data)
    tests = to_unit_script(unit, find_code(unit, SOURCES.get, Findings())).tests
    assert tests == ("test_1", "test_2", "test_a_b", "test_a_b_4", "test_a_b_5")
