"""One Python module divided into the parts that a test may use, each with its digest.

A part is a top-level statement. It is used by a name that it binds, or always: a hook of pytest, a
fixture with ``autouse``, a setup function, a mark of the module, or a statement that does more than
to bind names.
"""

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from msgspec import Struct

from shall.specs.assertions import Checks, checks_of, dotted, functions_in
from shall.specs.bindings import Import, bindings_of, imports_of
from shall.specs.code_fingerprint import Definition, digest_of, module_fingerprint
from shall.specs.computed_imports import module_prefix
from shall.specs.data_files import file_pattern
from shall.specs.marks import without_marks
from shall.specs.syntax import parsed, walk

_ALWAYS = frozenset(
    {
        "pytestmark",
        "setup_module",
        "teardown_module",
        "setup_function",
        "teardown_function",
        "setUpModule",
        "tearDownModule",
    }
)
_IMPORTING = frozenset({"import_module", "__import__", "importorskip", "run_module"})
_LOADING = frozenset({"run_path", "spec_from_file_location", "SourceFileLoader"})
_WRITTEN = (ast.List, ast.Tuple, ast.Set, ast.Constant)
_SEES_ALL = frozenset({"globals", "eval", "exec"})


class Names(Struct, frozen=True):
    """What a part names: many parts name the same.

    ``uses`` are the names that it reads, with their attributes: ``helpers.sign_in``; ``imports``
    what it imports itself, under which name. ``fixtures`` are the names of those that it requests.
    ``sees_module``: it may use all of its module; ``requests_any``: any fixture, by a name that is
    computed. ``computed_imports`` are what the names of modules begin with that it computes; an
    empty one means any module. ``loads`` are what the paths of files end with that it loads,
    ``data`` those of data files that its texts may name.
    """

    uses: frozenset[str] = frozenset()
    imports: tuple[tuple[str, Import], ...] = ()
    fixtures: frozenset[str] = frozenset()
    sees_module: bool = False
    requests_any: bool = False
    computed_imports: frozenset[str] = frozenset()
    loads: frozenset[str] = frozenset()
    data: frozenset[str] = frozenset()

    @property
    def is_plain(self) -> bool:
        """Whether ``uses`` and ``fixtures`` are all that it names."""
        rare = (self.imports, self.sees_module, self.computed_imports, self.loads, self.data)
        return not any(rare)


class Part(Struct, frozen=True):
    """A top-level statement, a test, or a class without its tests.

    ``fixture_names`` are those under which it is a fixture. ``checks`` are those of each function
    in it.
    """

    digest: str
    names: Names = Names()
    fixture_names: tuple[str, ...] = ()
    is_automatic: bool = False
    checks: tuple[Checks, ...] = ()


class PythonModule(Struct, frozen=True):
    """The parts of a module. ``tests`` are those of the marked tests, with their classes.

    ``functions`` are the checks of functions and methods by their own name. ``calls`` are parts
    that call something imported while the module is imported, with its names.
    """

    text: str
    parts: tuple[Part, ...] = ()
    bound: Mapping[str, tuple[int, ...]] = {}
    imported: Mapping[str, tuple[Import, ...]] = {}
    always: tuple[int, ...] = ()
    stars: tuple[Import, ...] = ()
    plugins: tuple[str, ...] = ()
    tests: Mapping[str, tuple[Part, ...]] = {}
    functions: Mapping[str, tuple[Checks, ...]] = {}
    calls: Mapping[int, frozenset[str]] = {}
    is_python: bool = True

    def whole(self) -> str:
        """Return the fingerprint of all of it."""
        return module_fingerprint(self.text)


def read_module(text: str, tests: Collection[str] = ()) -> PythonModule:
    """Return the parts of a module; of no Python, none.

    ``tests`` are the names of the tests that are looked for: ``TestCart::test_total``.
    """
    try:
        return _Reading(text, parsed(text), tests).module()
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return PythonModule(text, is_python=False)


