"""Finds the code under test in the source of the workspace, without importing it.

A unit case calls code of the workspace and nothing else: not the standard library, not an
installed package, also not by a name that a module of the workspace imported from there.
"""

import ast
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

from msgspec import Struct

from shall.cases.fields import Findings, Keys
from shall.cases.nearest import nearest
from shall.cases.unit.model import FixtureKind, Unit

MOST_IMPORTS = 10
"""Modules through which a name may be imported."""

Sources: TypeAlias = Callable[[str], tuple[str, str] | None]
"""Returns path and text of a module of the workspace by its dotted name; None: there is none."""

_Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class UnitCode(Struct, frozen=True):
    """What the source says about the code that a unit case file calls.

    ``modules`` maps each module that is called to its path in the workspace. ``text`` is the
    source of the module under test. ``is_static``: the function needs no instance of its class.
    ``others`` are path and source of further modules: those that fixtures call, and those from
    which a name is imported.
    """

    modules: dict[str, str]
    text: str
    is_async: bool = False
    is_static: bool = False
    async_calls: frozenset[str] = frozenset()
    others: Mapping[str, str] = {}


def find_code(unit: Unit, sources: Sources, findings: Findings) -> UnitCode:
    """Return what the source says; note what is not there."""
    finder = _Finder(sources, findings)
    target = unit.target
    keys: Keys = ("target",)
    found = finder.module(target.module, (*keys, "module"))
    text = found[1] if found else ""
    top = target.class_name or target.function or ""
    place = "class" if target.class_name else "function"
    node = finder.definition(target.module, top, (*keys, place)) if found else None
    is_static = False
    if target.class_name and node is not None and not isinstance(node, ast.ClassDef):
        message = f"`{target.class_name}` is not a class."
        findings.add("case.bad-value", (*keys, "class"), message, "Remove `class`.")
    elif isinstance(node, ast.ClassDef) and target.class_name and target.function:
        node, is_static = finder.method(node, target.function, (*keys, "function"))
    is_async = isinstance(node, ast.AsyncFunctionDef)
    calls = [*_calls(unit)]
    async_calls = set()
    for name, place_of_call in calls:
        module, _, function = name.rpartition(".")
        if finder.module(module, place_of_call):
            called = finder.definition(module, function, place_of_call)
            if isinstance(called, ast.AsyncFunctionDef):
                async_calls.add(name)
    others = {path: it for path, it in finder.texts.items() if found is None or path != found[0]}
    return UnitCode(finder.modules, text, is_async, is_static, frozenset(async_calls), others)


def _calls(unit: Unit) -> Iterator[tuple[str, Keys]]:
    """Yield the functions that fixtures call, with their places."""
    for name, fixtures in (("setup", unit.setup), ("teardown", unit.teardown)):
        for index, fixture in enumerate(fixtures):
            if fixture.kind is FixtureKind.CALL:
                yield fixture.target, ("fixtures", name, index)


