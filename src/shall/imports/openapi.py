"""Reads OpenAPI documents of version 3: a case for each operation, and what it must refuse.

An operation on one item (``/orders/{id}``) whose id no example names is a step of the case that
creates the item, reads it and deletes it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from msgspec import Struct, field

from shall.cases.forms import METHODS
from shall.cases.json_text import objects, text_of
from shall.imports.bodies import FORM_TYPE, is_json_type
from shall.imports.expressions import expression_text, mark
from shall.imports.names import Paths, variable_name
from shall.imports.openapi_examples import Document
from shall.imports.requests import CaseWriter, SentRequest
from shall.imports.result import MOST_CASES, Imported, ImportedCase, LeftOut
from shall.imports.secret_variables import SecretVariables
from shall.openapi.document import load_document

_ITEM = re.compile(r"(?P<above>.+)/\{(?P<name>[^{}/]+)\}")
_PLACEHOLDER = re.compile(r"\{([^{}/]+)\}")
_OF_PROTOCOL = frozenset(("accept", "content-type", "authorization"))
_MOST_LACKING = 10
"""Requests of one operation that lack something."""

_MOST_FIELDS = 10
"""Fields of a response that are looked for."""


class _Operation(Struct):
    """An operation: its parameters with their values, its body, and what it answers."""

    method: str
    path: str
    data: Mapping[str, Any]
    parameters: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    @property
    def place(self) -> str:
        """What names the operation in reports."""
        return f"{self.method} {self.path}"


def read_openapi(text: str, file: str) -> Imported:
    """Read a document.

    Raises:
        InvalidCase: It is not YAML or JSON.
        BadValue: It is of another version.
    """
    return _Reader(load_document(text, file), file).read()


class _Reader:
    """Reads one document."""

    def __init__(self, data: Mapping[str, Any], file: str) -> None:
        self.left_out = LeftOut(file)
        self.secrets = SecretVariables()
        self.place = ""
        self.document = Document(data, lambda message: self.left_out.add(self.place, message))
        self.data = data
        self.host, self.prefix = self._server()
        self.paths = Paths()
        self.cases: list[ImportedCase] = []

    def read(self) -> Imported:
        """Return the cases of the document."""
        operations = list(self._operations())
        webhooks = self.data.get("webhooks")
        for name in webhooks if isinstance(webhooks, dict) else ():
            message = "A webhook was left out: the service sends it, so no case can."
            self.left_out.add(f"webhooks.{name:.60}", message)
        if not operations:
            self.left_out.add("paths", "The document has no operation.")
        by_place = {it.place: it for it in operations}
        chained: set[str] = set()
        for operation in operations:
            if operation.method == "POST":
                chained |= self._chain(operation, by_place)
        for operation in operations:
            if len(self.cases) >= MOST_CASES:
                self.left_out.add("", f"Only the first {MOST_CASES:,} cases were written.")
                break
            if operation.place not in chained:
                self._single(operation)
            self._refused(operation)
        return Imported(self.cases, self.left_out.found, self.secrets.names)

    def _server(self) -> tuple[str, str]:
        """Return the host of the first server, and the path that all operations begin with."""
        servers = objects(self.data.get("servers"))
        url = text_of(servers[0].get("url")) if servers else ""
        variables = servers[0].get("variables") if servers else None
        for name, each in (variables if isinstance(variables, dict) else {}).items():
            default = text_of(each.get("default")) if isinstance(each, dict) else ""
            url = url.replace(f"{{{name}}}", default)
        found = re.match(r"(https?://[^/?#]+)?(.*)", url, re.IGNORECASE)
        host, prefix = (found[1] or "", found[2]) if found else ("", "")
        if not host:
            message = "The document names no host."
            self.left_out.add("servers", message, "Pass --host, or set `host` in shall.yaml.")
        return host, prefix.rstrip("/")

    def _operations(self) -> Iterator[_Operation]:
        paths = self.data.get("paths")
        for path, item in (paths if isinstance(paths, dict) else {}).items():
            item = self.document.resolved(item)
            path = path if path.startswith("/") else f"/{path}"  # else it begins with a host
            if "trace" in item:
                message = "The operation was left out: a case cannot send TRACE."
                self.left_out.add(f"TRACE {path}", message)
            for method in METHODS:
                data = item.get(method.lower())
                if not isinstance(data, dict):
                    continue
                operation = _Operation(method, path, data)
                self.place = operation.place
                callbacks = data.get("callbacks")
                for name in callbacks if isinstance(callbacks, dict) else ():
                    message = "A callback was left out: the service sends it, so no case can."
                    self.left_out.add(f"{operation.place}: callbacks.{name:.60}", message)
                found: dict[tuple[str, str], dict[str, Any]] = {}
                for holder in (item, data):
                    listed = holder.get("parameters")
                    for each in listed if isinstance(listed, list) else ():
                        parameter = self.document.resolved(each)
                        key = text_of(parameter.get("in")), text_of(parameter.get("name"))
                        found[key] = parameter
                operation.parameters = list(found.values())
                yield operation

    def _single(self, operation: _Operation) -> None:
        writer = self._writer()
        made_up = self._add(writer, operation)
        if made_up:
            names = ", ".join(f"`{name}`" for name in made_up)
            message = f"No example of {names} is in the document, so the value is made up."
            self.left_out.add(operation.place, message, "Write one that the service has.")
        name = text_of(operation.data.get("summary")) or operation.place
        self._write(operation, writer, name, text_of(operation.data.get("operationId")))

    def _writer(self) -> CaseWriter:
        writer = CaseWriter(expression_text, self.secrets, self.left_out)
        writer.host = self.host or None
        return writer

    def _write(self, operation: _Operation, writer: CaseWriter, name: str, file: str) -> None:
        if not writer.steps:
            return
        tags = operation.data.get("tags")
        folder = [text_of(it) for it in tags[:1]] if isinstance(tags, list) else []
        path = self.paths.of(*folder, file or operation.place)
        self.cases.append(ImportedCase(path, writer.case(expression_text(name.strip()))))

    def _add(
        self,
        writer: CaseWriter,
        operation: _Operation,
        ids: Mapping[str, str] | None = None,
        answer: Mapping[str, Any] | None = None,
        lacking: tuple[str, str] = ("", ""),
    ) -> list[str]:
        """Add an operation as a step; return the path parameters whose value is made up."""
        self.place = operation.place
        sent = SentRequest(operation.place, "", operation.method)
        values: dict[str, str] = dict(ids or {})
        made_up: list[str] = []
        query: list[str] = []
        for parameter in operation.parameters:
            name, where = text_of(parameter.get("name")), text_of(parameter.get("in"))
            if where == "path":
                if name not in values and not self._has_example(parameter):
                    made_up.append(name)
                text = _plain(self._value_of(parameter))
                values.setdefault(name, quote(text or "1", safe=""))
            elif parameter.get("required") and (where, name) != lacking:
                self._parameter(sent, query, where, name, self._value_of(parameter))
        self._secure(sent, query, operation)
        path = _PLACEHOLDER.sub(lambda found: values.get(found[1], "1"), operation.path)
        sent.url = f"{self.prefix}{path}" + (f"?{'&'.join(query)}" if query else "")
        self._body(sent, operation, lacking)
        writer.add(sent, self._answer(operation) if answer is None else answer)
        return made_up

    def _has_example(self, parameter: Mapping[str, Any]) -> bool:
        schema = self.document.resolved(parameter.get("schema"))
        named = self.document.example_of(parameter) or self.document.example_of(schema)
        return named is not None or "enum" in schema

    def _value_of(self, parameter: Mapping[str, Any]) -> Any:
        example = self.document.example_of(parameter)
        return self.document.value(parameter.get("schema")) if example is None else example[0]

    def _parameter(
        self, sent: SentRequest, query: list[str], where: str, name: str, value: Any
    ) -> None:
        if where == "query":
            listed = value if isinstance(value, list) else [value]
            query += [f"{quote(name)}={quote(_plain(it), safe='')}" for it in listed]
        elif where == "cookie":
            sent.headers.append(("Cookie", f"{name}={_plain(value)}"))
        elif name.lower() not in _OF_PROTOCOL:
            sent.headers.append((name, _plain(value)))

    def _secure(self, sent: SentRequest, query: list[str], operation: _Operation) -> None:
        needed = operation.data.get("security", self.data.get("security"))
        components = self.document.resolved(self.data.get("components"))
        schemes = self.document.resolved(components.get("securitySchemes"))
        first = objects(needed)[:1]
        for name in first[0] if first else ():
            scheme = self.document.resolved(schemes.get(name))
            kind = text_of(scheme.get("type"))
            where, key = text_of(scheme.get("in")), text_of(scheme.get("name"))
            if kind == "apiKey":
                variable = variable_name(key or name)
                self.secrets.declare(variable)
                if where == "query":
                    query.append(f"{quote(key)}={mark(variable)}")
                elif where == "cookie":
                    sent.headers.append(("Cookie", f"{key}={mark(variable)}"))
                else:
                    sent.headers.append((key or "X-Api-Key", mark(variable)))
            elif kind in {"oauth2", "openIdConnect"} or scheme.get("scheme") == "bearer":
                sent.headers.append(("Authorization", f"Bearer {mark('token')}"))
            elif scheme.get("scheme") == "basic":
                sent.user = f"{mark('user')}:{mark('password')}"
            else:
                message = f"The security scheme `{name:.40}` was left out."
                self.left_out.add(operation.place, message)

    def _body(self, sent: SentRequest, operation: _Operation, lacking: tuple[str, str]) -> None:
        body = self.document.resolved(operation.data.get("requestBody"))
        content = body.get("content")
        if not isinstance(content, dict) or not content or lacking == ("body", ""):
            return
        kind = min(content, key=_preference)
        media = self.document.resolved(content[kind])
        example = self.document.example_of(media)
        value = example[0] if example is not None else self.document.value(media.get("schema"))
        if lacking[0] == "body" and isinstance(value, dict):
            value = {key: it for key, it in value.items() if key != lacking[1]}
        if is_json_type(kind):
            sent.body = json.dumps(value, ensure_ascii=False)
            sent.headers.append(("Content-Type", kind))
        elif kind == FORM_TYPE and isinstance(value, dict):
            sent.fields = [(key, _plain(it)) for key, it in value.items()]
        elif kind == "multipart/form-data" and isinstance(value, dict):
            self._parts(sent, media, value)
            if sent.files and example is None and not lacking[0]:
                names = ", ".join(f"`{name}`" for name in dict.fromkeys(it for it, _ in sent.files))
                message = f"No file of {names} is in the document, so a short text is sent as one."
                self.left_out.add(operation.place, message, "Write the path of one as `file`.")
        elif isinstance(value, str) and not kind.startswith(("image/", "application/octet")):
            sent.body, sent.is_text = value, True
            sent.headers.append(("Content-Type", kind))
        else:
            self.left_out.add(operation.place, f"The body of the type {kind:.60} was left out.")

    def _parts(self, sent: SentRequest, media: Mapping[str, Any], value: dict[str, Any]) -> None:
        """Write the parts of a multipart body: files where the schema says that they are binary."""
        properties, _ = self.document.properties(media.get("schema"))
        encoding = media.get("encoding")
        for key, it in value.items():
            own = encoding.get(key) if isinstance(encoding, dict) else None
            kind = text_of(own.get("contentType")) if isinstance(own, dict) else ""
            file_type = self._file_type(properties.get(key), kind.partition(",")[0].strip())
            for each in it if file_type and isinstance(it, list) else [it]:
                if file_type:
                    part = {"text": _plain(each), "type": file_type, "name": key}
                    sent.files.append((key, part))
                else:
                    sent.form.append((key, _plain(each)))

    def _file_type(self, schema: Any, kind: str) -> str:
        """Return the content type of a part that is a file, by its schema; else an empty text."""
        schema = self.document.resolved(schema)
        if schema.get("type") == "array":
            schema = self.document.resolved(schema.get("items"))
        is_encoded = "contentEncoding" in schema
        declared = "" if is_encoded else text_of(schema.get("contentMediaType"))
        is_binary = schema.get("format") == "binary" or (declared and not is_json_type(declared))
        kind = declared or (kind if "*" not in kind else "")
        return (kind or "application/octet-stream") if is_binary else ""

    def _answer(self, operation: _Operation) -> dict[str, Any]:
        status, response = self._success(operation)
        expect: dict[str, Any] = {"status": status}
        content = response.get("content")
        for kind, media in (content if isinstance(content, dict) else {}).items():
            if not is_json_type(kind) or operation.method == "HEAD":
                continue
            schema = self.document.resolved(self.document.resolved(media).get("schema"))
            if schema.get("type") == "array":
                expect["body"] = {"is_list": True}
                break
            _, required = self.document.properties(schema)
            for name in required[:_MOST_FIELDS]:
                if re.fullmatch(r"[A-Za-z_]\w*", name):
                    expect[f"$.{name}"] = {"exists": True}
            break
        return {"expect": expect}

    def _success(self, operation: _Operation) -> tuple[Any, Mapping[str, Any]]:
        """Return the first status that says success, and its response."""
        responses = operation.data.get("responses")
        listed = responses if isinstance(responses, dict) else {}
        for status, response in listed.items():
            text = str(status)
            if re.fullmatch(r"2\d\d", text):
                return int(text), self.document.resolved(response)
            if text.upper() == "2XX":
                return "2xx", self.document.resolved(response)
        redirects = [int(it) for it in map(str, listed) if re.fullmatch(r"3\d\d", it)]
        return ("2xx" if not redirects else [*range(200, 205), *redirects]), {}

    def _refused(self, operation: _Operation) -> None:
        """Write what an operation must refuse: requests that lack something required."""
        lacking: list[tuple[str, str]] = [
            (text_of(it.get("in")), text_of(it.get("name")))
            for it in operation.parameters
            if it.get("required")
            and text_of(it.get("in")) in {"query", "header"}
            and text_of(it.get("name")).lower() not in _OF_PROTOCOL
        ]
        body = self.document.resolved(operation.data.get("requestBody"))
        content = body.get("content")
        if isinstance(content, dict) and content:
            kind = min(content, key=_preference)
            media = self.document.resolved(content[kind])
            schema = self.document.resolved(media.get("schema"))
            properties, names = self.document.properties(schema)
            lacking += [
                ("body", name)
                for name in names
                if not self.document.resolved(properties[name]).get("readOnly")
            ]
        if not lacking:
            return
        responses = operation.data.get("responses")
        statuses = map(str, responses if isinstance(responses, dict) else ())
        declared = [int(it) for it in statuses if it in {"400", "422"}]
        status: Any = declared[0] if len(declared) == 1 else declared or "4xx"
        writer = self._writer()
        for each in lacking[:_MOST_LACKING]:
            if self._add(writer, operation, answer={"expect": {"status": status}}, lacking=each):
                return  # the item that it names may not exist
        name = f"{operation.place} refuses what lacks a required value"
        self._write(operation, writer, name, f"{operation.place} refused")

    def _chain(self, create: _Operation, operations: Mapping[str, _Operation]) -> set[str]:
        """Write the case of an item that is created, read, changed and deleted, if there is one.

        Return the operations in it.
        """
        item = self._item_of(create, operations)
        if item is None:
            return set()
        path, parameter, selector = item
        variable = variable_name(parameter)
        steps = [
            operations[f"{method} {path}"]
            for method in ("GET", "PUT", "PATCH", "DELETE")
            if f"{method} {path}" in operations
        ]
        writer = self._writer()
        made_up = self._add(
            writer, create, answer={"capture": {variable: selector}, **self._answer(create)}
        )
        ids = {parameter: mark(variable)}
        for each in steps:
            made_up += self._add(writer, each, ids)
        read = operations.get(f"GET {path}")
        if read is not None and steps[-1].method == "DELETE":
            responses = read.data.get("responses")
            if isinstance(responses, dict) and "404" in map(str, responses):
                self._add(writer, read, ids, answer={"expect": {"status": 404}})
        if made_up:
            return set()
        places = {create.place, *(it.place for it in steps)}
        self._write(create, writer, f"{create.path}: life of an item", f"{create.path} life")
        return places

    def _item_of(
        self, create: _Operation, operations: Mapping[str, _Operation]
    ) -> tuple[str, str, str] | None:
        """Return the path of one item, its parameter, and the selector of its id."""
        _, response = self._success(create)
        content = response.get("content")
        media = (
            next((it for key, it in (content or {}).items() if is_json_type(key)), None)
            if isinstance(content, dict)
            else None
        )
        properties, _ = self.document.properties(self.document.resolved(media).get("schema"))
        for place in operations:
            method, _, path = place.partition(" ")
            found = _ITEM.fullmatch(path)
            if method not in {"GET", "DELETE"} or not found or found["above"] != create.path:
                continue
            name = found["name"]
            for key in (name, "id", name.removesuffix("Id").removesuffix("_id")):
                if key in properties and re.fullmatch(r"[A-Za-z_]\w*", key):
                    return path, name, f"$.{key}"
        return None


def _preference(kind: str) -> int:
    order = (is_json_type(kind), kind == FORM_TYPE, kind == "multipart/form-data")
    return order.index(True) if any(order) else len(order)


def _plain(value: Any) -> str:
    """Return a value as the text of a parameter."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(map(_plain, value))
    return text_of(value) if isinstance(value, (str, dict)) or value is None else str(value)
