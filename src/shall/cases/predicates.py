"""The predicates: what a value under a selector is compared by.

The one table of them: reading, suggestions, the JSON Schema and the documentation are made from
it. The engine has a comparison for each kind.
"""

from collections.abc import Callable
from enum import Enum
from functools import lru_cache
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
from shall.cases.nearest import MAX_LENGTH, nearest, without_negation
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
    return Predicate(kind, name or kind, takes, doc, tuple(spellings.split()), opposite)


PREDICATES = (
    _predicate(
        "equals",
        Takes.ANYTHING,
        "the value is this one; an object has these fields and no others",
        "equal eq ==",
        opposite="not_equals",
    ),
    _predicate(
        "not_equals",
        Takes.ANYTHING,
        "the value is another one",
        "not_equal ne neq !=",
        opposite="equals",
    ),
    _predicate("less_than", Takes.ORDERED, "the number, text or date is less", "lt < less"),
    _predicate(
        "less_or_equal",
        Takes.ORDERED,
        "it is not greater",
        "le lte <= less_equal less_than_or_equal at_most",
    ),
    _predicate("greater_than", Takes.ORDERED, "it is greater", "gt > greater"),
    _predicate(
        "greater_or_equal",
        Takes.ORDERED,
        "it is not less",
        "ge gte >= greater_equal greater_than_or_equal at_least",
    ),
    _predicate(
        "close_to",
        Takes.TOLERANCE,
        "the number differs from `value` by `within` at most",
    ),
    _predicate(
        "in",
        Takes.LIST,
        "the value is one of the list",
        "one_of",
        opposite="not_in",
    ),
    _predicate(
        "not_in",
        Takes.LIST,
        "the value is none of the list",
        "",
        opposite="in",
    ),
    _predicate(
        "contains",
        Takes.ANYTHING,
        "a text has this part, a list this item, an object this key or these fields",
        "contain includes include",
        opposite="not_contains",
    ),
    _predicate(
        "not_contains",
        Takes.ANYTHING,
        "it does not contain this",
        "not_contain",
        opposite="contains",
    ),
    _predicate("starts_with", Takes.TEXT, "the text begins so", "startswith startsWith"),
    _predicate("ends_with", Takes.TEXT, "the text ends so", "endswith endsWith"),
    _predicate(
        "regex",
        Takes.PATTERN,
        "the regular expression matches anywhere in the text; `^` and `$` bind it to the ends",
        "regex regexp",
        name="matches",
    ),
    _predicate(
        "exists",
        Takes.NOTHING,
        "there is such a value; it may be null",
        "exist",
        opposite="not_exists",
    ),
    _predicate(
        "not_exists",
        Takes.NOTHING,
        "there is no such value",
        "not_exist",
        opposite="exists",
    ),
    _predicate(
        "is_none",
        Takes.NOTHING,
        "the value is null, or the body is empty",
        "is_null",
        opposite="is_not_none",
    ),
    _predicate(
        "is_not_none",
        Takes.NOTHING,
        "the value is not null",
        "is_not_null not_null not_none",
        opposite="is_none",
    ),
    _predicate(
        "is_empty",
        Takes.NOTHING,
        "the text, list or object holds nothing",
        "isEmpty",
    ),
    _predicate("is_string", Takes.NOTHING, "it is a text", "isString"),
    _predicate("is_number", Takes.NOTHING, "it is a number", "isNumber"),
    _predicate("is_integer", Takes.NOTHING, "it is a number without a fraction part", "isInteger"),
    _predicate("is_float", Takes.NOTHING, "it is a number with a fraction part", "isFloat"),
    _predicate("is_boolean", Takes.NOTHING, "it is true or false", "isBoolean is_bool"),
    _predicate("is_list", Takes.NOTHING, "it is a list", "isList is_array isArray"),
    _predicate("is_object", Takes.NOTHING, "it is an object", "isObject"),
    _predicate("is_collection", Takes.NOTHING, "it is a list or an object", "isCollection"),
    _predicate(
        "is_date",
        Takes.NOTHING,
        "it is a date or a point in time of ISO 8601: `2026-01-31`, `2026-01-31T12:00:00Z`",
        "isDate",
    ),
    _predicate(
        "is_iso_date",
        Takes.NOTHING,
        "it is a point in time of RFC 3339, with its offset: `2026-01-31T12:00:00Z`",
        "isIsoDate",
    ),
    _predicate("is_uuid", Takes.NOTHING, "it is a UUID", "isUuid"),
    _predicate("is_ipv4", Takes.NOTHING, "it is an IPv4 address", "isIpv4"),
    _predicate("is_ipv6", Takes.NOTHING, "it is an IPv6 address", "isIpv6"),
    _predicate(
        "length",
        Takes.LENGTH,
        "the text, list or object has this length, or one that predicates hold of",
    ),
    _predicate(
        "has",
        Takes.CONDITIONS,
        "the object has these fields, among others",
    ),
    _predicate(
        "each",
        Takes.CONDITIONS,
        "every item of the list is so; an empty list fails",
    ),
    _predicate("any", Takes.CONDITIONS, "at least one item of the list is so"),
    _predicate("no_item", Takes.CONDITIONS, "no item of the list is so", "", name="none"),
    _predicate(
        "count",
        Takes.COUNT,
        "the number of items that are as `where` says: `count: {where: {sku: B7}, equals: 2}`",
    ),
    _predicate(
        "all_of",
        Takes.ITEMS,
        "each of these holds of the value: `all_of: [{contains: a}, {contains: b}]`",
    ),
    _predicate(
        "contains_all",
        Takes.ITEMS,
        "each of these has an item of its own in the list, in any order",
        "has_items",
    ),
    _predicate(
        "in_any_order",
        Takes.ITEMS,
        "the list holds exactly these items, in any order",
        "unordered",
    ),
    _predicate(
        "schema",
        Takes.SCHEMA,
        "the value is valid by a JSON Schema (2020-12) given here or in a file",
        "json_schema jsonschema",
    ),
    _predicate(
        "snapshot",
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
    **dict.fromkeys(("is_present", "isPresent", "is_defined", "isDefined"), "exists"),
    **dict.fromkeys(("is_absent", "isAbsent", "not_present", "is_missing"), "not_exists"),
    **dict.fromkeys(("is_equal", "is_equal_to", "isEqualTo", "equal_to", "equals_to"), "equals"),
    **dict.fromkeys(("has_length", "hasLength", "has_size", "hasSize"), "length"),
    **dict.fromkeys(
        ("not_empty", "notEmpty", "is_not_empty", "isNotEmpty", "non_empty", "nonempty"),
        "not_is_empty",
    ),
}
"""What other tools call a predicate, and many an object a field: the author has to say which."""


OF_TYPES = {
    **dict.fromkeys(("array", "list"), "is_list"),
    **dict.fromkeys(("bool", "boolean"), "is_boolean"),
    **dict.fromkeys(("dict", "object"), "is_object"),
    **dict.fromkeys(("int", "integer"), "is_integer"),
    **dict.fromkeys(("str", "string"), "is_string"),
    "float": "is_float",
    "null": "is_none",
    "number": "is_number",
}
"""The predicates of the words for types in `type: string`, which is hardly meant as a field."""


def type_named(name: str, value: Any) -> str | None:
    """Return the predicate that is meant where the type of a value is named as by JSON Schema."""
    return OF_TYPES.get(value) if name == "type" and type(value) is str else None


def nearly_named(name: str) -> str | None:
    """Return the predicate that a name nearly is: who writes it hardly means a field."""
    return None if name[:1] == "$" or len(name) > MAX_LENGTH else _nearly_named(name)


@lru_cache(maxsize=4096)  # the same fields are expected in many cases
def _nearly_named(name: str) -> str | None:
    if name in OF_OTHER_TOOLS:
        return OF_OTHER_TOOLS[name]
    near = nearest(name, NAMES, cutoff=0.83)
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
