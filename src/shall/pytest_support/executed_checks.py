"""Whether a check of a marked test was carried out while it ran.

Only tests are watched of which a pass does not say so, by Python's own tracing, and up to their
first check.
"""

import ast
import sys
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Any, cast

import pytest
from msgspec import Struct

from shall.bounded import TEXT_BYTES, read_path
from shall.specs.conditional_checks import conditional_checks
from shall.specs.syntax import parsed

Trace = Callable[[FrameType, str, Any], Any]
"""What Python calls at each line of a frame, or as it begins; it returns the next one."""


class Watched(Struct, frozen=True):
    """A test: its file, name, first and last line, and the lines of its checks.

    ``columns`` are those in which checks begin that have something else before them in their line.
    """

    file: str
    name: str
    first: int
    last: int
    checks: frozenset[int]
    columns: Mapping[int, int]

    def is_reached(self, frame: FrameType, event: str) -> bool:
        """Return whether an event of the frame of the test shows that a check is reached."""
        if event == "line":
            return frame.f_lineno in self.checks
        if event == "opcode" and (begin := self.columns.get(frame.f_lineno)) is not None:
            positions = islice(frame.f_code.co_positions(), frame.f_lasti // 2, None)
            column = next(positions)[2]
            return column is None or column >= begin
        return False


class Watch:
    """Traces the thread of a test until one of its checks is reached.

    What traces the thread already, such as coverage or a debugger, is called for each event as
    if it were alone.
    """

    def __init__(self, test: Watched) -> None:
        self._test = test
        self._outer = cast("Trace | None", sys.gettrace())
        self._own: Trace = self._call
        self._is_left = self._ended = self._is_reached = False

    def __enter__(self) -> "Watch":
        if self._test.columns:
            # Python 3.12 traces opcodes only if a frame asked for them before the tracer was set.
            sys._getframe().f_trace_opcodes = True
        sys.settrace(self._own)
        return self

    def __exit__(self, *_: object) -> None:
        if sys.gettrace() is self._own:
            self._ended = True
            sys.settrace(self._outer)

    @property
    def saw_none(self) -> bool:
        """Whether the test ran as a whole in this thread, and none of its checks."""
        return self._is_left and self._ended and not self._is_reached

    @property
    def was_lost(self) -> bool:
        """Whether the test set another tracer before one of its checks was seen."""
        return not (self._ended or self._is_reached)

    def _call(self, frame: FrameType, event: str, argument: Any) -> Trace | None:
        local = None
        if self._outer is not None:
            local = self._outer(frame, event, argument)
            sys.settrace(self._own)  # coverage puts itself in the place of what calls it
        code, test = frame.f_code, self._test
        is_test = code.co_name == test.name and code.co_filename.endswith(test.file)
        if not (is_test and test.first <= code.co_firstlineno <= test.last):
            return local
        frame.f_trace_lines = True  # coverage may not measure the file
        sees_opcodes = frame.f_trace_opcodes
        line = self._lines_of(local, sees_opcodes=sees_opcodes)
        frame.f_trace = line  # from 3.13 on, opcodes are traced only where this is set before
        frame.f_trace_opcodes = sees_opcodes or bool(test.columns)
        return line

    def _lines_of(self, local: Trace | None, *, sees_opcodes: bool) -> Trace:
        """Return what traces the frame of the test. ``local`` is that of the other tracer.

        ``sees_opcodes``: that one asked for the events of opcodes, too.
        """

        def line(frame: FrameType, event: str, argument: Any) -> Trace | None:
            nonlocal local
            if local is not None and (sees_opcodes or event != "opcode"):
                local = local(frame, event, argument)
            self._is_left |= event == "return"
            if self._test.is_reached(frame, event):
                self._is_reached = True
                sys.settrace(self._outer)
                frame.f_trace_opcodes = sees_opcodes
                return local
            return line

        return line


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
        text = read_path(path, TEXT_BYTES).decode("utf-8-sig")
        found: ast.AST = parsed(text)
    except (OSError, SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    for name in names.split("::"):
        inner = [it for it in getattr(found, "body", ()) if getattr(it, "name", None) == name]
        found = inner[-1] if inner else ast.Pass()
    if not isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    checks = conditional_checks(found)
    if not checks:
        return None
    lines = text.encode().splitlines()
    columns = {at: begin for at, begin in checks.items() if lines[at - 1][:begin].strip()}
    first = min(it.lineno for it in (found, *found.decorator_list))
    last = found.end_lineno or found.lineno
    alone = frozenset(checks.keys() - columns.keys())
    return Watched(path.name, found.name, first, last, alone, columns)
