"""The names that a case reads and the variables of its run may have."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
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
    if b"{{" not in _json(case):
        return ()
    own = {*[it.id for it in case.steps], *[it.id for it in case.teardowns]}
    if case.data is not None:
        own.add(ROW)
    found = set(_names_in(case.data, own))
    for name, value in case.variables.items():  # in this order: one may read those above it
        found.update(_names_in(value, own))
        own.add(name)
    rest = (case.host, case.steps, case.teardowns, case.auth, case.connection)
    found.update(_names_in(rest, own))
    return tuple(sorted(found, key=str))


def _json(value: Any) -> bytes:
    """Return a part of a case as JSON: in it texts are found in a tenth of the time."""
    try:
        return _encode(value)
    except (UnicodeEncodeError, TypeError):  # a lone surrogate, an odd key
        return json.dumps(msgspec.to_builtins(value, enc_hook=str), default=str).encode()


def _names_in(value: Any, own: set[str]) -> Iterator[Name]:
    """Yield the names in all texts of a value. Two braces stand only in texts of JSON."""
    data = _json(value)
    for found in _FROM_BRACES(data):
        text = data[data.rfind(b'"', 0, found.start()) + 1 : found.end()].decode()
        yield from _names_of(json.loads(f'"{text}"') if "\\" in text else text, own)


_FROM_BRACES = re.compile(rb'\{\{(?:[^"\\]|\\.)*').finditer
"""Finds two braces and the rest of their text in JSON."""


def _names_of(text: str, own: set[str]) -> Iterator[Name]:
    with suppress(BadExpression):  # it is sent as text
        for expression in parse_template(text).expressions:
            for it in walk(expression):
                if not isinstance(it, Reference):
                    continue
                if it.root == GLOBAL and it.path:
                    yield it.path
                elif it.root not in own:
                    yield (it.root, *it.path)
