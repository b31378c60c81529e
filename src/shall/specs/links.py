"""What cases and tests say about criteria, as Link values."""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from msgspec import Struct

from shall.diagnostics import Diagnostic, Severity
from shall.errors import InvalidSpec
from shall.span import Span
from shall.specs.code_fingerprint import Definition, code_fingerprint, code_fingerprints
from shall.specs.marks import MARK, is_mark, parameter_sets, without_marks
from shall.specs.model import Link, LinkKind
from shall.specs.syntax import parsed, walk
from shall.specs.test_comments import TestComments, may_validate

_NO_STRING = "This verifies mark is not read, because its argument is not a plain string."
_WRITE_STRING = 'Write the key itself, such as verifies("auth#1.2").'


def link_of_case(
    key: str,
    verifies: Sequence[str],
    spans: Sequence[Span],
    fingerprint: str,
    *,
    can_fail: bool,
    is_draft: bool = False,
) -> Iterator[Link]:
    """Yield the links of one case; ``can_fail``: at least one check is written in it."""
    for criterion, span in zip(verifies, spans, strict=True):
        yield Link(criterion, LinkKind.CASE, key, span, fingerprint, can_fail, is_draft)


class Marks(Struct, frozen=True):
    """The marks of a test file; ``problems`` are those that cannot be read.

    ``secrets`` are the values that a case declares to be secret, ``files`` by source the paths of
    the files that a case names or a test uses.
    """

    links: tuple[Link, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    secrets: tuple[str, ...] = ()
    files: Mapping[str, tuple[str, ...]] = {}


def marks_in(text: str, file: str) -> list[Link]:
    """Return the links of ``read_marks``. Raises ``InvalidSpec``."""
    return list(read_marks(text, file).links)


def read_marks(text: str, file: str) -> Marks:
    """Find ``@pytest.mark.verifies("auth#1.2")`` and ``Validates:`` lines in a Python test file.

    Marks on functions, on classes, in ``pytestmark`` and in decorated parameter sets count; a
    parameter set's mark counts for its function. The source of a link is the pytest node id
    without parameters.

    Raises:
        InvalidSpec: The file is not Python.
    """
    if MARK not in text and not may_validate(text):
        return Marks()
    with _reading(file):
        module = parsed(text)
        comments = TestComments(text, module)
        links = tuple(_links_in(module, file, comments))
        return Marks(links, (*_unread_marks(module, file), *comments.unattached(file)))


def fingerprints_of_tests(text: str, file: str) -> Mapping[str, frozenset[str]]:
    """Return the fingerprints, in every version, of each marked test by its source.

    Raises:
        InvalidSpec: The file is not Python.
    """
    with _reading(file):
        module = parsed(text)
        return {
            source: code_fingerprints(node, without_marks(node.decorator_list))
            for source, node, _ in _marked_tests(module, file, TestComments(text, module))
        }


@contextmanager
def _reading(file: str) -> Iterator[None]:
    try:
        yield
    except (MemoryError, RecursionError):  # how ast reports nesting beyond its limits
        raise _not_python("This Python is nested too deeply to be read.", Span(file, 1)) from None
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        column = getattr(error, "offset", None) or 1
        message = f"This is not Python: {getattr(error, 'msg', error)}."
        raise _not_python(message, Span(file, line, column)) from None


def _not_python(message: str, span: Span) -> InvalidSpec:
    return InvalidSpec([Diagnostic("link.not-python", Severity.ERROR, message, span)])


def _links_in(module: ast.Module, file: str, comments: TestComments) -> Iterator[Link]:
    for source, node, marks in _marked_tests(module, file, comments):
        fingerprint = code_fingerprint(node, without_marks(node.decorator_list))
        sets = parameter_sets(node.decorator_list)
        for criterion, (line, column) in dict(marks).items():
            span = Span(file, line, column)
            yield Link(criterion, LinkKind.TEST, source, span, fingerprint, sets=sets)


_Mark = tuple[str, tuple[int, int]]
"""A criterion, with the line and column where it is named; of a mark the line alone counts."""

_Marked = tuple[str, Definition, tuple[_Mark, ...]]
"""The source of a test, its definition, and what its marks and comments name."""


def _marked_tests(module: ast.Module, file: str, comments: TestComments) -> Iterator[_Marked]:
    for source, node, marks in _tests_below(module.body, file, (), _module_marks(module.body)):
        named = ((it.criterion, (it.line, it.column)) for it in comments.named_by(node))
        every = (*named, *marks)  # of one that is named twice the mark counts
        if every:
            yield source, node, every


def _tests_below(
    body: Iterable[ast.stmt],
    file: str,
    path: tuple[str, ...],
    inherited: tuple[_Mark, ...],
) -> Iterator[_Marked]:
    for node in body:
        if not isinstance(node, Definition | ast.ClassDef):
            continue
        marks = (*inherited, *_marks(node.decorator_list))
        name = (*path, node.name)
        if isinstance(node, ast.ClassDef):
            if node.name.startswith("Test") or _is_unittest(node):
                yield from _tests_below(node.body, file, name, (*marks, *_module_marks(node.body)))
        elif node.name.startswith("test"):
            yield "::".join((file, *name)), node, marks


def _is_unittest(node: ast.ClassDef) -> bool:
    """Return whether pytest collects a class for its base, whatever its name is."""
    return any(ast.unparse(base).rpartition(".")[2].endswith("TestCase") for base in node.bases)


def _module_marks(body: Iterable[ast.stmt]) -> tuple[_Mark, ...]:
    """Return the marks of ``pytestmark = ...`` in a module or class."""
    found: list[_Mark] = []
    for node in body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
        ):
            found += _marks([node.value])
    return tuple(found)


def _marks(expressions: Iterable[ast.expr]) -> Iterator[_Mark]:
    """Return criterion and line of every ``verifies(...)`` in some expressions."""
    for expression in expressions:
        for node in walk(expression):
            if isinstance(node, ast.Call) and is_mark(node):
                for argument in node.args:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield argument.value, (argument.lineno, 1)


def criteria_of_marks(text: str, file: str) -> list[ast.Constant]:
    """Return the literals of every ``verifies(...)`` in a test file.

    Raises:
        InvalidSpec: The file is not Python.
    """
    with _reading(file):
        return [
            argument
            for node in walk(parsed(text))
            if isinstance(node, ast.Call) and is_mark(node)
            for argument in node.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        ]


def _unread_marks(module: ast.Module, file: str) -> Iterator[Diagnostic]:
    """Report every ``verifies(...)`` that says at run time what it names, or that names nothing."""
    for node in walk(module):
        if isinstance(node, ast.Call) and is_mark(node):
            values = [*node.args, *(keyword.value for keyword in node.keywords)]
            for value in values or [node]:
                plain = isinstance(value, ast.Constant) and isinstance(value.value, str)
                if not plain or value not in node.args:
                    span = Span(file, value.lineno, value.col_offset + 1)
                    yield Diagnostic(
                        "link.unread-mark", Severity.WARNING, _NO_STRING, span, _WRITE_STRING
                    )
