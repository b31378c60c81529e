"""Misspelled words of a JSON Schema: validators ignore them, so that it holds of any value."""

from collections.abc import Iterator
from typing import Any

from shall.cases.nearest import nearest

_MAPS = (
    *("properties", "patternProperties", "dependentSchemas", "dependencies"),
    *("$defs", "definitions"),
)
"""Keywords that hold schemas by name."""

_SCHEMAS = (
    *("additionalProperties", "additionalItems", "unevaluatedProperties", "unevaluatedItems"),
    *("items", "prefixItems", "contains", "propertyNames", "not", "if", "then", "else"),
    *("allOf", "anyOf", "oneOf", "contentSchema"),
)
"""Keywords that hold a schema or a list of them."""

_KEYWORDS = (
    *_MAPS,
    *_SCHEMAS,
    *("type", "enum", "const", "format", "pattern", "minLength", "maxLength"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "divisibleBy"),
    *("required", "dependentRequired", "minProperties", "maxProperties"),
    *("minItems", "maxItems", "uniqueItems", "minContains", "maxContains"),
    *("title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"),
    *("contentEncoding", "contentMediaType", "id"),
)

ANNOTATIONS = frozenset(
    {"$schema", "$id", "$comment", "$defs", "title", "description", "default", "examples"}
)
"""Keywords of JSON Schema that no value violates."""

_OF_OPENAPI = frozenset({"example", "nullable", "discriminator", "xml", "externalDocs"})

_FORMATS = (
    *("date-time", "date", "time", "duration", "email", "idn-email", "hostname", "idn-hostname"),
    *("ipv4", "ipv6", "uri", "uri-reference", "iri", "iri-reference", "uri-template", "uuid"),
    *("json-pointer", "relative-json-pointer", "regex"),
)

_ALIKE = 0.81
"""How like a known word an unknown one must be: others are annotations of somebody."""


def misspelled(schema: Any) -> str | None:
    """Return what is said of the first misspelled keyword or format; None where there is none.

    >>> misspelled({"properties": {"typ": {"minimun": 1}}})
    'unknown keyword `minimun` (did you mean `minimum`?)'
    """
    words = (_misspelled_word(*it) for found in _schemas(schema) for it in found.items())
    return next(filter(None, words), None)


def misplaced(schema: Any, text: str) -> str | None:
    """Return what is said of a schema of a field that is not under `properties`; else None.

    ``text`` is that of the schema: what a reference in it may lead to has any place.

    >>> misplaced({"type": "object", "id": {"type": "integer"}}, "")
    '`id` is no keyword of a schema; write fields under `properties`'
    """
    for found in _schemas(schema):
        for name, value in found.items():
            is_field = not (name in _WITH_SCHEMAS or name.startswith(("$", "x-")))
            if is_field and _has_type(value) and f"/{name}" not in text:
                return f"`{name:.60}` is no keyword of a schema; write fields under `properties`"
    return None


_WITH_SCHEMAS = frozenset((*_MAPS, *_SCHEMAS, "const", "enum", "default", "examples", "example"))
_TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")


def _has_type(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") in _TYPES


def _schemas(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield a schema and those within it."""
    rest = [schema]
    while rest:
        found = rest.pop()
        if isinstance(found, list):
            rest += found
        elif isinstance(found, dict):
            yield found
            rest += (found[name] for name in _SCHEMAS if name in found)
            for name in _MAPS:
                within = found.get(name)
                rest += within.values() if isinstance(within, dict) else ()


def _misspelled_word(name: str, value: Any) -> str | None:
    if name == "format":
        likely = _likely(value, _FORMATS)
        return likely and f"unknown format `{value:.60}` (did you mean `{likely}`?)"
    if name in _OF_OPENAPI or name.startswith(("$", "x-")):
        return None
    likely = _likely(name, _KEYWORDS)
    return likely and f"unknown keyword `{name:.60}` (did you mean `{likely}`?)"


def _likely(name: Any, known: tuple[str, ...]) -> str | None:
    """Return the known word that an unknown one stands for; None where it is known, or another."""
    if not isinstance(name, str) or name in known:
        return None
    return nearest(name, (it for it in known if it != "not"), _ALIKE)  # a `note` is none
