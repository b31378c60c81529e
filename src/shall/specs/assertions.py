"""Whether a Python test asserts anything: a test that cannot fail proves nothing."""

import ast
import re
from collections.abc import Iterator, Mapping

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_ASSERTS = re.compile(
    r"assert\w*|raises|warns|expects?|checks?|verify|verifies|should\w*|must|fails?|compares?|match(?:es)?",
    re.IGNORECASE,
)
"""Words in the names of functions that assert something themselves: not ``checkout``."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions_of(module: ast.Module) -> Mapping[str, Function]:
    """Return the functions and methods of a module by their own name."""
    return {node.name: node for node in ast.walk(module) if isinstance(node, Function)}


def can_fail(test: Function, functions: Mapping[str, Function]) -> bool:
    """Return whether a test, or a function of its module that it uses, asserts something.

    An ``assert`` of what is not always true counts, and a call whose name says so, such as
    ``pytest.raises``, ``self.assertEqual`` or ``check_order``. Functions that a test takes as
    fixtures count like those that it calls.
    """
    seen: set[str] = set()
    waiting = [test]
    while waiting:
        for node in _nodes_of(waiting.pop()):
            if isinstance(node, ast.Raise) or (isinstance(node, ast.Assert) and _is_open(node)):
                return True
            name = _name_of(node)
            if isinstance(node, ast.Call) and _says_assert(node.func):
                return True
            if name in functions and name not in seen:
                seen.add(name)
                waiting.append(functions[name])
    return False


def _is_open(node: ast.Assert) -> bool:
    """Return whether an assertion may fail: ``assert True`` and ``assert (a, "text")`` never do."""
    if isinstance(node.test, ast.Constant):
        return not node.test.value
    return not (isinstance(node.test, ast.Tuple) and node.test.elts)


def _says_assert(function: ast.expr) -> bool:
    """Return whether a function asserts something by its name; ``re.match`` only returns it."""
    if isinstance(function, ast.Attribute) and _name_of(function.value) == "re":
        return False
    return any(map(_ASSERTS.fullmatch, _WORD.findall(_name_of(function))))


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
