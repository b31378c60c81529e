"""Whether an expression of Python is always true, as far as its text decides."""

import ast
import operator
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from shall.specs.syntax import walk

_PURE = (ast.Name, ast.Attribute, ast.Subscript, ast.Constant, ast.Slice, ast.UnaryOp, ast.Tuple)
"""Nodes that yield the same value when they are evaluated again."""

_VARIABLE = (ast.Name, ast.Attribute, ast.Subscript)

_OF_SAME: dict[type[ast.cmpop], bool] = {
    ast.Eq: True,
    ast.LtE: True,
    ast.GtE: True,
    ast.Is: True,
    ast.NotEq: False,
    ast.Lt: False,
    ast.Gt: False,
    ast.IsNot: False,
}
"""What a comparison of a value with itself says."""

_OF_CONSTANTS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}

_ARITHMETIC: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}
_LARGEST = 1 << 32

_COLLECTIONS = frozenset({"list", "tuple", "set", "frozenset", "dict", "str", "bytes"})
_OF_ITEMS = frozenset({"enumerate", "reversed", "sorted", "iter"}) | _COLLECTIONS


def truth(node: ast.expr) -> bool | None:
    """Return whether an expression is always true, or never; None: it depends."""
    match node:
        case ast.Constant(value=value):
            return bool(value)
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
            is_known = not all(isinstance(it, ast.Starred) for it in items)
            return True if is_known else (None if items else False)
        case ast.Dict(keys=[_, *_] as keys):
            return None if None in keys else True
        case ast.NamedExpr(value=value):
            return truth(value)
        case ast.Lambda() | ast.GeneratorExp():
            return True
        case ast.JoinedStr(values=values):
            return True if any(isinstance(it, ast.Constant) and it.value for it in values) else None
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            return _of_call(name, args)
        case _:
            return _of_operator(node)


def _of_call(name: str, args: list[ast.expr]) -> bool | None:
    match name, args:
        case (("all" | "any"), [items]) if is_empty(_items_of(items)):
            return name == "all"
        case "isinstance", [_, ast.Name(id="object")]:
            return True
        case _:
            return None


def _of_operator(node: ast.expr) -> bool | None:
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            found = truth(operand)
            return None if found is None else not found
        case ast.BoolOp(op=op, values=values):
            decides = isinstance(op, ast.Or)
            found_of = [truth(it) for it in values]
            if decides in found_of:
                return decides
            return None if None in found_of else not decides
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compared(left, op, right)
        case _:
            return None


def is_empty(node: ast.expr) -> bool:
    """Return whether an expression has no items, whatever else happens."""
    match node:
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return not items
        case ast.Dict(keys=keys):
            return not keys
        case ast.Constant(value=value):
            return value in {"", b""}
        case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=int(stop))]):
            return stop <= 0
        case ast.Call(func=ast.Name(id=name), args=[], keywords=[]):
            return name in _COLLECTIONS
        case ast.Call(func=ast.Name(id=name), args=[items, *_]):
            return name in _OF_ITEMS and is_empty(items)
        case _:
            return False


def is_same(left: ast.expr, right: ast.expr) -> bool:
    """Return whether two expressions are one, and yield the same value each time."""
    if type(left) is not type(right) or not isinstance(left, _PURE):
        return False
    nodes = [it for it in walk(left) if isinstance(it, ast.expr)]
    return all(isinstance(it, _PURE) for it in nodes) and ast.dump(left) == ast.dump(right)


def _items_of(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.GeneratorExp | ast.ListComp | ast.SetComp):
        return node.generators[0].iter
    return node


def _compared(left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool | None:
    left, right = _exact(left), _exact(right)
    with suppress(ValueError, TypeError, MemoryError, RecursionError):
        return bool(_OF_CONSTANTS[type(op)](_value(left), _value(right)))
    if _is_length(left) and isinstance(right, ast.Constant | ast.UnaryOp):
        return _of_length(op, right)
    if isinstance(left, _VARIABLE) or isinstance(right, _VARIABLE):
        return _OF_SAME.get(type(op)) if is_same(left, right) else None
    return _OF_SAME.get(type(op)) if is_same(left, right) else None


def _value(node: ast.expr) -> Any:
    """Return the value of a literal, or of literals that are counted or calculated with.

    Raises:
        ValueError: It is not known, or large.
    """
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            values = _value(left), _value(right)
            if any(type(it) is not int or abs(it) > _LARGEST for it in values):
                raise ValueError
            return _ARITHMETIC[type(op)](*values)
        case ast.Call(func=ast.Name(id="len"), args=[items], keywords=[]):
            return len(ast.literal_eval(items))
        case _:
            return ast.literal_eval(node)


def _exact(node: ast.expr) -> ast.expr:
    """Return what ``pytest.approx`` stands for: a value is approximately itself."""
    match node:
        case ast.Call(func=ast.Name(id="approx") | ast.Attribute(attr="approx"), args=[value, *_]):
            return value
        case _:
            return node


def _is_length(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"


def _of_length(op: ast.cmpop, limit: ast.expr) -> bool | None:
    """Return whether a length, which is no less than 0, compares like that, or never does."""
    with suppress(ValueError, TypeError):
        least = ast.literal_eval(limit)
        match op:
            case ast.GtE() if least <= 0:
                return True
            case ast.Gt() if least < 0:
                return True
            case ast.Lt() if least <= 0:
                return False
    return None
