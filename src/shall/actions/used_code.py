"""Reads the test code that Python tests use; a file is parsed only where it changed."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from hashlib import blake2b

from msgspec.structs import replace

from shall.actions.file_digests import UNREADABLE, digest_of
from shall.errors import ShallError
from shall.specs.links import Marks
from shall.specs.pytest_settings import FILES, pytest_settings
from shall.specs.python_module import PythonModule, read_module
from shall.specs.test_files import ProjectFiles
from shall.specs.used_code import LinkedTests, UsedCode
from shall.workspace.files import Files
from shall.workspace.workspace import Workspace

_UNREADABLE = b""


class TestCode:
    """The Python files of a workspace as they are now. Each is read at most once."""

    __test__ = False  # not a test class, whatever its name begins with

    def __init__(self, workspace: Workspace, paths: Sequence[str], links: Sequence[str]) -> None:
        self._workspace = workspace
        self._targets = dict(_linked(workspace.files, links, ProjectFiles(paths)))
        paths = [*paths, *(it for it in self._targets if it.endswith(".py"))]
        settings = pytest_settings(_texts(workspace, FILES))
        data = _data_files(workspace, paths, self._targets)
        listed = [*paths, "", *sorted(settings.plugins), "", *sorted(settings.fixtures), "", *data]
        listed += [f"{link} {target}" for link, target in sorted(self._targets.items())]
        self._paths = _digest("\n".join(listed))
        self._texts: dict[str, tuple[bytes, str]] = {}
        self._tests: dict[str, frozenset[str]] = {}
        self._data = cache(self._data_digest)
        self._code = UsedCode(paths, self._module, settings, data, self._data)
        for gone in workspace.linked.keys() - paths:
            workspace.linked.pop(gone, None)
        for gone in workspace.modules.keys() - paths:
            workspace.modules.pop(gone, None)

    def linked(self, path: str, text: str, marks: Marks) -> Marks:
        """Return the links of a test file with fingerprints of what the tests use, too."""
        if not marks.links:
            return marks
        known = self._workspace.linked.get(path)
        digest = self._texts.setdefault(path, (_digest(text), text))[0]
        if (
            known is not None
            and known.digest == digest
            and known.paths == self._paths
            and all(self._digest_now(it) == then for it, then in known.consulted)
        ):
            return known.marks
        self._tests[path] = frozenset(it.source.partition("::")[2] for it in marks.links)
        alone = {it.source.partition("::")[2]: it.fingerprint for it in marks.links}
        found = self._code.of(path, alone)
        uses = {f"{path}::{name}": it for name, it in found.tests.items()}
        linked = replace(
            marks,
            links=tuple(
                replace(
                    it,
                    fingerprint=uses[it.source].fingerprint,
                    can_fail=uses[it.source].can_fail,
                    others_can_fail=uses[it.source].others_can_fail,
                )
                for it in marks.links
            ),
            files={source: self._places(it.files) for source, it in uses.items() if it.files},
        )
        consulted = tuple((it, self._digest_now(it)) for it in self._places(found.consulted))
        self._workspace.linked[path] = LinkedTests(digest, self._paths, consulted, linked)
        return linked

    def _places(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Return where files lie that links may lead to."""
        return tuple(self._targets.get(it, it) for it in paths)

    def _module(self, path: str) -> PythonModule | None:
        digest, text = self._text(path)
        if digest == _UNREADABLE:
            return None
        tests = self._tests.get(path, frozenset())
        known = self._workspace.modules.get(path)
        if known is None or known[0] != digest or not tests <= known[1].tests.keys():
            known = (digest, read_module(text, tests))
            self._workspace.modules[path] = known
        return known[1]

    def _digest_now(self, path: str) -> bytes:
        return self._text(path)[0] if path.endswith(".py") else self._data(path).encode()

    def _data_digest(self, path: str) -> str:
        """Return the digest of a data file; empty where it cannot be read."""
        digest = digest_of(self._workspace.files, self._targets.get(path, path))
        return "" if digest == UNREADABLE else digest

    def _text(self, path: str) -> tuple[bytes, str]:
        """Return the digest and the text of a file; those of one that cannot be read are empty."""
        if path not in self._texts:
            try:
                text = self._workspace.files.read_text(self._targets.get(path, path))
                self._texts[path] = _digest(text), text
            except ShallError:
                self._texts[path] = _UNREADABLE, ""
        return self._texts[path]


def _data_files(workspace: Workspace, paths: Sequence[str], linked: Iterable[str]) -> Sequence[str]:
    """Return the files in folders of tests that are no Python."""
    code = ProjectFiles(paths)
    found = [
        it
        for folder in code.test_folders()
        if workspace.files.is_folder(folder)
        for it in workspace.files.find(folder, ("",))
    ]
    return [
        it for it in (*found, *linked) if not it.endswith((".py", ".pyc")) and code.is_test_code(it)
    ]


def _linked(files: Files, links: Iterable[str], code: ProjectFiles) -> Iterator[tuple[str, str]]:
    """Yield the path of each file that links of test code lead to, and where it lies."""
    for link in links:
        is_used = code.is_test_code(link) or code.is_test_code(f"{link}/_")
        target = files.target(link) if is_used else None
        if target is None:
            continue
        if files.is_file(target):
            yield link, target
        elif files.is_folder(target):
            for path in files.find(target, ("",)):
                yield f"{link}/{path.removeprefix(target).lstrip('/')}", path


def _texts(workspace: Workspace, paths: Iterable[str]) -> Iterator[str]:
    """Yield the texts of the files that can be read."""
    for path in paths:
        with suppress(ShallError):
            yield workspace.files.read_text(path)


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()
