"""The hash that shows whether a case changed its meaning.

A fingerprint begins with the version of the function that made it, ``2:9f86d0...``; one without a
version is of version 1. Evidence is committed, so lines of every version are compared for ever:
``fingerprint_v1`` has the function of version 1.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from hashlib import sha256
from itertools import compress
from json.encoder import encode_basestring_ascii
from operator import attrgetter, ne
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


def _list(values: Iterable[Any]) -> str:
    return f"[{','.join([_TEXTS[type(item)](item) for item in values])}]"


def _mapping(values: dict[str, Any]) -> str:
    """Return a mapping as ``_encode`` does, which takes longer to begin than most have to say."""
    try:
        parts = [
            f"{encode_basestring_ascii(name)}:{_TEXTS[type(values[name])](values[name])}"
            for name in sorted(values)
        ]
    except TypeError:  # a key that is no text
        return _encode(values)
    return f"{{{','.join(parts)}}}"


def _check(check: Check) -> str:
    """Return the text of a check; most compare a field or the status with a value."""
    expected = check.expected
    more = check.header, check.query, check.container, check.selector, check.negated
    if expected is None or more != _NO_MORE:
        return _object(_used(check))
    return f'{{"expected":{_TEXTS[type(expected)](expected)}{_end_of(check.kind, check.field)}'


_NO_MORE = (None, None, None, None, False)


@lru_cache(maxsize=1024)
def _end_of(kind: CheckKind, field: str | None) -> str:
    text = _object(_used(Check(kind, field)))
    return text[1:] if text == "{}" else f",{text[1:]}"


def _object(members: Iterable[tuple[str, Any]]) -> str:
    parts = [f'"{name}":{_TEXTS[type(value)](value)}' for name, value in members]
    return f"{{{','.join(parts)}}}"


def _record(record: Struct) -> str:
    return _object(_used(record))


class _Texts(dict[type, Callable[[Any], str]]):
    """What returns a part of a case as JSON text with sorted keys, without the fields not used."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        self[kind] = _record if issubclass(kind, Struct) else _encode
        return self[kind]


_TEXTS = _Texts(
    {
        str: encode_basestring_ascii,
        int: str,
        tuple: _list,
        list: _list,
        dict: _mapping,
        Check: _check,
    }
)


def _used(record: Struct) -> Iterable[tuple[str, Any]]:
    """Return the fields that are used, sorted by name."""
    names, blanks, values_of = _fields(type(record))
    values = values_of(record)
    return compress(zip(names, values, strict=True), map(ne, values, blanks))


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
