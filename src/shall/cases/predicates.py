"""The predicates: what a value under a selector is compared by.

The one table of them: reading, suggestions, the JSON Schema and the documentation are made from
it. The engine has a comparison for each kind.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any

from msgspec import Struct

from shall.cases.forms import (
    is_length,
    is_list,
    is_ordered,
    is_pattern,
    is_status,
    is_template,
)
from shall.cases.model import CheckKind
from shall.cases.nearest import nearest, without_negation
from shall.cases.snapshot import is_snapshot


class Takes(Enum):
    """What a predicate is compared with. The value says it in messages."""

    NOTHING = "true or false"
    ANYTHING = "any value"
    STATUS = "a status from 100 to 599"
    ORDERED = "a number or a text"
    TEXT = "a text"
    PATTERN = "a regular expression"
    LIST = "a list"
    LENGTH = "a length of 0 or more"
    CONDITIONS = "a value, predicates or fields"
    COUNT = "a mapping with `where` and predicates of the number"
    ITEMS = "a list of values or conditions"
    TOLERANCE = "a mapping with the numbers `value` and `within`"
    SCHEMA = "a JSON Schema or the path of a file with one"
    SNAPSHOT = "a name, or a mapping with `name` and `ignore`, a list of JSONPaths"


class Predicate(Struct, frozen=True):
    """A predicate. ``name`` is written below a selector; ``spellings`` are accepted there, too.

    ``opposite`` is the kind of the negated predicate, where there is one.
    """

    kind: CheckKind
    name: str
    takes: Takes
    doc: str
    spellings: tuple[str, ...] = ()
    opposite: CheckKind | None = None


def _predicate(
    kind: CheckKind,
    takes: Takes,
    doc: str,
    spellings: str = "",
    *,
    name: str = "",
    opposite: CheckKind | None = None,
) -> Predicate:
    return Predicate(kind, name or kind.value, takes, doc, tuple(spellings.split()), opposite)


PREDICATES = (
    _predicate(
        CheckKind.EQUALS,
        Takes.ANYTHING,
        "the value is this one; an object has these fields and no others",
        "equal eq ==",
        opposite=CheckKind.NOT_EQUALS,
    ),
    _predicate(
        CheckKind.NOT_EQUALS,
        Takes.ANYTHING,
        "the value is another one",
        "not_equal ne neq !=",
        opposite=CheckKind.EQUALS,
    ),
    _predicate(CheckKind.LESS, Takes.ORDERED, "the number, text or date is less", "lt < less"),
    _predicate(
        CheckKind.LESS_EQUAL,
        Takes.ORDERED,
        "it is not greater",
        "le lte <= less_equal less_than_or_equal at_most",
    ),
    _predicate(CheckKind.GREATER, Takes.ORDERED, "it is greater", "gt > greater"),
    _predicate(
        CheckKind.GREATER_EQUAL,
        Takes.ORDERED,
        "it is not less",
        "ge gte >= greater_equal greater_than_or_equal at_least",
    ),
    _predicate(
        CheckKind.CLOSE_TO,
        Takes.TOLERANCE,
        "the number differs from `value` by `within` at most",
    ),
    _predicate(
        CheckKind.IN,
        Takes.LIST,
        "the value is one of the list",
        "one_of",
        opposite=CheckKind.NOT_IN,
    ),
    _predicate(
        CheckKind.NOT_IN,
        Takes.LIST,
        "the value is none of the list",
        "",
        opposite=CheckKind.IN,
    ),
    _predicate(
        CheckKind.CONTAINS,
        Takes.ANYTHING,
        "a text has this part, a list this item, an object this key or these fields",
        "contain includes include",
        opposite=CheckKind.NOT_CONTAINS,
    ),
    _predicate(
        CheckKind.NOT_CONTAINS,
        Takes.ANYTHING,
        "it does not contain this",
        "not_contain",
        opposite=CheckKind.CONTAINS,
    ),
    _predicate(CheckKind.STARTS_WITH, Takes.TEXT, "the text begins so", "startswith startsWith"),
    _predicate(CheckKind.ENDS_WITH, Takes.TEXT, "the text ends so", "endswith endsWith"),
    _predicate(
        CheckKind.REGEX,
        Takes.PATTERN,
        "the regular expression matches anywhere in the text; `^` and `$` bind it to the ends",
        "regex regexp",
        name="matches",
    ),
    _predicate(
        CheckKind.EXISTS,
        Takes.NOTHING,
        "there is such a value; it may be null",
        "exist",
        opposite=CheckKind.NOT_EXISTS,
    ),
    _predicate(
        CheckKind.NOT_EXISTS,
        Takes.NOTHING,
        "there is no such value",
        "not_exist",
        opposite=CheckKind.EXISTS,
    ),
    _predicate(
        CheckKind.IS_NONE,
        Takes.NOTHING,
        "the value is null, or the body is empty",
        "is_null",
        opposite=CheckKind.IS_NOT_NONE,
    ),
    _predicate(
        CheckKind.IS_NOT_NONE,
        Takes.NOTHING,
        "the value is not null",
        "is_not_null not_null not_none",
        opposite=CheckKind.IS_NONE,
    ),
    _predicate(
        CheckKind.IS_EMPTY,
        Takes.NOTHING,
        "the text, list or object holds nothing",
        "isEmpty",
    ),
    _predicate(CheckKind.IS_STRING, Takes.NOTHING, "it is a text", "isString"),
    _predicate(CheckKind.IS_NUMBER, Takes.NOTHING, "it is a number", "isNumber"),
    _predicate(
        CheckKind.IS_INTEGER, Takes.NOTHING, "it is a number without a fraction part", "isInteger"
    ),
    _predicate(CheckKind.IS_FLOAT, Takes.NOTHING, "it is a number with a fraction part", "isFloat"),
    _predicate(CheckKind.IS_BOOLEAN, Takes.NOTHING, "it is true or false", "isBoolean is_bool"),
    _predicate(CheckKind.IS_LIST, Takes.NOTHING, "it is a list", "isList is_array isArray"),
    _predicate(CheckKind.IS_OBJECT, Takes.NOTHING, "it is an object", "isObject"),
    _predicate(CheckKind.IS_COLLECTION, Takes.NOTHING, "it is a list or an object", "isCollection"),
    _predicate(
        CheckKind.IS_DATE,
        Takes.NOTHING,
        "it is a date or a point in time of ISO 8601: `2026-01-31`, `2026-01-31T12:00:00Z`",
        "isDate",
    ),
    _predicate(
        CheckKind.IS_ISO_DATE,
        Takes.NOTHING,
        "it is a point in time of RFC 3339, with its offset: `2026-01-31T12:00:00Z`",
        "isIsoDate",
    ),
    _predicate(CheckKind.IS_UUID, Takes.NOTHING, "it is a UUID", "isUuid"),
    _predicate(CheckKind.IS_IPV4, Takes.NOTHING, "it is an IPv4 address", "isIpv4"),
    _predicate(CheckKind.IS_IPV6, Takes.NOTHING, "it is an IPv6 address", "isIpv6"),
    _predicate(
        CheckKind.LENGTH,
        Takes.LENGTH,
        "the text, list or object has this length, or one that predicates hold of",
    ),
    _predicate(
        CheckKind.HAS,
        Takes.CONDITIONS,
        "the object has these fields, among others",
    ),
    _predicate(
        CheckKind.EACH,
        Takes.CONDITIONS,
        "every item of the list is so; an empty list fails",
    ),
    _predicate(CheckKind.ANY, Takes.CONDITIONS, "at least one item of the list is so"),
    _predicate(CheckKind.NO_ITEM, Takes.CONDITIONS, "no item of the list is so", "", name="none"),
    _predicate(
        CheckKind.COUNT,
        Takes.COUNT,
        "the number of items that are as `where` says: `count: {where: {sku: B7}, equals: 2}`",
    ),
    _predicate(
        CheckKind.ALL_OF,
        Takes.ITEMS,
        "each of these holds of the value: `all_of: [{contains: a}, {contains: b}]`",
    ),
    _predicate(
        CheckKind.CONTAINS_ALL,
        Takes.ITEMS,
        "each of these has an item of its own in the list, in any order",
        "has_items",
    ),
    _predicate(
        CheckKind.IN_ANY_ORDER,
        Takes.ITEMS,
        "the list holds exactly these items, in any order",
        "unordered",
    ),
    _predicate(
        CheckKind.SCHEMA,
        Takes.SCHEMA,
        "the value is valid by a JSON Schema (2020-12) given here or in a file",
        "json_schema jsonschema",
    ),
    _predicate(
        CheckKind.SNAPSHOT,
        Takes.SNAPSHOT,
        "the value is the one of a file, which `shall run --update-snapshots` writes",
        "matches_snapshot",
    ),
)
"""Every predicate, in the order of the documentation."""

BY_KIND = {predicate.kind: predicate for predicate in PREDICATES}

_BY_NAME = {
    spelling: predicate
    for predicate in PREDICATES
    for spelling in (predicate.name, *predicate.spellings)
}
NAMES = tuple(_BY_NAME)
"""Every accepted spelling."""

OF_OTHER_TOOLS = {
    "after": "greater_than",
    "all": "each",
    "before": "less_than",
    "empty": "is_empty",
    "every": "each",
    "len": "length",
    "match": "matches",
    "max": "less_or_equal",
    "min": "greater_or_equal",
    "partial": "has",
    "size": "length",
    "some": "any",
}
"""What other tools call a predicate, and many an object a field: the author has to say which."""


def nearly_named(name: str) -> str | None:
    """Return the predicate that a name nearly is: who writes it hardly means a field."""
    if name.startswith("$"):
        return None
    near = OF_OTHER_TOOLS.get(name) or nearest(name, NAMES, cutoff=0.83)
    if near is None or without_negation(near)[1] != without_negation(name)[1]:
        return None
    return near


def takes_nothing(kind: CheckKind) -> bool:
    """Return whether a check of a kind compares with nothing."""
    return kind in BY_KIND and BY_KIND[kind].takes is Takes.NOTHING


def predicate_named(name: str) -> tuple[Predicate, bool] | None:
    """Return the predicate of a name and whether it is negated: ``not_starts_with``."""
    found = _BY_NAME.get(name)
    if found is not None:
        return found, False
    if name.startswith("not_"):
        found = _BY_NAME.get(name[4:])
        if found is not None:
            return found, True
    return None


def _is_text(value: Any) -> bool:
    return type(value) is str


def _is_given(_: Any) -> bool:
    return True


def _is_tolerance(value: Any) -> bool:
    if type(value) is not dict or value.keys() != {"value", "within"}:
        return False
    return all(type(it) in (int, float) or is_template(it) for it in value.values())


def _is_schema(value: Any) -> bool:
    return type(value) in (dict, bool) or (type(value) is str and bool(value.strip()))


FITS: dict[Takes, Callable[[Any], bool]] = {
    Takes.ANYTHING: _is_given,
    Takes.STATUS: is_status,
    Takes.ORDERED: is_ordered,
    Takes.TEXT: _is_text,
    Takes.PATTERN: is_pattern,
    Takes.LIST: is_list,
    Takes.LENGTH: is_length,
    Takes.TOLERANCE: _is_tolerance,
    Takes.SCHEMA: _is_schema,
    Takes.SNAPSHOT: is_snapshot,
}
"""Whether a value can be compared with, by what a predicate takes."""
