"""The names that a case reads and the variables of its run may have."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import msgspec
from msgspec import Struct

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
    with suppress(UnicodeEncodeError, TypeError):  # of an odd value, which is looked through
        if b"{{" not in _encode(case):
            return ()
    own = {*(it.id for it in case.steps), *(it.id for it in case.teardowns)}
    if case.data is not None:
        own.add(ROW)
    found = set(_names_in(case.data, own))
    for name, value in case.variables.items():  # in this order: one may read those above it
        found.update(_names_in(value, own))
        own.add(name)
    rest = (case.host, case.steps, case.teardowns, case.auth, case.connection)
    found.update(_names_in(rest, own))
    return tuple(sorted(found, key=str))


def _names_in(value: Any, own: set[str]) -> Iterator[Name]:
    if isinstance(value, str):
        if "{{" in value:
            yield from _names_of(value, own)
        return
    parts: Iterable[Any] = ()
    if isinstance(value, dict):
        parts = (*value, *value.values())
    elif isinstance(value, (list, tuple)):
        parts = value
    elif isinstance(value, Struct):
        parts = (getattr(value, field) for field in value.__struct_fields__)
    for part in parts:
        yield from _names_in(part, own)


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
