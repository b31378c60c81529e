"""Reads an OpenAPI document of version 3: its operations, and the responses that each declares."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from msgspec import Struct

from shall.cases.json_text import load_object, objects, text_of
from shall.cases.reader import load_yaml
from shall.errors import BadValue

METHODS = ("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE")

MOST_REFERENCES = 32
"""References that lead from one to the next."""

MOST_BYTES = 16 << 20
"""The largest document that is read, in bytes."""

_MOST_BASES = 50
"""Base paths of one operation: a server may name a path by variables with many values."""

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
"""A place in a list, as a JSON pointer writes it (RFC 6901, section 4)."""

_VARIABLE = re.compile(r"\{([^{}]*)\}")


class Node(Struct, frozen=True):
    """A part of the document, and where it is: ``#/paths/~1orders/get``."""

    data: Mapping[str, Any]
    pointer: str


class ResponseDeclaration(Struct, frozen=True):
    """A response that an operation declares.

    ``status`` is as written: ``200``, ``2XX`` or ``default``. ``types`` are the media types with
    their parts of the document, ``headers`` the declared headers.
    """

    status: str
    node: Node
    types: Mapping[str, Node]
    headers: Mapping[str, Node]


class Operation(Struct, frozen=True):
    """An operation. ``bases`` are the paths of its servers that come before its own."""

    method: str
    path: str
    pointer: str
    operation_id: str
    bases: tuple[str, ...]
    responses: tuple[ResponseDeclaration, ...]

    @property
    def place(self) -> str:
        """What names the operation: ``GET /orders/{id}``."""
        return f"{self.method} {self.path}"

    def response_for(self, status: int) -> ResponseDeclaration | None:
        """Return what is declared for a status: itself, else its range, else the default."""
        by_status = {it.status: it for it in self.responses}
        for name in (str(status), f"{status // 100}XX", "default"):
            if name in by_status:
                return by_status[name]
        return None


class Document(Struct, frozen=True):
    """An OpenAPI document. ``lost`` are references that lead out of it, or nowhere."""

    file: str
    version: str
    data: Mapping[str, Any]
    operations: tuple[Operation, ...]
    lost: tuple[str, ...]


def read_document(text: str, file: str) -> Document:
    """Read a document of YAML or JSON; ``file`` is its path or URL. Raises as ``load_document``."""
    data = load_document(text, file)
    references = References(data)
    operations = tuple(_operations(data, references, file))
    lost = tuple(dict.fromkeys(references.lost))
    return Document(file, text_of(data["openapi"]), data, operations, lost)


def load_document(text: str, file: str) -> dict[str, Any]:
    """Return the data of a document of YAML or JSON; ``file`` is its path or URL.

    Raises:
        InvalidCase: It is neither.
        BadValue: It is of another version.
    """
    is_json = text.lstrip()[:1] == "{"
    data = load_object(text, file) if is_json else load_yaml(text, file, keys_as_written=True)
    version = text_of(data.get("openapi")) if isinstance(data, dict) else ""
    if not version.startswith("3."):
        raise BadValue(
            f"{file} is not an OpenAPI document of version 3.",
            hint="Convert a Swagger document of version 2 first.",
        )
    return data


class References:
    """Follows the references of a document within it, and nowhere else."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self.lost: list[str] = []

    def resolved(self, value: Any, pointer: str) -> Node:
        """Return a part of the document, or what its reference leads to.

        A reference that leads out or nowhere is noted, and the part is empty.
        """
        for _ in range(MOST_REFERENCES):
            if not isinstance(value, dict):
                return Node({}, pointer)
            reference = value.get("$ref")
            if not isinstance(reference, str):
                return Node(value, pointer)
            found = target(self._data, reference)
            if not isinstance(found, dict):
                self.lost.append(reference)
                return Node({}, pointer)
            value, pointer = found, reference
        self.lost.append(pointer)
        return Node({}, pointer)


def target(data: Mapping[str, Any], reference: str) -> Any:
    """Return what a local reference (``#/components/…``) leads to; None where it leads nowhere."""
    if not reference.startswith("#/"):
        return None
    value: Any = data
    for part in reference[2:].split("/"):
        key = unquote(part).replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            value = value[int(key)] if _INDEX.fullmatch(key) and int(key) < len(value) else None
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value


def below(pointer: str, *keys: str) -> str:
    """Return the pointer to a part below another."""
    return "/".join([pointer, *(key.replace("~", "~0").replace("/", "~1") for key in keys)])


def _operations(data: Mapping[str, Any], references: References, file: str) -> Iterator[Operation]:
    paths = data.get("paths")
    for path, item in (paths if isinstance(paths, dict) else {}).items():
        if not isinstance(path, str) or not path.startswith("/"):
            continue
        node = references.resolved(item, below("#/paths", path))
        for method in METHODS:
            said = node.data.get(method.lower())
            if isinstance(said, dict):
                pointer = below(node.pointer, method.lower())
                servers = said.get("servers", node.data.get("servers", data.get("servers")))
                yield Operation(
                    method,
                    path,
                    pointer,
                    text_of(said.get("operationId")),
                    _bases(servers, file),
                    tuple(_responses(said.get("responses"), pointer, references)),
                )


def _responses(said: Any, pointer: str, references: References) -> Iterator[ResponseDeclaration]:
    for key, value in (said if isinstance(said, dict) else {}).items():
        status = str(key)
        if status.startswith("x-"):
            continue
        node = references.resolved(value, below(pointer, "responses", status))
        is_range = re.fullmatch(r"[1-5][xX]{2}", status) is not None
        yield ResponseDeclaration(
            status.upper() if is_range else status,
            node,
            _nodes(node, "content", references),
            _nodes(node, "headers", references),
        )


def _nodes(holder: Node, name: str, references: References) -> dict[str, Node]:
    said = holder.data.get(name)
    return {
        str(key): references.resolved(value, below(holder.pointer, name, str(key)))
        for key, value in (said if isinstance(said, dict) else {}).items()
    }


def _bases(servers: Any, file: str) -> tuple[str, ...]:
    """Return the paths of servers without a trailing slash; without a server there is none."""
    found: list[str] = []
    for server in objects(servers):
        variables = server.get("variables")
        named = variables if isinstance(variables, dict) else {}
        for url in _urls(text_of(server.get("url")), named):
            try:
                path = urlsplit(urljoin(file if "://" in file else "http://localhost/", url)).path
            except ValueError:
                continue
            found.append(path.rstrip("/"))
    return tuple(dict.fromkeys(found)) or ("",)


def _urls(url: str, variables: Mapping[str, Any]) -> Sequence[str]:
    """Return a server's URL with every value of the variables in it."""
    urls = [url]
    for name in dict.fromkeys(_VARIABLE.findall(url)):
        said = variables.get(name)
        said = said if isinstance(said, dict) else {}
        listed = said.get("enum")
        values = [*(listed if isinstance(listed, list) else ()), said.get("default")]
        texts = dict.fromkeys(text_of(it) for it in values if it is not None)
        urls = [it.replace(f"{{{name}}}", text) for it in urls for text in texts][:_MOST_BASES]
    return urls
