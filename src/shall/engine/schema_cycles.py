"""References of JSON Schemas that lead back to themselves: validators take any value for valid."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from shall.cases.schema_files import joined, schemas_within

_OF_THE_SAME_VALUE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else")
"""Keywords whose schemas are about the value itself, and not about a part of it."""


def cyclic(files: Mapping[str, Any]) -> str | None:
    """Return what is said of a reference that leads back to its schema; None where there is none.

    One that goes into the value in between ends with it. ``files`` are the schemas by their
    addresses.

    >>> cyclic({"file:///a": {"allOf": [{"$ref": "b"}]}, "file:///b": {"$ref": "a"}})
    'the reference a leads in a circle, so that any value is valid'
    >>> cyclic({"file:///a": {"properties": {"child": {"$ref": "#"}}}})
    """
    reference = _Search(files).first()
    if reference is None:
        return None
    return f"the reference {reference:.100} leads in a circle, so that any value is valid"


class _Search:
    def __init__(self, files: Mapping[str, Any]) -> None:
        self._by_address = {**files}
        self._schemas: list[Mapping[str, Any]] = []
        self._bases: dict[int, str] = {}
        for url, schema in files.items():
            for found, base in schemas_within(schema, url):
                self._by_address.setdefault(base, found)
                self._schemas.append(found)
                self._bases[id(found)] = base
        self._done: set[int] = set()

    def first(self) -> str | None:
        """Return the first reference that leads back to its schema."""
        return next(filter(None, (self._from(it, frozenset()) for it in self._schemas)), None)

    def _from(self, schema: Any, above: frozenset[int]) -> str | None:
        if id(schema) not in self._bases or id(schema) in self._done:
            return None
        above |= {id(schema)}
        for reference, following in self._following(schema):
            if id(following) in above:
                return reference
            found = self._from(following, above)
            if found is not None:
                return found or reference
        self._done.add(id(schema))
        return None

    def _following(self, schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Yield the schemas that the same value has to match, each with its reference if any."""
        reference = schema.get("$ref")
        if isinstance(reference, str):
            file = self._by_address.get(joined(self._bases[id(schema)], reference))
            yield reference, _at(file, unquote(reference.partition("#")[2]))
        for keyword in _OF_THE_SAME_VALUE:
            within = schema.get(keyword)
            for each in within if isinstance(within, list) else [within]:
                yield "", each


def _at(schema: Any, pointer: str) -> Any:
    """Return what a JSON Pointer leads to; None where it leads nowhere, or is none."""
    if pointer and not pointer.startswith("/"):
        return None
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(schema, list):
            schema = schema[int(name)] if name.isdecimal() and int(name) < len(schema) else None
        else:
            schema = schema.get(name) if isinstance(schema, dict) else None
    return schema
