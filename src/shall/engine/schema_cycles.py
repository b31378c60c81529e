"""References of JSON Schemas that lead only to one another: validators take any value for valid."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from shall.cases.schema_files import joined, schemas_within
from shall.engine.schema_words import ANNOTATIONS


def cyclic(files: Mapping[str, Any]) -> str | None:
    """Return what is said of a reference that leads back to itself; None where there is none.

    ``files`` are the schemas by their addresses. A schema on the way that says more than its
    reference is no cycle.

    >>> cyclic({"file:///a": {"items": {"$ref": "b"}}, "file:///b": {"$ref": "b"}})
    'the reference b leads in a circle, so that any value is valid'
    >>> cyclic({"file:///a": {"allOf": [{"$ref": "b"}]}, "file:///b": {"$ref": "a"}})
    """
    by_address = {**files}
    bases: dict[int, str] = {}
    schemas = []
    for url, schema in files.items():
        for found, base in schemas_within(schema, url):
            by_address.setdefault(base, found)
            bases[id(found)] = base
            schemas.append(found)
    ended: set[int] = set()
    for schema in schemas:
        way: set[int] = set()
        reference = ""
        while id(schema) in bases and id(schema) not in ended and _only_refers(schema):
            if id(schema) in way:
                return (
                    f"the reference {reference:.100} leads in a circle, so that any value is valid"
                )
            way.add(id(schema))
            reference = schema["$ref"]
            file = by_address.get(joined(bases[id(schema)], reference))
            schema = _at(file, unquote(reference.partition("#")[2]))
        ended |= way
    return None


def _only_refers(schema: Mapping[str, Any]) -> bool:
    return isinstance(schema.get("$ref"), str) and schema.keys() - ANNOTATIONS == {"$ref"}


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
