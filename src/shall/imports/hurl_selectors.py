"""Reads the words of an assert of hurl: values, queries and filters."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from shall.cases.filters import FILTERS
from shall.imports.bodies import BODY_AS_TEXT
from shall.imports.expressions import as_text, expression_text
from shall.imports.hurl_texts import block_of, unescaped

_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"|/(?:[^/\\]|\\.)+/|\{\{[^{}]*\}\}|```[\s\S]*?```|`(?:[^`\\]|\\.)*`'
    r'|#.*|[^\s"]+'
)
_LONGEST = 2_000
"""Characters of an assert that are read."""

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_BYTES = re.compile(r"(hex|base64),([^;]*);")
_PLAIN = frozenset(("status", "body", "duration", "url", "version", "sha256", "md5", "ip")) | {
    "redirects"
}
_WITH_ARGUMENT = {
    "header": "header {}",
    "cookie": "cookie {}",
    "jsonpath": "{}",
    "xpath": "xpath {}",
    "regex": "regex {}",
}
_OF_LINES = re.compile(r"\(\?[a-z]*m")
_END = re.compile(r"\\.|\{\{.*?\}\}|\[\^?\]?(?:\\.|[^\]\\])*\]|\$", re.DOTALL)
"""An escape, a template and a class, in which ``$`` is no end, or an end."""

_CERTIFICATE = {"Start-Date": "starts_at", "Expire-Date": "expires_at"}
_FILTERS = {name.replace("_", ""): name for name in FILTERS} | {
    "format": "date_format",
    "dateformat": "date_format",
}
_ARITY = {name: len(arguments.split()) for name, (arguments, _) in FILTERS.items()}
_OF_UTF_8 = frozenset(("utf8decode", "utf8encode"))
"""Filters that make a text of bytes, or bytes of a text: a case has texts only."""

_CHARSETS = frozenset(("decode", "charsetdecode"))
_OF_LISTS = frozenset(("count", "nth", "first", "last"))
_DATES = frozenset(("to_date", "date_format"))
_CHRONO = ("%.3f", "%.6f", "%.9f", "%:z", "%#z", "%F", "%T", "%R", "%D")
_FORMATS = {
    "%.6f": ".%f",
    "%:z": "%z",
    "%F": "%Y-%m-%d",
    "%T": "%H:%M:%S",
    "%R": "%H:%M",
    "%D": "%m/%d/%y",
}


def value_of(token: str) -> Any:
    """Return the value of a token, as a value of a case; None also where it is bytes, no text."""
    if token.startswith('"') and token.endswith('"') and len(token) > 1:
        return _text(token[1:-1])
    if (block := block_of(token)) is not None:
        return expression_text(block[1])
    if token.startswith("`"):
        return _text(token[1:-1])
    if token in {"true", "false", "null"}:
        return json.loads(token)
    if _NUMBER.fullmatch(token):
        return json.loads(token) if not re.match(r"-?0\d", token) else token
    if _BYTES.fullmatch(token):
        content = bytes_in(token)
        try:
            return None if content is None else expression_text(content.decode("utf-8"))
        except UnicodeDecodeError:
            return None
    return expression_text(unescaped(token))


def bytes_in(text: str) -> bytes | None:
    """Return the bytes of ``hex,...;`` or ``base64,...;``; None: it is something else."""
    found = _BYTES.fullmatch(text)
    if found is None:
        return None
    try:
        if found[1] == "hex":
            return bytes.fromhex(found[2])
        return base64.b64decode("".join(found[2].split()), validate=True)
    except (ValueError, binascii.Error):
        return None


def _text(text: str) -> str:
    return as_text(expression_text(unescaped(text)))


def pattern_of(token: str) -> str:
    """Return the regular expression of a token, which is between slashes, or a text."""
    if token.startswith("/"):
        return _whole_end(token[1:-1].replace("\\/", "/"))
    return _whole_end(str(value_of(token)))


def _whole_end(pattern: str) -> str:
    """Return a pattern whose ``$`` is the end of the text: in a case, a line end may follow."""
    if _OF_LINES.search(pattern):
        return pattern
    return _END.sub(lambda found: r"\Z" if found[0] == "$" else found[0], pattern)


def tokens_of(text: str) -> list[str]:
    """Return the tokens of a line, without its comment; none of a longer one than is read."""
    found = _TOKEN.findall(text) if len(text) <= _LONGEST else []
    comment = next((at for at, it in enumerate(found) if it.startswith("#")), len(found))
    return found[:comment]


def selector_at(tokens: list[str], captured: Callable[[str], str]) -> str | None:
    """Return the selector at the start of tokens, which are taken off; None: there is none.

    ``captured`` returns the selector of a variable, and raises ``KeyError``.
    """
    source = _source_at(tokens, captured)
    if source is None:
        return None
    filters: list[str] = []
    while tokens and (found := _filter_at(tokens)) is not None:
        if found == "":
            return None
        filters += [found]
    filters = [it for it in filters if it != _IDENTITY]
    if source.startswith("header ") and filters and filters[0].split()[0] in _OF_LISTS:
        source = f"headers {source.removeprefix('header ')}"
    if source == "body" and filters and filters[0].startswith("xpath "):
        source = json.loads(f'"xpath {filters.pop(0)[7:]}')
    if any(it.startswith("xpath ") for it in filters):
        return None
    if source == "body" and filters:
        source = BODY_AS_TEXT
    return "".join((source, *(f" | {it}" for it in filters)))


_IDENTITY = "as it is"


def _source_at(tokens: list[str], captured: Callable[[str], str]) -> str | None:
    if not tokens:
        return None
    source = tokens.pop(0)
    if source == "bytes":  # a case has no bytes, but their number
        if tokens[:1] != ["count"]:
            return None
        tokens.pop(0)
        return source
    if source in _PLAIN:
        return source
    return _with_argument(source, tokens.pop(0), captured) if tokens else None


def _with_argument(source: str, argument: str, captured: Callable[[str], str]) -> str | None:
    if source == "variable":
        try:
            return captured(str(value_of(argument)))
        except KeyError:
            return None
    if source == "certificate":
        field = _CERTIFICATE.get(str(value_of(argument)))
        return field and f"certificate {field}"
    if source not in _WITH_ARGUMENT:
        return None
    given = pattern_of(argument) if source == "regex" else str(value_of(argument))
    if source == "jsonpath" and given.startswith("$.["):
        given = f"${given[2:]}"
    return _WITH_ARGUMENT[source].format(given)


def _filter_at(tokens: list[str]) -> str | None:
    """Return a filter at the start of tokens, which are taken off.

    None: there is none. An empty text: a case has no such filter.
    """
    word = tokens[0].lower()
    if word in _OF_UTF_8:
        tokens.pop(0)
        return _IDENTITY
    if word in _CHARSETS and len(tokens) > 1:
        charset = str(value_of(tokens[1])).lower()
        del tokens[:2]
        return _IDENTITY if charset in {"utf-8", "utf8"} else ""
    if word == "location":
        tokens.pop(0)
        return 'jsonpath "$.url"'
    if word == "xpath" and len(tokens) > 1:
        tokens.pop(0)
        return f"xpath {_argument(tokens.pop(0))}"
    name = _FILTERS.get(word)
    if name is None:
        return None
    tokens.pop(0)
    arguments = [tokens.pop(0) for _ in range(min(_ARITY[name], len(tokens)))]
    # A replacement may insert what a group of the pattern matched.
    inserts = name == "replace_regex" and re.search(r"\$[\w{]", "".join(arguments[1:]))
    if len(arguments) < _ARITY[name] or inserts:
        return ""
    if name in _DATES:
        form = _date_form(str(value_of(arguments[0])))
        return "" if form is None else f"{name} {_quoted(form)}"
    written = " ".join((name, *_arguments(name, arguments)))
    # hurl leaves slashes as they are
    return f'{written} | replace "%2F" "/"' if name == "url_encode" else written


def _date_form(form: str) -> str | None:
    """Return a format of dates with the codes of Python; None: it has none of the same meaning."""
    if form == "%+":
        return form
    for code in _CHRONO:
        if code in form and code not in _FORMATS:
            return None
        form = form.replace(code, _FORMATS.get(code, ""))
    return form


def _arguments(name: str, tokens: list[str]) -> Iterator[str]:
    for at, token in enumerate(tokens):
        is_pattern = at == 0 and name in {"regex", "replace_regex"}
        yield _quoted(pattern_of(token)) if is_pattern else _argument(token)


def _argument(token: str) -> str:
    if _NUMBER.fullmatch(token):
        return token
    return _quoted(pattern_of(token) if token.startswith("/") else str(value_of(token)))


def _quoted(text: str) -> str:
    escaped = re.sub(r'(["\\])', r"\\\1", text)
    return f'"{escaped}"'
