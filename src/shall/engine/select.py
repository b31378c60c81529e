"""Takes the value that a check looks at out of a response.

A body is JSON if it parses as JSON, whatever its Content-Type says; else it is text. An empty
body (204, HEAD) holds no value: nothing is found in it, and that is data, not a crash.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from shall.cases.model import Check, CheckKind
from shall.cases.path import parse_path
from shall.engine.exchange import Response
from shall.engine.scope import step_into


@dataclass(frozen=True, slots=True)
class Content:
    """A response body as a value. ``present`` False: it is empty. ``is_json`` False: text."""

    value: Any = None
    present: bool = False
    is_json: bool = False


EMPTY: Final = Content()

_SEARCHES = frozenset({CheckKind.CONTAINS, CheckKind.NOT_CONTAINS, CheckKind.REGEX})


@dataclass(frozen=True, slots=True)
class Selected:
    """What a check looks at; ``found`` False when there is none, and ``reason`` says why.

    ``is_empty_body``: it is the whole body, and that is empty.
    """

    value: Any = None
    found: bool = True
    reason: str = ""
    is_empty_body: bool = False


def read_content(response: Response) -> Content:
    """Read a response body as JSON, else as text."""
    if not response.body:
        return EMPTY
    try:
        return Content(json.loads(response.body), present=True, is_json=True)
    except (ValueError, RecursionError):
        return Content(_text(response), present=True)


def select(check: Check, response: Response, content: Content) -> Selected:
    """Give what the check looks at: the status, a header, a field of the body, or the body."""
    if check.kind is CheckKind.STATUS:
        return Selected(response.status)
    if check.header is not None:
        value = response.header(check.header)
        return Selected(value, value is not None, f"there is no header {check.header}")
    if not content.present:
        empty = check.field is None
        return Selected(found=False, reason="the body is empty", is_empty_body=empty)
    if check.field is None:
        return Selected(_whole(check, response, content))
    path = parse_path(check.field)
    if path and not content.is_json:
        return Selected(found=False, reason="the body is not JSON")
    return _walk(content.value, path)


def _whole(check: Check, response: Response, content: Content) -> Any:
    """Give the whole body; a search looks through the text of an object, as people mean it."""
    searched = check.kind in _SEARCHES and isinstance(content.value, dict)
    return _text(response) if searched and not isinstance(check.expected, dict) else content.value


def _walk(value: Any, path: tuple[str | int, ...]) -> Selected:
    for part in path:
        found, value_or_reason = step_into(value, part)
        if not found:
            return Selected(found=False, reason=f"no {part}: {value_or_reason}")
        value = value_or_reason
    return Selected(value)


def _text(response: Response) -> str:
    return response.body.decode(_charset(response.header("content-type") or ""), "replace")


@lru_cache(maxsize=64)
def _charset(content_type: str) -> str:
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip("\"'")
            try:
                "".encode(charset)
            except LookupError:
                break
            return charset
    return "utf-8"
