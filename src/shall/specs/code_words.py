"""The words in the Python code of a test, to compare with what its criterion names."""

import ast
import warnings
from collections.abc import Iterator
from http import HTTPStatus

from shall.specs.assertions import Function
from shall.specs.claims import Asserted


def asserted_by_test(text: str, source: str) -> Asserted | None:
    """Return the code of a test and of what its module shares; None where it is not found.

    ``source`` is the node id. Helpers, fixtures and constants of the module count for each test of
    it, those of other modules for none.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    names = source.split("::")[1:]
    test = _find(module.body, names)
    if test is None:
        return None
    nodes: list[ast.AST] = [*_shared(module.body), test]
    words = tuple(_text(it) for node in nodes for it in _constants(node))
    named = tuple(_names(nodes))
    known = {name: str(status.value) for name, status in HTTPStatus.__members__.items()}
    statuses = {*words, *(known[name] for name in named if name in known)}
    return Asserted(frozenset(statuses), (*words, *named), is_code=True)


def _find(body: list[ast.stmt], names: list[str]) -> ast.AST | None:
    for node in body:
        if isinstance(node, Function | ast.ClassDef) and names and node.name == names[0]:
            return node if len(names) == 1 else _find(node.body, names[1:])
    return None


def _shared(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a module that are not tests."""
    for node in body:
        if isinstance(node, Function | ast.ClassDef) and node.name.lower().startswith("test"):
            continue
        yield node


def _constants(root: ast.AST) -> Iterator[object]:
    for node in ast.walk(root):
        if isinstance(node, ast.Constant) and not isinstance(node.value, bool):
            yield node.value


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _names(nodes: list[ast.AST]) -> Iterator[str]:
    """Yield names and attributes: ``HTTPStatus.NOT_FOUND``, ``response.order_id``."""
    for root in nodes:
        for node in ast.walk(root):
            if isinstance(node, ast.Attribute):
                yield node.attr
            elif isinstance(node, ast.Name):
                yield node.id
            elif isinstance(node, ast.keyword) and node.arg:
                yield node.arg
