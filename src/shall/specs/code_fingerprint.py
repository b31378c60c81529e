"""The hash that shows whether a Python test changed its meaning.

It begins with the version of the function that made it, ``2:9f86d0...``. Of the syntax tree it
reads only what every supported Python makes of the same text: a proof holds on another Python.
``code_fingerprint_v1`` has the function whose fingerprints carry no version.
"""

import ast
import warnings
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import groupby
from json.encoder import encode_basestring_ascii
from typing import Any

from shall.specs.code_fingerprint_v1 import code_fingerprints_v1

Definition = ast.FunctionDef | ast.AsyncFunctionDef

_VERSION = "2:"

_WITHOUT_MEANING = frozenset({"ctx", "kind", "type_comment"})
"""Fields that say nothing which the rest of the tree does not: ``kind`` marks ``u"text"``."""


def code_fingerprint(definition: Definition, decorators: Iterable[ast.expr]) -> str:
    """Return the version and 64 hexadecimal digits of a test with those of its decorators.

    Layout, comments and docstrings do not count, nor does a field of the tree that is empty: a
    later Python may add some.
    """
    fields = {name: getattr(definition, name, None) for name in definition._fields}
    fields["decorator_list"] = list(decorators)
    text = "".join(_texts([type(definition).__name__, *_used(fields)]))
    return _VERSION + sha256(text.encode("ascii")).hexdigest()


def code_fingerprints(definition: Definition, decorators: Iterable[ast.expr]) -> frozenset[str]:
    """Return the fingerprints of a test in this version and in the older ones."""
    return code_fingerprints_v1(definition) | {code_fingerprint(definition, decorators)}


def digest_of(tree: list[Any]) -> tuple[str, list[ast.AST]]:
    """Return 64 hexadecimal digits of a part of a module, and its nodes, the outer ones first."""
    nodes: list[ast.AST] = []
    text = "".join(_texts(tree, nodes))
    return sha256(text.encode("ascii")).hexdigest(), nodes


def module_fingerprint(text: str) -> str:
    """Return the version and 64 hexadecimal digits of a module; of no Python, those of its text.

    Layout, comments and docstrings do not count.
    """
    try:
        with warnings.catch_warnings():  # about an author's "\\d", say: not ours to report
            warnings.simplefilter("ignore")
            body = ast.parse(text).body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return _VERSION + sha256(text.encode()).hexdigest()
    return _VERSION + sha256("".join(_texts([body])).encode("ascii")).hexdigest()


class _Text(str):
    """A piece of the text that is hashed; other strings are values of the tree."""

    __slots__ = ()


_CLOSED = _Text("]")


def _texts(root: list[Any], nodes: list[ast.AST] | None = None) -> list[str]:
    """Return the text of a tree in pieces, and append its nodes to ``nodes``.

    Without recursion, since a sum of 2,000 terms is 2,000 deep.
    """
    texts: list[str] = []
    stack: list[Any] = [root]
    while stack:
        item = stack.pop()
        kind = type(item)
        if kind is _Text:
            texts.append(item)
        elif kind is list:
            stack.append(_CLOSED)
            stack += [
                it for it in reversed(item) if type(it) is not ast.Expr or not is_docstring(it)
            ]
            texts.append("[")
        elif kind in _KINDS or isinstance(item, ast.AST):
            if nodes is not None:
                nodes.append(item)
            stack.append(_CLOSED)
            texts.append(_push(item, stack))
        else:
            texts.append(f"{kind.__name__}:{_constant(item)},")
    return texts


def _constant(value: Any) -> str:
    """Return a constant as text that no setting and no Unicode table changes."""
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    return hex(value) if type(value) is int else repr(value)


_SPECIAL = frozenset({ast.JoinedStr, ast.Constant})

_KINDS: dict[type[ast.AST], tuple[str, tuple[tuple[str, _Text], ...]]] = {}


def _push(node: ast.AST, stack: list[Any]) -> str:
    """Push the fields in use of a node with their labels, the last one first.

    Return how its text begins.
    """
    kind = type(node)
    known = _KINDS.get(kind)
    if known is None:
        names = sorted(set(kind._fields) - _WITHOUT_MEANING, reverse=True)
        labels = tuple((name, _Text(f"{name}=")) for name in names)
        known = _KINDS[kind] = f"{kind.__name__}[", labels
    opening, fields = known
    is_special = kind in _SPECIAL
    for name, label in fields:
        value = getattr(node, name, None)
        if is_special:
            value = _special(node, name, value)
        if value is not None and value != []:
            stack += (value, label)
    return opening


def _special(node: ast.AST, name: str, value: Any) -> Any:
    if isinstance(node, ast.JoinedStr) and name == "values":
        return [*_joined(node.values)]
    return [value] if isinstance(node, ast.Constant) else value  # None is a value here


def _used(fields: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the fields that hold something, in an order that no Python changes."""
    for name in sorted(fields.keys() - _WITHOUT_MEANING):
        if fields[name] is not None and fields[name] != []:
            yield from (_Text(f"{name}="), fields[name])


def is_docstring(node: Any) -> bool:
    """Return whether it is a statement that is a text and nothing else."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _joined(parts: Iterable[ast.expr]) -> Iterator[ast.expr]:
    """Yield the parts of an f-string; texts in a row, which Pythons divide differently, as one."""
    for is_text, group in groupby(parts, lambda part: isinstance(part, ast.Constant)):
        if not is_text:
            yield from group
        elif text := "".join(str(part.value) for part in group if isinstance(part, ast.Constant)):
            yield ast.Constant(text)
