"""Writes a case as curl commands for a POSIX shell."""

import json
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

from shall.cases.expression import parse_template
from shall.cases.forms import is_template
from shall.cases.model import Case, RequestTemplate
from shall.cases.parts import parts_of
from shall.exports.names import (
    Exported,
    body_of,
    credentials,
    environment_name,
    is_text,
    joined,
    literal_of,
    note_left_out,
    requests_of,
    run_variable,
)
from shall.exports.secrets import without_secrets


def to_curl(case: Case, path: str, known: Mapping[str, str] = {}) -> Exported:
    """Return a command for each step. Values of a run are variables of the shell.

    ``known`` are values of secrets of the project, by variable.
    """
    exported = Exported()
    case = without_secrets(case, known, exported, environment_name)
    note_left_out(case, exported)
    writer = _Writer(case, exported)
    lines: list[str] = []
    for part, request in requests_of(case):
        if part.checks:
            exported.lacks("checks, which curl has not")
        if getattr(part, "capture", None):
            exported.lacks(f"the captures of {part.id}")
        lines.append(" ".join(writer.arguments(request)))
    head = [f"# {' '.join(case.name.split())}: made from {path}", *exported.comments()]
    exported.text = "\n".join(head + lines) + "\n"
    return exported


_JSON = "application/json"
_TYPES = {"xml": "application/xml"}


class _Variable(NamedTuple):
    """A variable of the shell, whose value is written as it is."""

    name: str


Piece = str | _Variable
Encode = Callable[[str], str]


def _as_is(text: str) -> str:
    return text


def _within_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _escape(text: str) -> str:
    return escape(text, {'"': "&quot;", "'": "&apos;"})


def _in_address(text: str) -> str:
    return quote(text, "!#$%&'()*+,/:;=?@[]~")


def _quoted(pieces: Iterable[Piece]) -> str:
    """Return pieces as one word of the shell."""
    words = [
        "".join(f'"${{{it.name}}}"' if isinstance(it, _Variable) else it for it in group)
        if is_variable
        else shlex.quote("".join(map(str, group)))
        for is_variable, group in groupby(pieces, lambda it: isinstance(it, _Variable))
    ]
    return "".join(words)


