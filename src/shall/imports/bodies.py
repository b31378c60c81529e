"""Bodies of requests: the field of a step that sends the same bytes, or the same JSON."""

import json
import math
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_plus

from shall.cases.bounds import MAX_DEPTH
from shall.cases.nesting import first_excess
from shall.imports.expressions import as_text, expression_text

Convert = Callable[[str], str]
"""Turns a text of the source into one of a case: its variables become expressions."""

BODY_AS_TEXT = "regex (?s)^.*$"
"""The selector of a body as text, also where it is JSON."""

FORM_TYPE = "application/x-www-form-urlencoded"
_JSON_TYPE = re.compile(r"(?i)application/(?:[\w.-]+\+)?json\s*(?:;.*)?")
_FIELD = re.compile(r"[\w.%+\[\]~*-]+=")
_ENCODED_BRACES = re.compile(r"(?i)((?:%7b|%7d)+)")
_LEVELS_ABOVE = 8
"""Levels of a case above its body."""


def is_json_type(content_type: str) -> bool:
    """Return whether a content type is one of JSON."""
    return _JSON_TYPE.fullmatch(content_type.strip()) is not None


def json_value(text: str, convert: Convert) -> tuple[Any] | None:
    """Return the JSON value of a text in a tuple; None where a step could not send it alike.

    A text of it stays one, whatever the variable holds that it consists of.
    """
    if first_excess(text, MAX_DEPTH - _LEVELS_ABOVE) is not None:
        return None
    try:
        value = json.loads(text, object_pairs_hook=_without_twice, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return (converted(value, lambda it: as_text(convert(it))),)


def _without_twice(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    listed = list(pairs)
    value = dict(listed)
    if len(value) != len(listed):
        raise ValueError
    return value


def _refuse(name: str) -> float:
    raise ValueError(name)


def converted(value: Any, convert: Convert) -> Any:
    """Return JSON data with each text in it converted."""
    if isinstance(value, dict):
        return {key: converted(it, convert) for key, it in value.items()}
    if isinstance(value, list):
        return [converted(it, convert) for it in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError
    return convert(value) if isinstance(value, str) else value


def form_value(text: str, convert: Convert) -> dict[str, Any] | None:
    """Return the fields of a form; None where a step could not send them alike."""
    if not all(map(_FIELD.match, text.split("&"))):
        return None
    fields = (it.partition("=") for it in text.split("&"))
    return as_mapping((unquote_plus(name), _field_value(it, convert)) for name, _, it in fields)


def _field_value(text: str, convert: Convert) -> str:
    """Return an encoded value as that of a case; braces that are encoded begin no variable."""
    parts = [unquote_plus(it) for it in _ENCODED_BRACES.split(text)]
    parts[::2] = map(convert, parts[::2])
    parts[1::2] = map(expression_text, parts[1::2])
    return "".join(parts)


def as_mapping(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return pairs as a mapping, in which a name that comes again has a list."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found
