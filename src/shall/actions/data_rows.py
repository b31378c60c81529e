"""Divides cases with rows of data into one job for each row."""

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from shall.cases.data_file import read_rows
from shall.cases.data_table import ENDINGS, Rows, row_name
from shall.cases.model import Case
from shall.cases.named_files import path_of_rows
from shall.cases.nearest import nearest
from shall.diagnostics import Diagnostic, Severity
from shall.engine.job import Job, Row
from shall.errors import FileMissing, InvalidInput
from shall.messages import Message
from shall.span import Span
from shall.workspace.files import READ_BYTES
from shall.workspace.workspace import Workspace

WHOLE = -1
"""The row of a case without rows."""


class Table(Struct, frozen=True):
    """A case with its rows; without any it is one job, which says why."""

    job: Job
    rows: Rows | None = None

    @property
    def numbers(self) -> Iterable[int]:
        """The numbers of the rows that run."""
        return (WHOLE,) if self.rows is None else range(len(self.rows))

    def named(self) -> Iterable[tuple[int, str]]:
        """Return the numbers of the rows with their names; one without a name where none runs."""
        if self.rows is None:
            return ((WHOLE, ""),)
        return ((it, row_name(it, self.rows.row(it))) for it in range(len(self.rows)))

    def job_of(self, number: int) -> Job:
        """Return the job of one row."""
        if self.rows is None:
            return self.job
        if not 0 <= number < len(self.rows):
            return replace(self.job, case=None, error=Message("case.data_changed", {}))
        values = self.rows.row(number)
        row = Row(values, len(self.rows), self.rows.has_expressions)
        return replace(self.job, row=row, data_row=row_name(number, values))


def table_of(workspace: Workspace, job: Job) -> Table:
    """Return a case with the rows of its data, read from their file where they are in one."""
    case = job.case
    if case is None or case.data is None or case.skip is not None:
        return Table(job)
    try:
        rows = _rows(workspace, job.key, case)
    except InvalidInput as error:
        return Table(_unreadable(job, error))
    if not len(rows):
        return Table(replace(job, skip=Message("case.no_rows", {})))
    return Table(job, rows)


def _rows(workspace: Workspace, case_path: str, case: Case) -> Rows:
    if not isinstance(case.data, str):
        return Rows(case.data or (), has_expressions=True)
    return _rows_of_file(workspace, case_path, case.data)


def _rows_of_file(workspace: Workspace, case_path: str, written: str) -> Rows:
    path = workspace.files.relative(path_of_rows(case_path, written))
    try:
        text = workspace.files.read_text(path, READ_BYTES)
    except FileMissing as error:
        folder = path.rpartition("/")[0] or "."
        there = workspace.files.find(folder, ENDINGS) if workspace.files.is_folder(folder) else []
        near = nearest(path, there)
        hint = f"Did you mean {near}?" if near else "Its path begins at the folder of the case."
        raise FileMissing(error.message, hint=hint) from None
    return read_rows(text, path)


def problem_of_rows(
    workspace: Workspace, case_path: str, written: str, locate: Callable[[], Span]
) -> tuple[Diagnostic, ...]:
    """Return what is wrong with a file of rows that a case names; nothing where nothing is."""
    try:
        _rows_of_file(workspace, case_path, written)
    except InvalidInput as error:
        return tuple(_problems(error, locate))
    return ()


def _problems(error: InvalidInput, locate: Callable[[], Span]) -> Sequence[Diagnostic]:
    message, hint = error.message, error.hint or ""
    return error.diagnostics or [
        Diagnostic("file.unreadable", Severity.ERROR, message, locate(), hint, "data")
    ]


def _unreadable(job: Job, error: InvalidInput) -> Job:
    """Return the job of a case whose rows cannot be read: it is an error, and runs nothing."""

    def locate() -> Span:
        at = job.locate("data") if job.locate is not None else None
        return Span(job.key, at.line, at.column) if at is not None else Span(job.key, 1)

    problems = _problems(error, locate)
    why = Message("case.invalid", {"problems": "\n".join(map(str, problems))})
    return Job(job.key, None, error=why, problems=tuple(problems))