class _Reading:
    """Collects the parts of one module."""

    def __init__(self, text: str, module: ast.Module, tests: Collection[str]) -> None:
        self._text = text
        self._module = module
        self._body = module.body
        self._definitions = cache(_definitions)
        self._shell = cache(_shell)
        self._tests = tests
        self._names = {it.id for it in walk(module) if isinstance(it, ast.Name)}
        self._parts: list[Part] = []
        self._always: list[int] = []
        self._calls: dict[int, frozenset[str]] = {}
        self._bound: dict[str, list[int]] = {}
        self._imported: dict[str, list[Import]] = {}
        self._stars: list[Import] = []
        self._functions: dict[str, list[Checks]] = {}
        self._own = {it.name for it in module.body if isinstance(it, Definition | ast.ClassDef)}

    def module(self) -> PythonModule:
        for statement in self._body:
            self._take(statement)
        return PythonModule(
            self._text,
            tuple(self._parts),
            {name: tuple(them) for name, them in self._bound.items()},
            {name: tuple(them) for name, them in self._imported.items()},
            tuple(self._always),
            tuple(self._stars),
            tuple(self._plugins()),
            {name: parts for name in self._tests if (parts := tuple(self._test(name)))},
            {name: tuple(them) for name, them in self._functions.items()},
            self._calls,
        )

    def _take(self, statement: ast.stmt) -> None:
        binds = bindings_of(statement)
        self._take_imports(binds.imports)
        is_nothing_else = binds.is_all and not binds.names
        if is_nothing_else and not isinstance(statement, ast.If | ast.Try):
            return
        checks = [*functions_in(statement, self._is_unused_test)]
        for name, of_function in checks:
            self._functions.setdefault(name, []).append(of_function)
        if self._is_unused_test(statement):
            return
        kept = list(_without_links(statement))
        if kept == [[]]:
            return
        digest, nodes = digest_of(kept)
        part = _part(digest, nodes, tuple(it for _, it in checks))
        number = len(self._parts)
        self._parts.append(part)
        called = frozenset(_called_at_import(statement))
        names = {*binds.names, *(name for name, _ in binds.imports), *part.fixture_names}
        for name in names:
            self._bound.setdefault(name, []).append(number)
        if (
            not binds.is_all
            or part.is_automatic
            or any(name in _ALWAYS or name.startswith("pytest_") for name in names)
            or not called.isdisjoint(self._own)
        ):
            self._always.append(number)
        elif called:
            self._calls[number] = called

    def _take_imports(self, imports: Iterable[tuple[str, Import]]) -> None:
        for name, imported in imports:
            if name == "*":
                self._stars.append(imported)
            else:
                self._imported.setdefault(name, []).append(imported)

    def _is_unused_test(self, statement: ast.stmt) -> bool:
        """Return whether it is a test, or a class of tests, that nothing of the module names."""
        if isinstance(statement, Definition):
            is_test = statement.name.startswith("test")
        else:
            is_test = isinstance(statement, ast.ClassDef) and any(
                isinstance(it, Definition) and it.name.startswith("test") for it in statement.body
            )
        return is_test and getattr(statement, "name", "") not in self._names

    def _plugins(self) -> Iterator[str]:
        """Yield the names of plugins; an empty one where they are computed."""
        for statement in self._body:
            if "pytest_plugins" in bindings_of(statement).names:
                yield from _strings(statement)
                value = getattr(statement, "value", None)
                if value is None or not all(isinstance(it, _WRITTEN) for it in walk(value)):
                    yield ""

    def _test(self, names: str) -> Iterator[Part]:
        """Yield the part of a test, and of each class around it without its tests."""
        *classes, name = names.split("::")
        tests = self._definitions(self._module)
        shells: list[ast.ClassDef] = []
        for named in classes:
            found = tests.get(named)
            if not isinstance(found, ast.ClassDef):
                return
            shells.append(found)
            tests = self._definitions(found)
        test = tests.get(name)
        if not isinstance(test, Definition):
            return
        nodes = [*walk(test)]
        checks = Checks() if self._is_not_awaited(nodes, shells) else checks_of(test)
        yield _part("", nodes, (checks,))
        for shell in shells:
            yield self._shell(shell)

    def _is_not_awaited(self, test: Sequence[ast.AST], classes: Iterable[ast.ClassDef]) -> bool:
        """Return whether ``unittest`` calls a test, and drops what it returns: its body never runs.

        ``IsolatedAsyncioTestCase`` awaits it.
        """
        names = {"unittest.TestCase"}
        for name, imports in self._imported.items():
            names |= {name for it in imports if it == Import("unittest", "TestCase")}
        bases = {dotted(base) for it in classes for base in it.bases}
        return not bases.isdisjoint(names) and (
            isinstance(test[0], ast.AsyncFunctionDef)
            or any(isinstance(it, ast.Yield | ast.YieldFrom) for it in test)
        )


