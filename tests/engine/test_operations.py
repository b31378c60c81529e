"""Operators and filters of expressions."""

import operator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shall.engine.evaluate import evaluate
from shall.engine.scope import Scope
from shall.errors import BadExpression, OverBudget


def value_of(text: str, **variables: Any) -> Any:
    return evaluate("{{ " + text + " }}", Scope(variables=variables))


@pytest.mark.verifies("cases#2.5", "engine#2.17")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3 - 4", 3),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("7 / 2", 3.5),
        ("8 / 4", 2),
        ("7 % 4", 3),
        ("'a' + 'b'", "ab"),
        ("a-b - 1", 4),
        ("n == 1 and not (n > 1)", True),
        ("not n == 2", True),
        ("n == 2 or n == 1 and n < 5", True),
        ("n == '1'", False),
        ("n == true", False),
        ("[n, 2] == [1, 2]", True),
        ("'b' > 'a'", True),
        ("'2026-01-01T10:00:00.5Z' > '2026-01-01T11:00:00+01:00'", True),
        ("2 >= 2 and 2 <= 2 and 1 != 2", True),
        ("random_int(n + 1, 2)", 2),
        ("items | count", 3),
        ("items | nth 1", 20),
        ("qty | to_int * 2", 24),
        ("'a-b' | replace '-' '+' | split '+' | last", "b"),
        ("not", "a variable"),
        ("and", "one, too"),
    ],
)
def test_operators_and_filters_have_their_usual_meaning(text: str, value: Any) -> None:
    names = {"a-b": 5, "n": 1, "items": [10, 20, 30], "qty": "12"}
    found = value_of(text, **names, **{"not": "a variable", "and": "one, too"})
    assert found == value
    assert type(found) is type(value)


@pytest.mark.verifies("cases#2.5")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("'1' + 1", "`+` cannot be applied to a text and a number. The filter `to_int`"),
        ("true + 1", "`+` cannot be applied to a truth value and a number."),
        ("'a' * 99", "`*` cannot be applied to a text and a number."),
        ("1 < 'a'", "`<` cannot be applied to a number and a text."),
        ("1 / 0", "`/` divides by zero."),
        ("1 % 0", "`%` divides by zero."),
        ("1e308 * 10", "The result of `*` is too large."),
        ("big * big", "The result of `*` is too large."),
        ("big / 0.5", "The result of `/` is too large."),
        ("1 and true", "`and` needs true or false, not a number."),
        ("not 'a'", "`not` needs true or false, not a text."),
        (
            "'x' | to_int",
            "The expression has no value: the filter to_int fails: the text is not a whole number.",
        ),
        ("unknown + 1", "`unknown` is not defined."),
    ],
)
def test_operands_that_do_not_fit_are_an_error(text: str, said: str) -> None:
    with pytest.raises(BadExpression) as raised:
        value_of(text, big=10**1200)
    assert str(raised.value).startswith(said)


def test_the_second_operand_of_and_and_or_is_not_evaluated_in_vain() -> None:
    assert value_of("false and unknown") is False
    assert value_of("true or unknown") is True


def test_texts_that_are_joined_count_to_the_budget() -> None:
    with pytest.raises(OverBudget):
        value_of("a + a", a="x" * (9 << 20))


_OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul}
_NUMBERS = st.recursive(
    st.integers(0, 99).map(lambda it: (str(it), it)),
    lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(
        lambda it: (f"({it[0][0]} {it[1]} {it[2][0]})", _OPERATORS[it[1]](it[0][1], it[2][1]))
    ),
    max_leaves=10,
)


@given(_NUMBERS)
def test_whole_numbers_are_computed_as_python_does(case: tuple[str, int]) -> None:
    text, value = case
    if text.count("(") <= 16:
        assert value_of(text) == value
