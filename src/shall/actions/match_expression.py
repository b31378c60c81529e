"""Expressions that choose cases: ``smoke and not (slow or wip)``, as pytest writes them.

``and`` binds stronger than ``or``, ``not`` strongest. A word is anything without spaces and
parentheses; one in quotation marks may hold them. Nothing is handed to ``eval``.
"""

import re
from collections.abc import Callable, Iterator

from shall.errors import BadValue

Test = Callable[[str], bool]
"""Returns whether a word applies to a case."""

Expression = Callable[[Test], bool]

_TOKEN = re.compile(r"""\s*(?:(?P<mark>[()])|(?P<quoted>"[^"]*"|'[^']*')|(?P<word>[^\s()"']+))""")
_MOST_CHARACTERS = 1000


def match_expression(text: str) -> Expression:
    """Parse an expression.

    Raises:
        BadValue: It is none; the message names the column, as ``a and:6``.
    """
    if len(text) > _MOST_CHARACTERS:
        raise BadValue(f"The expression is longer than {_MOST_CHARACTERS} characters.")
    parser = _Parser(text)
    found = parser.alternatives()
    parser.expect_end()
    return found


class _Parser:
    """Reads one expression from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._next()

    def alternatives(self) -> Expression:
        parts = [self._all_of()]
        while self._takes("or"):
            parts.append(self._all_of())
        return parts[0] if len(parts) == 1 else lambda test: any(it(test) for it in parts)

    def _all_of(self) -> Expression:
        parts = [self._one()]
        while self._takes("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda test: all(it(test) for it in parts)

    def _one(self) -> Expression:
        if self._takes("not"):
            inner = self._one()
            return lambda test: not inner(test)
        if self._takes("("):
            inner = self.alternatives()
            if not self._takes(")"):
                raise self._wrong(f"A closing parenthesis is missing at {self._place()}.")
            return inner
        if self._kind is None or self._token in {"and", "or", ")"}:
            raise self._wrong(f"A word is missing at {self._place()}.")
        word = self._token.strip("\"'") if self._kind == "quoted" else self._token
        self._next()
        return lambda test: test(word)

    def expect_end(self) -> None:
        if self._kind is not None:
            raise self._wrong(f"`and` or `or` is missing at {self._place()}.")

    def _takes(self, token: str) -> bool:
        taken = self._kind not in (None, "quoted") and self._token == token
        if taken:
            self._next()
        return taken

    def _next(self) -> None:
        self._kind, self._token, self._column = next(self._tokens)

    def _place(self) -> str:
        """Return the place, which is the same in every language."""
        return f"{self._text}:{self._column}"

    def _wrong(self, message: str) -> BadValue:
        return BadValue(message, hint="Write it like: smoke and not (slow or wip).")


def _tokens(text: str) -> Iterator[tuple[str | None, str, int]]:
    """Yield kind, text and column of each token; kind None, again and again, at the end."""
    position = 0
    while found := _TOKEN.match(text, position):
        assert found.lastgroup is not None  # noqa: S101 - each alternative is a group
        yield found.lastgroup, found[found.lastgroup], found.start(found.lastgroup) + 1
        position = found.end()
    if text[position:].strip():
        raise BadValue(f"A quotation mark is not closed in the expression {text}.")
    while True:
        yield None, "", len(text) + 1
