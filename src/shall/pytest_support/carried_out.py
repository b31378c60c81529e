"""Whether a check of a marked test was carried out while it ran.

Only tests are watched of which a pass does not say so, by Python's own tracing, and up to their
first check. Nothing is known of a test that a debugger or coverage traces already.
"""

import ast
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from msgspec import Struct

from shall.bounded import TEXT_BYTES, read_path
from shall.specs.conditional_checks import conditional_checks
from shall.specs.syntax import parsed

Trace = Callable[[FrameType, str, Any], Any]
"""What Python calls at each line of a frame, or as it begins; it returns the next one."""


class Watched(Struct, frozen=True):
    """A test: its file, name, first and last line, and the lines of its checks."""

    file: str
    name: str
    first: int
    last: int
    checks: frozenset[int]


class Watch:
    """Traces the thread of a test until one of its checks is reached."""

    def __init__(self, test: Watched) -> None:
        self._test = test
        self._began = self._ended = self._is_reached = False
        self._own: Trace = self._call
        self._is_alone = sys.gettrace() is None

    def __enter__(self) -> "Watch":
        if self._is_alone:
            sys.settrace(self._own)
        return self

    def __exit__(self, *_: object) -> None:
        if sys.gettrace() is self._own:
            self._ended = True
            sys.settrace(None)

    @property
    def saw_none(self) -> bool:
        """Whether the test ran as a whole in this thread, and none of its checks."""
        return self._began and self._ended and not self._is_reached

    def _call(self, frame: FrameType, _event: str, _argument: Any) -> Trace | None:
        code, test = frame.f_code, self._test
        is_test = code.co_name == test.name and code.co_filename.endswith(test.file)
        if not (is_test and test.first <= code.co_firstlineno <= test.last):
            return None
        self._began = True
        return self._line

    def _line(self, frame: FrameType, event: str, _argument: Any) -> Trace | None:
        if event == "line" and frame.f_lineno in self._test.checks:
            self._is_reached = True
            sys.settrace(None)
            return None
        return self._line


def watched(item: pytest.Item) -> Watched | None:
    """Return what is watched of a test; None where its text decides, or cannot be read."""
    names = item.nodeid.partition("::")[2].partition("[")[0].partition("@")[0]
    known = item.config.stash.setdefault(_KNOWN, {})
    if (item.path, names) not in known:
        known[item.path, names] = _watched(item.path, names)
    return known[item.path, names]


_KNOWN = pytest.StashKey[dict[tuple[Path, str], Watched | None]]()


def _watched(path: Path, names: str) -> Watched | None:
    try:
        found: ast.AST = parsed(read_path(path, TEXT_BYTES).decode("utf-8-sig"))
    except (OSError, SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    for name in names.split("::"):
        inner = [it for it in getattr(found, "body", ()) if getattr(it, "name", None) == name]
        found = inner[-1] if inner else ast.Pass()
    if not isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    checks = conditional_checks(found)
    first = min(it.lineno for it in (found, *found.decorator_list))
    last = found.end_lineno or found.lineno
    return Watched(path.name, found.name, first, last, checks) if checks else None
