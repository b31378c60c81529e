"""The request of a step as a curl command, to be run again by hand."""

import shlex
from collections.abc import Iterator

from msgspec.structs import replace

from shall.escaping import one_line
from shall.late_pattern import late_pattern
from shall.results.records import SQL_METHOD, ExchangeRecord, StepResult

_LEFT_OUT = frozenset({"accept-encoding", "connection", "content-length", "host", "user-agent"})
"""Headers that curl writes itself, or that would no longer fit."""

_FORM = ("Content-Type", "multipart/form-data")
_BETWEEN_PARTS = late_pattern(r"&(?=[^&=]+=)")
_FILE_PART = late_pattern(r"([^=]+)=<([^/]+), [0-9]+ bytes>")

_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def curl_command(exchange: ExchangeRecord) -> str:
    """Return a command for a POSIX shell in one line.

    Masked values are ``***`` and have to be filled in. So have bodies that were cut, folders of
    files, and what a passing case does not store: headers and body.
    """
    if exchange.method == "WS":  # its URL says so, and curl sends no messages
        exchange = replace(exchange, method="GET", request_body="")
    return " ".join(["curl", *_arguments(exchange)])


def curl_of(step: StepResult) -> str:
    """Return the command of a step that sent a request; empty for another one."""
    exchange = step.exchange
    if exchange is None or exchange.method == SQL_METHOD:
        return ""
    return curl_command(exchange)


def _arguments(exchange: ExchangeRecord) -> Iterator[str]:
    body, method = exchange.request_body, exchange.method
    if set("[]{}") & set(exchange.url):
        yield "-g"  # else curl makes several URLs of it
    if method == "HEAD":
        yield "--head"
    elif method != ("POST" if body else "GET"):
        yield f"-X {_quoted(method)}"
    yield _quoted(exchange.url)
    is_multipart = _FORM in exchange.request_headers
    for name, value in exchange.request_headers:
        if name.lower() not in _LEFT_OUT and (name, value) != _FORM:
            yield f"-H {_quoted(f'{name}: {value}' if value else f'{name};')}"
    if body:
        yield from map(_form_part, _BETWEEN_PARTS.split(body)) if is_multipart else _data(exchange)


def _data(exchange: ExchangeRecord) -> Iterator[str]:
    if not any(name.lower() == "content-type" for name, _ in exchange.request_headers):
        yield "-H Content-Type:"  # else curl names a form's
    yield f"--data-raw {_quoted(exchange.request_body)}"


def _form_part(part: str) -> str:
    """Return a field of a multipart form: a text, or a file that lies beside.

    A text may look like a file. With a path it is a text: no file of another folder is sent.
    """
    found = _FILE_PART.fullmatch(part)
    if found is None:
        return f"--form-string {_quoted(part)}"
    field, name = found.groups()
    if not {*name}.isdisjoint(';,"\\'):  # curl reads parameters behind these
        name = '"' + name.replace("\\", r"\\").replace('"', r"\"") + '"'
    return f"-F {_quoted(f'{field}=@{name}')}"


def _quoted(text: str) -> str:
    """Quote a text for a shell. Characters that repaint a terminal are written as escapes."""
    if one_line(text) == text:
        return shlex.quote(text)
    return "$'" + "".join(map(_escaped, text)) + "'"


def _escaped(character: str) -> str:
    if character in "\\'":
        return f"\\{character}"
    if one_line(character) == character:
        return character
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
