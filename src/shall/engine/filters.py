"""Carries out the filters behind a selector; ``cases.filters`` has the table of them."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from shall.cases.filters import Filter
from shall.cases.query_languages import compiled
from shall.cases.selector import parse_selector
from shall.engine.budgets import Budget, text_bytes
from shall.engine.patterns import first_group, replaced
from shall.engine.query import Selected, walk

_DIGITS = 400
"""Characters of a number."""


class _Unfit(Exception):
    """A value that a filter cannot be applied to; the text says why."""


class _Absent(Exception):
    """What a filter looks for in a value is not there; the text says why."""


def apply_filters(filters: tuple[Filter, ...], found: Selected, budget: Budget) -> Selected:
    """Apply filters one after another.

    What a filter looks for and is not there is missing; whether what cannot be filtered is there
    is undecided. Both have the reason.
    """
    if not found.found:
        return found
    value = found.value
    for each in filters:
        budget.check_time()
        try:
            value = _FILTERS[each.name](value, *each.arguments, budget)
        except _Absent as error:
            return Selected(found=False, reason=f"the filter {each.name} fails: {error}")
        except _Unfit as error:
            reason = f"the filter {each.name} fails: {error}"
            return Selected(found=False, reason=reason, is_undecided=True)
        except (ValueError, ArithmeticError, LookupError, RecursionError):
            reason = f"the filter {each.name} cannot use the value"
            return Selected(found=False, reason=reason, is_undecided=True)
        if isinstance(value, str):
            budget.expand(text_bytes(value))
    return Selected(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _Unfit("the value is not text")
    return value


def _items(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _Unfit("the value is not a list")
    return value


def _count(value: Any, _: Budget) -> int:
    if not isinstance(value, list | dict):
        raise _Unfit("the value is neither a list nor an object")
    return len(value)


def _nth(value: Any, index: int, _: Budget) -> Any:
    items = _items(value)
    if not -len(items) <= index < len(items):
        raise _Absent(f"it is a list of {len(items)}")
    return items[index]


def _first(value: Any, budget: Budget) -> Any:
    return _nth(value, 0, budget)


def _last(value: Any, budget: Budget) -> Any:
    return _nth(value, -1, budget)


def _to_int(value: Any, _: Budget) -> int:
    if isinstance(value, str) and len(value) <= _DIGITS:
        try:
            return int(value.strip())
        except ValueError:
            raise _Unfit("the text is not a whole number") from None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(value)
    raise _Unfit("the value is not a number")


def _to_float(value: Any, _: Budget) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _Unfit("the value is not a number")
    try:
        number = float(value)
    except ValueError:
        raise _Unfit("the text is not a number") from None
    if number in (float("inf"), float("-inf")) or number != number:
        raise _Unfit("the value is not a number")
    return number


def _to_string(value: Any, _: Budget) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _split(value: Any, separator: str, _: Budget) -> list[str]:
    return _text(value).split(separator)


def _replace(value: Any, old: str, new: str, budget: Budget) -> str:
    text = _text(value)
    budget.expand(text_bytes(text) + text.count(old) * len(new))
    return text.replace(old, new)


def _replace_regex(value: Any, pattern: str, new: str, budget: Budget) -> str:
    found = replaced(pattern, new, _text(value), budget)
    if found is None:
        raise _Unfit("the pattern takes too long")
    return found


def _regex(value: Any, pattern: str, budget: Budget) -> str:
    try:
        found = first_group(pattern, _text(value), budget)
    except TimeoutError:
        raise _Unfit("the pattern takes too long") from None
    if found is None:
        raise _Absent(f"nothing matches {pattern}")
    return found


def _jsonpath(value: Any, path: str, _: Budget) -> Any:
    if isinstance(value, str):
        value = json.loads(value)
    selector = parse_selector(path)
    if selector.path is None:
        return [node.value for node in compiled("json", path).finditer(value)]
    found = walk(value, selector.path)
    if not found.found:
        raise _Absent(found.reason)
    return found.value


def _query_param(value: Any, name: str, _: Budget) -> str:
    values = parse_qs(urlsplit(_text(value)).query, keep_blank_values=True).get(name)
    if not values:
        raise _Absent(f"the address has no parameter {name}")
    return values[0]


def _base64_decode(value: Any, _: Budget) -> str:
    return base64.b64decode(_text(value), validate=True).decode("utf-8")


def _url_safe_decode(value: Any, _: Budget) -> str:
    text = _text(value).rstrip("=")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("utf-8")


def _html_escape(value: Any, _: Budget) -> str:
    from html import escape  # few filters need its table of entities

    return escape(_text(value))


def _html_unescape(value: Any, _: Budget) -> str:
    from html import unescape  # as above

    return unescape(_text(value))


def _to_date(value: Any, form: str, _: Budget) -> str:
    if form == "%+":
        return _date(value).astimezone(UTC).isoformat()
    fraction = ".%f" if "." in _text(value) else ""
    found = datetime.strptime(value, form.replace("%.f", fraction))  # noqa: DTZ007 - its zone is the format's
    return found.isoformat()


def _date(value: Any) -> datetime:
    text = _text(value)[:100]
    is_of_http = text[3:5] == ", "  # `Wed, 13 Jan 2021 22:23:01 GMT`, as in headers and cookies
    if is_of_http:
        from email.utils import parsedate_to_datetime  # few dates are written so: 9 ms

        found = parsedate_to_datetime(text)
    else:
        found = datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _date_format(value: Any, form: str, _: Budget) -> str:
    date = _date(value)
    fraction = date.strftime(".%f") if date.microsecond else ""
    return date.strftime(form.replace("%.f", fraction.removesuffix("000")))


def _days_after_now(value: Any, _: Budget) -> int:
    return int((_date(value) - datetime.now(UTC)) / timedelta(days=1))


def _days_before_now(value: Any, _: Budget) -> int:
    return int((datetime.now(UTC) - _date(value)) / timedelta(days=1))


_FILTERS: dict[str, Callable[..., Any]] = {
    "count": _count,
    "first": _first,
    "last": _last,
    "nth": _nth,
    "to_int": _to_int,
    "to_float": _to_float,
    "to_string": _to_string,
    "to_date": _to_date,
    "date_format": _date_format,
    "days_after_now": _days_after_now,
    "days_before_now": _days_before_now,
    "split": _split,
    "replace": _replace,
    "replace_regex": _replace_regex,
    "regex": _regex,
    "jsonpath": _jsonpath,
    "url_encode": lambda value, _: quote(_text(value), safe=""),
    "url_decode": lambda value, _: unquote(_text(value)),
    "url_query_param": _query_param,
    "base64_encode": lambda value, _: base64.b64encode(_text(value).encode()).decode(),
    "base64_decode": _base64_decode,
    "base64_url_safe_encode": lambda value, _: (
        base64.urlsafe_b64encode(_text(value).encode()).decode().rstrip("=")
    ),
    "base64_url_safe_decode": _url_safe_decode,
    "to_hex": lambda value, _: _text(value).encode("utf-8", "replace").hex(),
    "html_escape": _html_escape,
    "html_unescape": _html_unescape,
}
