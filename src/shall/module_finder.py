"""Finds and imports the modules of this package in fewer steps than Python does.

Its finder looks for four kinds of files and computes the name of the compiled file three times,
which takes 2.5 of the 55 ms of a run with one case. What is unusual is left to it.
"""

import _frozen_importlib_external as machinery
import os
import sys
from _frozen_importlib import ModuleSpec
from marshal import loads
from types import ModuleType
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:  # what a command does without at its start
    from collections.abc import Sequence
    from types import CodeType

_ENDING = f".{sys.implementation.cache_tag}.pyc"


def install() -> None:
    """Install the finder first, where compiled files have their usual names."""
    if sys.pycache_prefix is None and not sys.flags.optimize:
        sys.meta_path.insert(0, Finder)


def import_modules(names: "Sequence[str]") -> None:
    """Import modules of this package, each of which is named after those that it imports.

    An import statement takes three times as long for a small module: it locks it against other
    threads, of which there are none yet, and asks whether another module imports it already. A
    name that is missing or in the wrong place costs time, and nothing else.
    """
    if Finder not in sys.meta_path:
        return
    modules = sys.modules
    top = modules["shall"].__path__[0]
    early = []
    for name in names:
        package, _, attribute = name.rpartition(".")
        folder = top + package[len("shall") :].replace(".", "/")
        if name in modules or (spec := Finder.find_spec(name, [folder])) is None:
            continue
        module = _import(spec)
        if package in modules:
            setattr(modules[package], attribute, module)
        else:  # a package that imports its own modules comes after them
            early.append((package, attribute, module))
    for package, attribute, module in early:
        if package in modules:
            setattr(modules[package], attribute, module)


def _import(spec: ModuleSpec) -> ModuleType:
    """Import a module; what it imports is imported as ever, unless it is there."""
    module = ModuleType(spec.name)
    names = module.__dict__
    names["__spec__"] = spec
    names["__loader__"] = loader = cast("_Loader", spec.loader)
    names["__package__"] = spec.parent
    names["__file__"] = spec.origin
    names["__cached__"] = spec.cached
    if spec.submodule_search_locations is not None:
        names["__path__"] = spec.submodule_search_locations
    sys.modules[spec.name] = module
    try:
        exec(loader.get_code(spec.name) or "", names)  # noqa: S102  # as Python
    except BaseException:
        del sys.modules[spec.name]
        raise
    return module


class Finder:
    """Finds modules of this package in the only folder of the package that they belong to."""

    @staticmethod
    def find_spec(
        name: str, path: "Sequence[str] | None", _target: object = None
    ) -> ModuleSpec | None:
        """Return where a module is; None where Python's own finder has to look."""
        if not name.startswith("shall.") or path is None:
            return None
        folder, file, below = path[0], name.rpartition(".")[2], None
        header = _header(f"{folder}/{file}.py")
        if header is None:
            folder, file = f"{folder}/{file}", "__init__"
            below = [folder]
            header = _header(f"{folder}/{file}.py")
            if header is None:
                return None
        source, compiled = f"{folder}/{file}.py", f"{folder}/__pycache__/{file}{_ENDING}"
        spec = ModuleSpec(name, _Loader(name, source, compiled, header), origin=source)
        spec.submodule_search_locations = below
        spec.cached = compiled
        spec.has_location = True
        # Each import from the module asks for it; Python sets it when it imports one. 2 M.
        spec._initializing = False  # type: ignore[attr-defined]
        return spec


def _header(source: str) -> bytes | None:
    """Return what the compiled file of a source begins with; None where there is no source."""
    try:
        status = os.stat(source)  # noqa: PTH116
    except OSError:
        return None
    stamp = (int(status.st_mtime) & 0xFFFFFFFF) << 32 | (status.st_size & 0xFFFFFFFF) << 64
    return machinery.MAGIC_NUMBER + stamp.to_bytes(12, "little")


class _Loader(machinery.SourceFileLoader):
    """Loads what was compiled from the source as it was found; the base class does all the rest."""

    def __init__(self, name: str, source: str, compiled: str, header: bytes) -> None:
        super().__init__(name, source)
        self._compiled = compiled
        self._header = header

    def get_code(self, fullname: str) -> "CodeType | None":
        """Return the code of the module."""
        try:
            file = os.open(self._compiled, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return super().get_code(fullname)
        try:
            compiled = os.read(file, os.fstat(file).st_size)
        finally:
            os.close(file)
        if compiled.startswith(self._header):
            code: CodeType = loads(memoryview(compiled)[16:])  # noqa: S302  # as Python
            if code.co_filename == self.path:
                return code
        return super().get_code(fullname)
