"""Examples of the values that an OpenAPI document describes: its own, else made from a schema."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from shall.cases.json_text import objects
from shall.openapi.document import MOST_REFERENCES, target

_MOST_LEVELS = 8
"""Levels of an example; deeper objects are empty."""

_MOST_PARTS, _MOST_NESTED = 20, 3
"""Parts of `allOf`, and how deep they are nested."""

_MOST_VALUES = 2_000
"""Values of one example."""

_FORMATS = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "PT1H",
    "email": "ann@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000001",
    "byte": "dGV4dA==",
}

Report = Callable[[str], None]


class Document:
    """An OpenAPI document whose references are followed within it, and nowhere else."""

    def __init__(self, data: Mapping[str, Any], report: Report) -> None:
        self.data, self._report = data, report
        self._left = _MOST_VALUES

    def resolved(self, value: Any) -> dict[str, Any]:
        """Return an object, or what its reference leads to; one that leads nowhere is empty."""
        for _ in range(MOST_REFERENCES):
            if not isinstance(value, dict):
                return {}
            reference = value.get("$ref")
            if not isinstance(reference, str):
                return value
            if not reference.startswith("#/"):
                self._report(f"The reference {reference:.60} leads out, so it was not followed.")
                return {}
            value = target(self.data, reference)
            if not isinstance(value, dict):
                self._report(f"The reference {reference:.60} leads nowhere.")
        return {}

    def example_of(self, holder: Mapping[str, Any]) -> tuple[Any] | None:
        """Return the example that a parameter, a media type or a schema names, in a tuple."""
        if "example" in holder:
            return (holder["example"],)
        examples = holder.get("examples")
        if isinstance(examples, dict):
            for each in examples.values():
                found = self.resolved(each)
                if "value" in found:
                    return (found["value"],)
        if isinstance(examples, list) and examples:
            return (examples[0],)
        return None

    def value(self, schema: Any, level: int = 0) -> Any:
        """Return a value that is valid by a schema, as far as the usual keywords say it."""
        self._left = _MOST_VALUES if level == 0 else self._left - 1
        if self._left < 0:
            return None
        schema = self.resolved(schema)
        named = self._named(schema)
        if named is not None:
            return named[0]
        for name in ("oneOf", "anyOf"):
            choices = objects(schema.get(name))
            if choices and level < _MOST_LEVELS:
                return self.value(choices[0], level + 1)
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = next((it for it in kind if it != "null"), None)
        if kind is None and ("properties" in schema or "allOf" in schema):
            kind = "object"
        make = _MAKERS.get(str(kind))
        return None if make is None else make(self, schema, level)

    def _named(self, schema: Mapping[str, Any]) -> tuple[Any] | None:
        """Return the value that a schema names, in a tuple."""
        example = self.example_of(schema)
        if example is not None:
            return example
        for name in ("default", "const"):
            if name in schema:
                return (schema[name],)
        choices = schema.get("enum")
        return (choices[0],) if isinstance(choices, list) and choices else None

    def properties(self, schema: Any, level: int = 0) -> tuple[dict[str, Any], list[str]]:
        """Return the properties of an object, and the names of the required ones."""
        schema = self.resolved(schema)
        own = schema.get("properties")
        found = dict(own) if isinstance(own, dict) else {}
        required = schema.get("required")
        names = [it for it in required if isinstance(it, str)] if isinstance(required, list) else []
        for each in objects(schema.get("allOf"))[:_MOST_PARTS] if level < _MOST_NESTED else ():
            more, also = self.properties(each, level + 1)
            found = {**more, **found}
            names += also
        return found, [name for name in dict.fromkeys(names) if name in found]


def _object(document: Document, schema: Mapping[str, Any], level: int) -> dict[str, Any]:
    if level >= _MOST_LEVELS:
        return {}
    properties, required = document.properties(schema)
    return {
        name: document.value(properties[name], level + 1)
        for name in required or properties
        if not document.resolved(properties[name]).get("readOnly")
    }


def _list(document: Document, schema: Mapping[str, Any], level: int) -> list[Any]:
    least = schema.get("minItems")
    count = min(least, 10) if isinstance(least, int) and least > 0 else 1
    if level >= _MOST_LEVELS or not schema.get("items"):
        return []
    return [document.value(schema["items"], level + 1) for _ in range(count)]


def _text(_: Document, schema: Mapping[str, Any], __: int) -> str:
    text = _FORMATS.get(str(schema.get("format")), "text")
    least, most = schema.get("minLength"), schema.get("maxLength")
    if isinstance(least, int) and len(text) < least <= 1000:
        text = (text * (least // len(text) + 1))[:least]
    return text[:most] if isinstance(most, int) and most >= 0 else text


def _number(_: Document, schema: Mapping[str, Any], __: int) -> int | float:
    step = _finite(schema.get("multipleOf"))
    step = step if step is not None and step > 0 else 1
    least, above = _finite(schema.get("minimum")), _finite(schema.get("exclusiveMinimum"))
    if above is not None:
        least = above + step
    elif schema.get("exclusiveMinimum") is True and least is not None:  # as in version 3.0
        least += step
    most = _finite(schema.get("maximum"))
    if least is None:
        least = step if most is None else min(step, most)
    number = -(-least // step) * step
    if not math.isfinite(number):
        return 1
    return int(number) if float(number).is_integer() else number


_LARGEST = 1e15


def _finite(value: Any) -> int | float | None:
    """Return a number that arithmetic can be done with; None for any other value."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if is_number and abs(value) < _LARGEST else None


_MAKERS: Mapping[str, Callable[[Document, Mapping[str, Any], int], Any]] = {
    "object": _object,
    "array": _list,
    "string": _text,
    "integer": _number,
    "number": _number,
    "boolean": lambda *_: True,
}
