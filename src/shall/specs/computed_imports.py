"""What the name of a module begins with that a test computes, as far as the text decides it."""

import ast
from collections.abc import Iterable

_LISTING = frozenset({"walk_packages", "iter_modules"})
"""Functions of ``pkgutil`` whose second argument begins all names that they yield."""


def module_prefix(name: ast.expr, nodes: Iterable[ast.AST]) -> str:
    """Return what the name of a module begins with; it may be empty.

    ``nodes`` are those of the function that imports it, or of the statement.
    """
    match name:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=[first, *_]):
            return module_prefix(first, nodes) if isinstance(first, ast.Constant) else ""
        case ast.BinOp(left=left, op=ast.Add()):
            return module_prefix(left, nodes)
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod()):
            return text.partition("%")[0]
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")):
            return text.partition("{")[0]
        case ast.Attribute(value=ast.Name(id=variable), attr="name"):
            return _listed_below(variable, nodes)
        case _:
            return ""


def _listed_below(variable: str, nodes: Iterable[ast.AST]) -> str:
    """Return what ``pkgutil`` was asked for where it alone binds a variable, in one loop."""
    found = [it for it in nodes if _binds(it, variable)]
    loops = [it for it in nodes if isinstance(it, ast.For | ast.comprehension)]
    of_variable = [it.iter for it in loops if it.target in found]
    if len(found) != 1 or len(of_variable) != 1:
        return ""
    match of_variable[0]:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) as call if (
            name in _LISTING
        ):
            prefixes = [*call.args[1:2], *(it.value for it in call.keywords if it.arg == "prefix")]
            return module_prefix(prefixes[0], ()) if prefixes else ""
        case _:
            return ""


def _binds(node: ast.AST, name: str) -> bool:
    """Return whether a node may bind a name."""
    match node:
        case ast.Name(id=bound, ctx=ast.Store()) | ast.arg(arg=bound):
            return bound == name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return any(name in {it.asname, it.name.partition(".")[0]} for it in names)
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            return name in names
        case _:  # a definition, an exception, a pattern
            return name in {getattr(node, it, None) for it in ("name", "rest")}