def _called_at_import(statement: ast.stmt) -> Iterator[str]:
    """Yield the names by which a statement calls something while its module is imported.

    What a fixture is decorated with does not count.
    """
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Definition):
            is_fixture = _fixture(node) is not None
            decorators = [it for it in node.decorator_list if not (is_fixture and _is_fixture(it))]
            yield from map(_root, decorators)
            defaults = [*node.args.defaults, *node.args.kw_defaults]
            waiting += [it for it in (*decorators, *defaults) if it is not None]
        elif isinstance(node, ast.ClassDef):
            yield from map(_root, node.decorator_list)
            waiting += ast.iter_child_nodes(node)
        elif not isinstance(node, ast.Lambda):
            if isinstance(node, ast.Call):
                yield _root(node.func)
            waiting += ast.iter_child_nodes(node)


def _is_fixture(decorator: ast.expr) -> bool:
    return "fixture" in _last(decorator.func if isinstance(decorator, ast.Call) else decorator)


def _definitions(owner: ast.Module | ast.ClassDef) -> dict[str, ast.stmt]:
    """Return the functions and classes of a module or class; of several with one name the last."""
    return {it.name: it for it in owner.body if isinstance(it, Definition | ast.ClassDef)}


def _without_links(statement: ast.stmt) -> Iterator[Any]:
    """Yield a statement, and of ``pytestmark`` what is not a link."""
    if isinstance(statement, ast.Assign) and "pytestmark" in bindings_of(statement).names:
        yield without_marks([statement.value])  # empty where all of them are links
    else:
        yield statement


def _shell(node: ast.ClassDef) -> Part:
    """Return a class without its tests: bases, decorators, fixtures, setup and other members."""
    members = [
        kept
        for statement in node.body
        if not (isinstance(statement, Definition) and statement.name.startswith("test"))
        for kept in _without_links(statement)
        if kept != []
    ]
    decorators = without_marks(node.decorator_list)
    return _part(*digest_of([node.bases, node.keywords, decorators, members]))


def _part(digest: str, nodes: Sequence[ast.AST], checks: tuple[Checks, ...] = ()) -> Part:
    """Return a part of these nodes, the outer ones first."""
    seen = _Seen()
    for node in nodes:
        seen.take(node)
    first = nodes[0] if nodes else None
    fixture = _fixture(first) if isinstance(first, Definition) else None
    return Part(
        digest,
        seen.names(nodes),
        () if fixture is None else fixture[0],
        fixture is not None and fixture[1],
        checks,
    )


