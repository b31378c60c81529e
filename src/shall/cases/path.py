"""Paths into a JSON value, as a check's ``field`` writes them."""

from functools import lru_cache
from typing import TYPE_CHECKING

from shall.errors import BadValue
from shall.late_pattern import late_pattern

if TYPE_CHECKING:
    import re

MAX_LENGTH = 1000
"""Characters in one path."""

_PART = late_pattern(
    r"""(?x)(?P<dot>\.?)(?P<name>[^.\[\]"'\s][^.\[\]"']*)
    | \[\s*(?P<index>-?[0-9]{1,9})\s*\]
    | \[\s*"(?P<double>(?:[^"\\]|\\["\\])*)"\s*\]
    | \[\s*'(?P<single>(?:[^'\\]|\\['\\])*)'\s*\]"""
)
_UNQUOTE = late_pattern(r"\\(.)")
_NAME = late_pattern(r"[^\W\d][\w-]*")


@lru_cache(maxsize=4096)
def parse_path(text: str) -> tuple[str | int, ...]:
    """Cut a path into names and indexes; ``$`` is the whole value.

    A leading ``$`` may be left out. A name of digits only (``items.0``) stays a text,
    which is an index where it is applied to a list.

    >>> parse_path("data.items[0].id")
    ('data', 'items', 0, 'id')
    >>> parse_path('$["odd key"][-1]')
    ('odd key', -1)

    Raises:
        BadValue: The path is not understood. ``details["offset"]`` is where.
    """
    if len(text) > MAX_LENGTH:
        raise BadValue(f"A path is longer than {MAX_LENGTH} characters.", details={"offset": 0})
    written = text.strip()
    names = written.split(".")
    if all(map(str.isidentifier, names)):  # as most are
        return tuple(names)
    position = start = 1 if written == "$" or written.startswith(("$.", "$[")) else 0
    parts: list[str | int] = []
    while position < len(written):
        found = _PART.match(written, position)
        if found is None or (found["name"] and (not found["dot"]) != (position == 0)):
            raise _bad(text, position)
        parts.append(_part(found))
        position = found.end()
    if not parts and not start:
        raise _bad(text, 0)
    return tuple(parts)


def write_path(parts: tuple[str | int, ...]) -> str:
    """Return the text of a path: ``parse_path`` reads it back.

    >>> write_path(("items", 0, "odd key"))
    'items[0]["odd key"]'
    """
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _is_name(part):
            text += f".{part}" if text else part
        else:
            escaped = part.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{escaped}"]'
    return text or "$"


def _is_name(part: str) -> bool:
    if part.isascii() and "-" not in part:  # the same, without compiling the pattern
        return part.isidentifier()
    return _NAME.fullmatch(part) is not None


def _part(found: "re.Match[str]") -> str | int:
    if found["index"]:
        return int(found["index"])
    if found["name"]:
        return found["name"].rstrip()
    return _UNQUOTE.sub(r"\1", found["double"] or found["single"] or "")


def _bad(text: str, position: int) -> BadValue:
    return BadValue(
        f"The path {text!r} is not understood at character {position + 1}.",
        hint='Write it like `data.items[0].id`, `[0].id`, `["odd key"]` or `$`.',
        details={"offset": position},
    )
