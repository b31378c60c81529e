"""Reads the YAML that most cases are written in, line by line, without a YAML library.

Only what every reading of YAML takes alike is read: block mappings and lists with a key, an item
or a whole flow collection on each line; plain words and numbers; quoted texts without escapes.
Anything else is refused, and ``yaml_text`` reads the text. What a line holds is remembered, since
most lines of a suite occur in many files. The tests compare what is read with PyYAML's reading.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, TypeAlias

from shall.late_pattern import late_pattern

MAX_CHARACTERS = 200_000
"""A longer text may hold more values than a document may."""

_LONGEST_LINE = 1000
_REMEMBERED = 200
"""Characters of a line that is remembered."""

_MOST_COLUMNS = 28
"""Of indentation; a level takes one or more, so that a text is less deep than ``bounds`` allow."""

_DEEPEST_FLOW = 8
_CLOSING = {"{": "}", "[": "]"}
_OF_FLOWS = frozenset(",[]{}")
_MOST_DIGITS = 15

_ODD_WORDS = frozenset({"yes", "no", "on", "off", "true", "false", "null"})
"""Words that are no text in some spelling, in YAML 1.1 or 1.2."""

_CONSTANTS = {"true": True, "false": False, "null": None}

_NUMBER = r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?(?![^,\]} ])"
_QUOTED = r"\"[^\"\\]*\"|'[^']*'"


def _plain(excluded: str) -> str:
    """Return the pattern of plain words, in which some characters are not allowed.

    The first begins with a letter, ``_``, ``/`` or what is not ASCII; the others not with ``#``.
    """
    word = rf"[^ :{excluded}]*(?::(?=[\w/])[^ :{excluded}]*)*"
    return rf"[^\0-.0-@[-^`{{-\x7f]{word}(?: [^ :#{excluded}]{word})*"


_SELECTOR = r"(?:header|cookie) [\w.-]+|\$[\w.-]*"
_WITH_INDEX = r"\$(?:[\w.-]|\[(?:-?[0-9]+|\*)\])*"
_KEY_IN_FLOW = rf"{_SELECTOR}|[A-Za-z_][\w-]*|[^\0-\x7f]+|{_QUOTED}"
_KEY = rf"{_WITH_INDEX}|{_KEY_IN_FLOW}"
_TIME = r"[1-9][0-9]{0,9} (?:ms|s|min|h)"
_BRACKETS = r",\[\]{}"
_IN_FLOW = rf"{_TIME}|{_NUMBER}|{_QUOTED}|\$[\w.-]*|{_plain(_BRACKETS)}"
_IN_BLOCK = rf"{_TIME}|{_NUMBER}|{_QUOTED}|{_WITH_INDEX}|{_plain('')}"

# Characters outside of ASCII are looked at beforehand; to name them in each of these patterns would
# take long whenever the program starts.
_LINE = late_pattern(
    rf"( {{0,{_MOST_COLUMNS}}}(- +)?)(?:({_KEY}):(?: +(?=[^ ])|\Z))?(?:({_IN_BLOCK})|([\[{{].*))?",
    re.ASCII,
)
_ENTRY = late_pattern(rf"(?:({_KEY_IN_FLOW}): +)?({_IN_FLOW})?", re.ASCII)
_INVOLVED = late_pattern(r"[\[\]{}\"']")
_NEXT = late_pattern(r" *(?:, *|(?=[\]}]))")


@lru_cache(maxsize=1)
def _odd_character() -> re.Pattern[str]:
    """Return the pattern of what is no letter or sign: spaces, line breaks, control characters."""
    return re.compile(
        r"[^ -~\u00a1-\u024f\u2010-\u2026\u3001-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff01-\uff5e]"
    )


class _Refused(Exception):
    """The text is not plain."""


_Line: TypeAlias = tuple[int, int, str | None, bool, Any, Callable[[Any], Any] | None]
"""A line: the column of its dash (-1: none) and of its content, its key, whether it has a value,
that value, and what copies it where it is shared with other documents."""


def read_plain(text: str) -> dict[str, Any] | None:
    """Return the mapping that a plain text holds, empty if it has only comments.

    None stands for a text that is not plain.
    """
    if len(text) > MAX_CHARACTERS:
        return None
    lines = text.split("\n")
    read = _remembered if max(map(len, lines)) <= _REMEMBERED else _line
    try:
        return _document(filter(None, map(read, lines)))
    except _Refused:
        return None


_Opened = list[tuple[int, Any]]
"""The collections that go on, the innermost last, each with the column of its keys or dashes."""

_Waiting = tuple[int, dict[str, Any], str]
"""A key whose value may follow: its column, its mapping and itself."""


def _document(lines: Iterable[_Line]) -> dict[str, Any]:
    """Put lines together, each where its column says."""
    root: dict[str, Any] = {}
    opened: _Opened = [(0, root)]
    at, inner = opened[-1]
    waiting: _Waiting | None = None
    for dash, column, key, has_value, value, copied in lines:
        if copied is not None:
            value = copied(value)
        if dash >= 0:
            if waiting is not None or at != dash or type(inner) is not list:
                inner = _items(dash, opened, waiting)
                at, waiting = dash, None
            if key is None:
                inner.append(value)
                continue
            values: dict[str, Any] = {}
            inner.append(values)
            opened.append((column, values))
            at, inner = column, values
        elif waiting is not None or at != column or type(inner) is not dict:
            inner = _values(column, opened, waiting)
            at = column
        if key is None or key in inner:
            raise _Refused
        inner[key] = value
        waiting = None if has_value else (column, inner, key)
    return root


def _items(column: int, opened: _Opened, waiting: _Waiting | None) -> list[Any]:
    """Return the list with dashes in a column; a key that waits begins a new one."""
    if waiting is not None and column >= waiting[0]:
        items: list[Any] = []
        waiting[1][waiting[2]] = items
        opened.append((column, items))
        return items
    while opened[-1][0] > column:
        opened.pop()
    found, items = opened[-1]
    if found != column or type(items) is not list:
        raise _Refused
    return items


def _values(column: int, opened: _Opened, waiting: _Waiting | None) -> dict[str, Any]:
    """Return the mapping with keys in a column; a key that waits begins a new one."""
    if waiting is not None and column > waiting[0]:
        values: dict[str, Any] = {}
        waiting[1][waiting[2]] = values
        opened.append((column, values))
        return values
    while opened[-1][0] > column or type(opened[-1][1]) is list:
        opened.pop()
    found, values = opened[-1]
    if found != column:
        raise _Refused
    return values


def _line(text: str) -> _Line | None:
    """Read one line; None where it is empty or a comment."""
    head, mark, last = text.rpartition(": ")
    begun = _BEGUN.get(head) if mark else None
    if begun is not None:
        dash, column, key, values, name = begun
        if values is None:
            if _is_simple(last):
                return dash, column, key, True, _scalar(last), None
        elif last[-1:] == "}" and _is_simple(last[:-1]):
            return dash, column, key, True, {**values, name: _scalar(last[:-1])}, dict.copy
    line = _any_line(text)
    if mark and line is not None:
        _remember_head(head, last, line)
    return line


def _remember_head(head: str, last: str, line: _Line) -> None:
    """Remember what comes before the last value of a line: it means the same before another."""
    dash, column, key, _, value, copied = line
    begun: _Begun | None = None
    if copied is None:
        if key is not None and _is_simple(last):
            begun = dash, column, key, None, ""
    elif copied is dict.copy and _is_simple(last[:-1]):
        values = dict(value)
        name, _ = values.popitem()
        begun = dash, column, key, values, name
    if begun is not None and len(head) <= _REMEMBERED:
        if len(_BEGUN) >= _MOST_BEGUN:
            _BEGUN.clear()
        _BEGUN[head] = begun


_Begun: TypeAlias = tuple[int, int, str | None, dict[str, Any] | None, str]
"""The beginning of a line: the column of its dash and of its content, its key, and in a flow
mapping the entries before the last, whose key comes at the end."""

_BEGUN: dict[str, _Begun] = {}
_MOST_BEGUN = 4096


def _any_line(text: str) -> _Line | None:
    if not (text.isascii() and text.isprintable()) and _odd_character().search(text):
        raise _Refused
    content = text.lstrip(" ")
    if not content or content[0] == "#":
        return None
    column = len(text) - len(content)
    if column <= _MOST_COLUMNS and len(text) <= _LONGEST_LINE:
        line = _usual_line(content, column)
        if line is not None:
            return line
    found = _LINE.fullmatch(text) if len(text) <= _LONGEST_LINE else None
    if found is None or not (found[3] or (found[2] and (found[4] or found[5]))):
        raise _Refused
    begin, dashes, key, scalar, flow = found.groups()
    column = len(begin)
    dash = column - len(dashes) if dashes else -1
    name = None if key is None else _key(key)
    if scalar is not None:
        return dash, column, name, True, _scalar(scalar), None
    if flow is not None:
        return dash, column, name, True, *_flow(flow)
    return dash, column, name, False, None, None


def _usual_line(content: str, column: int) -> _Line | None:
    """Read a line of the usual form, without the pattern of all lines; None: it has another."""
    dash = -1
    if content.startswith("- "):
        dash, begin = column, len(content)
        content = content[2:].lstrip(" ")
        column += begin - len(content)
    key, mark, value = content.partition(":")
    name = _key(key) if mark and _is_usual_key(key) else None
    if name is not None and not value:
        return dash, column, name, False, None, None
    if name is None and dash >= 0:
        value = content
    elif name is not None and value[0] == " ":
        value = value.lstrip(" ")
    else:
        return None
    if value[:1] in _CLOSING:
        return dash, column, name, True, *_flow(value)
    return (dash, column, name, True, _scalar(value), None) if _is_usual(value) else None


def _is_usual_key(text: str) -> bool:
    """Return whether a key is a name, which may hold hyphens."""
    return text.isascii() and text.replace("-", "_").isidentifier() and text[0] != "-"


def _is_simple(text: str) -> bool:
    """Return whether a value is a word or a whole number, which can be any value.

    The beginning of a line means the same before each.
    """
    return (_IN_WORDS.issuperset(text) and text[:1] not in _NO_FIRST) or _is_number(
        text.removeprefix("-")
    )


def _is_number(text: str) -> bool:
    return (
        text.isdigit()
        and text.isascii()
        and len(text) <= _MOST_DIGITS
        and (text[0] != "0" or text == "0")
    )


def _is_usual(text: str) -> bool:
    """Return whether a value is read alike in a block and in a flow, as most are.

    It knows less than ``_ENTRY``, which takes 3 M instructions to compile.
    """
    first = text[:1]
    if first in _QUOTES:
        inner = text[1:-1]
        return text[-1] == first and len(text) > 1 and first not in inner and "\\" not in inner
    if not text.isascii() or not _OF_FLOWS.isdisjoint(text):
        return False
    if first.isdigit():
        return _is_number(text)
    if not (first.isalpha() or first in _FIRST_SIGNS) or any(it in text for it in _ODD_SPACES):
        return False
    after_colons = (part[:1] for part in text.split(":")[1:])
    return text[-1] != " " and all(it.isalnum() or it in _FIRST_SIGNS for it in after_colons)


_QUOTES = frozenset("\"'")
_FIRST_SIGNS = frozenset("_/")
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_IN_WORDS = frozenset(f"{_LETTERS}0123456789_/.@-")
_NO_FIRST = frozenset(("", *"0123456789.@-"))
_ODD_SPACES = ("  ", " #", " :")


_remembered = lru_cache(maxsize=4096)(_line)


def _flow(text: str) -> tuple[Any, Callable[[Any], Any]]:
    """Read a flow collection; return it and what copies it."""
    inner = text[1:-1].strip(" ")
    if text[0] == "{" and text[-1] == "}":
        pairs = list(map(_usual_pair, inner.split(", "))) if inner else []
        if None in pairs and not _INVOLVED.search(inner):
            pairs = list(map(_pair, inner.split(", ")))
        if None not in pairs:
            values = dict(filter(None, pairs))
            if len(values) < len(pairs):
                raise _Refused
            return values, dict.copy
    value, end = _nested(text, 0, 0)
    if end != len(text):
        raise _Refused
    return value, _copied


@lru_cache(maxsize=4096)
def _usual_pair(text: str) -> tuple[str, Any] | None:
    key, mark, value = text.partition(": ")
    return (_key(key), _scalar(value)) if mark and _is_usual_key(key) and _is_usual(value) else None


def _pair(text: str) -> tuple[str, Any]:
    found = _ENTRY.fullmatch(text)
    if found is None or found[1] is None or found[2] is None:
        raise _Refused
    return _key(found[1]), _scalar(found[2])


def _nested(text: str, at: int, depth: int) -> tuple[Any, int]:
    """Read the flow collection that begins at a place; return it and where it ends."""
    begin = text[at : at + 1]
    if depth > _DEEPEST_FLOW or begin not in _CLOSING:
        raise _Refused
    close = _CLOSING[begin]
    pairs: list[tuple[str | None, Any]] = []
    at = len(text) - len(text[at + 1 :].lstrip(" "))
    while text[at : at + 1] != close:
        key, value, at = _entry(text, at, depth)
        pairs.append((key, value))
    keys = {key for key, _ in pairs}
    if begin == "[":
        if keys - {None}:
            raise _Refused
        return [value for _, value in pairs], at + 1
    if None in keys or len(keys) < len(pairs):
        raise _Refused
    return dict(pairs), at + 1


def _entry(text: str, at: int, depth: int) -> tuple[str | None, Any, int]:
    """Read an entry of a flow collection; return its key, its value and where the next begins."""
    found = _ENTRY.match(text, at)
    if found is None:
        raise _Refused
    key, scalar = found.groups()
    if scalar is None:
        value, at = _nested(text, found.end(), depth + 1)
    else:
        value, at = _scalar(scalar), found.end()
    following = _NEXT.match(text, at)
    if following is None:
        raise _Refused
    return None if key is None else _key(key), value, following.end()


def _key(text: str) -> str:
    if text[0] in "\"'":
        return text[1:-1]
    if text.lower() in _ODD_WORDS:
        raise _Refused
    return text


def _scalar(text: str) -> Any:
    first = text[0]
    if first in "\"'":
        return text[1:-1]
    if first in "-0123456789":
        if text[-1] > "9":  # a time with its unit
            return text
        return float(text) if "." in text else int(text)
    if text.lower() in _ODD_WORDS:
        if text not in _CONSTANTS:
            raise _Refused
        return _CONSTANTS[text]
    return text


def _copied(value: Any) -> Any:
    if type(value) is dict:
        return {key: _copied(each) for key, each in value.items()}
    return [_copied(each) for each in value] if type(value) is list else value
