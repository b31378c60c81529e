"""The checks of a Python test where a pass does not say that one was carried out.

A loop over nothing, a condition that does not hold, or a ``return`` may leave out all of them.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from shall.specs.assertions import Function, dotted, raised_by
from shall.specs.constant_truth import truth
from shall.specs.syntax import walk

_HIDING = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
_HEADS = ("test", "iter", "subject")
"""Fields that decide whether the statements within a statement run."""

_SUPPRESSING = frozenset({"suppress", "ExitStack", "AsyncExitStack"})


def conditional_checks(function: Function) -> Mapping[int, int]:
    """Return the lines of the checks of a test, if each of them may be left out.

    Each line has the column in UTF-8 where a check begins in it; 0 where it goes on.

    None of them is where one is carried out in any case, or where a function within the test has
    one: that may run in another thread. A check that always fails, such as ``raise``, is carried
    out where the condition around it is.
    """
    found = _Collector()
    found.block(function.body, is_certain=True, around=None)
    return {} if found.is_decided else found.lines


class _Collector:
    """Collects the lines of checks. ``is_decided``: it does not matter which of them run."""

    def __init__(self) -> None:
        self.lines: dict[int, int] = {}
        self.is_decided = False

    def block(
        self, statements: Sequence[ast.stmt], *, is_certain: bool, around: ast.AST | None
    ) -> None:
        """Read statements. ``around`` is what decides whether they run; None: a test as a whole."""
        for it in statements:
            self._statement(it, is_certain, around)
            if self.is_decided:
                return
            is_certain = is_certain and not any(isinstance(at, ast.Return) for at in _within(it))

    def _statement(self, node: ast.stmt, is_certain: bool, around: ast.AST | None) -> None:
        head = next((getattr(node, it) for it in _HEADS if hasattr(node, it)), None)
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self.is_decided |= _has_check(node)
            case ast.Raise():
                self._refusal(around)
            case ast.Assert():
                self._assert(node, is_certain, around)
            case ast.With() | ast.AsyncWith():
                self._with(node, is_certain, around)
            case ast.Try() | ast.TryStar():
                self._try(node, is_certain, around)
            case ast.If() | ast.While() | ast.For() | ast.AsyncFor() | ast.Match() if head:
                self._expressions(head, is_certain, around)
                for body in _bodies(node):
                    self.block(body, is_certain=False, around=head)
            case _:
                self._expressions(node, is_certain, around)

    def _assert(self, node: ast.Assert, is_certain: bool, around: ast.AST | None) -> None:
        self._expressions(node, is_certain, around)
        holds = truth(node.test)
        if holds is False:
            self._refusal(around)
        elif holds is None:
            self._check(node, is_certain)

    def _with(
        self, node: ast.With | ast.AsyncWith, is_certain: bool, around: ast.AST | None
    ) -> None:
        for it in node.items:
            self._expressions(it.context_expr, is_certain, around)
        names = {_last_name(it.context_expr) for it in node.items}
        is_sure = is_certain and names.isdisjoint(_SUPPRESSING)
        self.block(node.body, is_certain=is_sure, around=around)

    def _try(self, node: ast.Try | ast.TryStar, is_certain: bool, around: ast.AST | None) -> None:
        first = node.body[0]
        inner = first if node.handlers else around
        self.block(node.body, is_certain=is_certain and not node.handlers, around=inner)
        for body in (*(it.body for it in node.handlers), node.orelse):
            self.block(body, is_certain=False, around=first)
        self.block(node.finalbody, is_certain=is_certain, around=around)

    def _expressions(self, root: ast.AST, is_certain: bool, around: ast.AST | None) -> None:
        for node in _within(root):
            if isinstance(node, _HIDING):
                self.is_decided |= _has_check(node)
            elif isinstance(node, ast.Call) and _is_check(node):
                if "fail" in _last_name(node).lower():
                    self._refusal(around)
                self._check(root, is_certain)

    def _check(self, node: ast.AST, is_certain: bool) -> None:
        self._take(node)
        self.is_decided |= is_certain

    def _take(self, node: ast.AST) -> None:
        first: int = getattr(node, "lineno", 0)
        column: int = getattr(node, "col_offset", 0)
        for line in range(first, (getattr(node, "end_lineno", None) or first) + 1):
            self.lines[line] = min(column if line == first else 0, self.lines.get(line, column))

    def _refusal(self, around: ast.AST | None) -> None:
        """Read what fails wherever it is reached: a test that passed went another way."""
        if around is None:
            self.is_decided = True
        else:
            self._take(around)


def _bodies(node: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    yield getattr(node, "body", ())
    yield getattr(node, "orelse", ())
    for case in getattr(node, "cases", ()):
        yield case.body


def _within(root: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and those within it, but not what is within a function or comprehension."""
    waiting: list[ast.AST] = [root]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _HIDING):
            waiting += ast.iter_child_nodes(node)


def _has_check(root: ast.AST) -> bool:
    nodes: Iterable[ast.AST] = walk(root)
    return any(
        isinstance(it, ast.Assert | ast.Raise) or (isinstance(it, ast.Call) and _is_check(it))
        for it in nodes
    )


def _is_check(call: ast.Call) -> bool:
    return bool(raised_by(call, dotted(call.func)))


def _last_name(node: ast.expr) -> str:
    return dotted(node.func if isinstance(node, ast.Call) else node).rpartition(".")[2]
