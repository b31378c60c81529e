"""The schemas of a document as JSON Schema 2020-12, and the validators made of them.

Those of version 3.1 are taken as they are. Those of 3.0 are translated: ``nullable``, a boolean
``exclusiveMinimum``, keywords beside ``$ref``, which do not count, and required properties that
only requests have.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import jsonschema_rs

from shall.cases.schema_cycles import Circles
from shall.errors import BadValue
from shall.openapi.document import MOST_REFERENCES, Document, target

_BASE = "urn:shall:openapi"
_DIALECTS = (
    "https://spec.openapis.org/oas/3.1/dialect/",
    "https://json-schema.org/draft/2020-12/schema",
)
_SCHEMAS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SCHEMA = ("additionalProperties", "items", "not")
_BACKTRACK_LIMIT = 100_000
_SHOWN_LENGTH = 300
"""Characters of a reason that is shown."""


class Validators:
    """The validators of a document, each made when it is first asked for."""

    def __init__(self, document: Document) -> None:
        dialect = document.data.get("jsonSchemaDialect")
        if isinstance(dialect, str) and not dialect.startswith(_DIALECTS):
            raise BadValue(f"The dialect {dialect:.100} of its schemas is not supported.")
        is_3_0 = document.version.startswith("3.0")
        self._data = _translated(document.data) if is_3_0 else document.data
        self._made: dict[str, Any] = {}
        self._circles = Circles({"": self._data})

    def of(self, pointer: str) -> Any:
        """Return the validator of the schema at a pointer.

        Raises:
            BadValue: The schema cannot be used.
        """
        if pointer not in self._made:
            self._refuse_circles(pointer)
            reference = f"{_BASE}#{quote(pointer.removeprefix('#'), safe='/~%')}"
            try:
                self._made[pointer] = jsonschema_rs.Draft202012Validator(
                    {"$ref": reference},
                    retriever=self._retrieve,
                    validate_formats=True,
                    pattern_options=jsonschema_rs.FancyRegexOptions(
                        backtrack_limit=_BACKTRACK_LIMIT
                    ),
                )
            except (ValueError, RecursionError) as error:
                reason = str(error).splitlines()[0].rstrip(".")
                raise BadValue(f"The schema {pointer}: {reason:.{_SHOWN_LENGTH}}.") from None
        return self._made[pointer]

    def _refuse_circles(self, pointer: str) -> None:
        reason = self._circles.reached(target(self._data, pointer))
        if reason is not None:
            raise BadValue(f"The schema {pointer}: {reason}.")

    def _retrieve(self, uri: str) -> Any:
        if uri.partition("#")[0] == _BASE:
            return self._data
        raise ValueError(f"the reference {uri[:100]} leads out of the document")


def _translated(data: Mapping[str, Any]) -> Any:
    """Return a document of version 3.0 with its schemas as those of JSON Schema 2020-12."""

    def walk(value: Any) -> Any:
        if isinstance(value, list):
            return [walk(it) for it in value]
        if not isinstance(value, dict):
            return value
        return {
            key: _schema(it, data)
            if key == "schema"
            else it
            if key in {"example", "examples"}
            else walk(it)
            for key, it in value.items()
        }

    whole = walk(dict(data))
    components = data.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    if isinstance(schemas, dict):
        made = {name: _schema(it, data) for name, it in schemas.items()}
        whole["components"] = {**whole["components"], "schemas": made}
    return whole


def _schema(schema: Any, data: Mapping[str, Any]) -> Any:
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("$ref"), str):
        return {"$ref": schema["$ref"]}
    found = {key: _keyword(key, it, data) for key, it in schema.items()}
    properties = schema.get("properties")
    if isinstance(properties, dict):
        _without_those_of_requests(found, properties, data)
    _bound(found)
    return _nullable(found) if found.pop("nullable", False) is True else found


def _keyword(key: str, value: Any, data: Mapping[str, Any]) -> Any:
    """Return the value of a keyword with the schemas in it translated."""
    if key in _SCHEMA:
        return _schema(value, data)
    if key in _SCHEMAS and isinstance(value, list):
        return [_schema(it, data) for it in value]
    if key == "properties" and isinstance(value, dict):
        return {name: _schema(it, data) for name, it in value.items()}
    return value


def _bound(found: dict[str, Any]) -> None:
    """Write exclusive bounds as numbers."""
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(found.get(exclusive), bool):
            is_exclusive = found.pop(exclusive)
            if is_exclusive and bound in found:
                found[exclusive] = found.pop(bound)


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that null is valid by, too."""
    if not isinstance(schema.get("type"), str) or schema.keys() & {"allOf", "anyOf", "oneOf"}:
        return {"anyOf": [schema, {"type": "null"}]}
    schema["type"] = [schema["type"], "null"]
    if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    return schema


def _without_those_of_requests(
    schema: dict[str, Any], properties: Mapping[str, Any], data: Mapping[str, Any]
) -> None:
    """Leave out of ``required`` what is only sent in requests: ``writeOnly``."""
    required = schema.get("required")
    if isinstance(required, list):
        needed = [it for it in required if not _is_write_only(properties.get(it), data)]
        schema["required"] = needed


def _is_write_only(schema: Any, data: Mapping[str, Any]) -> bool:
    for _ in range(MOST_REFERENCES):
        if not isinstance(schema, dict) or not isinstance(schema.get("$ref"), str):
            break
        schema = target(data, schema["$ref"])
    return isinstance(schema, dict) and schema.get("writeOnly") is True
