"""Reads what most steps expect: a status, and selectors with the values that they must have.

Everything else ``expect`` reads, whose tables take as long to load as a small run. The tests
compare both.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from shall.cases.forms import is_status
from shall.cases.model import Check, CheckKind
from shall.cases.path import write_path
from shall.cases.selector import parse_selector
from shall.errors import BadValue

if TYPE_CHECKING:  # what only a problem needs
    from shall.cases.expect import Report
    from shall.cases.fields import Keys


def plain_expect(values: dict[str, Any] | int, keys: "Keys", report: "Report") -> tuple[Check, ...]:
    """Read the mapping, or the status, under the ``expect`` of a step as ``read_expect`` does."""
    checks = _constants({"status": values} if type(values) is int else values)
    if checks is None:
        from shall.cases.expect import read_expect  # few steps expect more

        return read_expect(values, keys, report)
    return checks


def _constants(values: Any) -> tuple[Check, ...] | None:
    """Return checks that values are equal to others; None where other checks are written."""
    made = []
    try:
        for name, value in values.items():
            looked_at = _looked_at(name)
            if looked_at is None or type(value) is dict:
                return None
            kind, field, header, place = looked_at
            if kind == "status_code" and not is_status(value):
                return None
            made.append(Check(kind, field, header, value, None, None, None, False, place))
    except BadValue:
        return None
    return tuple(made)


@lru_cache(maxsize=4096)
def _looked_at(text: str) -> tuple[CheckKind, str | None, str | None, str] | None:
    """Return what a selector is in a check, and its place; None where a check needs its text.

    Raises:
        BadValue: It is no selector.
    """
    selector = parse_selector(text)
    if not selector.is_plain:
        return None
    place = write_path(("expect", text))
    if selector.source == "header":
        return "equals", None, selector.argument, place
    return "status_code" if selector.source == "status" else "equals", selector.field, None, place
