"""The files of a project's test code, and which of them a module may be.

Test code are test files, ``conftest.py``, and the modules in folders of tests.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import cache

_CONFTEST = "conftest.py"
_FOLDERS = frozenset({"test", "tests"})


def is_test_file(path: str) -> bool:
    """Return whether pytest collects a Python file by its usual names."""
    name = path.rpartition("/")[2]
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py"))


class ProjectFiles:
    """The Python files of a project, by their paths."""

    def __init__(self, paths: Collection[str]) -> None:
        self._paths = frozenset(paths)
        self._folders = {
            _folder(it)
            for it in paths
            if is_test_file(it) or it.endswith(f"/{_CONFTEST}")  # at the root: of the whole project
        }
        self.has_tests_at_root = "" in self._folders
        self._named: dict[str, list[str]] = {}
        self._is_code = cache(self._is_test_code)
        self.of_module = cache(self._find)

    def conftests(self, path: str) -> Iterator[str]:
        """Yield each ``conftest.py`` that counts for a file."""
        for folder in _above(path):
            named = _join(folder, _CONFTEST)
            if named in self._paths:
                yield named

    def helpers(self, prefix: str) -> Iterator[str]:
        """Yield the modules of test code whose names may begin so, in whichever folder they are."""
        start = "/" + prefix.replace(".", "/") if not prefix.startswith(".") else "/"
        for path in sorted(self._paths):
            if start in f"/{path}" and self._is_code(path) and not is_test_file(path):
                yield path

    def test_folders(self) -> Sequence[str]:
        """Return the folders of test code but for the root, none of them below another."""
        found = {_folder(it) for it in self._paths if self._is_code(it)} - {""}
        return [it for it in sorted(found) if found.isdisjoint(list(_above(it))[1:])]

    def is_test_code(self, path: str) -> bool:
        """Return whether a file lies where test code does."""
        return self._is_code(path)

    def _find(self, path: str, dotted: str, level: int) -> tuple[str, ...]:
        """Return the files of test code that a module may be.

        They are beside or above the one that imports it; where there is none, any whose path ends
        so may be it.
        """
        tail = dotted.replace(".", "/")
        if level:
            folders = list(_above(path))[level - 1 : level]
        else:
            folders = [*_above(path), "src"] if tail else []
        ends = (f"{tail}.py", _join(tail, "__init__.py")) if tail else ("__init__.py",)
        found = [_join(folder, end) for folder in folders for end in ends]
        known = [it for it in found if it in self._paths]
        if not known and not level and tail:
            known = [
                it
                for it in sorted(self.by_name(tail.rpartition("/")[2]))
                if any(it.endswith(f"/{end}") for end in ends)
            ]
        return tuple(it for it in known if self._is_code(it))

    def by_name(self, name: str) -> Collection[str]:
        """Return the files of modules that are called so, in whichever folder."""
        if not self._named:
            for path in self._paths:
                *folders, last = path.removesuffix(".py").split("/")
                key = folders[-1] if last == "__init__" and folders else last
                self._named.setdefault(key, []).append(path)
        return self._named.get(name, ())

    def _is_test_code(self, path: str) -> bool:
        folder = _folder(path)
        if path.rpartition("/")[2] == _CONFTEST or not _FOLDERS.isdisjoint(folder.split("/")):
            return True
        if path.startswith("src/"):
            return False
        return folder in self._folders or any(it in self._folders for it in _above(path) if it)

    def packages(self, path: str) -> Iterator[str]:
        """Yield the ``__init__.py`` of each package that a module is in, but for one under test."""
        for folder in _above(path):
            named = _join(folder, "__init__.py")
            if folder and named in self._paths and self._is_code(named):
                yield named


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _above(path: str) -> Iterator[str]:
    """Yield the folder of a file and those above it; the last one is empty."""
    folder = _folder(path)
    while folder:
        yield folder
        folder = _folder(folder)
    yield ""
