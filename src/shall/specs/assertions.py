"""Whether a Python test asserts anything: a test that cannot fail proves nothing."""

import ast
import re
from collections.abc import Iterator, Mapping

_ASSERTS = re.compile(r"assert|raises|warns|expect|check|verif|should|must|fail|compare|match")
"""Words in the names of functions that assert something themselves."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions_of(module: ast.Module) -> Mapping[str, Function]:
    """Return the functions and methods of a module by their own name."""
    return {node.name: node for node in ast.walk(module) if isinstance(node, Function)}


def can_fail(test: Function, functions: Mapping[str, Function]) -> bool:
    """Return whether a test, or a function of its module that it uses, asserts something.

    An ``assert`` counts, and a call whose name says so, such as ``pytest.raises``,
    ``self.assertEqual`` or ``check_order``. Functions that a test takes as fixtures count like
    those that it calls.
    """
    seen: set[str] = set()
    waiting = [test]
    while waiting:
        for node in _nodes_of(waiting.pop()):
            if isinstance(node, ast.Assert | ast.Raise):
                return True
            name = _name_of(node)
            if isinstance(node, ast.Call) and _ASSERTS.search(_name_of(node.func).lower()):
                return True
            if name in functions and name not in seen:
                seen.add(name)
                waiting.append(functions[name])
    return False


def _nodes_of(function: Function) -> Iterator[ast.AST]:
    """Yield the nodes of a function's arguments and body; its decorators assert nothing."""
    yield from ast.walk(function.args)
    for statement in function.body:
        yield from ast.walk(statement)


def _name_of(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
            return name
        case _:
            return ""
