"""Which other files the references of a JSON Schema lead to, as paths in the workspace."""

import json
import posixpath
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

from msgspec import Struct

from shall.errors import BadValue
from shall.late_pattern import late_pattern

MOST_FILES = 100
"""Other files that a schema may refer to."""

MOST_BYTES = 8 << 20
"""Their size in all."""

_REFERENCES = ("$ref", "$dynamicRef")

_REMEMBERED = 64 << 10
"""References of files of so many bytes are read once; larger files take memory."""

_Links = tuple[list[tuple[str, str]], set[str]]

_SCHEMAS_BY_NAME = frozenset(
    ("properties", "patternProperties", "dependentSchemas", "dependencies", "$defs", "definitions")
)
_VALUES = frozenset(("const", "enum", "default", "examples"))
"""Keywords whose values are data: `$ref` in them is no reference."""

_ELSEWHERE = late_pattern(rb'"\$(?:ref|dynamicRef)"\s*:\s*"(?!#)')


class SchemaFile(Struct, frozen=True):
    """A file: its path in the workspace, the address that references to it have, its text."""

    path: str
    url: str
    text: bytes


def refers_elsewhere(text: bytes) -> bool:
    """Return whether a schema may refer to more than itself."""
    return _ELSEWHERE.search(text) is not None


def address_of(path: str) -> str:
    """Return the address of a file in the workspace, which a schema without ``$id`` has.

    >>> address_of("schemas/an order.json")
    'file:///schemas/an%20order.json'
    """
    return f"file:///{quote(path)}"


def referenced(text: bytes, path: str, read: Callable[[str], bytes]) -> tuple[SchemaFile, ...]:
    """Return the other files that a schema refers to, also through one another.

    A reference is relative to its file; where the file has an ``$id``, references are relative to
    that, and its folder stands for the folder of the file. A text that is not JSON has none.

    Raises:
        BadValue: They are too many or too large.
        ShallError: What ``read`` raises.
    """
    found: dict[str, SchemaFile] = {}
    own: set[str] = set()
    waiting = [SchemaFile(path, address_of(path), text)]
    size = 0
    while waiting:
        file = waiting.pop()
        links, ids = _references(file)
        own |= {file.url, *ids}
        for url, other in links:
            if url in own or url in found:
                continue
            if len(found) == MOST_FILES:
                raise BadValue(f"The schema {path} refers to more than {MOST_FILES} other files.")
            found[url] = SchemaFile(other, url, read(other))
            size += len(found[url].text)
            if size > MOST_BYTES:
                limit = MOST_BYTES >> 20
                raise BadValue(f"The files that {path} refers to have more than {limit} MiB.")
            waiting.append(found[url])
    return tuple(found.values())


def _references(file: SchemaFile) -> _Links:
    return (_known_references if len(file.text) <= _REMEMBERED else _read_references)(file)


def _read_references(file: SchemaFile) -> _Links:
    """Return address and path of each file that a file refers to, and the ids of its schemas."""
    try:
        schema = json.loads(file.text)
    except (ValueError, RecursionError):
        return [], set()
    root = _based(schema, file.url)
    links, ids = {}, set()
    for node, base in schemas_within(schema, file.url):
        ids.add(base)
        for reference in (node.get(name) for name in _REFERENCES):
            url = joined(base, reference) if isinstance(reference, str) else ""
            other = _path_of(url, root, file.path)
            if url and other is not None:
                links[url] = other
    return [it for it in links.items() if it[0] not in ids], ids


_known_references = lru_cache(maxsize=256)(_read_references)


def schemas_within(schema: Any, base: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield a schema and those within it, with the address that its references are relative to."""
    rest = [(schema, base, False)]
    while rest:
        found, base, is_by_name = rest.pop()
        if isinstance(found, list):
            rest += [(it, base, False) for it in found]
        elif isinstance(found, dict) and is_by_name:
            rest += [(it, base, False) for it in found.values()]
        elif isinstance(found, dict):
            base = _based(found, base)
            yield found, base
            rest += [
                (it, base, keyword in _SCHEMAS_BY_NAME)
                for keyword, it in found.items()
                if keyword not in _VALUES
            ]


def _based(schema: Any, base: str) -> str:
    own = schema.get("$id") if isinstance(schema, dict) else None
    return (joined(base, own) or base) if isinstance(own, str) else base


def joined(base: str, reference: str) -> str:
    """Return the address of the file that a reference names; empty if it cannot be read."""
    try:
        return urldefrag(base if reference[:1] == "#" else urljoin(base, reference))[0]
    except ValueError:
        return ""


def _path_of(url: str, base: str, path: str) -> str | None:
    """Return the path of the file at an address; None where it is none of the workspace.

    >>> _path_of("https://a.example/s/b/c.json", "https://a.example/s/a.json", "schemas/a.json")
    'schemas/b/c.json'
    """
    to, at = urlsplit(url), urlsplit(base)
    if (to.scheme, to.netloc) != (at.scheme, at.netloc) or to.path[:1] != "/":  # as in a URN
        return None
    between = posixpath.relpath(unquote(to.path), posixpath.dirname(unquote(at.path)) or "/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), between))
