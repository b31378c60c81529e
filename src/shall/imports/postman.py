"""Reads Postman collections of version 2.0 and 2.1: a case for each request.

Where scripts store values of responses for later requests, the collection is one case.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from shall.cases.json_text import load_object, objects, text_of
from shall.imports.names import Paths
from shall.imports.postman_auth import auth_of
from shall.imports.postman_bodies import add_body
from shall.imports.postman_environment import VARIABLE, environment_of, is_environment, name_of
from shall.imports.postman_scripts import Script, read_script
from shall.imports.requests import CaseWriter, SentRequest
from shall.imports.result import MOST_CASES, Imported, ImportedCase, LeftOut
from shall.imports.secret_variables import SecretVariables
from shall.redaction.forms import MASK
from shall.redaction.names import is_secret_name

_NAME = re.compile(r"[^\W\d][\w-]*+")
_QUOTED = re.compile(r"""(["'`])(?:(?!\1)[^\\]|\\.)*+(?:\1|\Z)""", re.DOTALL)

_PATH_VARIABLE = re.compile(r"(?<=/):([^/.{}]+)")
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
    body_of_get: bool = False
    """Whether a body is sent with GET and HEAD, too."""

    @property
    def place(self) -> str:
        """The path of the request in the collection."""
        return "/".join((*self.folders, self.name))


def read_postman(text: str, file: str, given: Collection[str] = ()) -> Imported:
    """Read a collection, or an environment. Raises ``InvalidCase``.

    ``given`` are variables of an environment, which go before those of the collection.
    """
    collection = load_object(text, file)
    if is_environment(collection):
        return environment_of(collection, file)
    return _Reader(file, given).read(collection)


class _Reader:
    """Reads one collection."""

    def __init__(self, file: str, given: Collection[str]) -> None:
        self.left_out = LeftOut(file)
        self.secrets = SecretVariables()
        self.variables: dict[str, str] = {}
        self.given = given

    def read(self, collection: Mapping[str, Any]) -> Imported:
        """Return the cases of a collection."""
        for each in objects(collection.get("variable")):
            name = text_of(each.get("key") or each.get("id"))
            if name and each.get("value") is not None and not each.get("disabled"):
                self.variables[name_of(name)] = text_of(each["value"])
        for name in self.given:
            self.variables.pop(name, None)
        self._scripts(collection, "the collection")
        items = list(self._items(collection, (), collection.get("auth")))
        if not items and objects(collection.get("requests")):
            message = "The collection has the format 1, which is not read."
            self.left_out.add("", message, "Export it from Postman as Collection v2.1.")
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
            behaves = behaviour if isinstance(behaviour, dict) else {}
            yield _Item(
                folders,
                name,
                request,
                request.get("auth") or auth,
                self._scripts(item, place),
                behaves.get("followRedirects") is not False,
                behaves.get("disableBodyPruning") is True,
            )

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
                if any(map(is_secret_name, _NAME.findall(text))):
                    text = _QUOTED.sub(f'"{MASK}"', text)
                self.left_out.add(
                    place,
                    f"A {kind} script was left out: `{' '.join(text.split())[:60]}`.",
                    "Write what it checks under `expect`, what it stores under `capture`.",
                )
        return found

    def _cases(self, items: list[_Item], title: str) -> list[ImportedCase]:
        paths = Paths()
        stored = {name_of(name) for it in items for name in it.script.captures}
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

    def convert(self, text: str) -> str:
        """Return a text with the variables of Postman as expressions."""
        parts = VARIABLE.split(text)
        parts[::2] = [part.replace("{{", '{{ "{{" }}') for part in parts[::2]]
        parts[1::2] = [f"{{{{ {self._expression(name)} }}}}" for name in parts[1::2]]
        return "".join(parts)

    def _expression(self, name: str) -> str:
        name = name.strip()
        if not name.startswith("$"):
            return name_of(name)
        if name not in _FUNCTIONS:
            message = f"The dynamic variable `{name:.40}` became an ordinary one."
            self.left_out.add("", message, "Assign a value, or call a function.")
        return _FUNCTIONS.get(name) or name_of(name)

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
        url = request.get("url")
        user = url.get("auth") if isinstance(url, dict) else None
        if isinstance(user, dict):
            sent.user = f"{text_of(user.get('user'))}:{text_of(user.get('password'))}"
        self._auth(sent, item.auth)
        body = request.get("body")
        pruned = sent.method.upper() in {"GET", "HEAD"} and not item.body_of_get
        if isinstance(body, dict) and not body.get("disabled") and not pruned:
            add_body(sent, body, self.left_out)
        answer: dict[str, Any] = {}
        if item.script.captures:
            answer["capture"] = {name_of(key): it for key, it in item.script.captures.items()}
        if item.script.expect:
            answer["expect"] = dict(item.script.expect)
        return writer.add(sent, answer)

    def _url(self, url: Any) -> str:
        if not isinstance(url, dict):
            return text_of(url)
        address = _joined(url) or text_of(url.get("raw"))
        path, mark, query = address.partition("?")
        values = {
            text_of(it.get("key") or it.get("id")): text_of(it.get("value"))
            for it in objects(url.get("variable"))
            if not it.get("disabled")
        }

        def value(found: re.Match[str]) -> str:
            name = found[1]
            return values[name] or f"{{{{{name}}}}}" if name in values else found[0]

        return _PATH_VARIABLE.sub(value, path) + mark + query

    def _auth(self, sent: SentRequest, auth: Any) -> None:
        """Add the credentials, which go before a header that the request has for them."""
        found = auth_of(auth, self.convert, self.secrets)
        if found is None:
            kind = text_of(auth.get("type"))
            self.left_out.add(
                sent.place,
                f"The authentication `{kind:.20}` was left out.",
                "Write the header that it makes under `headers`.",
            )
            return
        ((kind, said),) = found.items() if found else [("", {})]
        header = said.get("header", "") if kind == "api_key" else "Authorization" if kind else ""
        sent.headers = [it for it in sent.headers if it[0].lower() != header.lower()]
        if not any(it[0].lower() == "authorization" for it in sent.headers):
            sent.auth = found
        elif header:  # an API key beside the header of another authentication
            sent.headers.append((header, said["value"]))
        elif found:
            sent.params.append((said["query"], said["value"]))


def _joined(url: Mapping[str, Any]) -> str:
    """Return the address of the parts of a URL, which go before its raw form, as in Postman."""
    name, port = _text(url.get("host"), "."), text_of(url.get("port"))
    if not name:
        return ""
    scheme = f"{url['protocol'].removesuffix('://')}://" if _is_text(url.get("protocol")) else ""
    path = _text(url.get("path"), "/").removeprefix("/")
    pairs = [
        _encoded(it.get("key"), "=")
        + ("" if it.get("value") is None else f"={_encoded(it['value'])}")
        for it in objects(url.get("query"))
        if not it.get("disabled")
    ]
    address = f"{scheme}{name}{':' if port else ''}{port}/{path}"
    return address + (f"?{'&'.join(pairs)}" if pairs else "")


def _encoded(value: Any, more: str = "") -> str:
    """Return a part of a query in which nothing outside of variables ends it."""
    parts = VARIABLE.split(text_of(value))
    names = [f"{{{{{name}}}}}" for name in parts[1::2]]
    parts[::2] = [re.sub(rf"[&#{more}]", lambda it: quote(it[0]), part) for part in parts[::2]]
    parts[1::2] = names
    return "".join(parts)


def _text(value: Any, separator: str) -> str:
    return separator.join(map(text_of, value)) if isinstance(value, list) else text_of(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)
