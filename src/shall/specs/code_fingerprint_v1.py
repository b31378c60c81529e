"""Version 1 of the fingerprint of a Python test, as release 0.1.0 wrote it into evidence.

It was the SHA-256 of ``ast.dump``, whose text depends on the Python that ran: from 3.12 on it has
``type_params``, from 3.13 on no empty lists. Each of these texts is made here, on every Python.
"""

import ast
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def code_fingerprints_v1(definition: ast.AST) -> frozenset[str]:
    """Return the fingerprints that Python 3.11, 3.12 and those from 3.13 on made of a test."""
    texts = (
        _dump(definition, has_type_params=False, shows_empty=True),
        _dump(definition, has_type_params=True, shows_empty=True),
        _dump(definition, has_type_params=True, shows_empty=False),
    )
    return frozenset(sha256(text.encode("utf-8")).hexdigest() for text in texts)


def _dump(value: Any, *, has_type_params: bool, shows_empty: bool) -> str:
    def dump(value: Any) -> str:  # loops: a comprehension is one level of recursion more
        parts: list[str] = []
        if isinstance(value, list):
            for item in value:
                parts.append(dump(item))  # noqa: PERF401
            return f"[{', '.join(parts)}]"
        if not isinstance(value, ast.AST):
            return repr(value)
        for name, field in _fields(value, has_type_params=has_type_params):
            if shows_empty or field != []:
                parts.append(f"{name}={dump(field)}")
        return f"{type(value).__name__}({', '.join(parts)})"

    return dump(value)


def _fields(node: ast.AST, *, has_type_params: bool) -> Iterator[tuple[str, Any]]:
    kind = type(node)
    for name in kind._fields:
        value = getattr(node, name, None)
        is_missing = value is None and getattr(kind, name, ...) is None
        if not is_missing and name != "type_params":
            yield name, value
    type_params = getattr(node, "type_params", [])
    if kind in _DEFINITIONS and (has_type_params or type_params):
        yield "type_params", type_params
