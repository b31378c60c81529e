"""What requests and responses show to be secret, for a redactor."""

import json
from itertools import islice
from typing import Any

import msgspec

from shall.engine.redact import Redactor
from shall.redaction.names import is_ordinary
from shall.transport.exchange import LARGE_BYTES, Request, Response

LARGE = LARGE_BYTES
"""A body of more bytes is not parsed as a whole: only its beginning is searched for keys."""

BEGINNING = 32_768
"""Bytes of a large body that are searched; what is stored of it is a part of them."""

MOST_LEARNED = 1000
"""Values that one answer can teach; more are masked only where their keys name them."""

_decode = msgspec.json.Decoder().decode


def learn_request(redactor: Redactor, request: Request) -> None:
    """Let the redactor learn the secrets of a request."""
    redactor.learn_headers(request.headers)
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
    """Let the redactor learn the secrets of a response."""
    if response.earlier_headers:
        redactor.learn_headers(response.earlier_headers)
    redactor.learn_headers(response.headers)
    for redirect in response.redirects:
        redactor.learn_url(redirect.url)
    if isinstance(content, str):
        _learn_text(redactor, content)
    redactor.learn_named(content, MOST_LEARNED)


def _learn_body(redactor: Redactor, body: bytes) -> None:
    """Learn the keys and values of a request body: JSON, XML, or a form."""
    if len(body) > LARGE:
        _learn_text(redactor, body[:BEGINNING].decode("utf-8", "replace"))
        return
    try:
        redactor.learn_named(_decode(body))
    except (msgspec.DecodeError, ValueError, RecursionError):
        try:
            redactor.learn_named(json.loads(body))
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
