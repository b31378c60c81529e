"""A server has imported what functions of ours import before it serves."""

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

LOADED = """
import sys
import shall.serve.http
from shall.serve.preload import import_all, import_pages

import_all()
import_pages()
for name, module in sorted(sys.modules.items()):
    print(name, getattr(module, "__file__", None) or "", sep="\\t")
"""

CHOSEN_BY_SETTINGS = {
    "shall.serve.auth.jwks",
    "shall.serve.auth.jwts",
    "shall.serve.limits.shared_buckets",
    "shall.serve.observe.otlp",
    "shall.transport.sql.connections",
}
"""Imported where a server is put together from settings that ask for them, before it serves."""


def imported_by_functions(source: Path) -> Iterator[str]:
    """Return the modules that functions of a file import when they are called."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    for function in ast.walk(ast.parse(source.read_text())):
        if not isinstance(function, functions):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Import):
                yield from (name.name for name in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.module is not None
                yield node.module
                members = (f"{node.module}.{name.name}" for name in node.names)
                if hasattr(importlib.import_module(node.module), "__path__"):
                    yield from (name for name in members if importlib.util.find_spec(name))


@pytest.mark.verifies("defences#1.2")
def test_every_import_of_a_function_is_done_before_a_server_serves() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = dict(line.split("\t") for line in ended.stdout.splitlines())
    ours = {name: Path(file) for name, file in loaded.items() if name.split(".")[0] == "shall"}

    late = {
        (name, imported)
        for name, source in ours.items()
        for imported in imported_by_functions(source)
        if imported not in loaded and imported not in CHOSEN_BY_SETTINGS
    }

    assert "shall.cases.reader" in ours
    assert late == set()
