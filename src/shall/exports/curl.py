"""Writes a case as curl commands for a POSIX shell."""

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from shall.cases.expression import parse_template
from shall.cases.forms import is_template
from shall.cases.model import Case, RequestTemplate
from shall.cases.parts import parts_of
from shall.exports.names import (
    Exported,
    body_of,
    credentials,
    joined,
    literal_of,
    note_left_out,
    requests_of,
    run_variable,
)


def to_curl(case: Case, path: str) -> Exported:
    """Return a command for each step. Values of a run are variables of the shell."""
    exported = Exported()
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
            yield f"-H {self._word(f'{name}: {self._plain(value)}')}"
        yield from self._auth(request)
        yield from self._body(request)
        for name, part in parts_of(request.files):
            yield f"-F {self._word(self._part(name, part))}"
        yield self._word(self._url(request))

    def _url(self, request: RequestTemplate) -> str:
        url = request.url
        if not url.lower().startswith(("http://", "https://")):
            host = self.case.host or "{{ base_url }}"
            url = joined(host, url)
        if not request.params:
            return url
        pairs: list[tuple[str, str]] = []
        for name, value in request.params.items():
            listed = value if isinstance(value, list) else [value]
            pairs += [(name, self._plain(it)) for it in listed]
        joint = "&" if "?" in url else "?"
        written = "&".join(
            urlencode([(name, value)]) if not is_template(value) else f"{name}={value}"
            for name, value in pairs
        )
        return f"{url}{joint}{written}"

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
            flag = "-F" if request.files else "--data-urlencode"
            for name, it in value.items():
                for each in it if isinstance(it, list) else [it]:
                    yield f"{flag} {self._word(f'{name}={self._plain(each)}')}"
            return
        is_text = isinstance(value, str) and kind != "json"
        named = any(name.lower() == "content-type" for name in request.headers)
        if not named:
            yield f"-H 'Content-Type: {_TYPES.get(kind, 'text/plain') if is_text else _JSON}'"
        text = value if is_text else json.dumps(value, ensure_ascii=False)
        if not is_text and is_template(text):
            self.exported.lacks("the types of expressions in JSON, which become texts")
        yield f"--data-raw {self._word(text)}"

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
        if not is_template(text):
            return shlex.quote(text)
        words: list[str] = []
        for part in parse_template(text).parts:
            if isinstance(part, str):
                words.append(shlex.quote(part))
                continue
            literal = literal_of(part)
            name = run_variable(part)
            if literal is not None:
                words.append(shlex.quote(literal))
            elif name in self.values and not is_template(self.values[name]):
                words.append(shlex.quote(self._plain(self.values[name])))
            else:
                if name is None:
                    self.exported.lacks("an expression, which became the variable VALUE")
                words.append(f'"${{{self.exported.environment(name or "value")}}}"')
        return "".join(words)
