"""The files of tests that a report names in the way of its language."""

import hashlib
import re
from functools import cached_property
from pathlib import Path

from shall.errors import ShallError
from shall.specs.junit import ReportedTest
from shall.workspace.files import Files

_JVM = (".java", ".kt", ".groovy", ".scala")


class TestFiles:
    """Finds the file of a reported test in the workspace.

    By the attribute ``file``; a class name that is a path (Vitest); a dotted one (pytest); a Java
    class (Maven, Gradle); or the package and function of Go.
    """

    __test__ = False  # not a test class, whatever its name begins with

    def __init__(self, files: Files) -> None:
        self.files = files

    def file_of(self, test: ReportedTest) -> str:
        """Return the path of the file; empty where it is not known, or several could be it."""
        for named in (test.file, test.classname):
            path = self._existing(named)
            if path:
                return path
        return self._python(test.classname) or self._jvm(test.classname) or self._go(test)

    def commented_file_of(self, test: ReportedTest) -> str:
        """Return the file of a test of .NET or Rust, by its class or module; empty as above."""
        return self._dotnet(test.classname) or self._rust(test)

    def _existing(self, named: str) -> str:
        if "." not in named or not named.strip("./"):
            return ""
        try:
            path = self.files.relative(named)
            return path if self.files.is_file(path) else ""
        except ShallError:  # it leads out of the workspace
            return ""

    def _python(self, classname: str) -> str:
        parts = classname.split(".")
        for end in range(len(parts), 0, -1):
            path = self._existing(f"{'/'.join(parts[:end])}.py")
            if path:
                return path
        return ""

    def _jvm(self, classname: str) -> str:
        end = "/" + classname.partition("$")[0].replace(".", "/")
        found = [it for it in self._jvm_files if f"/{it.rpartition('.')[0]}".endswith(end)]
        return found[0] if len(found) == 1 else ""

    def _go(self, test: ReportedTest) -> str:
        declared = f"func {test.name.partition('/')[0]}("
        found = []
        for path in self._go_files:
            folder = str(Path(path).parent)
            is_package = folder == "." or f"/{test.classname}".endswith(f"/{folder}")
            if is_package and declared in self._text(path):
                found.append(path)
        return found[0] if len(found) == 1 else ""

    def _dotnet(self, classname: str) -> str:
        name = re.split(r"[.+]", classname.partition("+")[0])[-1]
        found = [it for it in self._dotnet_files if it.rpartition("/")[2] == f"{name}.cs"]
        return found[0] if len(found) == 1 else ""

    def _rust(self, test: ReportedTest) -> str:
        """Return the file of the module that the name of a test begins with, of one crate."""
        *modules, name = test.name.partition("(")[0].split("::")
        declared = f"fn {name}("
        found = []
        for path in self._rust_files:
            parts = path.removesuffix(".rs").split("/")
            if "src" in parts:
                own = parts[len(parts) - parts[::-1].index("src") :]
                own = own[:-1] if own[-1] in {"lib", "main", "mod"} else own
                is_module = modules[: len(own)] == own
            else:  # an integration test is a crate of its own
                own = [parts[-1]]
                is_module = re.split(r"::|/", test.classname)[-1] == parts[-1]
            if is_module and declared in self._text(path):
                found.append((len(own), path))
        deepest = [path for depth, path in found if depth == max(found)[0]]
        return deepest[0] if len(deepest) == 1 else ""

    def _text(self, path: str) -> str:
        try:
            return self.files.read_text(path)
        except ShallError:
            return ""

    @cached_property
    def _jvm_files(self) -> list[str]:
        return self.files.find(".", _JVM)

    @cached_property
    def _dotnet_files(self) -> list[str]:
        return self.files.find(".", (".cs",))

    @cached_property
    def _rust_files(self) -> list[str]:
        return self.files.find(".", (".rs",))

    @cached_property
    def _go_files(self) -> list[str]:
        return self.files.find(".", ("_test.go",))


def file_fingerprint(files: Files, path: str) -> str:
    """Return the fingerprint of a test file in any language; empty where it cannot be read."""
    try:
        data = files.read_bytes(path)
    except ShallError:
        return ""
    digest = hashlib.sha256(data.replace(b"\r\n", b"\n")).hexdigest()
    return f"file:1:{digest}"


def is_newer(files: Files, path: str, than_s: float) -> bool:
    """Return whether a file was written after a time, in seconds since the epoch."""
    try:
        return bool(path) and files.times_s(path)[0] > than_s
    except ShallError:
        return False


def was_changed(files: Files, path: str, since_s: float) -> bool:
    """Return whether a file was written, or moved to its place, after a time, as above.

    A file that is moved keeps the time when it was written.
    """
    try:
        return bool(path) and max(files.times_s(path)) > since_s
    except ShallError:
        return False
