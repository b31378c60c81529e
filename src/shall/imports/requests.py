"""Requests as other tools describe them, written as the steps of a case."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from msgspec import Struct, field

from shall.cases.body import xml_problem
from shall.cases.forms import METHODS
from shall.imports.bodies import FORM_TYPE, Convert, as_mapping, converted, form_value, is_json_type
from shall.imports.bodies import json_value as json_body
from shall.imports.result import LeftOut
from shall.imports.secret_variables import SecretVariables

_ORIGIN = re.compile(r"(?P<origin>https?://[^/?#]*|\{\{[^{}]*\}\}(?=[/?#:]|$)(?::\d+)?)", re.I)
_EXPRESSION = re.compile(r"\{\{ ([\w-]+) \}\}")
_USED = r"\{{\{{ (?:row\.)?{}(?: \| \w+)? \}}\}}"
_OF_CONNECTION = frozenset(
    ("connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer")
) | {"transfer-encoding", "upgrade", "accept-encoding", "http2-settings"}
"""Headers that the client writes by itself (RFC 9110, section 7.6.1)."""

_JSON_TYPE = "application/json"
_XML_TYPE = "application/xml"
_TEXT_TYPE = "text/plain; charset=utf-8"


class SentRequest(Struct):
    """A request in the words of its source.

    ``fields`` are those of a urlencoded form where the source lists them, ``form`` and ``files``
    the parts of a multipart body, a file by its path or as a mapping of a step. ``value`` is the
    body as JSON data, in a tuple; ``content`` is one of bytes, as ``body`` of a step has it;
    ``graphql`` that field of a step. ``auth`` is that of a step, its secrets as expressions; it
    goes before ``user``. ``is_text``: the body is sent as it is, whatever its type. ``is_xml``: as
    XML, if it is that.
    ``user`` is ``name:password`` for the authentication ``scheme``; ``connection`` holds options of
    a step. ``place`` names the request in what is reported.
    """

    place: str
    url: str
    method: str = "GET"
    headers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    params: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    body: str | None = None
    value: tuple[Any] | None = None
    content: dict[str, str] | None = None
    fields: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    form: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    files: list[tuple[str, Any]] = field(default_factory=list[tuple[str, Any]])
    graphql: dict[str, Any] | None = None
    auth: dict[str, Any] = field(default_factory=dict[str, Any])
    user: str | None = None
    scheme: str = "basic"
    connection: dict[str, Any] = field(default_factory=dict[str, Any])
    timeout_s: float | None = None
    follow_redirects: bool = True
    line: int = 0
    is_text: bool = False
    is_xml: bool = False


class CaseWriter:
    """Writes requests as steps of one case.

    ``convert`` turns texts of the source into texts of a case. The host of the case is that of its
    first request.
    """

    def __init__(self, convert: Convert, secrets: SecretVariables, left_out: LeftOut) -> None:
        self._convert, self._secrets, self._left_out = convert, secrets, left_out
        self.host: str | None = None
        self.steps: list[dict[str, Any]] = []

    def add(self, request: SentRequest, answer: Mapping[str, Any] | None = None) -> bool:
        """Add a request as a step, with the fields of its answer; False: it was left out."""
        method = request.method.upper()
        if method not in METHODS:
            message = f"The request was left out: a case has no method {method:.20}."
            self._left_out.add(request.place, message, line=request.line)
            return False
        url, params = self._address(request)
        headers = self._headers(request)
        body = self._body(request, headers)
        hide = self._secrets.hide
        data: dict[str, Any] = {method: hide(url)}
        for name, value in (
            ("headers", headers),
            ("params", params),
            ("auth", request.auth or self._auth(request)),
            ("connection", request.connection),
        ):
            if value:
                data[name] = hide(value)
        data |= hide(body)
        if request.timeout_s is not None:
            data["timeout_s"] = request.timeout_s
        if not request.follow_redirects:
            data["follow_redirects"] = False
        self.steps.append(data | dict(answer or {}))
        return True

    @property
    def title(self) -> str:
        """What names a case by its first request: ``POST /orders``."""
        method, address = next((key, it) for key, it in self.steps[0].items() if key in METHODS)
        path = str(address).removeprefix(self.host or "").partition("?")[0]
        return f"{method} {_EXPRESSION.sub(_name_in_braces, path)}"

    def case(self, name: str, **more: Any) -> dict[str, Any]:
        """Return the case as JSON data."""
        data = {"name": self._secrets.hide(name), "host": self._secrets.hide(self.host), **more}
        data["steps"] = self.steps
        written = str(data)
        used = [it for it in self._secrets.names if re.search(_USED.format(re.escape(it)), written)]
        data["secrets"] = [*more.get("secrets", ()), *used]
        return {key: it for key, it in data.items() if it not in (None, [], {}, "")}

    def _address(self, request: SentRequest) -> tuple[str, dict[str, Any]]:
        """Return the path, or the URL of another host, and the parameters that are secret."""
        url = self._convert(request.url.strip()).partition("#")[0]
        found = _ORIGIN.match(url)
        if found is None and not url.startswith("/"):
            url = f"http://{url}"
            found = _ORIGIN.match(url)
        origin = found["origin"] if found else None
        rest = url[len(origin) :] if origin else url
        if origin and "@" in origin:
            scheme, _, authority = origin.partition("://")
            user, _, host = authority.rpartition("@")
            origin, request.user = f"{scheme}://{host}", request.user or unquote(user)
        path, _, query = rest.partition("?")
        params = [
            (name, str(self._secrets.named(name, self._convert(value))))
            for name, value in request.params
        ]
        kept: list[str] = []
        for part in filter(None, query.split("&")):
            name = unquote(part.partition("=")[0])
            if self._secrets.is_secret(name) and part.partition("=")[2]:
                ((_, value),) = parse_qsl(part, keep_blank_values=True)
                params.append((name, str(self._secrets.named(name, value))))
            else:
                kept.append(part)
        address = (path if path.startswith("/") else f"/{path}") + (
            f"?{'&'.join(kept)}" if kept else ""
        )
        if self.host is None and origin:
            self.host = origin
        if origin and origin != self.host:
            address = origin + address
        return address, as_mapping(params)

    def _headers(self, request: SentRequest) -> dict[str, str]:
        found: dict[str, str] = {}
        spelled: dict[str, str] = {}
        for name, value in request.headers:
            low = name.strip().lower()
            if low in _OF_CONNECTION or low.startswith(":"):
                continue
            written = self._secrets.header(name, self._convert(value.strip()))
            first = spelled.setdefault(low, name.strip())
            joint = "; " if low == "cookie" else ", "
            found[first] = f"{found[first]}{joint}{written}" if first in found else written
        return found

    def _auth(self, request: SentRequest) -> dict[str, Any]:
        if request.user is None or any(it.lower() == "authorization" for it, _ in request.headers):
            return {}
        user, _, password = request.user.partition(":")
        given = self._convert(password) or self._secrets.variable("password", "")
        secret = self._secrets.named("password", given)
        return {request.scheme: {"user": self._convert(user), "password": secret}}

    def _body(self, request: SentRequest, headers: dict[str, str]) -> dict[str, Any]:
        if request.graphql is not None:
            self._secrets.know_text(str(request.graphql.get("query")))
            return {"graphql": self._secrets.fields(converted(request.graphql, self._convert))}
        if request.form or request.files:
            _remove_type(headers)
            if not request.files:
                headers["Content-Type"] = "multipart/form-data"
            return self._multipart(request)
        if request.value is not None:
            return {"json": self._secrets.fields(converted(request.value[0], self._convert))}
        if request.content is not None:
            return {"body": converted(request.content, self._convert)}
        if request.fields:
            kind = _value(headers, "content-type").lower()
            if kind == FORM_TYPE or not kind.startswith(FORM_TYPE):
                _remove_type(headers)
            return {"form": self._form(request.fields)}
        return {} if request.body is None else self._text_body(request, request.body, headers)

    def _text_body(
        self, request: SentRequest, body: str, headers: dict[str, str]
    ) -> dict[str, Any]:
        content_type = _value(headers, "content-type")
        found = None if request.is_text else self._structured(body, content_type)
        if found is not None:
            if content_type.lower() in {_JSON_TYPE, FORM_TYPE}:
                _remove_type(headers)
            return found
        if content_type.lower() == _TEXT_TYPE:
            _remove_type(headers)
        self._know_secrets_of(body)
        text = self._convert(body)
        if request.is_xml and body.strip() and not xml_problem(text):
            if content_type.lower() == _XML_TYPE:
                _remove_type(headers)
            return {"xml": text}
        return {"text": text}

    def _know_secrets_of(self, body: str) -> None:
        """Find the secret fields of a text that is JSON or a form, so that they are hidden."""
        value = json_body(body, self._convert)
        fields = parse_qsl(body) if value is None and "=" in body else []
        self._secrets.fields(dict(fields) if value is None else value[0])
        if value is None:
            self._secrets.know_text(body)

    def _structured(self, body: str, content_type: str) -> dict[str, Any] | None:
        """Return a body as JSON or as a form; None where only the text of it is the same."""
        if is_json_type(content_type):
            value = json_body(body, self._convert)
            return None if value is None else {"json": self._secrets.fields(value[0])}
        if content_type.lower().startswith(FORM_TYPE):
            fields = form_value(body, self._convert)
            return None if fields is None else {"form": self._secrets.fields(fields)}
        return None

    def _form(self, pairs: list[tuple[str, str]]) -> Any:
        fields = as_mapping((name, self._convert(value)) for name, value in pairs)
        return self._secrets.fields(fields)

    def _multipart(self, request: SentRequest) -> dict[str, Any]:
        data: dict[str, Any] = {"form": self._form(request.form)} if request.form else {}
        if request.files:
            parts = ((name, converted(part, self._convert)) for name, part in request.files)
            data["files"] = as_mapping(parts)
        return data


def _value(headers: Mapping[str, str], name: str) -> str:
    return next((it for key, it in headers.items() if key.lower() == name), "")


def _remove_type(headers: dict[str, str]) -> None:
    for key in [key for key in headers if key.lower() == "content-type"]:
        del headers[key]


def _name_in_braces(found: re.Match[str]) -> str:
    return f"{{{found[1]}}}"
