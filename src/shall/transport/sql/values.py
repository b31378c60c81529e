"""Values of a database as JSON data."""

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any


def plain(value: Any) -> Any:
    """Return a value as JSON data; of the same value always the same.

    A decimal number is a number where a float holds it exactly as written, else a text. Times are
    written as ISO 8601 says, a length of time in seconds, bytes in hexadecimal digits.
    """
    kind = type(value)
    if value is None or kind is bool or kind is int or kind is str:
        return value
    if kind is float:
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        return _number(value)
    for types, convert in _CONVERSIONS:
        if isinstance(value, types):
            return convert(value)
    return str(value)


def _number(value: Decimal) -> int | float | str:
    if not value.is_finite():
        return str(value)
    if value == value.to_integral_value():
        return int(value) if abs(value) < 10**30 else str(value)
    number = float(value)
    return number if Decimal(repr(number)) == value else str(value)


_CONVERSIONS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    ((datetime, date, time), lambda value: value.isoformat()),
    (timedelta, lambda value: value.total_seconds()),
    ((bytes, bytearray, memoryview), lambda value: bytes(value).hex()),
    (Mapping, lambda value: {str(key): plain(each) for key, each in value.items()}),
    ((list, tuple, set, frozenset), lambda value: [plain(each) for each in value]),
)
