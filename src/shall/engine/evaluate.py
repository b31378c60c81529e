"""Values with expressions to plain values. Nothing is handed to ``eval``."""

import json
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

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
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _evaluate_text(text: str, scope: Scope) -> Any:
    template = parse_template(text)
    if template.is_lone:
        return _expression(template.expressions[0], scope)
    parts = [
        part if type(part) is str else as_text(_expression(part, scope))  # type: ignore[arg-type]
        for part in template.parts
    ]
    scope.budget.expand(sum([text_bytes(part) for part in parts]))  # before it is made
    return "".join(parts)


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
    match expression:
        case Reference(root, path):  # as most are
            value = scope.read(root, path)
        case Literal(value):
            return value
        case Array(items):
            return [_expression(item, scope) for item in items]
        case Operation() | Filtered():
            from shall.engine.operations import carry_out  # few expressions have operators

            value = carry_out(expression, lambda it: _expression(it, scope), scope.budget)
        case Call(module, name, args, kwargs):
            from shall.cases.functions import FAKE  # few cases call any

            given = [_expression(argument, scope) for argument in args]
            named = {key: _expression(argument, scope) for key, argument in kwargs}
            if module == FAKE:
                from shall.engine.fakes import call_fake  # as above

                value = call_fake(name, given, named, scope.draws)
            else:
                from shall.engine.functions import call_function  # as above

                value = call_function(name, given, named, scope.draws)
    # However often a value is shared in memory: what walks through it meets it each time.
    scope.budget.expand_value(value)
    return value
