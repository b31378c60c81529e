"""References of JSON Schemas that lead in a circle: validators take any value for valid."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from shall.cases.schema_files import joined, schemas_within

_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")

_ASSERTIONS = frozenset(
    (
        *("type", "enum", "const", "format", "pattern", "minLength", "maxLength"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *("divisibleBy", "properties", "patternProperties", "additionalProperties"),
        *("unevaluatedProperties", "propertyNames", "required", "dependentRequired"),
        *("dependentSchemas", "dependencies", "minProperties", "maxProperties", "items"),
        *("prefixItems", "additionalItems", "unevaluatedItems", "contains", "minContains"),
        *("maxContains", "minItems", "maxItems", "uniqueItems"),
    )
)
"""Keywords by which a schema says more than those that it combines."""

_BEFORE_2019 = ("draft-04", "draft-06", "draft-07")
"""Drafts in which nothing beside a ``$ref`` counts."""

_Groups = dict[int, list[set[int]]]
"""A schema holds of any value if one schema of each of its groups does."""


class Circles:
    """The schemas of files that hold of any value because their references lead in a circle.

    ``files`` are the schemas by their addresses; ``draft`` is the ``$schema`` of the first.
    """

    def __init__(self, files: Mapping[str, Any], draft: Any = None) -> None:
        self._is_old = isinstance(draft, str) and any(it in draft for it in _BEFORE_2019)
        self._by_address = {**files}
        self._bases: dict[int, str] = {}
        self._anchors: dict[tuple[str, str], Any] = {}
        self._dynamic: dict[str, list[Any]] = {}
        schemas = []
        for url, schema in files.items():
            for found, base in schemas_within(schema, url):
                self._by_address.setdefault(base, found)
                self._bases[id(found)] = base
                self._name(found, base)
                schemas.append((url, found))
        groups: _Groups = {id(True): []}
        for _, each in schemas:
            found_groups = self._groups(each)
            if found_groups is not None:
                groups[id(each)] = found_groups
        any_value = _held(groups)
        circles = _held({name: [set[int]().union(*it)] for name, it in any_value.items()})
        self._wrong = {id(it): (url, it) for url, it in schemas if id(it) in circles}
        self._used = set[int]().union(*(group for it in circles.values() for group in it))

    def first(self) -> tuple[str, str] | None:
        """Return the address of the file of a circle, and what is said of it; None without one."""
        for name, (url, schema) in self._wrong.items():
            for _, reference in _references(schema) if name in self._used else ():
                return url, _said(reference)
        return None

    def reached(self, schema: Any) -> str | None:
        """Return what is said of a circle in a schema, or where its references lead; else None."""
        waiting, seen = [schema] if self._wrong else [], set[int]()
        while waiting:
            for found, _ in schemas_within(waiting.pop(), ""):
                for word, reference in _references(found):
                    if id(found) in self._wrong:
                        return _said(reference)
                    led_to = {id(it): it for it in self._targets(found, word, reference)}
                    waiting += [it for name, it in led_to.items() if name not in seen]
                    seen |= led_to.keys()
        return None

    def _name(self, schema: Mapping[str, Any], base: str) -> None:
        """Remember a schema by its anchors; before 2019-09, an ``$id`` was one."""
        own = schema.get("$id")
        names = [own[1:]] if isinstance(own, str) and own.startswith("#") else []
        for word in ("$anchor", "$dynamicAnchor"):
            name = schema.get(word)
            names += [name] if isinstance(name, str) else []
        for name in names:
            self._anchors.setdefault((base, name), schema)
        if isinstance(schema.get("$dynamicAnchor"), str):
            self._dynamic.setdefault(schema["$dynamicAnchor"], []).append(schema)

    def _groups(self, schema: Mapping[str, Any]) -> list[set[int]] | None:
        """Return the groups of a schema; None where it says more than the schemas in them."""
        is_reference = self._is_old and isinstance(schema.get("$ref"), str)
        if not is_reference and not schema.keys().isdisjoint(_ASSERTIONS):
            return None
        groups = [
            {id(it) for it in self._targets(schema, word, reference)}
            for word, reference in _references(schema)
        ]
        if is_reference:
            return groups[:1]
        groups += [{id(schema[it])} for it in ("then", "else", "not") if it in schema]
        groups += [{id(it)} for it in _listed(schema, "allOf")]
        return groups + [
            {*map(id, _listed(schema, it))} for it in ("anyOf", "oneOf") if it in schema
        ]

    def _targets(self, schema: Mapping[str, Any], word: str, reference: str) -> list[Any]:
        """Return what a reference may lead to; a dynamic one depends on the way to it."""
        base = self._bases[id(schema)]
        address, fragment = joined(base, reference), unquote(reference.partition("#")[2])
        if not fragment or fragment.startswith("/"):
            return [_at(self._by_address.get(address), fragment)]
        others = self._dynamic.get(fragment, []) if word == "$dynamicRef" else []
        return [self._anchors.get((address, fragment)), *others]


def _said(reference: str) -> str:
    return f"the reference {reference:.100} leads in a circle, so that any value is valid"


def _held(groups: _Groups) -> _Groups:
    """Return the schemas of which each group has one that is returned, too."""
    left = {name: [each & groups.keys() for each in given] for name, given in groups.items()}
    users: dict[int, list[tuple[int, set[int]]]] = {}
    for name, given in left.items():
        for group in given:
            for it in group:
                users.setdefault(it, []).append((name, group))
    gone = [name for name, given in left.items() if not all(given)]
    while gone:
        name = gone.pop()
        if left.pop(name, None) is not None:
            for user, group in users.get(name, ()):
                group.discard(name)
                if not group:
                    gone.append(user)
    return left


def _references(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for word in _REFERENCES:
        if isinstance(schema.get(word), str):
            yield word, schema[word]


def _listed(schema: Mapping[str, Any], word: str) -> list[Any]:
    found = schema.get(word)
    return found if isinstance(found, list) else []


def _at(schema: Any, pointer: str) -> Any:
    """Return what a JSON Pointer leads to; None where it leads nowhere."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(schema, list):
            schema = schema[int(name)] if name.isdecimal() and int(name) < len(schema) else None
        else:
            schema = schema.get(name) if isinstance(schema, dict) else None
    return schema
