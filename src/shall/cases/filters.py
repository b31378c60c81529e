"""Filters behind a selector: ``$.items | count``, ``header Link | split ", " | first``.

The one table of them; ``engine.filters`` carries them out.
"""

import re
from typing import Any

from msgspec import Struct

from shall.cases.nearest import nearest
from shall.cases.patterns import pattern_problem
from shall.errors import BadValue
from shall.late_pattern import late_pattern

MAX_FILTERS = 20
"""Filters behind one selector."""


class Filter(Struct, frozen=True):
    """A filter with its arguments: texts and whole numbers."""

    name: str
    arguments: tuple[str | int, ...] = ()


_TO_DATE = (
    "the date that a text holds in a format such as `%d.%m.%Y`, in ISO 8601; `%+` is ISO 8601, "
    "which becomes UTC, and `%.f` a fraction of the second, if there is one"
)

FILTERS: dict[str, tuple[str, str]] = {
    "count": ("", "the number of items of a list, or of fields of an object"),
    "first": ("", "the first item of a list"),
    "last": ("", "the last item of a list"),
    "nth": ("N", "the item at an index; -1 is the last"),
    "to_int": ("", "the whole number that a text or a number holds"),
    "to_float": ("", "the number that a text holds"),
    "to_string": ("", "the value as a text"),
    "to_date": ("FORMAT", _TO_DATE),
    "date_format": ("FORMAT", "a date of ISO 8601, or of a header, in another format"),
    "days_after_now": ("", "the whole days from now to a date of ISO 8601"),
    "days_before_now": ("", "the whole days from a date of ISO 8601 to now"),
    "split": ("TEXT", "the parts of a text between a separator"),
    "replace": ("TEXT TEXT", "the text with each occurrence of the first text replaced"),
    "replace_regex": ("PATTERN TEXT", "the text with each match of a pattern replaced"),
    "regex": ("PATTERN", "the first group, or the whole match, of a pattern in a text"),
    "jsonpath": ("PATH", "a value within an object or a list, or within the JSON in a text"),
    "url_encode": ("", "the text, percent-encoded"),
    "url_decode": ("", "the text of percent-encoding"),
    "url_query_param": ("NAME", "a parameter in the query of an address"),
    "base64_encode": ("", "the UTF-8 text in Base64"),
    "base64_decode": ("", "the UTF-8 text of Base64"),
    "base64_url_safe_encode": ("", "the UTF-8 text in the alphabet for addresses, unpadded"),
    "base64_url_safe_decode": ("", "the UTF-8 text of that alphabet"),
    "to_hex": ("", "the UTF-8 bytes of a text in hexadecimal digits"),
    "html_escape": ("", "the text with `&`, `<`, `>` and quotes escaped"),
    "html_unescape": ("", "the text of HTML escapes"),
}
"""Name to its arguments and its meaning."""

_SPELLINGS = {name.replace("_", ""): name for name in FILTERS} | {"format": "date_format"}

_ARGUMENT = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|-?[0-9]{1,15}"
_LAST = late_pattern(rf"\s\|\s*([A-Za-z][\w]*)((?:\s+(?:{_ARGUMENT}))*)\s*\Z")
_ARGUMENTS = late_pattern(_ARGUMENT)
_ESCAPE = late_pattern(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


def filters_of(text: str) -> tuple[str, tuple[Filter, ...]]:
    """Return a selector without its filters, and the filters.

    Of ``regex``, ``jmespath``, ``xpath`` and ``css`` a bar before any other word is their own.

    Raises:
        BadValue: A filter is not known, or has other arguments than it takes.
    """
    filters: list[Filter] = []
    while " |" in text and (found := _last(text)) is not None:
        word = found[1]
        name = _SPELLINGS.get(word.replace("_", "").lower())
        if name is None:
            if text.startswith(("regex ", "jmespath ", "xpath ", "css ")):
                break
            near = nearest(word, FILTERS)
            hint = f"Did you mean `{near}`?" if near else f"Known are {', '.join(FILTERS)}."
            raise BadValue(f"Unknown filter `{word:.60}`.", hint=hint)
        if len(filters) == MAX_FILTERS:
            raise BadValue(f"A selector has more than {MAX_FILTERS} filters.")
        filters.append(Filter(name, _arguments(name, found[2])))
        text = text[: found.start()].rstrip()
    return text, tuple(reversed(filters))


def _last(text: str) -> re.Match[str] | None:
    """Return the last filter, by looking from each bar, the last one first."""
    at = len(text)
    while (at := text.rfind(" |", 0, at)) >= 0:
        found = _LAST.match(text, at)
        if found is not None:
            return found
    return None


def _arguments(name: str, written: str) -> tuple[str | int, ...]:
    arguments = tuple(_argument(each[0]) for each in _ARGUMENTS.finditer(written))
    takes = FILTERS[name][0].split()
    fits = len(arguments) == len(takes) and all(
        isinstance(each, int) == (kind == "N") for each, kind in zip(arguments, takes, strict=True)
    )
    if not fits:
        usage = f"{name} {FILTERS[name][0]}".strip()
        raise BadValue(
            f"The filter `{name}` does not take these arguments.",
            hint=f"It is `{usage}`; quote a text.",
        )
    for kind, argument in zip(takes, arguments, strict=True):
        _check_argument(kind, argument)
    return arguments


def _check_argument(kind: str, argument: Any) -> None:
    if kind == "PATTERN":
        problem = pattern_problem(argument)
        if problem is not None:
            raise BadValue(f"The pattern `{argument:.60}` {problem}.")
    elif kind == "PATH":
        from shall.cases import query_languages  # a library that few cases need

        query_languages.check("json", argument)


def _argument(written: str) -> str | int:
    if written[0] in "\"'":
        return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), written[1:-1])
    return int(written)
