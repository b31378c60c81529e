"""The grammar inside ``{{ }}``, by recursive descent over one regular expression of tokens.

::

    expression = reference | call | number | text | list | true | false | null
    reference  = name path
    path       = { "." member | "[" integer "]" | "[" text "]" }
    call       = [ module "." ] name "(" [ argument { "," argument } ] ")"
    argument   = [ name "=" ] expression
    list       = "[" [ expression { "," expression } ] "]"

There is no arithmetic, so a hyphen inside a name is part of it. Each character is looked at a
bounded number of times: hostile text costs time in proportion to its length.
"""

import re

from shall.cases.syntax import GLOBAL, Array, Call, Expression, Literal, Reference
from shall.errors import BadExpression

MAX_LENGTH = 2000
"""Characters in one expression."""
MAX_DEPTH = 16
"""Calls and lists inside one another."""

_SPACE = re.compile(r"\s*")
_TOKEN = re.compile(
    r"""(?P<close>\}\})
    | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)(?![\w-])
    | (?P<name>[^\W\d][\w-]*)
    | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<mark>[.\[\](),=])""",
    re.VERBOSE | re.DOTALL,
)
_MEMBER = re.compile(r"\w[\w-]*")
_INTEGER = re.compile(r"-?[0-9]+")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"} | {c: c for c in "\\\"'/{}"}
_WORDS = {"true": True, "True": True, "false": False, "False": False, "null": None, "None": None}


def parse_expression(text: str, start: int) -> tuple[Expression, int]:
    """Read the expression that begins at ``start``, behind its ``{{``.

    Returns:
        The expression and the position behind its ``}}``.

    Raises:
        BadExpression: It is not closed, too long, too deep or not understood.
    """
    reader = _Reader(text, start)
    expression = reader.expression(depth=0)
    if reader.kind != "close":
        raise reader.unexpected("`}}`")
    return expression, reader.end


