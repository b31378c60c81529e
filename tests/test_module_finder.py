"""Finding the modules of this package without Python's own finder."""

import importlib.util
import inspect
import os
import py_compile
import sys
from collections.abc import Iterator
from importlib.abc import InspectLoader
from importlib.machinery import ModuleSpec, PathFinder
from importlib.resources import files
from pathlib import Path
from types import CodeType, ModuleType

import pytest

import shall
from shall import module_finder
from shall.module_finder import Finder

SOURCE = Path(shall.__file__).parent


def modules_below(package: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the name of each module, and the folder of its package."""
    for path in sorted(folder.iterdir()):
        if path.suffix == ".py" and path.stem not in {"__init__", "__main__"}:
            yield f"{package}.{path.stem}", str(folder)
        elif (path / "__init__.py").exists():
            yield f"{package}.{path.name}", str(folder)
            yield from modules_below(f"{package}.{path.name}", path)


def about(spec: ModuleSpec | None) -> list[object]:
    """Return what a module is told about itself."""
    assert spec is not None
    assert spec.loader is not None
    below = spec.submodule_search_locations
    loader_path = vars(spec.loader)["path"]
    return [spec.name, spec.origin, spec.cached, spec.has_location, below, spec.parent, loader_path]


def code_of(spec: ModuleSpec | None) -> CodeType:
    """Return the code that a module runs."""
    assert spec is not None
    assert isinstance(spec.loader, InspectLoader)
    code = spec.loader.get_code(spec.name)
    assert code is not None
    return code


def value_of(spec: ModuleSpec | None) -> object:
    """Return what a module defines as VALUE."""
    module: dict[str, object] = {}
    exec(code_of(spec), module)
    return module["VALUE"]


@pytest.fixture
def found(tmp_path: Path) -> ModuleSpec:
    """Return a module, compiled beside its source, as it is found."""
    (tmp_path / "made.py").write_text("VALUE = 1\n")
    py_compile.compile(str(tmp_path / "made.py"))
    return found_in(tmp_path)


def found_in(folder: Path) -> ModuleSpec:
    """Find the module of a folder."""
    spec = Finder.find_spec("shall.made", [str(folder)])
    assert spec is not None
    return spec


def test_each_module_is_found_as_python_finds_it() -> None:
    modules = list(modules_below("shall", SOURCE))

    assert len(modules) > 500
    for name, folder in modules:
        assert about(Finder.find_spec(name, [folder])) == about(
            PathFinder.find_spec(name, [folder])
        )


def test_a_compiled_module_is_read_without_its_source(found: ModuleSpec) -> None:
    source = Path(str(found.origin))
    before = source.stat()
    source.write_text("VALUE = 2\n")
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert value_of(found_in(source.parent)) == 1


def test_a_module_that_changed_is_compiled_again(found: ModuleSpec) -> None:
    source = Path(str(found.origin))
    before = source.stat()
    source.write_text("VALUE = 3\n")
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns + 2_000_000_000))

    assert value_of(found_in(source.parent)) == 3

    source.write_text("VALUE = 40\n")
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns + 2_000_000_000))
    assert value_of(found_in(source.parent)) == 40


def test_a_module_that_is_not_compiled_or_compiled_otherwise_is_loaded(found: ModuleSpec) -> None:
    compiled = Path(str(found.cached))
    for content in (b"", b"\0" * 16, compiled.read_bytes()[:12]):
        compiled.write_bytes(content)
        assert value_of(found) == 1
    compiled.unlink()
    assert value_of(found) == 1
    py_compile.compile(
        str(found.origin), invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH
    )
    Path(str(found.origin)).write_text("VALUE = 5\n")
    assert value_of(found_in(compiled.parent.parent)) == 5


@pytest.mark.usefixtures("found")
def test_code_of_a_folder_that_was_moved_names_where_it_is_now(tmp_path: Path) -> None:
    moved = tmp_path.rename(tmp_path.with_name("moved"))

    code = code_of(Finder.find_spec("shall.made", [str(moved)]))

    assert code.co_filename == str(moved / "made.py")


def test_what_is_no_module_of_this_package_is_left_to_python(tmp_path: Path) -> None:
    assert Finder.find_spec("shall.missing", [str(tmp_path)]) is None
    assert Finder.find_spec("json.decoder", [str(SOURCE)]) is None
    assert Finder.find_spec("shall", None) is None


def test_the_finder_is_not_used_where_compiled_files_have_other_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "meta_path", [])
    monkeypatch.setattr(sys, "pycache_prefix", "/elsewhere")
    module_finder.install()
    assert sys.meta_path == []

    monkeypatch.setattr(sys, "pycache_prefix", None)
    module_finder.install()
    assert sys.meta_path == [Finder]


def test_source_and_resources_of_a_module_can_be_read(found: ModuleSpec, tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack/__init__.py").write_text("VALUE = 1\n")
    (tmp_path / "pack/note.txt").write_text("noted")

    made, pack = loaded(found), loaded(Finder.find_spec("shall.pack", [str(tmp_path)]))

    assert inspect.getsource(made) == "VALUE = 1\n"
    assert files(pack).joinpath("note.txt").read_text() == "noted"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the folder of a package which stands for this one."""
    top = ModuleType("shall")
    top.__path__ = [str(tmp_path)]
    monkeypatch.setitem(sys.modules, "shall", top)
    monkeypatch.setattr(sys, "meta_path", [Finder])
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack/__init__.py").write_text("from shall.pack.part import VALUE\n")
    (tmp_path / "pack/part.py").write_text("VALUE = 1\n")
    (tmp_path / "broken.py").write_text("1 / 0\n")
    yield tmp_path
    for name in ("shall.pack.part", "shall.pack"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("order", [("pack", "pack.part"), ("pack.part", "pack"), ("pack.part",)])
def test_modules_are_imported_as_a_statement_does(package: Path, order: tuple[str, ...]) -> None:
    module_finder.import_modules([f"shall.{name}" for name in ("missing", *order)])

    for name in order:
        module, folder = sys.modules[f"shall.{name}"], package.joinpath(*name.split(".")).parent
        assert module.__spec__ is not None
        assert module.VALUE == 1
        assert about(module.__spec__) == about(Finder.find_spec(module.__name__, [str(folder)]))
        expected = vars(importlib.util.module_from_spec(module.__spec__))
        assert {key: vars(module)[key] for key in expected} == expected
    if "pack" in order:
        assert vars(sys.modules["shall"])["pack"] is sys.modules["shall.pack"]
        assert vars(sys.modules["shall.pack"])["part"] is sys.modules["shall.pack.part"]


@pytest.mark.usefixtures("package")
def test_a_module_that_fails_is_not_imported() -> None:
    with pytest.raises(ZeroDivisionError):
        module_finder.import_modules(["shall.broken"])

    assert "shall.broken" not in sys.modules


@pytest.mark.usefixtures("package")
def test_nothing_is_imported_where_the_finder_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", [])

    module_finder.import_modules(["shall.pack"])

    assert "shall.pack" not in sys.modules


def loaded(spec: ModuleSpec | None) -> ModuleType:
    """Return a module that is loaded, and imported nowhere."""
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
