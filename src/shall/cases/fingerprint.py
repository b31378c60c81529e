"""The hash that shows whether a case changed its meaning.

A fingerprint begins with the version of the function that made it, ``2:9f86d0...``; one without a
version is of version 1. Evidence is committed, so lines of every version are compared for ever:
``fingerprint_v1`` has the function of version 1.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from hashlib import sha256
from json.encoder import encode_basestring_ascii
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from msgspec import NODEFAULT, Struct
from msgspec.structs import asdict, fields

from shall.cases.fingerprint_v1 import FIELDS, case_fingerprint_v1
from shall.cases.flow import Flow, Repeat, Retry, When
from shall.cases.model import (
    Allure,
    Body,
    Case,
    Check,
    CheckKind,
    RequestTemplate,
    SqlTemplate,
    Step,
    Stream,
    Teardown,
    Until,
)

_VERSION = "2:"

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode

_ABOUT_THE_CASE = frozenset({"name", "description", "allure", "tags", "verifies", "needs", "only"})
"""Fields of a case that change nothing of what it sends and checks."""

_ABOUT_THE_TEXT = "place"
"""The field of a check that says how it is written."""

_NO_FILES: Mapping[str, str] = MappingProxyType({})

_BLANK: dict[type, Any] = {
    type(blank): blank
    for blank in (
        Case("", ()),
        Step("", RequestTemplate("")),
        Teardown("", "api"),
        RequestTemplate(""),
        Body("json", None),
        Check("exists"),
        Allure(),
        Until(()),
        SqlTemplate(""),
        Flow(),
        When(),
        Repeat(),
        Retry(),
        Stream(),
    )
}
"""The records of a case without anything in them; a record of another type has its defaults."""


def case_fingerprint(case: Case, digests: Mapping[str, str] = _NO_FILES) -> str:
    """Return the version and 64 hexadecimal digits, the same for every way to write a case.

    Comments, the order of keys, older spellings and what only describes the case do not count; the
    order of steps does. A field that is not used does not count, so that a new one changes no
    fingerprint of the cases that were written before it. ``digests`` are those of the files that
    the case names; without any, the fingerprint is that of the case alone.
    """
    used = {name: it for name, it in _used(case) if name not in _ABOUT_THE_CASE}
    if digests:
        used["files"] = dict(digests)
    text = _object(sorted(used.items()) if digests else used.items())
    return _VERSION + sha256(text.encode("ascii")).hexdigest()


def case_fingerprints(case: Case, digests: Mapping[str, str] = _NO_FILES) -> frozenset[str]:
    """Return the fingerprints of a case in this version and in each older one that knows it.

    Version 1 knows no digests of files.
    """
    older = {case_fingerprint_v1(case)} if _is_of_v1(case) else set()
    return frozenset({case_fingerprint(case, digests), *older})


def _text(value: Any) -> str:
    """Return a part of a case as JSON text with sorted keys, without the fields not used."""
    kind = type(value)
    if kind is str:
        return encode_basestring_ascii(value)
    if kind is tuple:
        return f"[{','.join([_text(item) for item in value])}]"
    if kind is int:
        return str(value)
    if kind is Check:
        return _check(value)
    if isinstance(value, Struct):
        return _object(_used(value))
    if isinstance(value, str):  # a member of an enumeration
        return encode_basestring_ascii(value)
    return _encode(value)


def _check(check: Check) -> str:
    """Return the text of a check; most compare a field or the status with a value."""
    more = check.header, check.query, check.container, check.selector, check.negated
    if check.expected is None or more != _NO_MORE:
        return _object(_used(check))
    return f'{{"expected":{_text(check.expected)}{_end_of(check.kind, check.field)}'


_NO_MORE = (None, None, None, None, False)


@lru_cache(maxsize=1024)
def _end_of(kind: CheckKind, field: str | None) -> str:
    text = _object(_used(Check(kind, field)))
    return text[1:] if text == "{}" else f",{text[1:]}"


def _object(members: Iterable[tuple[str, Any]]) -> str:
    parts = [f'"{name}":{_text(value)}' for name, value in members]
    return f"{{{','.join(parts)}}}"


def _used(record: Struct) -> list[tuple[str, Any]]:
    """Return the fields that are used, sorted by name."""
    names, blanks, values_of = _fields(type(record))
    return [
        (name, value)
        for name, unused, value in zip(names, blanks, values_of(record), strict=True)
        if value is not unused and value != unused
    ]


_REQUIRED = object()
"""The value of a field that always counts: no value is equal to it."""


@cache
def _fields(
    kind: type[Struct],
) -> tuple[tuple[str, ...], tuple[Any, ...], Callable[[Struct], tuple[Any, ...]]]:
    """Return the fields that count, their values where they are not used, and what reads them."""
    blank = asdict(_BLANK[kind]) if kind in _BLANK else _defaults(kind)
    names = tuple(sorted(it for it in kind.__struct_fields__ if it != _ABOUT_THE_TEXT))
    blanks = tuple(blank.get(name, _REQUIRED) for name in names)
    if len(names) > 1:
        return names, blanks, attrgetter(*names)
    return names, blanks, lambda record: tuple(getattr(record, name) for name in names)


def _defaults(kind: type[Struct]) -> Mapping[str, Any]:
    """Return the defaults of the fields that have one."""
    found = {}
    for each in fields(kind):
        if each.default is not NODEFAULT:
            found[each.name] = each.default
        elif each.default_factory is not NODEFAULT:
            found[each.name] = each.default_factory()
    return found


def _is_of_v1(value: Any) -> bool:
    """Return whether a part of a case uses only fields that version 1 knows."""
    if isinstance(value, tuple):
        return all(map(_is_of_v1, value))
    if not isinstance(value, Struct):
        return True
    if type(value) is Check and type(value.expected) is tuple:
        return False
    known = FIELDS.get(type(value).__name__, "").split()
    return all(name in known and _is_of_v1(item) for name, item in _used(value))
