import re
from typing import Any

import pytest

from shall.cases.functions import FUNCTIONS
from shall.engine.evaluate import evaluate
from shall.engine.functions import call_function
from shall.engine.random_values import Draws
from shall.engine.scope import Scope
from shall.errors import BadExpression

FORMS: dict[str, str] = {
    "timestamp": r"\d{10}",
    "get_timestamp": r"\d{10}",
    "timestamp_ms": r"\d{13}",
    "datetime_now": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d",
    "date_today": r"\d{4}-\d\d-\d\d",
    "date_offset": r"\d{4}-\d\d-\d\d",
    "uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "generate_uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "uuid_short": r"[0-9a-f]{8}",
    "random_int": r"\d{1,3}",
    "random_float": r"[01]\.\d{1,2}",
    "random_str": r"[A-Za-z0-9]{8}",
    "random_letters": r"[A-Za-z]{8}",
    "random_digits": r"\d{6}",
    "fake_email": r"\w+@example\.com",
    "fake_phone": r"1\d{10}",
    "fake_username": r"\w+_\d{5}",
    "fake_name": r"\S{2,3}",
    "fake_address": r"\S+号",
    "fake_id_card": r"\d{17}[\dX]",
    "fake_company": r"\S+有限公司",
    "demo_get_id": r"\d+",
    "demo_func": r"demo",
}


@pytest.mark.verifies("cases#2.3")
@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@pytest.mark.parametrize("module", ["", "tools.", "helpers."])
def test_every_function_answers_in_its_form(name: str, module: str) -> None:
    arguments = "'a', 'a'" if name == "random_choice" else ""
    value = evaluate(f"{{{{ {module}{name}({arguments}) }}}}", Scope())
    assert re.fullmatch(FORMS.get(name, "a"), str(value)), value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ helpers.random_int(5, 5) }}", 5),
        ("{{ helpers.random_int(min_val=6, max_val=6) }}", 6),
        ("{{ helpers.random_int(7, max=7) }}", 7),
        ("{{ tools.random_str(0) }}", ""),
        ("{{ random_choice([3, 3]) }}", 3),
        ("{{ demo_func(1, b='x') }}", "1_x"),
        ("{{ random_choice([x.y]) }}", "deep"),
        ("{{ [1, x.y, 'z'] }}", [1, "deep", "z"]),
        ("{{ null }}", None),
    ],
)
def test_arguments_stand_by_place_and_by_name(text: str, expected: Any) -> None:
    assert evaluate(text, Scope(variables={"x": {"y": "deep"}})) == expected


def test_an_id_card_has_a_valid_check_digit() -> None:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    for _ in range(50):
        card = call_function("fake_id_card", [], {}, Draws())
        total = sum(int(digit) * weight for digit, weight in zip(card[:17], weights, strict=True))
        assert card[17] == "10X98765432"[total % 11]


@pytest.mark.parametrize(
    ("name", "args"), [("random_str", [-1]), ("random_str", [10**9]), ("random_choice", [[]])]
)
def test_an_argument_out_of_range_is_reported(name: str, args: list[Any]) -> None:
    with pytest.raises(BadExpression, match=name):
        call_function(name, args, {}, Draws())


def test_keys_of_objects_are_evaluated_too() -> None:
    scope = Scope(variables={"k": "key", "n": 1})
    assert evaluate({"{{ k }}": ["{{ n }}"]}, scope) == {"key": [1]}
