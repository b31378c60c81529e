"""Operators and filters of expressions, with the meaning that JSON values have."""

import math
from collections.abc import Callable
from typing import Any

from shall.cases.fields import kind_of
from shall.cases.syntax import Expression, Filtered, Operation
from shall.engine.budgets import Budget, text_bytes
from shall.engine.filters import apply_filters
from shall.engine.predicate import in_order, same
from shall.engine.query import Selected
from shall.errors import BadExpression

_MAX_BITS = 4096
"""The size of a whole number."""

Evaluate = Callable[[Expression], Any]


def carry_out(expression: Operation | Filtered, evaluate: Evaluate, budget: Budget) -> Any:
    """Return the value of an operation or of a filtered value.

    Raises:
        BadExpression: Its operands do not fit.
        OverBudget: A text would be too large.
    """
    if isinstance(expression, Filtered):
        found = apply_filters(expression.filters, Selected(evaluate(expression.value)), budget)
        if not found.found:
            raise BadExpression(f"The expression has no value: {found.reason}.")
        return found.value
    operator = expression.operator
    if operator in ("and", "or", "not"):
        return _logical(expression, evaluate)
    assert expression.right is not None  # noqa: S101 - the grammar read it
    left, right = evaluate(expression.left), evaluate(expression.right)
    if operator in ("==", "!="):
        return same(left, right) is (operator == "==")
    if operator in _ORDERS:
        return _ordered(operator, left, right)
    if operator == "+" and isinstance(left, str) and isinstance(right, str):
        budget.expand(text_bytes(left) + text_bytes(right))  # before it is made
        return left + right
    return _number(operator, left, right)


def _logical(expression: Operation, evaluate: Evaluate) -> bool:
    left = _truth(evaluate(expression.left), expression.operator)
    if expression.right is None:
        return not left
    if left is (expression.operator == "or"):
        return left
    return _truth(evaluate(expression.right), expression.operator)


def _truth(value: Any, operator: str) -> bool:
    if isinstance(value, bool):
        return value
    raise BadExpression(f"`{operator}` needs true or false, not {kind_of(value)}.")


_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def _ordered(operator: str, left: Any, right: Any) -> bool:
    are_texts = isinstance(left, str) and isinstance(right, str)
    if not are_texts and not (_is_number(left) and _is_number(right)):
        raise _unfit(operator, left, right)
    return bool(_ORDERS[operator](*in_order(left, right)))


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "%": lambda left, right: left % right,
}


def _number(operator: str, left: Any, right: Any) -> int | float:
    if not (_is_number(left) and _is_number(right)):
        raise _unfit(operator, left, right)
    if operator in "/%" and right == 0:
        raise BadExpression(f"`{operator}` divides by zero.")
    try:
        if operator == "/" and isinstance(left, int) and isinstance(right, int):
            whole, rest = divmod(left, right)
            if rest == 0:
                return whole
        value = _ARITHMETIC[operator](left, right)
    except OverflowError:
        value = math.inf
    is_huge = isinstance(value, int) and value.bit_length() > _MAX_BITS
    if is_huge or not math.isfinite(value if isinstance(value, float) else 0):
        raise BadExpression(f"The result of `{operator}` is too large.")
    number: int | float = value
    return number


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _unfit(operator: str, left: Any, right: Any) -> BadExpression:
    message = f"`{operator}` cannot be applied to {kind_of(left)} and {kind_of(right)}."
    are_text = isinstance(left, str) or isinstance(right, str)
    hint = "The filter `to_int` or `to_float` makes a number of a text." if are_text else None
    return BadExpression(message, hint=hint)
