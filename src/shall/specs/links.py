"""What cases and tests say about criteria, as Link values."""

import ast
import hashlib
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from shall.diagnostics import Diagnostic, Severity
from shall.errors import InvalidSpec
from shall.span import Span
from shall.specs.assertions import Function, can_fail, functions_of
from shall.specs.model import Link, LinkKind

MARK = "verifies"

_NO_STRING = "This verifies mark is not read, because its argument is no plain string."
_WRITE_STRING = 'Write the key itself, such as verifies("auth#1.2").'

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def link_of_case(
    key: str, verifies: Sequence[str], span: Span, fingerprint: str, *, can_fail: bool = True
) -> Iterator[Link]:
    """Yield the links of one case; ``can_fail``: at least one check is written in it."""
    for criterion in verifies:
        yield Link(criterion, LinkKind.CASE, key, span, fingerprint, can_fail)


class Marks(Struct, frozen=True):
    """The marks of a test file; ``problems`` are those that cannot be read."""

    links: tuple[Link, ...] = ()
    problems: tuple[Diagnostic, ...] = ()


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
    try:
        with warnings.catch_warnings():  # about an author's "\\d", say: not ours to tell
            warnings.simplefilter("ignore")
            module = ast.parse(text, file)
        found = _Tests(file, functions_of(module))
        links = tuple(found.links_below(module.body, (), _module_marks(module.body)))
        return Marks(links, tuple(_unread_marks(module, file)))
    except (MemoryError, RecursionError):  # how ast tells of nesting beyond its limits
        raise _not_python("This Python is nested too deeply to be read.", Span(file, 1)) from None
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        column = getattr(error, "offset", None) or 1
        message = f"This is not Python: {getattr(error, 'msg', error)}."
        raise _not_python(message, Span(file, line, column)) from None


def _not_python(message: str, span: Span) -> InvalidSpec:
    return InvalidSpec([Diagnostic("link.not-python", Severity.ERROR, message, span)])


def test_fingerprint(definition: ast.AST) -> str:
    """Return the SHA-256 of a test's code, in hex; layout and comments do not count."""
    return hashlib.sha256(ast.dump(definition).encode("utf-8")).hexdigest()


class _Tests(Struct, frozen=True):
    """The tests of one file; ``functions`` are all that it defines, by name."""

    file: str
    functions: Mapping[str, Function]

    def links_below(
        self,
        body: Iterable[ast.stmt],
        path: tuple[str, ...],
        inherited: tuple[tuple[str, int], ...],
    ) -> Iterator[Link]:
        for node in body:
            if not isinstance(node, _Definition):
                continue
            marks = (*inherited, *_marks(node.decorator_list))
            name = (*path, node.name)
            if isinstance(node, ast.ClassDef):
                if node.name.startswith("Test"):
                    of_class = _module_marks(node.body)
                    yield from self.links_below(node.body, name, (*marks, *of_class))
            elif node.name.startswith("test") and marks:
                source, fingerprint = "::".join((self.file, *name)), test_fingerprint(node)
                asserts = can_fail(node, self.functions)
                for criterion, line in dict(marks).items():
                    place = Span(self.file, line)
                    yield Link(criterion, LinkKind.TEST, source, place, fingerprint, asserts)


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


def _unread_marks(module: ast.Module, file: str) -> Iterator[Diagnostic]:
    """Report every ``verifies(...)`` that says at run time what it names, or that names nothing."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and _is_mark(node.func):
            values = [*node.args, *(keyword.value for keyword in node.keywords)]
            for value in values or [node]:
                plain = isinstance(value, ast.Constant) and isinstance(value.value, str)
                if not plain or value not in node.args:
                    span = Span(file, value.lineno, value.col_offset + 1)
                    yield Diagnostic(
                        "link.unread-mark", Severity.WARNING, _NO_STRING, span, _WRITE_STRING
                    )


def _is_mark(function: ast.expr) -> bool:
    """Return whether it is ``pytest.mark.verifies``, or that of an imported ``mark``."""
    if not isinstance(function, ast.Attribute) or function.attr != MARK:
        return False
    owner = function.value
    return (isinstance(owner, ast.Attribute) and owner.attr == "mark") or (
        isinstance(owner, ast.Name) and owner.id == "mark"
    )
