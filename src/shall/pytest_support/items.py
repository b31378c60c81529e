"""A case file and its case as pytest nodes; public pytest API only."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from shall.bounded import TEXT_BYTES, read_text
from shall.cases.model import Case
from shall.cases.reader import is_wrapped, locate, read_case, root_of
from shall.cases.root import ROOT
from shall.cases.unit.model import Unit
from shall.cases.unit.reader import read_unit
from shall.errors import InvalidInput
from shall.messages import render
from shall.pytest_support.runner import BAD, CASE_RESULT, WHOLE, runner_of
from shall.results.records import CaseResult, Outcome
from shall.workspace.case_root import root_in

MARK = "verifies"


class CaseFailed(Exception):
    """A case did not pass. ``headline`` is the reason in one line, the text all of it."""

    def __init__(self, text: str, headline: str) -> None:
        super().__init__(text)
        self.headline = headline


class _Failure(NamedTuple):
    """What pytest shows of a failure: the text, and the message of its summary line."""

    text: str
    message: str

    def __str__(self) -> str:
        return self.text

    @property
    def reprcrash(self) -> "_Failure":
        """What the short summary and JUnit XML take the message of."""
        return self

    def toterminal(self, writer: Any) -> None:
        """Write the text."""
        writer.line(self.text)


class CaseFile(pytest.File):
    """A YAML file of a case or of unit cases."""

    def collect(self) -> Iterator["CaseItem"]:
        """Yield the case, once for each row of data; what cannot be read is an item that fails."""
        text = read_text(self.path, TEXT_BYTES, encoding="utf-8-sig", errors="replace")
        root = root_of(text)
        if root == ROOT and not is_wrapped(text):  # it may be a file of shared steps
            root = root_in(text, runner_of(self.config).key_of(self.path))
        if root is None:
            return
        case = _read(text, self.path, is_unit=root == "unittest")
        line = locate(text, self.path.name, "name").line if case else 1
        name = case.name if case else self.path.stem
        for row, row_name in self._rows(case):
            shown = f"{name}[{row_name}]" if row_name else name
            yield CaseItem.from_parent(self, name=shown, case=case, line=line, row=row)

    def _rows(self, case: Case | Unit | None) -> Iterable[tuple[int, str]]:
        """Return the numbers and names of the rows of data; one without a name where none is."""
        if not isinstance(case, Case) or case.data is None:
            return ((WHOLE, ""),)
        runner = runner_of(self.config)
        return runner.rows_of(runner.key_of(self.path))


class CaseItem(pytest.Item):
    """One case, or one row of its data."""

    def __init__(self, *, case: Case | Unit | None, line: int, row: int, **given: Any) -> None:
        super().__init__(**given)
        self._line = line
        self._row = row
        if case is not None:
            _mark(self, case)

    @property
    def case_path(self) -> Path:
        """The file of the case."""
        return self.path

    def runtest(self) -> None:
        """Run the case."""
        runner = runner_of(self.config)
        result = runner.run(runner.key_of(self.path), self._row)
        check(self, result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return what went wrong in the case; no stack of ours."""
        if isinstance(excinfo.value, CaseFailed):
            return _Failure(str(excinfo.value), excinfo.value.headline)
        if isinstance(excinfo.value, InvalidInput):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[os.PathLike[str], int, str]:
        """Return the place of the case."""
        return self.path, self._line - 1, self.name


def check(item: pytest.Item, result: CaseResult) -> None:
    """Store a result on its item, and fail or skip as it says.

    Raises:
        CaseFailed: The case or its teardown did not pass.
    """
    item.stash[CASE_RESULT] = result
    if result.outcome is Outcome.SKIPPED:
        pytest.skip(render(result.error) if result.error else "the case was not run")
    if result.outcome in BAD or result.teardown_outcome in BAD:
        raise CaseFailed(*runner_of(item.config).text_of(result))


def _read(text: str, path: Path, *, is_unit: bool) -> Case | Unit | None:
    try:
        return read_unit(text, path.name) if is_unit else read_case(text, path.name)
    except InvalidInput:  # reported when the item runs, with every problem
        return None


def _mark(item: pytest.Item, case: Case | Unit) -> None:
    """Make tags and criteria markers of the item."""
    for tag in case.tags:
        name = tag.lstrip("_")
        if name:
            item.config.addinivalue_line("markers", f"{name}: a tag of test cases")
            item.add_marker(name)
    if case.verifies:
        item.add_marker(getattr(pytest.mark, MARK)(*case.verifies))
