"""Takes the value that a check looks at out of a response.

A body is JSON if it parses as JSON, whatever its Content-Type says; else it is text. An empty
body (204, HEAD) holds no value: nothing is found in it, and that is data, not a crash. Whatever a
service sends, the value can be walked through and written as UTF-8.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NoReturn

import msgspec
from msgspec import Struct

from shall import late_json
from shall.cases.model import Check
from shall.cases.path import parse_path
from shall.engine.budgets import Budget
from shall.engine.scope import step_into
from shall.late_pattern import late_pattern
from shall.transport.exchange import Response

if TYPE_CHECKING:
    import re


class Content(Struct, frozen=True, gc=False):
    """A response body as a value. ``present`` False: it is empty. ``is_json`` False: text."""

    value: Any = None
    present: bool = False
    is_json: bool = False

    @property
    def why_not_json(self) -> str:
        """What the body is instead: ``is HTML, not JSON``."""
        if not isinstance(self.value, str):
            return "is not JSON"
        if _HTML.match(self.value):
            return "is HTML, not JSON"
        return "has more than 200 levels" if _begins_too_deep(self.value) else "is not JSON"


EMPTY: Final = Content()

EMPTY_BODY = "the body is empty"

LARGE_BYTES = 1 << 20
"""A body of so many bytes is decoded part by part, and by one thread at a time."""

MAX_DEPTH = 200
"""A body nested deeper is text: nothing that walks through a value may run out of stack."""

_MARKS = late_pattern(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]')
_BEGINNING = 1 << 16

_MAYBE_HALF = late_pattern(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]|\0")
"""What half of a surrogate pair can come from: an escape, or bytes that are not quite UTF-8."""

_HTML = late_pattern(r"(?i)\ufeff?\s{0,99}<(!doctype html|html|head|body|title)\b")

_decode = msgspec.json.Decoder().decode

_ESCAPED = late_pattern(r"\\\\|(?:\\u[0-9a-fA-F]{4})+")

_COMPOSED = frozenset({"all_of", "has"})

_SEARCHES = frozenset({"contains", "not_contains", "regex"})


class Selected(Struct, frozen=True, gc=False):
    """What a check looks at; ``found`` False when there is none, and ``reason`` says why.

    ``is_empty_body``: it is the whole body, and that is empty. ``is_not_json``: a field was sought
    in a body that is not JSON. ``is_undecided``: whether there is such a value is not known.
    ``text`` is what searches within ``all_of`` and ``has`` look through instead of the value.
    ``why_no_fields``: it is a text that is not JSON, in which no field is absent.
    """

    value: Any = None
    found: bool = True
    reason: str = ""
    is_empty_body: bool = False
    is_not_json: bool = False
    is_undecided: bool = False
    text: str | None = None
    why_no_fields: str = ""


def read_content(response: Response, budget: Budget) -> Content:
    """Read a response body as JSON, else as text.

    Raises:
        OverBudget: As JSON, the responses of the case would take more memory than they may.
        MemoryInUse: Other cases use the memory of the process.
    """
    body = response.body
    if not body:
        return EMPTY
    if len(body) >= LARGE_BYTES:
        with budget.decoding:
            return _read(response, budget)
    return _read(response, budget)


def _read(response: Response, budget: Budget) -> Content:
    body = response.body
    objects, lists = body.count(b"{"), body.count(b"[")
    budget.decode(_decoded_bytes(body, objects, lists))
    try:
        return Content(_json(response, objects + lists), True, True)
    except (ValueError, RecursionError):
        return Content(text_of(response), True)


Select = Callable[[Response, Content, Budget], Selected]


def selector(check: Check) -> Select:
    """Return what takes the value that a check of a status, header or field looks at."""
    if check.kind == "status_code":
        return status
    if check.header is not None:
        return header(check.header)
    if check.field is None:
        return lambda response, content, _: _body(check, response, content)
    return field(parse_path(check.field))


def status(response: Response, _: Content, __: Budget) -> Selected:
    """Return the status."""
    return Selected(response.status)


def header(name: str) -> Select:
    """Return what takes a header out of a response."""

    def select_header(response: Response, _: Content, __: Budget) -> Selected:
        value = response.header(name)
        return Selected(value, value is not None, f"there is no header {name}")

    return select_header


def _body(check: Check, response: Response, content: Content) -> Selected:
    if not content.present:
        return Selected(found=False, reason=EMPTY_BODY, is_empty_body=True)
    if check.kind in _COMPOSED and isinstance(content.value, dict):
        return Selected(content.value, text=_searched_text(response))
    if content.is_json:
        return Selected(_whole(check, response, content))
    if check.kind == "not_contains" and isinstance(check.expected, dict):
        reason = f"the body {content.why_not_json}"
        return Selected(found=False, reason=reason, is_not_json=True)
    return whole_body(content)


def whole_body(content: Content) -> Selected:
    """Return a body that is not empty."""
    if content.is_json:
        return Selected(content.value)
    return Selected(content.value, why_no_fields=f"the body {content.why_not_json}")


@lru_cache(maxsize=1024)
def field(path: tuple[str | int, ...]) -> Select:
    """Return what follows a path into a JSON body."""

    def select_field(_: Response, content: Content, __: Budget) -> Selected:
        if not content.present:
            return Selected(found=False, reason=EMPTY_BODY, is_empty_body=not path)
        if path and not content.is_json:
            reason = f"the body {content.why_not_json}"
            return Selected(found=False, reason=reason, is_not_json=True)
        value = content.value
        try:
            for name in path:
                if type(value) is not dict:
                    return walk(content.value, path)
                value = value[name]
        except KeyError:
            return walk(content.value, path)
        return Selected(value)

    return select_field


def _begins_too_deep(text: str) -> bool:
    """Return whether the beginning of a text opens more objects and lists than may be nested."""
    depth = 0
    if text.lstrip()[:1] in ("[", "{"):
        for mark in _MARKS.finditer(text[:_BEGINNING]):
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(mark[0], 0)
            if depth > MAX_DEPTH:
                return True
    return False


def _json(response: Response, nested: int) -> Any:
    """Decode a body that holds so many objects and lists."""
    body = response.body
    try:
        value = _decode(body) if len(body) < LARGE_BYTES else _decoded_otherwise(response)
    except (ValueError, RecursionError):
        if len(body) >= LARGE_BYTES:
            raise
        value = _decoded_otherwise(response)
    if nested > MAX_DEPTH and _is_too_deep(value):
        raise ValueError
    # `in` would format an error first: bytes are not a number.
    near = body.find(b"\\u") >= 0 or body.find(b"\0") >= 0
    near = near or (not body.isascii() and body.find(b"\xed") >= 0)
    if near and _MAYBE_HALF.search(body):
        text = "".join(late_json.iterencode(value))
        value = _decoded(text.encode("utf-8", "replace"))
    return value


def _decoded_otherwise(response: Response) -> Any:
    """Decode a body that is large, or in another encoding."""
    try:
        return _decoded(response.body)
    except UnicodeDecodeError:
        if _charset(response.header("content-type") or "") == "utf-8":
            raise
        return _decoded(text_of(response))


def _decoded(body: bytes | str) -> Any:
    """Decode JSON; what is large part by part, since other threads wait while C code decodes."""
    if len(body) < LARGE_BYTES:
        try:
            return _decode(body)
        except (ValueError, RecursionError):
            # It may be JSON all the same: numbers beyond a float's range, odd encodings, halves
            # of surrogate pairs.
            return late_json.loads(body, parse_constant=_refuse)
    from shall.engine.steady_decoder import decode_steadily  # few bodies are large

    return decode_steadily(body, _refuse)


def _decoded_bytes(body: bytes, objects: int, lists: int) -> int:
    """Estimate the memory that a body of so many objects and lists takes, without building it.

    The factors are what CPython's objects take; signs inside of texts count too.
    """
    size = len(body) if body.isascii() else 4 * len(body)
    if body[:1] not in _OPENS:
        first = body[:64].lstrip()[:1]
        if first.isalnum() or first in {b"<", b'"', b"#"}:
            return size  # one text or number, if it is JSON at all
    return size + 140 * objects + 64 * lists + 50 * body.count(b":") + 30 * body.count(b",")


_OPENS = frozenset({b"{", b"["})


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and Infinity are not JSON


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        containers = [it for it in level if isinstance(it, dict | list)]
        level = [
            inner for it in containers for inner in (it.values() if isinstance(it, dict) else it)
        ]
        if not level:
            return False
    return True


def _whole(check: Check, response: Response, content: Content) -> Any:
    """Return the whole body; a search looks through the text of an object, as people mean it."""
    if isinstance(content.value, dict) and is_search(check):
        return _searched_text(response)
    return content.value


def is_search(check: Check) -> bool:
    """Return whether a check looks for a text, also in the text of an object."""
    return check.kind in _SEARCHES and not isinstance(check.expected, dict)


def _searched_text(response: Response) -> str:
    return _ESCAPED.sub(_unescaped, text_of(response))


def _unescaped(found: "re.Match[str]") -> str:
    r"""Return the characters of an escape (``\u7528``) if JSON may contain them as they are."""
    escape = found[0]
    if escape == "\\\\":
        return escape
    text: str = late_json.loads(f'"{escape}"').encode("utf-8", "replace").decode("utf-8")
    return escape if any(char < " " or char in '"\\' for char in text) else text


def walk(value: Any, path: tuple[str | int, ...]) -> Selected:
    """Follow a path into a JSON value."""
    for part in path:
        found, value_or_reason = step_into(value, part)
        if not found:
            return Selected(found=False, reason=f"there is no {part}: {value_or_reason}")
        value = value_or_reason
    return Selected(value)


def text_of(response: Response) -> str:
    """Return the body as text, in the charset that its Content-Type names."""
    charset = _charset(response.header("content-type") or "")
    try:
        text = response.body.decode(charset, "replace")
    except (LookupError, ValueError):  # charset=undefined is what some services say
        return response.body.decode("utf-8", "replace")
    return text if charset == "utf-8" else text.encode("utf-8", "replace").decode("utf-8")


@lru_cache(maxsize=64)
def _charset(content_type: str) -> str:
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower() or "utf-8"
    return "utf-8"
