"""Reads files of rows for ``data``: CSV, JSON and YAML.

The values of CSV are texts; those of the others have their types.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Any

from shall.cases.data_table import MAX_ROWS, Rows, too_many
from shall.cases.fields import kind_of
from shall.cases.reader import load_yaml
from shall.diagnostics import Diagnostic, Severity
from shall.errors import InvalidCase
from shall.span import Span

_QUOTES = 'A value with a comma, a quote or a line break must be quoted: "a ""b"", c".'
_HEADER = "The first line names the columns, such as `item,qty`."
_COMMAS = "Columns are separated by commas."
MAX_PROBLEMS = 20
"""Problems of one file that are reported."""


def read_rows(text: str, file: str) -> Rows:
    """Read the text of a file of rows, in the form that its name says.

    Raises:
        InvalidCase: With the problems, each at its line.
    """
    if file.endswith(".csv"):
        rows = _read_csv(text, file)
    elif file.endswith(".json"):
        rows = Rows(_mappings(_read_json(text, file), file))
    else:
        rows = Rows(_mappings(load_yaml(text, file), file))
    if len(rows) > MAX_ROWS:
        raise _invalid([_problem(file, 1, too_many())])
    return rows


def _read_csv(text: str, file: str) -> Rows:
    problems: list[Diagnostic] = []
    values: list[tuple[str, ...]] = []
    columns: tuple[str, ...] = ()
    for line, row in _lines_of_csv(text, file):
        if not columns:
            columns = tuple(name.strip() for name in row)
            problems += _problems_of_header(columns, file, line)
        elif len(row) != len(columns):
            problems.append(_wrong_length(row, columns, file, line))
        elif len(values) <= MAX_ROWS:
            values.append(tuple(row))
        if len(problems) >= MAX_PROBLEMS:
            break
    if not columns:
        problems.append(_problem(file, 1, "The file has no header.", _HEADER))
    if problems:
        raise _invalid(problems)
    return Rows(values, columns)


def _lines_of_csv(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not blank, with the line at which it begins."""
    reader = csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    line = 1
    try:
        for row in reader:
            if row:
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"The line is not CSV: {error}."
        raise _invalid([_problem(file, line, message, _QUOTES)]) from None


def _problems_of_header(columns: Sequence[str], file: str, line: int) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for number, name in enumerate(columns, start=1):
        if not name:
            yield _problem(file, line, f"Column {number} has no name.", _HEADER)
        elif name in seen:
            yield _problem(file, line, f"The column `{name:.60}` occurs twice.", "Rename one.")
        seen.add(name)
    if len(columns) == 1 and (";" in columns[0] or "\t" in columns[0]):
        yield _problem(file, line, f"The only column is `{columns[0]:.60}`.", _COMMAS)


def _wrong_length(row: Sequence[str], columns: Sequence[str], file: str, line: int) -> Diagnostic:
    message = f"The row has {len(row)} values for {len(columns)} columns."
    missing = columns[len(row) :]
    hint = f"Missing: {', '.join(missing)}." if missing else _QUOTES
    return _problem(file, line, message, hint)


def _read_json(text: str, file: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        message = f"The file is not JSON: {error.msg}."
        raise _invalid([_problem(file, error.lineno, message, column=error.colno)]) from None
    except (ValueError, RecursionError):
        message = "The file is not JSON: a number is not one of JSON, or it is nested too deeply."
        raise _invalid([_problem(file, 1, message)]) from None


def _refuse_constant(_: str) -> Any:
    raise ValueError


def _mappings(value: Any, file: str) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        message = f"A file of rows must be a list, not {kind_of(value)}."
        raise _invalid([_problem(file, 1, message, "Each item is a mapping of names to values.")])
    for number, row in enumerate(value, start=1):
        if not isinstance(row, dict):
            message = f"Row {number} must be a mapping, not {kind_of(row)}."
            raise _invalid([_problem(file, 1, message, "Write names with values.")])
    return value


def _problem(file: str, line: int, message: str, hint: str = "", column: int = 1) -> Diagnostic:
    return Diagnostic("case.bad-data", Severity.ERROR, message, Span(file, line, column), hint)


def _invalid(problems: Sequence[Diagnostic]) -> InvalidCase:
    return InvalidCase(list(problems[:MAX_PROBLEMS]))
