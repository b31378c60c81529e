"""What the requests and responses of a case show to be secret, for its redactor."""

import binascii
from collections.abc import Sequence
from itertools import islice
from typing import Any

import msgspec

from shall import late_json
from shall.engine.redact import WITH_URL, Redactor
from shall.engine.scope import Scope
from shall.redaction.names import is_ordinary, is_secret_name
from shall.remembered import remembered
from shall.transport.exchange import LARGE_BYTES, FileContent, Request, Response

LARGE = LARGE_BYTES
"""A body of more bytes is not parsed as a whole: only its beginning is searched for keys."""

BEGINNING = 32_768
"""Bytes of a large body that are searched; what is stored of it is a part of them."""

MOST_LEARNED = 1000
"""Values that one answer can teach; more are masked only where their keys name them."""

PARSED_FILE = 32 << 20
"""Bytes of a file that is parsed for keys before a redirect takes it to another origin."""

_SHORTEST_COOKIE = 8

_WITH_CREDENTIALS = frozenset({"authorization", "proxy-authorization"})
_WITH_COOKIES = frozenset({"cookie", "set-cookie"})

_decode = msgspec.json.Decoder().decode


class Secrecy:
    """What a case shows to be secret.

    It is asked which parts of a request are secret when a redirect leaves the origin, and when the
    case has ended; what requests and answers teach is learned only then.
    """

    __slots__ = ("_redactor", "_scope", "_tokens", "answers", "requests")

    def __init__(self, redactor: Redactor, scope: Scope, tokens: Sequence[list[str]] = ()) -> None:
        """``tokens`` are lists to which other cases may add while this one runs."""
        self._redactor = redactor
        self._scope = scope
        self._tokens = tokens
        self.requests: list[Request] = []
        self.answers: list[tuple[Response, Any]] = []

    def learn_value(self, value: Any) -> None:
        """Learn a secret at once."""
        self._redactor.learn(value)

    def learn_url(self, url: str) -> None:
        """Learn the password of a URL at once."""
        self._redactor.learn_url(url)

    def learn(self) -> Redactor:
        """Learn what was shown so far; return what masks it."""
        redactor = self._redactor
        redactor.learn_variables(self._scope.variables)
        for tokens in self._tokens:
            redactor.learn(tokens)
        for request in self.requests:
            learn_request(redactor, request)
        for response, content in self.answers:
            learn_response(redactor, response, content)
        self.requests, self.answers = [], []
        return redactor

    def of_header(self, name: str, value: str) -> bool:
        """Return whether a header is secret, by its name or by its value."""
        redactor = self.learn()
        return redactor.names(name) or redactor.holds(value)

    def of_body(self, request: Request) -> bool:
        """Return whether a body holds a secret, by the name of a field or by its value."""
        redactor = self.learn()
        form = ((name, value) for name, value in request.form)
        parts = (request.body or b"", *(part.content for part in request.files))
        return any(self.of_header(*field) for field in form) or any(
            _shows_secret(redactor, part)
            if isinstance(part, bytes)
            else _file_shows_secret(redactor, part)
            for part in parts
        )


def _file_shows_secret(redactor: Redactor, content: FileContent) -> bool:
    """Search a file as a body; one that is too large to be parsed, for secrets that are known."""
    from shall.transport.upload import parts_of  # few requests send a large file

    if content.size <= PARSED_FILE:
        return _shows_secret(redactor, b"".join(parts_of(content)))
    before = b""
    for part in parts_of(content):
        if redactor.holds((before + part).decode("utf-8", "replace")):
            return True
        before = part  # a secret may begin in one part and end in the next
    return False


def _shows_secret(redactor: Redactor, data: bytes) -> bool:
    text = data.decode("utf-8", "replace")
    if redactor.holds(text):
        return True
    if not is_utf_8(data):
        return False  # neither JSON nor a form
    try:
        value = late_json.loads(text)
    except (ValueError, RecursionError):
        return redactor.form(text) != text or any(redactor.spans(text))
    shown: bool = redactor.value(value) != value
    return shown