class _Finder:
    """Reads modules of the workspace, each once."""

    def __init__(self, sources: Sources, findings: Findings) -> None:
        self.modules: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self._sources = sources
        self._findings = findings
        self._trees: dict[str, ast.Module | None] = {}

    def module(self, name: str, keys: Keys) -> tuple[str, str] | None:
        """Return path and text of a module that is called; note where there is none."""
        found = self._sources(name)
        if found is None:
            message = f"The workspace has no module `{name}`."
            hint = "A unit case calls code of the workspace, below its root or src/."
            self._findings.add("case.unknown-code", keys, message, hint)
        else:
            self.modules[name] = found[0]
            self.texts[found[0]] = found[1]
        return found

    def definition(self, module: str, name: str, keys: Keys) -> _Definition | None:
        """Return where a name of a module is defined; None where it is not known, or not there."""
        wanted = name
        for _ in range(MOST_IMPORTS):
            tree = self._tree(module, keys)
            if tree is None:
                return None
            bound = dict(_bound(tree.body))
            node = bound.get(wanted)
            if isinstance(node, _Definition):
                return node
            if node is None:
                self._unbound(tree, module, name, bound, keys)
                return None
            if not isinstance(node, ast.ImportFrom):
                if isinstance(node, ast.Import):
                    self._foreign(module, name, keys)
                return None
            source = _source_of(module, node, is_package=self._is_package(module))
            wanted = next(
                (it.name for it in node.names if (it.asname or it.name) == wanted), wanted
            )
            if source is None or self._sources(source) is None:
                self._foreign(module, name, keys)
                return None
            module = source
        self._foreign(module, name, keys)
        return None

    def method(self, owner: ast.ClassDef, name: str, keys: Keys) -> tuple[_Definition | None, bool]:
        """Return a method of a class, and whether it is called without an instance."""
        bound = dict(_bound(owner.body))
        node = bound.get(name)
        if node is None and not owner.bases:
            near = nearest(name, bound)
            message = f"The class `{owner.name}` has no method `{name}`."
            hint = f"Did you mean `{near}`?" if near else ""
            self._findings.add("case.unknown-code", keys, message, hint, fix=near or "")
        if isinstance(node, ast.Import | ast.ImportFrom):
            self._foreign(owner.name, name, keys)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return None, False
        marks = {it.id for it in node.decorator_list if isinstance(it, ast.Name)}
        return node, bool(marks & {"staticmethod", "classmethod"})

    def _unbound(
        self, tree: ast.Module, module: str, name: str, bound: Iterable[str], keys: Keys
    ) -> None:
        if any(
            isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in tree.body
        ):
            self._foreign(module, name, keys)
            return
        near = nearest(name, bound)
        message = f"The module `{module}` defines no `{name}`."
        hint = f"Did you mean `{near}`?" if near else ""
        self._findings.add("case.unknown-code", keys, message, hint, fix=near or "")

    def _foreign(self, module: str, name: str, keys: Keys) -> None:
        message = f"`{name}` is not defined in the workspace: `{module}` imports it."
        hint = "Name the module of the workspace that defines it."
        self._findings.add("case.unknown-code", keys, message, hint)

    def _is_package(self, module: str) -> bool:
        found = self._sources(module)
        return found is not None and found[0].endswith("/__init__.py")

    def _tree(self, module: str, keys: Keys) -> ast.Module | None:
        if module not in self._trees:
            found = self._sources(module)
            if found is not None:
                self.texts[found[0]] = found[1]
            self._trees[module] = None if found is None else self._parsed(*found, keys)
        return self._trees[module]

    def _parsed(self, path: str, text: str, keys: Keys) -> ast.Module | None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(text, path)
        except (MemoryError, RecursionError):
            why = "it is nested too deeply"
        except (SyntaxError, ValueError) as error:
            why = f"line {getattr(error, 'lineno', None) or 1}: {getattr(error, 'msg', error)}"
        self._findings.add("case.unknown-code", keys, f"{path} is not Python: {why}.")
        return None


def _bound(body: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    """Yield the names that statements bind, also below ``if``, ``try`` and ``with``."""
    for node in body:
        names = [*_names(node)]
        yield from ((name, node) for name in names)
        if not names:
            for name in ("body", "orelse", "finalbody"):
                yield from _bound(getattr(node, name, ()) or ())
            for handler in getattr(node, "handlers", ()):
                yield from _bound(handler.body)


def _names(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement itself binds."""
    if isinstance(node, _Definition):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (it.asname or it.name.partition(".")[0] for it in node.names)
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (it.id for it in targets if isinstance(it, ast.Name))


def _source_of(module: str, node: ast.ImportFrom, *, is_package: bool) -> str | None:
    """Return the dotted name of the module that a statement imports from."""
    if not node.level:
        return node.module
    parts = module.split(".")
    keep = len(parts) - node.level + is_package
    if keep < 0:
        return None
    return ".".join([*parts[:keep], *([node.module] if node.module else [])]) or None