class _Reader:
    """One token of lookahead: ``kind`` and ``word`` lie between ``begin`` and ``end``."""

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.start = start
        self.end = start
        self.advance()

    def advance(self) -> None:
        """Step to the next token."""
        space = _SPACE.match(self.text, self.end)
        self.begin = space.end() if space else self.end
        if self.begin - self.start > MAX_LENGTH:
            raise self.bad(
                f"An expression is longer than {MAX_LENGTH} characters.",
                "Close it with `}}`, or put the value into a variable.",
            )
        found = _TOKEN.match(self.text, self.begin)
        if found is None:
            self.kind, self.word, self.end = "", self.text[self.begin : self.begin + 1], self.begin
        else:
            self.kind, self.word, self.end = found.lastgroup or "", found[0], found.end()

    def bad(self, message: str, hint: str | None = None) -> BadExpression:
        """Return an error at the current token."""
        return BadExpression(message, hint=hint, details={"offset": self.begin})

    def unexpected(self, wanted: str) -> BadExpression:
        """Return the error for an unexpected token."""
        if not self.word:
            return self.bad(
                "`{{` is not closed.", 'Add `}}`, or write `{{ "{{" }}` for the two braces.'
            )
        hint = None
        if self.word in "\"'":
            hint = f"Close the text with {self.word}."
        elif self.word in "+-*/|%<>!&?:":
            hint = "There are no operators or filters: use a function or a variable."
        return self.bad(f"Expected {wanted}, not {self.word[:40]!r}.", hint)

    def expect(self, mark: str) -> None:
        """Skip a mark that is required here."""
        if self.word != mark or self.kind != "mark":
            raise self.unexpected(f"`{mark}`")
        self.advance()

    def expression(self, depth: int) -> Expression:
        """Read one expression."""
        if depth > MAX_DEPTH:
            raise self.bad(f"Calls and lists are nested more than {MAX_DEPTH} deep.")
        if self.kind == "name":
            return self.named(depth)
        if self.kind == "text":
            return Literal(self.take_text())
        if self.kind == "number":
            return Literal(self.take_number())
        if self.word == "[":
            self.advance()
            return Array(tuple(self.several("]", depth)))
        raise self.unexpected("a name, a call or a value")

    def named(self, depth: int) -> Expression:
        """Read a word, a reference or a call."""
        name = self.word
        self.advance()
        if self.word == "(":
            return self.call("", name, depth)
        if self.word not in (".", "[") and name in _WORDS:
            return Literal(_WORDS[name])
        path: list[str | int] = []
        while self.word in (".", "[") and self.kind == "mark":
            if self.word == ".":
                path.append(self.member())
            else:
                path.append(self.index())
        if self.word == "(" and self.kind == "mark":
            if len(path) != 1:
                raise self.bad("A function has at most one name before it, as in `tools.uuid()`.")
            return self.call(name, str(path[0]), depth)
        return Reference(GLOBAL if name == "GLOBAL" else name, tuple(path))

    def member(self) -> str:
        """Read ``.name``; digits are a name here."""
        space = _SPACE.match(self.text, self.end)
        found = _MEMBER.match(self.text, space.end() if space else self.end)
        if found is None:
            self.advance()
            raise self.unexpected("a name after `.`")
        self.end = found.end()
        self.advance()
        return found[0]

    def index(self) -> str | int:
        """Read ``[0]``, ``[-1]`` or ``["key"]``."""
        self.advance()
        if self.kind == "text":
            key: str | int = self.take_text()
        elif self.kind == "number" and _INTEGER.fullmatch(self.word):
            key = int(self.word)
            self.advance()
        else:
            raise self.unexpected("a whole number or a quoted key")
        self.expect("]")
        return key

    def call(self, module: str, name: str, depth: int) -> Call:
        """Read ``(arguments)``."""
        self.advance()
        args: list[Expression] = []
        kwargs: dict[str, Expression] = {}
        while self.word != ")":
            value = self.expression(depth + 1)
            if self.word == "=" and isinstance(value, Reference) and not value.path:
                if value.root in kwargs:
                    raise self.bad(f"The argument `{value.root}` is given twice.")
                self.advance()
                kwargs[value.root] = self.expression(depth + 1)
            elif kwargs:
                raise self.bad("A positional argument follows a named one.")
            else:
                args.append(value)
            self.separator(")")
        self.expect(")")
        return Call(module, name, tuple(args), tuple(kwargs.items()))

    def several(self, closing: str, depth: int) -> list[Expression]:
        """Read expressions between commas, up to and over the closing mark."""
        items: list[Expression] = []
        while self.word != closing:
            items.append(self.expression(depth + 1))
            self.separator(closing)
        self.expect(closing)
        return items

    def separator(self, closing: str) -> None:
        """Step over a comma, unless the closing mark comes."""
        if self.word != closing or self.kind != "mark":
            if self.word != ",":
                raise self.unexpected(f"`,` or `{closing}`")
            self.advance()

    def take_number(self) -> int | float:
        """Read a number."""
        word = self.word
        value = int(word) if _INTEGER.fullmatch(word) else float(word)
        if value in (float("inf"), float("-inf")):
            raise self.bad(f"The number {word} is too large.")
        self.advance()
        return value

    def take_text(self) -> str:
        """Read a quoted text."""
        text = _ESCAPE.sub(self.unescaped, self.word[1:-1])
        try:
            text = text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise self.bad("A text contains half of a surrogate pair.") from None
        self.advance()
        return text

    def unescaped(self, found: re.Match[str]) -> str:
        """Return the character of an escape."""
        escape = found[1]
        if len(escape) == 5:
            return chr(int(escape[1:], 16))
        if escape not in _ESCAPES:
            raise self.bad(
                f"Unknown escape \\{escape}.", "Write \\n, \\t, \\r, \\\\, \\\", \\' or \\u4e2d."
            )
        return _ESCAPES[escape]
