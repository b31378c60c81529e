"""What cases and tests say about criteria, as Link values."""

import ast
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from shall.errors import InvalidSpec, Problem
from shall.span import Span
from shall.specs.code_fingerprint import Definition, code_fingerprint, is_fingerprint_of
from shall.specs.model import Link, LinkKind

MARK = "verifies"

_NO_STRING = "this verifies mark is not read, because its argument is no plain string."
_WRITE_STRING = 'Write the key itself, such as verifies("auth#1.2").'


def link_of_case(
    key: str, verifies: Sequence[str], place: Span, fingerprint: str
) -> Iterator[Link]:
    """Return the links of one case."""
    for criterion in verifies:
        yield Link(criterion, LinkKind.CASE, key, place, fingerprint)


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a test file; ``problems`` are those that cannot be read."""

    links: tuple[Link, ...] = ()
    problems: tuple[Problem, ...] = ()


def marks_in(text: str, file: str) -> list[Link]:
    """Return the links of ``read_marks``. Raises ``InvalidSpec``."""
    return list(read_marks(text, file).links)


def read_marks(text: str, file: str) -> Marks:
    """Find ``@pytest.mark.verifies("auth#1.2")`` in a Python test file.

    Marks on functions, on classes, in ``pytestmark`` and in decorated parameter sets count; a
    parameter set's mark counts for its function. The source of a link is the pytest node id
    without parameters.

    Raises:
        InvalidSpec: The file is not Python.
    """
    if MARK not in text:
        return Marks()
    with _reading(file):
        module = _parsed(text, file)
        return Marks(tuple(_links_in(module, file)), tuple(_unread_marks(module, file)))


def is_fingerprint_of_test(fingerprint: str, source: str, text: str) -> bool:
    """Return whether a fingerprint, of whatever version, is that of a test in a file's text.

    ``source`` is the pytest node id without parameters.

    Raises:
        InvalidSpec: The file is not Python.
    """
    file = source.partition("::")[0]
    with _reading(file):
        module = _parsed(text, file)
        tests = _tests_below(module.body, file, (), _module_marks(module.body))
        return any(
            name == source and is_fingerprint_of(fingerprint, node, _own_decorators(node))
            for name, node, _ in tests
        )


@contextmanager
def _reading(file: str) -> Iterator[None]:
    try:
        yield
    except (MemoryError, RecursionError):  # how ast tells of nesting beyond its limits
        message = "this Python is nested too deeply to be read"
        raise InvalidSpec([Problem(Span(file, 1), "", message)]) from None
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        column = getattr(error, "offset", None) or 1
        message = f"this is not Python: {getattr(error, 'msg', error)}"
        raise InvalidSpec([Problem(Span(file, line, column), "", message)]) from None


def _parsed(text: str, file: str) -> ast.Module:
    with warnings.catch_warnings():  # about an author's "\\d", say: not ours to report
        warnings.simplefilter("ignore")
        return ast.parse(text, file)


def _links_in(module: ast.Module, file: str) -> Iterator[Link]:
    tests = _tests_below(module.body, file, (), _module_marks(module.body))
    for source, node, marks in tests:
        fingerprint = code_fingerprint(node, _own_decorators(node)) if marks else ""
        for criterion, line in dict(marks).items():
            yield Link(criterion, LinkKind.TEST, source, Span(file, line), fingerprint)


def _own_decorators(definition: Definition) -> list[ast.expr]:
    """Return the decorators of a test without its marks: another link changes no test."""
    return [
        it
        for it in definition.decorator_list
        if not (isinstance(it, ast.Call) and _is_mark(it.func))
    ]


_Marked = tuple[str, Definition, tuple[tuple[str, int], ...]]


def _tests_below(
    body: Iterable[ast.stmt],
    file: str,
    path: tuple[str, ...],
    inherited: tuple[tuple[str, int], ...],
) -> Iterator[_Marked]:
    """Yield the tests with their node ids and marks."""
    for node in body:
        if not isinstance(node, Definition | ast.ClassDef):
            continue
        marks = (*inherited, *_marks(node.decorator_list))
        name = (*path, node.name)
        if isinstance(node, ast.ClassDef):
            if node.name.startswith("Test"):
                yield from _tests_below(node.body, file, name, (*marks, *_module_marks(node.body)))
        elif node.name.startswith("test"):
            yield "::".join((file, *name)), node, marks


def _module_marks(body: Iterable[ast.stmt]) -> tuple[tuple[str, int], ...]:
    """Return the marks of ``pytestmark = ...`` in a module or class."""
    found: list[tuple[str, int]] = []
    for node in body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
        ):
            found += _marks([node.value])
    return tuple(found)


def _marks(expressions: Iterable[ast.expr]) -> Iterator[tuple[str, int]]:
    """Return criterion and line of every ``verifies(...)`` in some expressions."""
    for expression in expressions:
        for node in ast.walk(expression):
            if isinstance(node, ast.Call) and _is_mark(node.func):
                for argument in node.args:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield argument.value, argument.lineno


def _unread_marks(module: ast.Module, file: str) -> Iterator[Problem]:
    """Report every ``verifies(...)`` that says at run time what it names, or that names nothing."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and _is_mark(node.func):
            values = [*node.args, *(keyword.value for keyword in node.keywords)]
            for value in values or [node]:
                plain = isinstance(value, ast.Constant) and isinstance(value.value, str)
                if not plain or value not in node.args:
                    place = Span(file, value.lineno, value.col_offset + 1)
                    yield Problem(place, "", _NO_STRING, _WRITE_STRING)


def _is_mark(function: ast.expr) -> bool:
    """Return whether it is ``pytest.mark.verifies``, or that of an imported ``mark``."""
    if not isinstance(function, ast.Attribute) or function.attr != MARK:
        return False
    owner = function.value
    return (isinstance(owner, ast.Attribute) and owner.attr == "mark") or (
        isinstance(owner, ast.Name) and owner.id == "mark"
    )