def is_utf_8(data: bytes) -> bool:
    """Return whether bytes are text."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def learn_request(redactor: Redactor, request: Request) -> None:
    """Learn the secrets of a request."""
    if request.headers:
        learn_headers(redactor, request.headers)
    redactor.learn_url(request.url)
    if request.form:
        redactor.learn_named(dict(request.form))
    for part in request.files:
        if not part.filename and isinstance(part.content, bytes):
            redactor.learn_named({part.field: part.content.decode("utf-8", "replace")})
            _learn_body(redactor, part.content)
    if request.body and isinstance(request.body, bytes):
        _learn_body(redactor, request.body)


def learn_response(redactor: Redactor, response: Response, content: Any) -> None:
    """Learn the secrets of a response."""
    if response.earlier_headers:
        learn_headers(redactor, response.earlier_headers)
    learn_headers(redactor, response.headers)
    for redirect in response.redirects:
        redactor.learn_url(redirect.url)
    if isinstance(content, str):
        _learn_text(redactor, content)
    redactor.learn_named(content, MOST_LEARNED)


def learn_headers(redactor: Redactor, headers: Sequence[tuple[str, str]]) -> None:
    """Learn the tokens, passwords, cookies and keys that headers carry."""
    has_names = redactor.has_names
    for name, value in headers:
        kind = _kind_of_header(name)
        if kind:
            _learn_header(redactor, kind, value)
        elif has_names and redactor.declares(name) and not is_ordinary(value):
            redactor.learn(value)


def _learn_header(redactor: Redactor, kind: str, value: str) -> None:
    if kind == "credentials":
        _learn_authorization(redactor, value)
    elif kind in _WITH_COOKIES:
        pairs = value.split(";")[: None if kind == "cookie" else 1]
        for pair in pairs:
            redactor.learn(pair.partition("=")[2].strip(), _SHORTEST_COOKIE)
    elif kind == "url":
        redactor.learn_url(value)
    elif not is_ordinary(value):
        redactor.learn(value)


@remembered(1024)
def _kind_of_header(name: str) -> str:
    """Return why a header may hold a secret; nothing where it does not."""
    lowered = name.lower()
    if lowered in _WITH_CREDENTIALS:
        return "credentials"
    if lowered in _WITH_COOKIES:
        return lowered
    if lowered in WITH_URL:
        return "url"
    return "named" if is_secret_name(name) else ""


def _learn_authorization(redactor: Redactor, value: str) -> None:
    scheme, _, rest = value.strip().partition(" ")
    credentials = rest.strip() or scheme
    redactor.learn(credentials)
    if scheme.lower() == "basic":
        import base64  # which few cases send

        try:
            decoded = base64.b64decode(credentials, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return
        redactor.learn(decoded.partition(":")[2])


def _learn_body(redactor: Redactor, body: bytes) -> None:
    """Learn the keys and values of a request body: JSON, XML, or a form."""
    if len(body) > LARGE:
        _learn_text(redactor, body[:BEGINNING].decode("utf-8", "replace"))
        return
    try:
        redactor.learn_named(_decode(body))
    except (msgspec.DecodeError, ValueError, RecursionError):
        try:
            redactor.learn_named(late_json.loads(body))
        except (ValueError, RecursionError):
            _learn_text(redactor, body.decode("utf-8", "replace"))


def _learn_text(redactor: Redactor, text: str) -> None:
    """Learn the named values of XML or HTML, else of a form; and of JSON within."""
    if len(text) > LARGE:
        text = text[:BEGINNING]
    for start, end in islice(redactor.spans(text), MOST_LEARNED):
        from shall.redaction.json_text import unescaped  # few bodies hold JSON and are none

        value = unescaped(text[start:end])
        if not is_ordinary(value):
            redactor.learn(value)
    if text[:200].lstrip("\ufeff \t\r\n").startswith("<"):
        from shall.redaction.markup import named_texts  # most bodies are JSON

        secret = ({name: it} for name, it in named_texts(text) if redactor.names(name))
        for field in islice(secret, MOST_LEARNED):
            redactor.learn_named(field)
    else:
        redactor.learn_form(text)
