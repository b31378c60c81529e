"""Reads Postman collections of version 2.0 and 2.1: a case for each request.

Where scripts store values of responses for later requests, the collection is one case.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from shall.imports.bodies import FORM_TYPE
from shall.imports.json_text import load_object, objects, text_of
from shall.imports.names import Paths, variable_name
from shall.imports.postman_scripts import Script, read_script
from shall.imports.requests import CaseWriter, SentRequest
from shall.imports.result import MOST_CASES, Imported, ImportedCase, LeftOut
from shall.imports.secret_variables import SecretVariables
from shall.redaction.names import is_secret_name

_VARIABLE = re.compile(r"\{\{([^{}]{1,200})\}\}")
_UNQUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|(\{\{[^{}]+\}\})')
_PATH_VARIABLE = re.compile(r"(?<=/):([A-Za-z_][\w-]*)")
_LONGEST = 20_000
"""Characters of a body in which variables outside of texts are looked for."""

_CONTENT_TYPES = {
    "json": "application/json",
    "xml": "application/xml",
    "html": "text/html",
    "javascript": "application/javascript",
}
_FUNCTIONS = {
    "$guid": "uuid()",
    "$randomUUID": "uuid()",
    "$timestamp": "timestamp()",
    "$randomInt": "random_int(0, 1000)",
    "$randomEmail": "fake_email()",
    "$randomUserName": "fake_username()",
    "$randomFullName": "fake_name()",
}


class _Item(Struct, frozen=True):
    """A request of a collection: its folders, its own part, and the auth that it inherits."""

    folders: tuple[str, ...]
    name: str
    request: Mapping[str, Any]
    auth: Any
    script: Script
    follow_redirects: bool = True

    @property
    def place(self) -> str:
        """The path of the request in the collection."""
        return "/".join((*self.folders, self.name))


def read_postman(text: str, file: str) -> Imported:
    """Read a collection. Raises ``InvalidCase``."""
    collection = load_object(text, file)
    return _Reader(file).read(collection)


class _Reader:
    """Reads one collection."""

    def __init__(self, file: str) -> None:
        self.left_out = LeftOut(file)
        self.secrets = SecretVariables()
        self.variables: dict[str, str] = {}

    def read(self, collection: Mapping[str, Any]) -> Imported:
        """Return the cases of a collection."""
        for each in objects(collection.get("variable")):
            name = text_of(each.get("key") or each.get("id"))
            if name and each.get("value") is not None:
                self.variables[self._name(name)] = text_of(each["value"])
        self._scripts(collection, "the collection")
        items = list(self._items(collection, (), collection.get("auth")))
        if len(items) > MOST_CASES:
            self.left_out.add("", f"Only the first {MOST_CASES:,} requests were read.")
        return Imported(
            self._cases(items[:MOST_CASES], self._title(collection)),
            self.left_out.found,
            self.secrets.names,
        )

    def _title(self, collection: Mapping[str, Any]) -> str:
        info = collection.get("info")
        return text_of(info.get("name")) if isinstance(info, dict) else ""

    def _items(
        self, holder: Mapping[str, Any], folders: tuple[str, ...], auth: Any
    ) -> Iterator[_Item]:
        for item in objects(holder.get("item")):
            name = text_of(item.get("name")) or "request"
            if isinstance(item.get("item"), list):
                self._scripts(item, "/".join((*folders, name)))
                yield from self._items(item, (*folders, name), item.get("auth") or auth)
                continue
            request = item.get("request")
            request = {"url": request} if isinstance(request, str) else request
            place = "/".join((*folders, name))
            if not isinstance(request, dict):
                self.left_out.add(place, "The request was left out: it has no description.")
                continue
            behaviour = item.get("protocolProfileBehavior")
            follows = not (
                isinstance(behaviour, dict) and behaviour.get("followRedirects") is False
            )
            own = request.get("auth") or auth
            yield _Item(folders, name, request, own, self._scripts(item, place), follows)

    def _scripts(self, holder: Mapping[str, Any], place: str) -> Script:
        """Return what the test script of a request says; the rest of its scripts is reported."""
        found = Script()
        for event in objects(holder.get("event")):
            script = event.get("script")
            lines = script.get("exec") if isinstance(script, dict) else None
            text = "\n".join(map(text_of, lines)) if isinstance(lines, list) else text_of(lines)
            if event.get("listen") == "test" and "request" in holder:
                found = read_script(text)
                text = found.rest
            if text.strip():
                kind = "test" if event.get("listen") == "test" else "pre-request"
                self.left_out.add(
                    place,
                    f"A {kind} script was left out: `{' '.join(text.split())[:60]}`.",
                    "Write what it checks under `expect`, what it stores under `capture`.",
                )
        return found

    def _cases(self, items: list[_Item], title: str) -> list[ImportedCase]:
        paths = Paths()
        stored = {self._name(name) for it in items for name in it.script.captures}
        for name in stored:
            self.variables.pop(name, None)
        if stored:
            writer = self._writer()
            for item in items:
                self._add(writer, item)
            if not writer.steps:
                return []
            name = title or writer.title
            return [ImportedCase(paths.of(name), self._case(writer, name))]
        cases: list[ImportedCase] = []
        for item in items:
            writer = self._writer()
            if self._add(writer, item):
                data = self._case(writer, item.name)
                cases.append(ImportedCase(paths.of(*item.folders, item.name), data))
        return cases

    def _writer(self) -> CaseWriter:
        return CaseWriter(self.convert, self.secrets, self.left_out)

    def _case(self, writer: CaseWriter, name: str) -> dict[str, Any]:
        used: dict[str, str] = {}
        waiting = [str(writer.steps) + str(writer.host)]
        while waiting:
            text = waiting.pop()
            for key, value in self.variables.items():
                if key not in used and f"{{{{ {key} }}}}" in text:
                    used[key] = value
                    waiting.append(self.convert(value))
        for key in used:
            if is_secret_name(key):
                self.secrets.declare(key)
        given = {
            key: self.secrets.hide(self.convert(value))
            for key, value in used.items()
            if not is_secret_name(key)
        }
        return writer.case(name, variables=given)

    def _name(self, name: str) -> str:
        plain = name.strip()
        return plain if re.fullmatch(r"[A-Za-z_]\w*", plain) else variable_name(plain)

    def convert(self, text: str) -> str:
        """Return a text with the variables of Postman as expressions."""
        parts = _VARIABLE.split(text)
        parts[::2] = [part.replace("{{", '{{ "{{" }}') for part in parts[::2]]
        parts[1::2] = [f"{{{{ {self._expression(name)} }}}}" for name in parts[1::2]]
        return "".join(parts)

    def _expression(self, name: str) -> str:
        name = name.strip()
        if not name.startswith("$"):
            return self._name(name)
        if name not in _FUNCTIONS:
            message = f"The dynamic variable `{name:.40}` became an ordinary one."
            self.left_out.add("", message, "Give it a value, or call a function.")
        return _FUNCTIONS.get(name) or self._name(name)

    def _add(self, writer: CaseWriter, item: _Item) -> bool:
        request = item.request
        sent = SentRequest(item.place, self._url(request.get("url")))
        sent.method = text_of(request.get("method")) or "GET"
        sent.follow_redirects = item.follow_redirects
        sent.headers = [
            (text_of(it.get("key")), text_of(it.get("value")))
            for it in objects(request.get("header"))
            if not it.get("disabled") and it.get("key")
        ]
        if not sent.url:
            self.left_out.add(item.place, "The request was left out: it has no URL.")
            return False
        self._auth(sent, item.auth)
        body = request.get("body")
        if isinstance(body, dict) and not body.get("disabled"):
            self._body(sent, body)
        answer: dict[str, Any] = {}
        if item.script.captures:
            answer["capture"] = {self._name(key): it for key, it in item.script.captures.items()}
        if item.script.expect:
            answer["expect"] = dict(item.script.expect)
        return writer.add(sent, answer)

    def _url(self, url: Any) -> str:
        if not isinstance(url, dict):
            return text_of(url)
        raw = text_of(url.get("raw"))
        if not raw:
            host, path = url.get("host"), url.get("path")
            name = ".".join(map(text_of, host)) if isinstance(host, list) else text_of(host)
            below = "/".join(map(text_of, path)) if isinstance(path, list) else text_of(path)
            scheme = f"{url['protocol']}://" if isinstance(url.get("protocol"), str) else ""
            raw = f"{scheme}{name}/{below.lstrip('/')}" if name or below else ""
            query = [it for it in objects(url.get("query")) if not it.get("disabled")]
            pairs = [f"{text_of(it.get('key'))}={text_of(it.get('value'))}" for it in query]
            raw += f"?{'&'.join(pairs)}" if pairs else ""
        values = {
            text_of(it.get("key")): text_of(it.get("value")) for it in objects(url.get("variable"))
        }
        path, mark, query_text = raw.partition("?")
        path = _PATH_VARIABLE.sub(lambda found: values.get(found[1]) or f"{{{{{found[1]}}}}}", path)
        return path + mark + query_text

    def _auth(self, sent: SentRequest, auth: Any) -> None:
        kind = text_of(auth.get("type")) if isinstance(auth, dict) else ""
        if kind in {"", "noauth"}:
            return
        given = auth.get(kind)
        values = {text_of(it.get("key")): text_of(it.get("value")) for it in objects(given)}
        if isinstance(given, dict):  # as in version 2.0
            values = {key: text_of(it) for key, it in given.items()}
        if kind == "bearer":
            sent.headers.append(("Authorization", f"Bearer {values.get('token', '')}"))
        elif kind in {"basic", "digest"}:
            sent.user = f"{values.get('username', '')}:{values.get('password', '')}"
            sent.scheme = kind
        elif kind == "apikey" and values.get("in") == "query":
            joint = "&" if "?" in sent.url else "?"
            sent.url += f"{joint}{values.get('key', '')}={values.get('value', '')}"
        elif kind == "apikey":
            name = values.get("key") or "X-Api-Key"
            self.secrets.add_name(name)
            sent.headers.append((name, values.get("value", "")))
        else:
            self.left_out.add(
                sent.place,
                f"The authentication `{kind:.20}` was left out.",
                "Write the header that it makes under `headers`.",
            )

    def _body(self, sent: SentRequest, body: Mapping[str, Any]) -> None:
        mode = text_of(body.get("mode"))
        if mode == "raw":
            self._raw(sent, body)
        elif mode == "urlencoded":
            sent.fields = [
                (text_of(it.get("key")), text_of(it.get("value")))
                for it in objects(body.get("urlencoded"))
                if not it.get("disabled")
            ]
            _default_type(sent, FORM_TYPE)
        elif mode == "formdata":
            self._parts(sent, body)
        elif mode == "graphql":
            self._graphql(sent, body.get("graphql"))
        elif mode:
            self.left_out.add(sent.place, f"The body of the kind `{mode:.20}` was left out.")

    def _raw(self, sent: SentRequest, body: Mapping[str, Any]) -> None:
        sent.body = text_of(body.get("raw"))
        options = body.get("options")
        raw = options.get("raw") if isinstance(options, dict) else None
        language = text_of(raw.get("language")) if isinstance(raw, dict) else ""
        _default_type(sent, _CONTENT_TYPES.get(language, "text/plain"))
        if len(sent.body) > _LONGEST or any(it[1] for it in _UNQUOTED.finditer(sent.body)):
            sent.is_text = True  # a value is put into the text, whatever its type

    def _parts(self, sent: SentRequest, body: Mapping[str, Any]) -> None:
        for part in objects(body.get("formdata")):
            name = text_of(part.get("key"))
            if part.get("disabled"):
                continue
            if part.get("type") != "file":
                sent.form.append((name, text_of(part.get("value"))))
                continue
            source = part.get("src")
            for path in source if isinstance(source, list) else [source]:
                if path:
                    sent.files.append((name, text_of(path)))
                else:
                    message = f"The file of the part {name:.40} was left out: it has no path."
                    self.left_out.add(sent.place, message)

    def _graphql(self, sent: SentRequest, graphql: Any) -> None:
        if not isinstance(graphql, dict):
            return
        variables = text_of(graphql.get("variables")).strip() or "{}"
        query = json.dumps(text_of(graphql.get("query")))
        sent.body = f'{{"query": {query}, "variables": {variables}}}'
        _default_type(sent, "application/json")


def _default_type(sent: SentRequest, content_type: str) -> None:
    if not any(name.lower() == "content-type" for name, _ in sent.headers):
        sent.headers.append(("Content-Type", content_type))
