"""Values with expressions to plain values. Nothing is handed to ``eval``."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from shall import late_json
from shall.cases.expression import parse_template
from shall.cases.model import Check
from shall.cases.syntax import (
    Array,
    Call,
    Expression,
    Filtered,
    Literal,
    Operation,
    Reference,
)
from shall.engine.budgets import text_bytes
from shall.engine.scope import Scope


def evaluate(value: Any, scope: Scope) -> Any:
    """Evaluate every expression in a JSON value; a lone expression keeps its type.

    Raises:
        BadExpression: A name, a path or a function call in it is wrong.
        OverBudget: The expressions of the case would make too much.
    """
    if type(value) is str:
        return _evaluate_text(value, scope) if "{{" in value else value
    if isinstance(value, dict):
        return {as_text(evaluate(key, scope)): evaluate(item, scope) for key, item in value.items()}
    if isinstance(value, list):
        return [evaluate(item, scope) for item in value]
    if isinstance(value, tuple):  # checks of parts: only what they compare with is evaluated
        return tuple(_evaluate_check(item, scope) for item in value)
    return value


def _evaluate_check(check: Check, scope: Scope) -> Check:
    return replace(check, expected=evaluate(check.expected, scope))


def is_constant(value: Any) -> bool:
    """Return whether a JSON value holds no expression."""
    kind = type(value)
    if kind is str:
        return "{{" not in value
    if kind is int:
        return True
    if isinstance(value, dict):
        return is_constant([*value, *value.values()])
    if isinstance(value, list):
        return all(map(is_constant, value))
    if isinstance(value, tuple):
        return all(is_constant(check.expected) for check in value)
    return True


def as_text(value: Any) -> str:
    """Return a value as written inside a text: JSON words and JSON data, texts as they are."""
    return value if isinstance(value, str) else late_json.dumps(value, ensure_ascii=False)


def _evaluate_text(text: str, scope: Scope) -> Any:
    parts = parse_template(text).parts
    if len(parts) == 1 and type(parts[0]) is not str:
        return _expression(parts[0], scope)  # type: ignore[arg-type]
    made, size = [], 0
    for part in parts:
        if type(part) is not str:
            value = _expression(part, scope)  # type: ignore[arg-type]
            part = value if type(value) is str else as_text(value)
        size += len(part) if part.isascii() else text_bytes(part)
        made.append(part)
    scope.budget.expand(size)  # before it is made
    return "".join(made)


def evaluate_escaped(text: str, scope: Scope, escape: Callable[[str], str]) -> str:
    """Evaluate a text; the value of each expression is escaped, unless it is the whole text."""
    template = parse_template(text)
    if template.is_lone:
        return as_text(_evaluate_text(text, scope))
    parts = [
        part if isinstance(part, str) else escape(as_text(_expression(part, scope)))
        for part in template.parts
    ]
    scope.budget.expand(sum(map(text_bytes, parts)))
    return "".join(parts)


def _expression(expression: Expression, scope: Scope) -> Any:
    if isinstance(expression, Reference):  # as most are
        value = scope.read(expression.root, expression.path)
    elif isinstance(expression, Literal):
        return expression.value
    elif isinstance(expression, Array):
        return [_expression(item, scope) for item in expression.items]
    else:
        value = _computed(expression, scope)
    # However often a value is shared in memory: what walks through it meets it each time.
    scope.budget.expand_value(value)
    return value


def _computed(expression: Operation | Filtered | Call, scope: Scope) -> Any:
    """Return what an operator, a filter or a function makes."""
    if not isinstance(expression, Call):
        from shall.engine.operations import carry_out  # few expressions have operators

        return carry_out(expression, lambda it: _expression(it, scope), scope.budget)
    from shall.cases.functions import FAKE  # few cases call any

    given = [_expression(argument, scope) for argument in expression.args]
    named = {key: _expression(argument, scope) for key, argument in expression.kwargs}
    if expression.module == FAKE:
        from shall.engine.fakes import call_fake  # as above

        return call_fake(expression.name, given, named, scope.draws)
    from shall.engine.functions import call_function  # as above

    return call_function(expression.name, given, named, scope.draws)
