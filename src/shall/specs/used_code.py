"""What of a project's test code a Python test uses, read from the syntax and never imported.

Test code are test files, ``conftest.py``, and the modules in folders of tests. Of the code under
test only the names count under which it is imported. What cannot be decided counts: of two things
that a name may mean, both do, and of what is computed at run time the whole module.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from hashlib import sha256

from msgspec import Struct, field

from shall.specs.assertions import Checks, Meant, can_fail, others_can_fail
from shall.specs.bindings import Import
from shall.specs.data_files import DataFiles
from shall.specs.links import Marks
from shall.specs.pytest_settings import NO_SETTINGS, PytestSettings
from shall.specs.python_module import Names, PythonModule
from shall.specs.test_files import ProjectFiles

_WHOLE = -1
"""Stands for the number of a part: the module as a whole."""

_DATA = -2
"""Stands for the number of a part: the path is that of a data file."""

_Node = tuple[str, int]
"""The path of a module, and the number of a part in it."""

_VERSION = "3:"


class Uses(Struct, frozen=True):
    """The fingerprint of a test with what it uses, and the other files that it is of.

    ``can_fail``: something in it asserts; ``others_can_fail``: so does something that it uses.
    """

    fingerprint: str
    files: tuple[str, ...]
    can_fail: bool = True
    others_can_fail: bool = True


class UsesOfFile(Struct, frozen=True):
    """What the tests of a file use; ``consulted`` are the files that the answer depends on."""

    tests: dict[str, Uses]
    consulted: tuple[str, ...]


class LinkedTests(Struct, frozen=True):
    """The links of a test file, and the digests of the files that they were made from.

    ``paths`` is the digest of the paths of all Python and data files and of pytest's settings.
    """

    digest: bytes
    paths: bytes
    consulted: tuple[tuple[str, bytes], ...]
    marks: Marks


class _Reach(Struct):
    """What some names mean: parts, imports as text, fixtures, and the files that were looked into.

    ``requests_any``: any fixture.
    """

    nodes: set[_Node] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    fixtures: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    requests_any: bool = False

    def add(self, other: "_Reach") -> None:
        """Add what others mean."""
        self.nodes |= other.nodes
        self.imports |= other.imports
        self.fixtures |= other.fixtures
        self.files |= other.files
        self.requests_any |= other.requests_any


class UsedCode:
    """Finds what tests use, in a project whose Python files have these ``paths``.

    ``module_of`` reads one of them; None: it cannot be read. ``settings`` are those of pytest.
    ``data`` are the data files in folders of tests, and ``digest_of`` returns the digest of one,
    empty where there is no such file.
    """

    def __init__(
        self,
        paths: Collection[str],
        module_of: Callable[[str], PythonModule | None],
        settings: PytestSettings = NO_SETTINGS,
        data: Collection[str] = (),
        digest_of: Callable[[str], str] = lambda _path: "",
    ) -> None:
        self.files = ProjectFiles(paths)
        self._module_of = module_of
        self.settings = settings
        self._data = DataFiles(data)
        self._digest_of = digest_of
        self._direct = cache(self._direct_of)
        self.at_import = cache(self._at_import_of)
        self.line = cache(self._line)
        self.meaning = cache(self._meaning)

    def of(self, path: str, fingerprints: dict[str, str]) -> UsesOfFile:
        """Return what the tests of a file use, by the name of each.

        ``fingerprints`` are those of the tests alone.
        """
        module = self._module_of(path)
        if module is None:
            return UsesOfFile({}, ())
        tests = _TestsOfFile(self, path, module)
        found = {name: tests.uses_of(name, alone) for name, alone in fingerprints.items()}
        return UsesOfFile(found, tuple(sorted(tests.consulted - {path})))

    def module_of(self, path: str) -> PythonModule | None:
        """Return a module of the project."""
        return self._module_of(path)

    def of_names(self, path: str, names: Names) -> _Reach:
        """Return what a part of a module uses, whatever it uses it by."""
        found = _Reach(fixtures=set(names.fixtures), requests_any=names.requests_any)
        for used in names.uses:
            found.add(self.meaning(path, used))
        if not names.is_plain:
            found.add(self.closed(self._of_rare(path, names)))
        return found

    def closed(self, start: _Reach) -> _Reach:
        """Return what parts use, and what these use in turn, but for fixtures."""
        found = _Reach()
        found.add(start)
        waiting = [*start.nodes]
        while waiting:
            direct = self._direct(waiting.pop())
            waiting += direct.nodes - found.nodes
            found.add(direct)
        return found

    def _line(self, node: _Node) -> str:
        """Return what a node adds to the text of a fingerprint."""
        path, number = node
        if number == _DATA:
            return f"{path} {self._digest_of(path)}"
        module = self._module_of(path)
        if module is None:
            return f"{path} unreadable"
        digest = module.whole() if number == _WHOLE else module.parts[number].digest
        return f"{path} {digest}"

    def _meaning(self, path: str, used: str) -> _Reach:
        """Return what a name of a module, with its attributes, means."""
        found = _Reach(files={path})
        module = self._module_of(path)
        if module is not None:
            self._follow(path, module, used.split("."), found, set())
        return self.closed(found)

    def _direct_of(self, node: _Node) -> _Reach:
        """Return what a part uses itself."""
        path, number = node
        found = _Reach(files={path})
        module = self._module_of(path) if number != _DATA else None
        if module is None:
            return found
        seen: set[tuple[str, str]] = set()
        if number == _WHOLE:
            found.nodes |= {(path, it) for it in range(len(module.parts))}
            for name in module.imported:
                self._follow(path, module, [name], found, seen)
            found.nodes |= self._stars(path, module)
            return found
        names = module.parts[number].names
        for used in names.uses:
            self._follow(path, module, used.split("."), found, seen)
        found.fixtures |= names.fixtures
        found.requests_any = names.requests_any
        found.add(self._of_rare(path, names))
        return found

    def _of_rare(self, path: str, names: Names) -> _Reach:
        """Return what a part imports itself, or computes."""
        found = _Reach(files={path})
        for name, imported in names.imports:
            if not name:  # by its name as text: it may be used in any way
                self._import(path, imported, [], found, set())
            for used in names.uses if name else ():
                first, *rest = used.split(".")
                if first == name:
                    self._import(path, imported, rest, found, set())
        if names.sees_module:
            found.nodes.add((path, _WHOLE))
        for prefix in names.computed_imports:
            found.nodes |= {(it, _WHOLE) for it in self.files.helpers(prefix)}
        for end in names.loads:
            named = end.rpartition("/")[2].removesuffix(".py")
            ends = f"/{end.lstrip('./')}"
            found.nodes |= {
                (it, _WHOLE) for it in self.files.by_name(named) if f"/{it}".endswith(ends)
            }
        self._add_data(names.data, found)
        return found

    def _add_data(self, patterns: Iterable[str], found: _Reach) -> None:
        """Add the data files that patterns mean: in folders of tests, else below the root."""
        for pattern in patterns:
            named = {*self._data.named(pattern)}
            may_be_below = "/" in pattern or self.files.has_tests_at_root
            if not named and may_be_below and "*" not in pattern:
                found.files.add(pattern)
                named = {pattern} if self._digest_of(pattern) else set()
            found.nodes |= {(it, _DATA) for it in named}

    def _at_import_of(self, path: str) -> _Reach:
        """Return what counts whenever a module is imported, of it and of those that it imports."""
        found = _Reach(files={path})
        waiting = [path]
        while waiting:
            there = waiting.pop()
            module = self._module_of(there)
            if module is None or not module.is_python:
                found.nodes.add((there, _WHOLE))
                continue
            found.nodes.update(self._always(there, module))
            new = {*self._imported_files(there, module)} - found.files
            found.files |= new
            waiting += new
        return found

    def _imported_files(self, path: str, module: PythonModule) -> Iterator[str]:
        """Yield the modules of test code that a module imports, and their packages."""
        imports = {it for them in module.imported.values() for it in them}
        for imported in {*imports, *module.submodules}:
            for name in ("", imported.name):
                dotted = ".".join(filter(None, (imported.module, name)))
                for there in self.files.of_module(path, dotted, imported.level):
                    yield there
                    yield from self.files.packages(there)

    def _always(self, path: str, module: PythonModule) -> Iterator[_Node]:
        """Yield what counts of a module whenever it is imported."""
        yield from ((path, it) for it in module.always)
        for number, names in module.calls.items():
            if any(self._is_of_test_code(path, module, it) for it in names):
                yield path, number
        yield from self._stars(path, module)

    def _stars(self, path: str, module: PythonModule) -> set[_Node]:
        """Return the modules of test code that a module imports all names of."""
        return {
            (there, _WHOLE)
            for star in module.stars
            for there in self.files.of_module(path, star.module, star.level)
        }

    def _is_of_test_code(self, path: str, module: PythonModule, name: str) -> bool:
        """Return whether a name of a module is imported from test code."""
        return any(
            self.files.of_module(path, dotted, it.level)
            for it in module.imported.get(name, ())
            for dotted in (it.module, ".".join(filter(None, (it.module, it.name))))
        )

    def plugins(self, path: str, module: PythonModule) -> Iterator[str]:
        """Yield the modules of test code that a module names as plugins of pytest.

        Where it computes the names, all helper modules may be plugins.
        """
        for name in module.plugins:
            yield from self.files.of_module(path, name, 0) if name else self.files.helpers("")

    def set_plugins(self, path: str) -> Iterator[str]:
        """Yield the modules of test code that the settings of pytest name as plugins."""
        for name in self.settings.plugins:
            yield from self.files.of_module(path, name, 0)

    def functions(
        self, path: str, name: str, seen: frozenset[str] = frozenset()
    ) -> tuple[dict[tuple[str, str], Checks], bool]:
        """Return the functions that a name means in a module, and whether it means no other.

        ``seen`` are modules that import all names of this one, and of one another.
        """
        module = self._module_of(path)
        if module is None:
            return {}, False
        found, is_certain = self._own_functions(path, module, name)
        if found:
            return found, is_certain
        seen |= {path}
        for there, _ in self._stars(path, module):
            if there not in seen:
                more, is_known = self.functions(there, name, seen)
                found |= more
                is_certain |= is_known
        return found, is_certain

    def _own_functions(
        self, path: str, module: PythonModule, name: str
    ) -> tuple[dict[tuple[str, str], Checks], bool]:
        """Return what ``functions`` does, but for names that a star import binds."""
        owner, _, last = name.rpartition(".")
        found = {
            (path, f"{last} {number}"): it
            for number, it in enumerate(module.functions.get(last, ()))
        }
        if owner in {"self", "cls"}:
            return found, bool(found)
        reach = _Reach()
        if name and not name.startswith("."):
            self._follow(path, module, name.split("."), reach, set())
        is_certain = bool(reach.nodes)
        for there, number in reach.nodes:
            known = self._module_of(there)
            if known is None or number == _WHOLE:
                is_certain = False
                continue
            for at, it in enumerate(known.parts[number].checks):
                found[there, f"{number} {at}"] = it
            is_certain &= bool(known.parts[number].checks)
        return found, is_certain

    def _follow(
        self,
        path: str,
        module: PythonModule,
        names: Sequence[str],
        found: _Reach,
        seen: set[tuple[str, str]],
    ) -> bool:
        """Find what a name of a module, with its attributes, means; return whether it is bound."""
        first, *rest = names
        bound = module.bound.get(first, ())
        imported = module.imported.get(first, ())
        found.nodes.update((path, it) for it in bound)
        if imported and (path, ".".join(names)) not in seen:
            seen.add((path, ".".join(names)))
            for it in imported:
                self._import(path, it, rest, found, seen)
        return bool(bound or imported)

    def _import(
        self,
        path: str,
        imported: Import,
        rest: list[str],
        found: _Reach,
        seen: set[tuple[str, str]],
    ) -> None:
        """Find what an import of a module means: in test code its parts, else its text."""
        found.imports.add(str(imported))
        names = [imported.name, *rest] if imported.name not in {"", "*"} else rest
        package = ""
        for end in range(len(names) + 1):
            dotted = ".".join(filter(None, (imported.module, *names[:end])))
            for there in self.files.of_module(path, dotted, imported.level):
                self._within(there, names[end:], found, seen)
                package = there
        for above in self.files.packages(package):
            self._imported_module(above, found)

    def _within(
        self, path: str, names: list[str], found: _Reach, seen: set[tuple[str, str]]
    ) -> None:
        """Find what a name of a module of test code means; unless it is bound, all of it."""
        module = self._imported_module(path, found)
        if module is None or not names:
            found.nodes.add((path, _WHOLE))
            return
        is_package = path.endswith("__init__.py")
        if not self._follow(path, module, names, found, seen) and not (
            is_package and self.files.of_module(path, names[0], 1)
        ):
            found.nodes.add((path, _WHOLE))

    def _imported_module(self, path: str, found: _Reach) -> PythonModule | None:
        found.files.add(path)
        module = self._module_of(path)
        if module is not None:
            found.add(self.at_import(path))
        return module


class _TestsOfFile:
    """Finds what the tests of one file use."""

    def __init__(self, code: UsedCode, path: str, module: PythonModule) -> None:
        self._code = code
        self._path = path
        self._module = module
        self.consulted: set[str] = {path}
        self._chain = self._fixture_modules()
        self._fixture = cache(self._find_fixture)
        self._functions = cache(self._find_functions)
        self._reach = cache(self._find_reach)
        automatic = _Reach(fixtures=set(code.settings.fixtures))
        for there, known in self._chain:
            automatic.add(code.at_import(there))
            automatic.nodes.update(self._automatic(there, known))
        self._base = self._with_fixtures(code.closed(automatic))
        lines = [*map(code.line, sorted(self._base.nodes)), *sorted(self._base.imports)]
        self._base_digest = _hexdigest(lines)

    def uses_of(self, name: str, alone: str) -> Uses:
        """Return what a test uses."""
        parts = self._module.tests.get(name, ())
        used, files = self._reach(tuple(it.names for it in parts))
        lines = [alone, self._base_digest, *(part.digest for part in parts if part.digest), *used]
        checks = parts[0].checks if parts else ()  # none: a later class has its name
        where = self._path, self._functions
        asserts = any(can_fail(it, *where) for it in checks)
        others = asserts and any(others_can_fail(it, *where) for it in checks)
        return Uses(f"{_VERSION}{_hexdigest(lines)}", files, asserts, others)

    def _find_reach(self, parts: tuple[Names, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the lines of what parts use beside the base, and the files of all of it."""
        found = _Reach()
        for names in parts:
            found.add(self._code.of_names(self._path, names))
        found = self._with_fixtures(found)
        own = sorted(found.nodes - self._base.nodes)
        lines = [*map(self._code.line, own), *sorted(found.imports - self._base.imports)]
        files = {path for path, _ in (*own, *self._base.nodes)} - {self._path}
        return tuple(lines), tuple(sorted(files))

    def _find_functions(self, path: str, name: str) -> Meant:
        """Return the functions that a name means in a module; of a method those of its name."""
        found, is_certain = self._code.functions(path, name)
        if "." not in name:  # it may be a fixture, whichever of its name
            for there, _ in self._chain:
                found |= self._code.functions(there, name)[0]
        return Meant(found, is_certain)

    def _with_fixtures(self, start: _Reach) -> _Reach:
        """Return what parts use with the fixtures that they request, and these in turn."""
        found = _Reach()
        found.add(start)
        asked: set[str] = set()
        is_whole = False
        while found.fixtures - asked or (found.requests_any and not is_whole):
            if found.requests_any and not is_whole:
                is_whole = True
                every = _Reach({(there, _WHOLE) for there, _ in self._chain})
                found.add(self._code.closed(every))
            for name in found.fixtures - asked:
                asked.add(name)
                found.add(self._fixture(name))
        self.consulted |= found.files
        return found

    def _find_fixture(self, name: str) -> _Reach:
        """Return what a name means in each module whose fixtures count.

        One may override another, or use it.
        """
        found = _Reach()
        for there, _ in self._chain:
            found.add(self._code.meaning(there, name))
        return found

    def _fixture_modules(self) -> list[tuple[str, PythonModule]]:
        """Return the modules whose fixtures and hooks count: the own one, conftest, plugins."""
        found: dict[str, PythonModule] = {}
        waiting = [self._path, *self._code.files.conftests(self._path)]
        waiting += self._code.set_plugins(self._path)
        while waiting:
            path = waiting.pop(0)
            if path in found:
                continue
            self.consulted.add(path)
            module = self._module if path == self._path else self._code.module_of(path)
            if module is not None:
                found[path] = module
                waiting += self._code.plugins(path, module)
        return [*found.items()]

    def _automatic(self, path: str, module: PythonModule) -> Iterator[_Node]:
        """Yield the hooks and automatic fixtures that a module imports."""
        for name in module.imported:
            meant = self._code.meaning(path, name)
            self.consulted |= meant.files
            for node in meant.nodes:
                there, number = node
                known = self._code.module_of(there) if number >= 0 else None
                if known is None:
                    continue
                if known.parts[number].is_automatic or name.startswith("pytest_"):
                    yield node


def _hexdigest(lines: Iterable[str]) -> str:
    return sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()
