"""The grammar inside ``{{ }}``, by recursive descent over one regular expression of tokens.

::

    expression = both { "or" both }
    both       = negated { "and" negated }
    negated    = { "not" } compared
    compared   = sum [ ( "==" | "!=" | "<" | "<=" | ">" | ">=" ) sum ]
    sum        = product { ( "+" | "-" ) product }
    product    = filtered { ( "*" | "/" | "%" ) filtered }
    filtered   = value { "|" filter { text | integer } }
    value      = reference | call | number | text | list | true | false | null
               | "(" expression ")"
    reference  = name path
    path       = { "." member | "[" integer "]" | "[" text "]" }
    call       = [ module "." ] name "(" [ argument { "," argument } ] ")"
    argument   = [ name "=" ] expression
    list       = "[" [ expression { "," expression } ] "]"

A hyphen inside a name is part of it: an operator is surrounded by spaces. Each character is looked
at a bounded number of times: hostile text costs time in proportion to its length.
"""

import re
from typing import TYPE_CHECKING

from shall.cases.syntax import (
    GLOBAL,
    WORDS,
    Array,
    Call,
    Expression,
    Filtered,
    Literal,
    Operation,
    Reference,
)
from shall.errors import BadExpression, BadValue
from shall.late_pattern import late_pattern

if TYPE_CHECKING:
    from shall.cases.filters import Filter

MAX_LENGTH = 2000
"""Characters in one expression."""
MAX_DEPTH = 16
"""Calls and lists inside one another."""
MAX_OPERATORS = 50
"""Operators and filters of one expression."""

_LEVELS = {
    **{"or": 0, "and": 1, "==": 2, "!=": 2, "<": 2, "<=": 2, ">": 2, ">=": 2},
    **{"+": 3, "-": 3, "*": 4, "/": 4, "%": 4},
}
"""How tightly each operator binds."""
_COMPARISON = 2

_SPACE = re.compile(r"\s*")
_TOKEN = re.compile(
    r"""(?P<close>\}\})
    | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)(?![\w-])
    | (?P<name>[^\W\d][\w-]*)
    | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<operator>[=!<>]=|[<>+*/%|-])
    | (?P<mark>[.\[\](),=])""",
    re.VERBOSE | re.DOTALL,
)
_MEMBER = re.compile(r"\w[\w-]*")
_INTEGER = late_pattern(r"-?[0-9]+")
_ESCAPE = late_pattern(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"} | {c: c for c in "\\\"'/{}"}


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
        self.operators = 0
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
        elif self.kind == "operator" or self.word in "!&?:" or self.word.startswith("-"):
            hint = "Operators are +, -, *, /, %, ==, !=, <, <=, >, >=, and, or, not, with spaces."
        return self.bad(f"Expected {wanted}, not {self.word[:40]!r}.", hint)

    def expect(self, mark: str) -> None:
        """Skip a mark that is required here."""
        if self.word != mark or self.kind != "mark":
            raise self.unexpected(f"`{mark}`")
        self.advance()

    def expression(self, depth: int) -> Expression:
        """Read one expression; most are a value without operators."""
        return self.binary(0, depth)

    def binary(self, least: int, depth: int) -> Expression:
        """Read operands, and the operators between them that bind at least so tightly."""
        left = self.negated(depth) if self.word == "not" else self.filtered(depth)
        while (level := _LEVELS.get(self.word, -1)) >= least and self.kind in ("operator", "name"):
            operator = self.take_operator()
            left = Operation(operator, left, self.binary(level + 1, depth))
            if level == _COMPARISON:
                self.refuse_comparison()
        return left

    def refuse_comparison(self) -> None:
        """Refuse a comparison of a comparison: ``1 < a < 9`` would not mean what it seems."""
        if _LEVELS.get(self.word, -1) == _COMPARISON and self.kind == "operator":
            raise self.unexpected("`and`")

    def negated(self, depth: int) -> Expression:
        """Read what follows ``not``; a variable may have that name."""
        before = self.begin, self.end, self.kind, self.word
        self.take_operator()
        if self.kind in ("name", "number", "text") or self.word == "(":
            self.check_depth(depth + 1)
            return Operation("not", self.binary(_COMPARISON, depth + 1))
        self.begin, self.end, self.kind, self.word = before
        return self.filtered(depth)

    def take_operator(self) -> str:
        """Step over an operator; their number is limited, since each is a level of the tree."""
        operator = self.word
        self.operators += 1
        if self.operators > MAX_OPERATORS:
            raise self.bad(f"An expression has more than {MAX_OPERATORS} operators and filters.")
        self.advance()
        return operator

    def filtered(self, depth: int) -> Expression:
        """Read a value with the filters behind it."""
        value = self.value(depth)
        if self.word != "|":
            return value
        start = end = self.begin
        while self.word == "|" and self.kind == "operator":
            self.take_operator()
            if self.kind != "name":
                raise self.unexpected("a filter")
            end = self.end
            self.advance()
            while self.kind in ("text", "number"):
                end = self.end
                self.advance()
        return Filtered(value, self.filters(self.text[start:end]))

    def filters(self, written: str) -> "tuple[Filter, ...]":
        """Read filters as they are written behind a selector."""
        from shall.cases.filters import filters_of  # few expressions have any

        try:
            return filters_of(f"$ {written}")[1]
        except BadValue as error:
            raise self.bad(error.message, error.hint) from None

    def check_depth(self, depth: int) -> None:
        """Refuse what is nested too deep."""
        if depth > MAX_DEPTH:
            raise self.bad(f"Calls and lists are nested more than {MAX_DEPTH} deep.")

    def value(self, depth: int) -> Expression:
        """Read a value, or an expression in parentheses."""
        self.check_depth(depth)
        if self.kind == "name":
            return self.named(depth)
        if self.kind == "text":
            return Literal(self.take_text())
        if self.kind == "number":
            return Literal(self.take_number())
        if self.word == "(":
            self.advance()
            inner = self.expression(depth + 1)
            self.expect(")")
            return inner
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
        if self.word not in (".", "[") and name in WORDS:
            return Literal(WORDS[name])
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
