"""Reads the texts of hurl: templates, escapes, comments, and texts of several lines."""

import json
import re
from collections.abc import Mapping
from typing import Any

from shall.imports.expressions import mark

_TEMPLATE = re.compile(r"\{\{\s*(?:(newUuid)|([A-Za-z_][\w-]*))\s*\}\}")
_ESCAPED = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|(.))")
_CONTROL = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_COMMENT = re.compile(r"((?:[^\\#]|\\.)*)#")
_FENCE = "```"


def converted(text: str) -> str:
    """Return a text with the templates of hurl as marks."""
    return _TEMPLATE.sub(lambda it: mark("uuid()" if it[1] else it[2]), text)


def with_values(text: str, variables: Mapping[str, Any]) -> str:
    """Return a text in which the variables that are known have their values.

    >>> with_values("{{ a }} {{b}}", {"a": True})
    'true {{b}}'
    """

    def value(found: re.Match[str]) -> str:
        known = variables.get(found[2] or "")
        return found[0] if known is None else known if type(known) is str else json.dumps(known)

    return _TEMPLATE.sub(value, text)


def unescaped(text: str) -> str:
    """Return a text with its templates as marks, and its escapes as the characters they are."""
    return _ESCAPED.sub(_character, converted(text))


def _character(found: re.Match[str]) -> str:
    if found[1]:
        return chr(min(int(found[1], 16), 0x10FFFF))
    return _CONTROL.get(found[2], found[2])


def without_comment(text: str) -> str:
    """Return the text of a line before its comment, which an escaped ``#`` does not begin."""
    found = _COMMENT.match(text)
    return (found[1] if found else text).strip()


def is_open(text: str) -> bool:
    """Return whether a text of several lines begins in this one and does not end in it."""
    return text.count(_FENCE) % 2 == 1


def block_of(text: str) -> tuple[str, str] | None:
    """Return the language of a text within ``` and the text, its templates as marks; else None."""
    if not text.startswith(_FENCE):
        return None
    head, is_broken, rest = text[len(_FENCE) :].partition("\n")
    words = [it.strip() for it in head.split(",")] if is_broken else []
    inner = (rest if is_broken else head).rpartition(_FENCE)[0]
    language = next((it for it in words if it not in {"escape", "novariable"}), "")
    return language, unescaped(inner) if "escape" in words else converted(inner)
