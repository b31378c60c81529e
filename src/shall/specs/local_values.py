"""The values of the local names of a Python function, as far as its text decides them."""

import ast
from collections import Counter
from copy import deepcopy

from shall.specs.constant_truth import is_empty
from shall.specs.syntax import walk

Function = ast.FunctionDef | ast.AsyncFunctionDef

# Most nodes of a test neither bind, read nor return a name, and need not be compared.
_NAMELESS = frozenset(
    {ast.arguments, ast.Assert, ast.Attribute, ast.BinOp, ast.BoolOp, ast.Call, ast.Compare}
    | {ast.Constant, ast.Dict, ast.Expr, ast.keyword, ast.List, ast.Tuple, ast.UnaryOp}
)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class LocalValues:
    """What the names of a function stand for that are assigned once: a constant or another name.

    ``bound`` are all local names; ``is_lazy`` holds for a coroutine or generator, and
    ``returns_true`` where all that it returns is ``True``.
    """

    def __init__(self, function: Function) -> None:
        self._values: dict[str, ast.expr] = {}
        self._empty: dict[str, ast.expr] = {}
        self._stored: Counter[str] = Counter()
        self._used: Counter[str] = Counter()  # but for what loops go through
        self._returned: list[ast.Return] = []
        yields = isinstance(function, ast.AsyncFunctionDef)
        for node in walk(function):
            if type(node) in _NAMELESS:
                continue
            self._take(node)
            yields |= isinstance(node, ast.Yield | ast.YieldFrom)
        self.bound = frozenset(self._stored)
        self.is_lazy = yields and _is_lazy(function)

    @property
    def returns_true(self) -> bool:
        """Whether it returns, and nothing but ``True``."""
        values = [it.value for it in self._returned]
        return bool(values) and all(
            isinstance(it, ast.Constant) and it.value is True for it in values
        )

    def known(self, test: ast.expr) -> ast.expr:
        """Return an expression with the values of the names in it that have one."""
        names = [it for it in walk(test) if isinstance(it, ast.Name)] if self._values else ()
        if not any(map(self._is_known, names)):
            return test
        found: ast.expr = _Known(self).visit(deepcopy(test))
        return found

    def value_of(self, name: ast.Name) -> ast.expr:
        """Return what a name stands for, itself where that is not known."""
        return self._values[name.id] if self._is_known(name) else name

    def items(self, node: ast.expr) -> ast.expr:
        """Return what a loop goes through; what is assigned empty and never touched is empty."""
        if not isinstance(node, ast.Name) or node.id not in self._empty:
            return node
        is_untouched = self._stored[node.id] == 1 and not self._used[node.id]
        return self._empty[node.id] if is_untouched else node

    def _is_known(self, name: ast.Name) -> bool:
        value = self._values.get(name.id)
        if value is None or self._stored[name.id] != 1:
            return False
        return not isinstance(value, ast.Name) or self._stored[value.id] == 1

    def _take(self, node: ast.AST) -> None:
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                self._used[name] += 1
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                if isinstance(value, ast.Constant | ast.Name):
                    self._values[name] = value
                if is_empty(value):
                    self._empty[name] = value
            case ast.For(iter=ast.Name(id=name)) | ast.AsyncFor(iter=ast.Name(id=name)):
                self._used[name] -= 1
            case ast.Return():
                self._returned.append(node)
            case _:
                self._stored.update(_bound_by(node))


class _Known(ast.NodeTransformer):
    def __init__(self, values: LocalValues) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._values.value_of(node)


def _bound_by(node: ast.AST) -> tuple[str, ...]:
    """Return the names that a node binds; twice what it binds for another function, too."""
    match node:
        case ast.Name(id=name) | ast.arg(arg=name):
            return (name,)
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return tuple(it.asname or it.name.partition(".")[0] for it in aliases)
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            return (*names, *names)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return (node.name,)
        case (
            ast.ExceptHandler(name=str(name))
            | ast.MatchAs(name=str(name))
            | ast.MatchStar(name=str(name))
        ):
            return (name,)
        case ast.MatchMapping(rest=str(name)):
            return (name,)
        case _:
            return ()


def _is_lazy(function: Function) -> bool:
    """Return whether a call of a function runs nothing of it."""
    if isinstance(function, ast.AsyncFunctionDef):
        return True
    waiting: list[ast.AST] = [*function.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, _SCOPES):
            waiting += ast.iter_child_nodes(node)
    return False