class _Seen:
    """What the nodes of a part name."""

    def __init__(self) -> None:
        self.uses: set[str] = set()
        self.imports: list[tuple[str, Import]] = []
        self.fixtures: set[str] = set()
        self.sees_module = False
        self.requests_any = False
        self.loads: set[str] = set()
        self._data: set[str] = set()
        self._computed: list[ast.expr] = []
        self._within: set[int] = set()

    def names(self, nodes: Sequence[ast.AST]) -> Names:
        """Return what was taken of these nodes."""
        return Names(
            frozenset(self.uses),
            tuple(self.imports),
            frozenset(self.fixtures),
            self.sees_module,
            self.requests_any,
            frozenset(module_prefix(it, nodes) for it in self._computed),
            frozenset(self.loads),
            frozenset(self._data - {""}),
        )

    def take(self, node: ast.AST) -> None:
        """Read one node; those that contain others come first."""
        if isinstance(node, ast.Name):
            self._take_name(node)
        elif isinstance(node, ast.Attribute):
            self._take_attribute(node)
        elif isinstance(node, ast.Call):
            self._take_call(node)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            self.imports += imports_of(node)
        elif isinstance(node, Definition):
            self._take_function(node)
        elif isinstance(node, ast.JoinedStr):
            self._within |= {id(it) for it in node.values}
            self._data.add(file_pattern(node))
        elif isinstance(node, ast.Constant) and id(node) not in self._within:
            self._data.add(file_pattern(node))

    def _take_name(self, node: ast.Name) -> None:
        if id(node) not in self._within and isinstance(node.ctx, ast.Load):
            self.uses.add(node.id)
            self.sees_module |= node.id in _SEES_ALL

    def _take_function(self, node: Definition) -> None:
        if node.name.startswith("test") or _fixture(node) is not None:
            self.fixtures |= set(_arguments(node))
            for decorator in node.decorator_list:
                self.fixtures |= {it for it in _strings(decorator) if it.isidentifier()}

    def _take_attribute(self, node: ast.Attribute) -> None:
        if id(node) in self._within:
            return
        names = [node.attr]
        value = node.value
        while isinstance(value, ast.Attribute):
            self._within.add(id(value))
            names.append(value.attr)
            value = value.value
        if isinstance(value, ast.Name):
            self._within.add(id(value))
            self.uses.add(".".join([value.id, *reversed(names)]))

    def _take_call(self, node: ast.Call) -> None:
        name = _last(node.func)
        texts = [
            it.value
            for it in node.args
            if isinstance(it, ast.Constant) and isinstance(it.value, str)
        ]
        if name == "usefixtures":
            self.fixtures |= set(texts)
        elif name == "getfixturevalue":
            self.fixtures |= set(texts)
            self.requests_any |= not texts
        elif name in _IMPORTING:
            self._take_import(node)
        elif name in _LOADING:
            files = {it for it in _strings(node) if it.endswith(".py")}
            self.loads |= files
            if not files:
                self._computed.append(node)

    def _take_import(self, node: ast.Call) -> None:
        """Read ``import_module``; no name is bound: the module may be used in any way."""
        match [*node.args, *(it.value for it in node.keywords if it.arg == "package")]:
            case [ast.Constant(value=str(text))] if not text.startswith("."):
                self.imports.append(("", Import(text)))
            case [name] if not (isinstance(name, ast.Constant)):
                self._computed.append(name)
            case [ast.Constant(value=str(text)), ast.Constant(value=str(package))] if (
                text.startswith(".") and not text.startswith("..")
            ):
                self.imports.append(("", Import(f"{package}{text}")))
            case [ast.Constant(value=str(text)), *_] if not text.startswith("."):
                self.imports.append(("", Import(text)))
            case _:
                self._computed.append(node)


def _fixture(node: Definition) -> tuple[tuple[str, ...], bool] | None:
    """Return the names of a fixture where it has others, and whether it is automatic."""
    if not any(map(_is_fixture, node.decorator_list)):
        return None
    names: list[str] = []
    is_automatic = False
    for decorator in node.decorator_list:
        for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
            value = keyword.value
            if keyword.arg == "name" and isinstance(value, ast.Constant):
                names.append(str(value.value))
            elif keyword.arg in {None, "name"}:  # a name that is computed
                is_automatic = True
            elif keyword.arg == "autouse":
                is_automatic |= not (isinstance(value, ast.Constant) and not value.value)
    return tuple(names), is_automatic


def _arguments(node: Definition) -> Iterator[str]:
    arguments = node.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        yield argument.arg


def _strings(node: ast.AST) -> Iterator[str]:
    for it in walk(node):
        if isinstance(it, ast.Constant) and isinstance(it.value, str):
            yield it.value


def _last(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return node.id if isinstance(node, ast.Name) else ""
