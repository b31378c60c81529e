"""The mark ``verifies`` of pytest in the syntax tree of a test file."""

import ast
from collections.abc import Iterable

MARK = "verifies"


def is_mark(expression: ast.expr) -> bool:
    """Return whether it is ``pytest.mark.verifies(...)``, or that of an imported ``mark``."""
    if not isinstance(expression, ast.Call):
        return False
    function = expression.func
    if not isinstance(function, ast.Attribute) or function.attr != MARK:
        return False
    owner = function.value
    return (isinstance(owner, ast.Attribute) and owner.attr == "mark") or (
        isinstance(owner, ast.Name) and owner.id == "mark"
    )


def without_marks(expressions: Iterable[ast.expr]) -> list[ast.expr]:
    """Return the decorators, or the values of ``pytestmark``, that are no such mark.

    Another link changes no test.
    """
    found: list[ast.expr] = []
    for expression in expressions:
        if isinstance(expression, ast.List | ast.Tuple):
            found += without_marks(expression.elts)
        elif not is_mark(expression):
            found.append(expression)
    return found


def parameter_sets(decorators: Iterable[ast.expr]) -> int:
    """Return how many parameter sets a test has; a list that is computed counts as one."""
    sets = 1
    for decorator in decorators:
        values: ast.expr | None = None
        match decorator:
            case ast.Call(func=ast.Attribute(attr="parametrize"), args=[_, it, *_]):
                values = it
            case ast.Call(func=ast.Attribute(attr="parametrize"), keywords=keywords):
                values = next((it.value for it in keywords if it.arg == "argvalues"), None)
            case _:
                pass
        if isinstance(values, ast.List | ast.Tuple):
            sets *= max(sum(not isinstance(it, ast.Starred) for it in values.elts), 1)
    return sets
