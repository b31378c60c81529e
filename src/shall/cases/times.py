"""Lengths of time with their unit: ``300 ms``, ``2 s``, ``1.5 min``."""

from functools import lru_cache
from typing import Any

from shall.late_pattern import late_pattern

_TIME = late_pattern(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*(ms|s|min|h)")
_FACTORS = {"ms": 1.0, "s": 1000.0, "min": 60_000.0, "h": 3_600_000.0}


def milliseconds(value: Any) -> float | None:
    """Return the milliseconds of a length of time; None where it is none.

    >>> milliseconds("1.5 s")
    1500.0
    """
    return _milliseconds(value) if type(value) is str else None


@lru_cache(maxsize=256)
def _milliseconds(text: str) -> float | None:
    found = _TIME.fullmatch(text.strip())
    return float(found[1]) * _FACTORS[found[2]] if found else None
