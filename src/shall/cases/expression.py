"""Templates: texts that hold ``{{ expressions }}``.

Nothing is evaluated here and nothing is ever handed to ``eval``: a text becomes a tree of frozen
values (``cases.syntax``), which the engine walks. The grammar is in ``cases.grammar``.

A literal ``{{`` is written as a text inside an expression: ``{{ "{{" }}``. A ``}}`` outside an
expression is ordinary text.
"""

from functools import lru_cache

from shall.cases.path import parse_path
from shall.cases.syntax import (
    GLOBAL,
    WORDS,
    Array,
    Call,
    Expression,
    Literal,
    Reference,
    Template,
    walk,
)

__all__ = [
    "GLOBAL",
    "Array",
    "Call",
    "Expression",
    "Literal",
    "Reference",
    "Template",
    "parse_path",
    "parse_template",
    "walk",
]

_LONGEST_NAMES = 200
_CACHED_LENGTH = 4096  # a longer text is parsed each time: the cache must not keep whole bodies


def parse_template(text: str) -> Template:
    """Cut a text into its parts; the time taken grows with its length only.

    Spaces around an expression are text: ``" {{ a }}"`` is not lone.

    >>> parse_template("Bearer {{ login.token }}").parts
    ('Bearer ', Reference(root='login', path=('token',)))

    Raises:
        BadExpression: An expression is not closed, too long, too deep or not understood.
            ``details["offset"]`` counts characters from the start of the text.
    """
    if "{{" not in text:
        return Template((text,) if text else ())
    return _parse_cached(text) if len(text) <= _CACHED_LENGTH else _parse(text)


def _parse(text: str) -> Template:
    parts: list[str | Expression] = []
    position = 0
    while (opened := text.find("{{", position)) >= 0:
        if opened > position:
            parts.append(text[position:opened])
        expression, position = _names(text, opened + 2) or _parse_expression(text, opened + 2)
        parts.append(expression)
    if position < len(text):
        parts.append(text[position:])
    return Template(tuple(parts))


def _names(text: str, start: int) -> tuple[Reference, int] | None:
    """Read names alone, ``login.token``, as most expressions are; None for any other expression."""
    end = text.find("}}", start)
    written = text[start:end].strip(" ")
    if not 0 < end - start <= _LONGEST_NAMES or not written.isascii():
        return None
    root, *path = written.split(".")
    if not root.isidentifier() or not all(map(str.isidentifier, path)):
        return None
    if root in WORDS and not path:
        return None
    return Reference(GLOBAL if root == "GLOBAL" else root, tuple(path)), end + 2


def _parse_expression(text: str, start: int) -> tuple[Expression, int]:
    from shall.cases.grammar import parse_expression  # most cases have names alone

    return parse_expression(text, start)


_parse_cached = lru_cache(maxsize=4096)(_parse)