class _Writer:
    """Writes the requests of one case."""

    def __init__(self, case: Case, exported: Exported) -> None:
        self.case, self.exported = case, exported
        self.values = {name: it for name, it in case.variables.items() if name not in case.secrets}

    def arguments(self, request: RequestTemplate) -> Iterator[str]:
        """Yield the words of the command of a request."""
        yield "curl -sS --fail-with-body"
        if request.method == "HEAD":
            yield "-I"
        elif request.method != "GET" or request.body is not None:
            yield f"-X {request.method}"
        if request.follow_redirects:
            yield "-L"
        if request.timeout_s is not None:
            yield f"-m {request.timeout_s:g}"
        for name, value in request.headers.items():
            text = self._plain(value)
            yield f"-H {self._word(f'{name}: {text}' if text else f'{name};')}"
        yield from self._auth(request)
        yield from self._body(request)
        for name, part in parts_of(request.files):
            yield f"-F {self._word(self._part(name, part))}"
        address = self._pieces(self._address(request), _in_address, _in_address)
        word = _quoted([*address, *self._query(request)])
        yield f"-g {word}" if "[" in word else word

    def _address(self, request: RequestTemplate) -> str:
        url = request.url
        if not url.lower().startswith(("http://", "https://")):
            host = self.case.host or "{{ base_url }}"
            url = joined(host, url)
        return url

    def _query(self, request: RequestTemplate) -> Iterator[Piece]:
        joint = "&" if "?" in request.url else "?"
        for name, value in request.params.items():
            for each in value if isinstance(value, list) else [value]:
                yield f"{joint}{quote_plus(name)}="
                yield from self._pieces(self._plain(each), quote_plus, quote_plus)
                joint = "&"

    def _auth(self, request: RequestTemplate) -> Iterator[str]:
        kind, values = credentials(self.case, request)
        if kind == "bearer":
            yield f"-H {self._word(f'Authorization: Bearer {values[kind]}')}"
        elif kind in {"basic", "digest", "ntlm"}:
            pair = f"{values['user']}:{values['password']}"
            yield f"--{kind} -u {self._word(pair)}"
        elif kind:
            self.exported.lacks(f"the credentials `{kind}`")

    def _body(self, request: RequestTemplate) -> Iterator[str]:
        body = body_of(request)
        if body is None:
            return
        kind, value = body.kind, body.value
        if kind == "body":
            yield from self._bytes(value)
            return
        if kind == "form" and isinstance(value, dict):
            flag = "--form-string" if request.files else "--data-urlencode"
            for name, it in value.items():
                field = name if request.files else quote_plus(name)
                for each in it if isinstance(it, list) else [it]:
                    yield f"{flag} {self._word(f'{field}={self._plain(each)}')}"
            return
        is_text = isinstance(value, str) and kind != "json"
        named = any(name.lower() == "content-type" for name in request.headers)
        if not named:
            yield f"-H 'Content-Type: {_TYPES.get(kind, 'text/plain') if is_text else _JSON}'"
        inserted = _escape if kind == "xml" and len(parse_template(value).parts) > 1 else _as_is
        pieces = self._pieces(value, inserted) if is_text else self._json(value)
        yield f"--data-raw {_quoted(pieces)}"

    def _json(self, value: Any) -> Iterator[Piece]:
        """Yield JSON; an expression that is a whole text keeps the type of a known value."""
        if isinstance(value, dict):
            opening = "{"
            for name, each in value.items():
                yield f"{opening}{json.dumps(name, ensure_ascii=False)}: "
                yield from self._json(each)
                opening = ", "
            yield "}" if value else "{}"
        elif isinstance(value, list):
            opening = "["
            for each in value:
                yield opening
                yield from self._json(each)
                opening = ", "
            yield "]" if value else "[]"
        elif is_template(value):
            yield from self._json_text(value)
        else:
            yield json.dumps(value, ensure_ascii=False)

    def _json_text(self, value: str) -> Iterator[Piece]:
        parts = parse_template(value).parts
        if len(parts) == 1 and not isinstance(parts[0], str) and not is_text(parts[0]):
            name = run_variable(parts[0])
            if name in self.values and not is_template(self.values[name]):
                yield json.dumps(self.values[name], ensure_ascii=False)
                return
            self.exported.lacks("the types of expressions in JSON, which become texts")
        yield '"'
        yield from self._pieces(value, _within_json, _within_json)
        yield '"'

    def _bytes(self, body: Mapping[str, Any]) -> Iterator[str]:
        if "file" in body:
            yield f"--data-binary {self._word('@' + self._plain(body['file']))}"
        else:
            self.exported.lacks("the body in Base64")

    def _part(self, field: str, part: Mapping[str, Any]) -> str:
        """Return a part of a multipart form as curl writes it."""
        if "file" in part:
            text, by_default = f"{field}=@{self._plain(part['file'])}", ""
        else:
            is_json = "json" in part
            value = json.dumps(part["json"], ensure_ascii=False) if is_json else part["text"]
            quoted = str(value).replace("\\", "\\\\").replace('"', '\\"')
            text, by_default = f'{field}="{quoted}"', "application/json" if is_json else ""
        for option, value in (
            ("type", part.get("type") or by_default),
            ("filename", part.get("name")),
        ):
            text += f";{option}={self._plain(value)}" if value else ""
        return text

    def _plain(self, value: Any) -> str:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def _word(self, text: str) -> str:
        """Return a text as one word: variables of a run are those of the shell."""
        return _quoted(self._pieces(text))

    def _pieces(
        self, text: str, inserted: Encode = _as_is, written: Encode = _as_is
    ) -> Iterator[Piece]:
        """Yield the pieces of a text.

        ``inserted`` encodes the known values of expressions, ``written`` the text around them.
        """
        if not is_template(text):
            yield written(text)
            return
        for part in parse_template(text).parts:
            if isinstance(part, str):
                yield written(part)
                continue
            literal = literal_of(part)
            name = run_variable(part)
            if literal is not None:
                yield inserted(literal)
            elif name in self.values and not is_template(self.values[name]):
                yield inserted(self._plain(self.values[name]))
            else:
                if name is None:
                    self.exported.lacks("an expression, which became the variable VALUE")
                yield _Variable(self.exported.environment(name or "value"))
