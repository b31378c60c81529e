"""What the docstrings and comments of Python tests say that they validate.

``Validates: Requirements 1.2`` in a test, or in a comment directly above it, is a link like a mark.
A line ``Feature: auth`` before it says which feature the numbers are of.
"""

import ast
import io
import tokenize
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from msgspec import Struct

from shall.diagnostics import Diagnostic, Severity
from shall.late_pattern import late_pattern
from shall.span import Span
from shall.specs.code_fingerprint import Definition
from shall.specs.mentions import references_of
from shall.specs.references import is_identifier

_STARTS = ("Validates:", "Validates：", "erifies:", "erifies：", "验证需求", "驗證需求")
_LISTED = late_pattern(
    r"(?:Validates[:：][\s*_]*Requirements?\b[\s*_]*[:：]?|(?:验证需求|驗證需求)[\s*_]*[:：])(?P<ids>.+)"
    r"|(?:Validates|^\s*(?:#|//+!?|/?\*+)\s*@?[Vv]erifies)[:：][\s*_]*(?P<keys>[^\s#\[]+#.+)"
)
_FEATURE = late_pattern(r"(?:\bFeature|功能)\s*[:：]\s*(?P<name>[\w./-]*\w)")

_LINE_END = late_pattern(r"\r\n|\r|\n")

UNATTACHED = "This line belongs to no test, so it links nothing."
_ATTACH = "Write it in the docstring of a test, or directly above the test."


class Named(Struct, frozen=True):
    """A criterion as a test names it, and where."""

    criterion: str
    line: int
    column: int


class CommentLine(Struct, frozen=True):
    """A line of a docstring or comment, from the column ``start`` (0 is the first).

    ``is_alone``: no code is before it.
    """

    number: int
    start: int
    text: str
    is_alone: bool = True


def may_validate(text: str) -> bool:
    """Return whether a line of a test file may say what it validates."""
    return any(start in text for start in _STARTS)


class TestComments:
    """The docstrings and comments of one test file, divided among its tests."""

    __test__ = False  # not a test class, whatever its name begins with

    def __init__(self, text: str, module: ast.Module) -> None:
        self._comments: Mapping[int, CommentLine] = {}
        self._docstrings: Mapping[int, Sequence[CommentLine]] = {}
        self._claimed: set[int] = set()
        if may_validate(text):
            lines = _LINE_END.split(text)
            self._comments = {it.number: it for it in _comments(text)}
            self._docstrings = {
                node.lineno if not isinstance(node, ast.Module) else 0: found
                for node in ast.walk(module)
                if isinstance(node, ast.Module | ast.ClassDef | Definition)
                and (found := list(_docstring(node, lines)))
            }

    def named_by(self, test: Definition) -> Iterator[Named]:
        """Yield what the docstring and the comments of a test name."""
        first = min([test.lineno, *(it.lineno for it in test.decorator_list)])
        while self._is_comment(first - 1, 0):
            first -= 1
        last = test.end_lineno or test.lineno
        while self._is_comment(last + 1, test.col_offset + 1):
            last += 1
        own = [it for number, it in self._comments.items() if first <= number <= last]
        own += self._docstrings.get(test.lineno, ())
        self._claimed |= {it.number for it in own}
        yield from criteria_named(own)

    def _is_comment(self, number: int, column: int) -> bool:
        """Return whether a line is a comment that begins at a column or after it."""
        found = self._comments.get(number)
        return found is not None and found.is_alone and found.start >= column

    def unattached(self, file: str) -> Iterator[Diagnostic]:
        """Report what names criteria and is at no test."""
        lines = [
            *self._comments.values(),
            *(it for found in self._docstrings.values() for it in found),
        ]
        for found in criteria_named([it for it in lines if it.number not in self._claimed]):
            span = Span(file, found.line, found.column)
            yield Diagnostic("link.unread-mention", Severity.WARNING, UNATTACHED, span, _ATTACH)


def _comments(text: str) -> Iterator[CommentLine]:
    with suppress(tokenize.TokenError, SyntaxError):  # what is not Python is reported by the parser
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                number, start = token.start
                is_alone = not token.line[:start].strip()
                yield CommentLine(number, start, token.string, is_alone)


def _docstring(
    node: ast.Module | ast.ClassDef | Definition, lines: Sequence[str]
) -> Iterator[CommentLine]:
    first = node.body[0] if node.body else None
    if not isinstance(first, ast.Expr) or not isinstance(first.value, ast.Constant):
        return
    if isinstance(first.value.value, str):
        last = first.end_lineno or first.lineno
        for number in range(first.lineno, last + 1):
            yield CommentLine(number, 0, lines[number - 1])


def criteria_named(lines: Iterable[CommentLine]) -> Iterator[Named]:
    """Yield each criterion that some lines name, in their order; prose names none."""
    feature = ""
    for line in sorted(lines, key=lambda it: it.number):
        stated = _FEATURE.search(line.text)
        feature = stated["name"] if stated else feature
        found = _LISTED.search(line.text)
        if found is None:
            continue
        group = "ids" if found["ids"] else "keys"
        for reference in references_of(found[group].strip("*_ \"'")):
            if not is_identifier(reference):
                continue
            at = max(line.text.find(reference, found.start(group)), found.start(group))
            key = f"{feature}#{reference}" if feature and "#" not in reference else reference
            yield Named(key, line.number, line.start + at + 1)
