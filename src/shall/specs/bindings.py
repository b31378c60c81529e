"""The names that a statement of Python binds."""

import ast
from collections.abc import Iterable, Iterator

from msgspec import Struct

from shall.specs.code_fingerprint import Definition, is_docstring


class Import(Struct, frozen=True):
    """What a name is imported from; ``name`` is empty where it is the module itself."""

    module: str
    name: str = ""
    level: int = 0

    def __str__(self) -> str:
        return f"{'.' * self.level}{self.module}:{self.name}"


class Bindings(Struct, frozen=True):
    """What a statement binds; ``is_all``: it does nothing else. A star import binds ``*``."""

    names: frozenset[str] = frozenset()
    imports: tuple[tuple[str, Import], ...] = ()
    is_all: bool = True


def bindings_of(statement: ast.stmt) -> Bindings:
    """Return what a statement of a module binds, in blocks too, but not in functions."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return Bindings(frozenset({statement.name}))
        case ast.Import() | ast.ImportFrom():
            return Bindings(imports=tuple(imports_of(statement)))
        case ast.Assign(targets=targets):
            return _targets(targets)
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            return _targets([target])
        case _ if isinstance(statement, ast.Pass) or is_docstring(statement):
            return Bindings()
        case _:
            return _of_blocks(statement)


def _of_blocks(statement: ast.stmt) -> Bindings:
    """Return what a statement binds itself and in its blocks."""
    blocks = [it for it in ast.iter_child_nodes(statement) if isinstance(it, ast.stmt)]
    blocks += [it for handler in getattr(statement, "handlers", ()) for it in handler.body]
    blocks += [it for case in getattr(statement, "cases", ()) for it in case.body]
    found = [bindings_of(it) for it in blocks]
    own = [it.id for it in _stored(statement)] if not isinstance(statement, ast.If) else []
    return Bindings(
        frozenset(own).union(*(it.names for it in found)),
        tuple(pair for it in found for pair in it.imports),
        isinstance(statement, ast.If | ast.Try) and all(it.is_all for it in found),
    )


def imports_of(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, Import]]:
    """Yield each name that an import binds, with what it is imported from."""
    for it in node.names:
        if isinstance(node, ast.ImportFrom):
            yield it.asname or it.name, Import(node.module or "", it.name, node.level)
        elif it.asname:
            yield it.asname, Import(it.name)
        else:  # ``import a.b`` binds ``a``
            first = it.name.partition(".")[0]
            yield first, Import(first)


def _targets(targets: Iterable[ast.expr]) -> Bindings:
    names: set[str] = set()
    is_all = True
    for target in targets:
        for node in target.elts if isinstance(target, ast.Tuple | ast.List) else [target]:
            if isinstance(node, ast.Name):
                names.add(node.id)
            else:
                is_all = False  # an attribute or an item of something
    return Bindings(frozenset(names), is_all=is_all)


def _stored(statement: ast.stmt) -> Iterator[ast.Name]:
    """Yield the names that a statement stores anywhere but in a definition."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node
        if not isinstance(node, Definition | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
