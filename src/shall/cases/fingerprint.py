"""The hash that shows whether a case changed its meaning.

A fingerprint begins with the version of the function that made it, ``2:9f86d0...``; one without a
version is of version 1. Evidence is committed, so lines of every version are compared for ever:
``fingerprint_v1`` has the function of version 1.
"""

import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from msgspec import NODEFAULT, Struct
from msgspec.structs import asdict, fields

from shall.cases.fingerprint_v1 import FIELDS, case_fingerprint_v1
from shall.cases.flow import Flow, Repeat, Retry, When
from shall.cases.model import (
    Allure,
    Body,
    BodyKind,
    Case,
    Check,
    CheckKind,
    Operation,
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
        Teardown("", Operation.API),
        RequestTemplate(""),
        Body(BodyKind.JSON, None),
        Check(CheckKind.EXISTS),
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
    data = {name: it for name, it in _data(case).items() if name not in _ABOUT_THE_CASE}
    if digests:
        data["files"] = dict(digests)
    return _VERSION + sha256(_encode(data).encode("ascii")).hexdigest()


def case_fingerprints(case: Case, digests: Mapping[str, str] = _NO_FILES) -> frozenset[str]:
    """Return the fingerprints of a case in this version and in each older one that knows it.

    Version 1 knows no digests of files.
    """
    older = {case_fingerprint_v1(case)} if _is_of_v1(case) else set()
    return frozenset({case_fingerprint(case, digests), *older})


def _data(value: Any) -> Any:
    """Return a part of a case as JSON data, without the fields that are not used."""
    if isinstance(value, tuple):
        return [_data(item) for item in value]
    if isinstance(value, Struct):
        return {name: _data(item) for name, item in _used(value).items()}
    return value


def _used(record: Struct) -> dict[str, Any]:
    used = {}
    for name, unused in _fields(type(record)):
        value = getattr(record, name)
        if value is not unused and value != unused:
            used[name] = value
    return used


_REQUIRED = object()
"""The value of a field that always counts: no value is equal to it."""


@cache
def _fields(kind: type[Struct]) -> tuple[tuple[str, Any], ...]:
    """Return the fields that count, each with its value where it is not used."""
    blank = asdict(_BLANK[kind]) if kind in _BLANK else _defaults(kind)
    names = (name for name in kind.__struct_fields__ if name != _ABOUT_THE_TEXT)
    return tuple((name, blank.get(name, _REQUIRED)) for name in names)


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
    return all(name in known and _is_of_v1(item) for name, item in _used(value).items())
