"""The names that a case reads and the variables of its run may have."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from shall.cases.expression import parse_template, walk
from shall.cases.forms import ROW
from shall.cases.model import Case
from shall.cases.syntax import GLOBAL, Reference
from shall.errors import BadExpression

Name = tuple[str | int, ...]
"""A variable and the path in its value: ``("user", "name")`` of ``{{ user.name }}``."""

_encode = msgspec.json.Encoder(enc_hook=str).encode


def run_names(case: Case) -> tuple[Name, ...]:
    """Return the names, sorted, each once; those of steps, rows and own variables are left out.

    A name that a step captures is among them, since the step may be left out.
    """
    rest = _json((case.host, case.steps, case.teardowns, case.auth, case.connection))
    if b"{{" not in rest and case.data is None and not case.variables:
        return ()
    own = {*[it.id for it in case.steps], *[it.id for it in case.teardowns]}
    found: set[Name] = set()
    if case.data is not None:
        own.add(ROW)
        found.update(_names_in(_json(case.data), own))
    for name, value in case.variables.items():  # in this order: one may read those above it
        found.update(_names_in(_json(value), own))
        own.add(name)
    found.update(_names_in(rest, own))
    return tuple(sorted(found, key=str))


def _json(value: Any) -> bytes:
    """Return a part of a case as JSON: in it texts are found in a tenth of the time."""
    try:
        return _encode(value)
    except (UnicodeEncodeError, TypeError):  # a lone surrogate, an odd key
        return json.dumps(msgspec.to_builtins(value, enc_hook=str), default=str).encode()


def _names_in(data: bytes, own: set[str]) -> Iterator[Name]:
    """Yield the names in all texts of JSON, in which two braces occur only in texts."""
    for found in _FROM_BRACES(data):
        text = data[data.rfind(b'"', 0, found.start()) + 1 : found.end()].decode()
        for name in _names_of(json.loads(f'"{text}"') if "\\" in text else text):
            if name[0] == GLOBAL and len(name) > 1:
                yield name[1:]
            elif name[0] not in own:
                yield name


_FROM_BRACES = re.compile(rb'\{\{(?:[^"\\]|\\.)*').finditer
"""Finds two braces and the rest of their text in JSON."""


@lru_cache(maxsize=1024)  # many cases of a suite have the same texts
def _names_of(text: str) -> tuple[Name, ...]:
    """Return what a text refers to; nothing where it is sent as text."""
    try:
        expressions = parse_template(text).expressions
    except BadExpression:
        return ()
    references = [it for each in expressions for it in walk(each) if isinstance(it, Reference)]
    return tuple((it.root, *it.path) for it in references)
