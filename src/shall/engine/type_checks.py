"""Whether a JSON value is of a type, or a text of a form."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from shall.cases.model import CheckKind

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_LONGEST = 100
"""Characters of a text that may be a date or an address."""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_integer(value: Any) -> bool:
    return _is_number(value) and (isinstance(value, int) or value.is_integer())


def _is_float(value: Any) -> bool:
    return _is_number(value) and not _is_integer(value)


def _is_date(value: Any) -> bool:
    return _parses(value, date.fromisoformat) or _parses(value, datetime.fromisoformat)


def _is_iso_date(value: Any) -> bool:
    if not isinstance(value, str) or _RFC_3339.fullmatch(value[:_LONGEST]) is None:
        return False
    return _parses(value, datetime.fromisoformat)


def points_in_time(left: str, right: str) -> tuple[Any, Any] | None:
    """Return two texts as what orders them in time; None unless each is of RFC 3339."""
    points = _point_in_time(left), _point_in_time(right)
    return None if None in points else points


def _point_in_time(text: str) -> tuple[datetime, str] | None:
    """Return the second, and the digits of its fraction, of which ``datetime`` takes six."""
    if not _is_iso_date(text):
        return None
    whole, _, rest = text.partition(".")
    digits = rest.rstrip("Zz").partition("+")[0].partition("-")[0]
    return datetime.fromisoformat(whole + rest[len(digits) :]), digits.rstrip("0")


def _parses(value: Any, parse: Callable[[str], Any]) -> bool:
    if not isinstance(value, str) or len(value) > _LONGEST:
        return False
    try:
        parse(value)
    except ValueError:
        return False
    return True


TYPES: Mapping[CheckKind, Callable[[Any], bool]] = {
    "is_boolean": lambda value: isinstance(value, bool),
    "is_integer": _is_integer,
    "is_float": _is_float,
    "is_number": _is_number,
    "is_string": lambda value: isinstance(value, str),
    "is_list": lambda value: isinstance(value, list),
    "is_object": lambda value: isinstance(value, dict),
    "is_collection": lambda value: isinstance(value, list | dict),
    "is_date": _is_date,
    "is_iso_date": _is_iso_date,
    "is_uuid": lambda value: isinstance(value, str) and bool(_UUID.fullmatch(value)),
    "is_ipv4": lambda value: _parses(value, IPv4Address),
    "is_ipv6": lambda value: _parses(value, IPv6Address),
}
