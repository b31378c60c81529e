"""Reads the YAML that most cases are written in, line by line, without a YAML library.

Only what every reading of YAML takes alike is read: block mappings and lists with a key, an item
or a whole flow collection on each line; plain words and numbers; quoted texts without escapes.
Anything else is refused, and ``yaml_text`` reads the text. What a line holds is remembered, since
most lines of a suite occur in many files. The tests compare what is read with PyYAML's reading.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeAlias

from shall.cases.plain_layout import Form, NotPlain, document_of, layout_of
from shall.late_pattern import late_pattern
from shall.remembered import remembered

MAX_CHARACTERS = 200_000
"""A longer text may hold more values than a document may."""

_LONGEST_LINE = 1000
_REMEMBERED = 200
"""Characters of a line that is remembered."""

_MOST_COLUMNS = 28
"""Of indentation; a level takes one or more, so that a text is less deep than ``bounds`` allow."""

_DEEPEST_FLOW = 8
_CLOSING = {"{": "}", "[": "]"}
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
    rf"(?a)( {{0,{_MOST_COLUMNS}}}(- +)?)(?:({_KEY}):(?: +(?=[^ ])|\Z))?"
    rf"(?:({_IN_BLOCK})|([\[{{].*))?"
)
_ENTRY = late_pattern(rf"(?a)(?:({_KEY_IN_FLOW}): +)?({_IN_FLOW})?")
_INVOLVED = late_pattern(r"[\[\]{}\"']")
_NEXT = late_pattern(r" *(?:, *|(?=[\]}]))")
_ODD_CHARACTER = late_pattern(
    r"[^ -~\u00a1-\u024f\u2010-\u2026\u3001-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff01-\uff5e]"
)
"""Finds what is no letter or sign: spaces, line breaks, control characters."""


_Line: TypeAlias = tuple[Form, Any]
"""A line: its form and its value. Lines of one form have the same ``Form``."""

_form = lru_cache(maxsize=4096)(Form)
_form_of, _value_of = itemgetter(0), itemgetter(1)


def read_plain(text: str) -> dict[str, Any] | None:
    """Return the mapping that a plain text holds, empty if it has only comments.

    None stands for a text that is not plain.
    """
    if len(text) > MAX_CHARACTERS:
        return None
    if len(_LINES) > _MOST_REMEMBERED:
        _LINES.clear()
    try:
        lines = [*filter(None, map(_LINES.__getitem__, text.split("\n")))]
        if not lines:
            return {}
        forms = tuple(map(_form_of, lines))
        layout = layout_of(forms)
    except NotPlain:
        return None
    return document_of(layout, [*map(_value_of, lines)])


class _Lines(dict[str, _Line | None]):
    """The lines that were read; what is not there is read, and remembered."""

    def __missing__(self, text: str) -> _Line | None:
        """Read one line; None where it is empty or a comment."""
        head, mark, last = text.rpartition(": ")
        begun = _HEADS.get(head)
        line = None
        if begun is not None:
            form, values, name = begun
            if values is None:
                value = _usual(last)
                if value is not _UNUSUAL:
                    line = form, value
            elif last[-1:] == "}" and (value := _usual(last[:-1])) is not _UNUSUAL:
                line = form, {**values, name: value}
        if line is None:
            line = _mapping_line(text) or _any_line(text)
            if mark and line is not None:
                _remember_beginning(text, head, last, line)
        if len(text) <= _REMEMBERED:
            self[text] = line
        return line


_LINES = _Lines()
_MOST_REMEMBERED = 4096

_Head: TypeAlias = tuple[Form, dict[str, Any] | None, str]
"""The beginning of a line: its form, and in a flow mapping the entries before the last, whose key
comes at the end."""

_HEADS: dict[str, _Head] = {}

_SEEN_ONCE: set[str] = set()
"""Beginnings of lines that may never occur again: more than the last value may be another."""

_BEFORE_MAPPING: dict[str, Form] = {}
"""The forms of lines that are a flow mapping, by what comes before it."""


def _remember_beginning(text: str, head: str, last: str, line: _Line) -> None:
    """Remember what a line begins with; all but the last value only when it comes again."""
    if len(head) > _REMEMBERED:
        return
    if head in _SEEN_ONCE:
        _remember_head(head, last, line)
        return
    if len(_SEEN_ONCE) >= _MOST_REMEMBERED:
        _SEEN_ONCE.clear()
    _SEEN_ONCE.add(head)
    form = line[0]
    if form.copy is dict.copy and "{" not in (form.key or ""):
        if len(_BEFORE_MAPPING) >= _MOST_REMEMBERED:
            _BEFORE_MAPPING.clear()
        _BEFORE_MAPPING[text.partition("{")[0]] = form


def _mapping_line(text: str) -> _Line | None:
    """Read a flow mapping behind what came before one already; None where it is none."""
    begin, _, rest = text.partition("{")
    form = _BEFORE_MAPPING.get(begin)
    if form is None or rest[-1:] != "}" or len(text) > _LONGEST_LINE:
        return None
    pairs = rest[:-1].split(", ")
    values = _usual_pairs(pairs)
    return None if values is None or len(values) < len(pairs) else (form, values)


def _remember_head(head: str, last: str, line: _Line) -> None:
    """Remember what comes before the last value of a line: it means the same before another.

    The value of the line shows that its last colon is not within a quoted text.
    """
    form, value = line
    begun: _Head | None = None
    if form.copy is None:
        if form.key is not None and _usual(last) == value:
            begun = form, None, ""
    elif form.copy is dict.copy and value:
        values = dict(value)
        name, end = values.popitem()
        if _usual(last[:-1]) == end:
            begun = form, values, name
    if begun is not None:
        if len(_HEADS) >= _MOST_REMEMBERED:
            _HEADS.clear()
        _HEADS[head] = begun


def _any_line(text: str) -> _Line | None:
    if not (text.isascii() and text.isprintable()) and _ODD_CHARACTER.search(text):
        raise NotPlain
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
        raise NotPlain
    begin, dashes, key, scalar, flow = found.groups()
    column = len(begin)
    place = ~(column - len(dashes)) if dashes else column
    name = None if key is None else _key(key)
    if scalar is not None:
        return _form(place, column, name), _scalar(scalar)
    if flow is not None:
        value, copy = _flow(flow)
        return _form(place, column, name, copy=copy), value
    return _form(place, column, name, waits=True), None


def _usual_line(content: str, column: int) -> _Line | None:
    """Read a line of the usual form, without the pattern of all lines; None: it has another."""
    place = column
    if content.startswith("- "):
        place, begin = ~column, len(content)
        content = content[2:].lstrip(" ")
        column += begin - len(content)
    key, mark, value = content.partition(":")
    name = key if mark and _is_usual_key(key) else None
    if name is not None and not value:
        return _form(place, column, name, waits=True), None
    if name is None and place < 0:
        value = content
    elif name is not None and value[0] == " ":
        value = value.lstrip(" ")
    else:
        return None
    if value[:1] in _CLOSING:
        collection, copy = _flow(value)
        return _form(place, column, name, copy=copy), collection
    scalar = _usual(value)
    return None if scalar is _UNUSUAL else (_form(place, column, name), scalar)


@remembered(1024)
def _is_usual_key(text: str) -> bool:
    """Return whether a key is a name, which may hold hyphens, or a path without indexes."""
    if text[:1] == "$":
        return _is_path(text)
    return text.isascii() and text.replace("-", "_").isidentifier() and _key(text)[0] != "-"


def _is_path(text: str) -> bool:
    """Return whether a text is ``$`` and names, such as ``$.items.first-name``."""
    names = text[1:].replace(".", "_").replace("-", "_")
    return text.isascii() and f"_{names}".isidentifier()


def _usual(text: str) -> Any:
    """Return a value that is read alike in a block and in a flow, as most are; else _UNUSUAL.

    It knows less than ``_ENTRY``, which takes 3 M instructions to compile.
    """
    if text.isdecimal() and text[0] != "0" and len(text) <= _MOST_DIGITS and text.isascii():
        return int(text)
    if text.isidentifier() and text.isascii():
        return _CONSTANTS.get(text, _UNUSUAL) if text.lower() in _ODD_WORDS else text
    if not text.strip(_SIGNS) and text[:1] in _FIRST_SIGNS and text[-1] != " ":
        return _UNUSUAL if "  " in text else text
    if not text.isprintable() or not (text.isascii() or _ODD_CHARACTER.search(text) is None):
        return _UNUSUAL
    first = text[:1]
    if first in _QUOTES:
        inner = text[1:-1]
        is_closed = text[-1] == first and len(text) > 1 and first not in inner
        return inner if is_closed and "\\" not in inner else _UNUSUAL
    if first in _NUMERIC:
        return _scalar(text) if _is_number(text) else _UNUSUAL
    if first == "$":
        return text if _is_path(text) else _UNUSUAL
    return text if _are_words(text) else _UNUSUAL


_UNUSUAL: Any = object()


def _are_words(text: str) -> bool:
    first = text[:1]
    if not (first in _FIRST_SIGNS or first > "\x7f") or text[-1] == " ":
        return False
    if any([it in text for it in _NOT_IN_WORDS]):  # noqa: C419 - faster
        return False
    after_colons = text.split(":")[1:] if ":" in text else ()
    return all([it[:1] in _AFTER_COLON for it in after_colons])  # noqa: C419 - as above


def _is_number(text: str) -> bool:
    whole, point, part = text.removeprefix("-").partition(".")
    return (
        text.isascii()
        and whole.isdecimal()
        and len(whole) <= _MOST_DIGITS
        and (whole[0] != "0" or whole == "0")
        and (not point or (part.isdecimal() and len(part) <= _MOST_DIGITS))
    )


_QUOTES = frozenset("\"'")
_NUMERIC = frozenset("-0123456789")
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_/"
_FIRST_SIGNS = frozenset(_LETTERS)
_AFTER_COLON = frozenset(f"{_LETTERS}0123456789")
_SIGNS = f"{_LETTERS}0123456789 .-@?=&+"
"""Signs that words may have anywhere but at their beginning and end."""
_NOT_IN_WORDS = (",", "[", "]", "{", "}", "  ", " #", " :")


def _flow(text: str) -> tuple[Any, Callable[[Any], Any]]:
    """Read a flow collection; return it and what copies it."""
    if text[0] == "{" and text[-1] == "}":
        inner = text[1:-1].strip(" ")
        pairs = inner.split(", ") if inner else []
        values = _usual_pairs(pairs)
        if values is None and not _INVOLVED.search(inner):
            values = dict(map(_pair, pairs))
        if values is not None:
            if len(values) < len(pairs):
                raise NotPlain
            return values, dict.copy
    value, end = _nested(text, 0, 0)
    if end != len(text):
        raise NotPlain
    return value, _copied


def _usual_pairs(pairs: Iterable[str]) -> dict[str, Any] | None:
    values: dict[str, Any] = {}
    for pair in pairs:
        key, mark, value = pair.partition(": ")
        if not (mark and _is_usual_key(key)):
            return None
        scalar = _usual(value)
        if scalar is _UNUSUAL:
            return None
        values[key] = scalar
    return values


def _pair(text: str) -> tuple[str, Any]:
    found = _ENTRY.fullmatch(text)
    if found is None or found[1] is None or found[2] is None:
        raise NotPlain
    return _key(found[1]), _scalar(found[2])


def _nested(text: str, at: int, depth: int) -> tuple[Any, int]:
    """Read the flow collection that begins at a place; return it and where it ends."""
    begin = text[at : at + 1]
    if depth > _DEEPEST_FLOW or begin not in _CLOSING:
        raise NotPlain
    close = _CLOSING[begin]
    pairs: list[tuple[str | None, Any]] = []
    at = len(text) - len(text[at + 1 :].lstrip(" "))
    while text[at : at + 1] != close:
        key, value, at = _entry(text, at, depth)
        pairs.append((key, value))
    keys = {key for key, _ in pairs}
    if begin == "[":
        if keys - {None}:
            raise NotPlain
        return [value for _, value in pairs], at + 1
    if None in keys or len(keys) < len(pairs):
        raise NotPlain
    return dict(pairs), at + 1


def _entry(text: str, at: int, depth: int) -> tuple[str | None, Any, int]:
    """Read an entry of a flow collection; return its key, its value and where the next begins."""
    found = _ENTRY.match(text, at)
    if found is None:
        raise NotPlain
    key, scalar = found.groups()
    if scalar is None:
        value, at = _nested(text, found.end(), depth + 1)
    else:
        value, at = _scalar(scalar), found.end()
    following = _NEXT.match(text, at)
    if following is None:
        raise NotPlain
    return None if key is None else _key(key), value, following.end()


def _key(text: str) -> str:
    if text[0] in "\"'":
        return text[1:-1]
    if text.lower() in _ODD_WORDS:
        raise NotPlain
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
            raise NotPlain
        return _CONSTANTS[text]
    return text


def _copied(value: Any) -> Any:
    if type(value) is dict:
        return {key: _copied(each) for key, each in value.items()}
    return [_copied(each) for each in value] if type(value) is list else value
