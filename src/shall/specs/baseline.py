"""A baseline: what each criterion said and whether it was proved, at one time, as committed text.

One JSON object a line, sorted by key, so that git merges and shows it criterion by criterion.
"""

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from msgspec import Struct

from shall.diagnostics import Diagnostic, Severity
from shall.errors import InvalidSpec
from shall.span import Span
from shall.specs.matrix import Matrix, Row
from shall.specs.status import UNCOUNTED, Status

FORMAT = 1
"""The version of a line; a file with a higher one is refused."""

UNREADABLE = "gate.baseline"
"""The code of a line that cannot be read."""


class BaselineRow(Struct, frozen=True):
    """One criterion. ``run``, ``commit`` and ``at`` are those of its oldest outcome.

    ``status`` is text, since a newer release may know more statuses.
    """

    key: str
    text: str
    fingerprint: str
    status: str
    environments: tuple[str, ...] = ()
    run: str = ""
    commit: str = ""
    at: str = ""

    @property
    def is_proved(self) -> bool:
        """Whether it was proved."""
        return self.status == Status.PROVED.value

    @property
    def is_excused(self) -> bool:
        """Whether it was left out of the percentage."""
        return self.status in UNCOUNTED


Baseline = Mapping[str, BaselineRow]
"""Criteria by their keys."""


def baseline_of(matrix: Matrix) -> Baseline:
    """Return the present state of every criterion."""
    return {row.criterion.key: _row_of(row) for row in matrix.rows}


def _row_of(row: Row) -> BaselineRow:
    criterion = row.criterion
    found = [link.latest for link in row.links if link.latest is not None]
    # Which services this machine does not reach is not part of what is committed.
    is_local = row.status is Status.UNREACHABLE
    oldest = min(found, key=lambda it: (it.at, it.run_id), default=None)
    return BaselineRow(
        key=criterion.key,
        text=criterion.text,
        fingerprint=criterion.fingerprint,
        status=(row.evidence_status if is_local else row.status).value,
        environments=tuple(sorted({link.environment for link in row.links if link.environment})),
        run=oldest.run_id if oldest else "",
        commit=oldest.commit if oldest else "",
        at=oldest.at.astimezone(UTC).isoformat(timespec="seconds") if oldest else "",
    )


def renewed(old: Baseline, new: Baseline) -> Baseline:
    """Return the new rows; one that says what the old one said stays as it was recorded.

    A renewed baseline thus differs only in criteria whose text, status or environments changed.
    """
    return {
        key: old[key] if key in old and _says(old[key]) == _says(row) else row
        for key, row in new.items()
    }


def _says(row: BaselineRow) -> tuple[str, str, tuple[str, ...]]:
    return row.fingerprint, row.status, row.environments


def proved_percent(baseline: Baseline) -> float:
    """Return the proved criteria as a percentage of those that count; 0.0 where there are none."""
    counted = [row for row in baseline.values() if not row.is_excused]
    return 100 * sum(row.is_proved for row in counted) / len(counted) if counted else 0.0


def to_lines(baseline: Baseline) -> str:
    """Return a baseline as text: a JSON object a line, sorted by key."""
    return "".join(f"{_line(baseline[key])}\n" for key in sorted(baseline))


def _line(row: BaselineRow) -> str:
    data: dict[str, Any] = {"key": row.key, "status": row.status, "fingerprint": row.fingerprint}
    data["environments"] = list(row.environments)
    data |= {"run": row.run, "commit": row.commit, "at": row.at, "text": row.text}
    return json.dumps({**data, "format": FORMAT}, ensure_ascii=False)


def from_lines(text: str, file: str) -> Baseline:
    """Read a baseline. A key that occurs twice, after a merge, counts as proved where either does.

    Raises:
        InvalidSpec: A line is not a row of a baseline, such as a conflict marker; all are named. Or
            there is none: an empty baseline would protect nothing.
    """
    rows: dict[str, BaselineRow] = {}
    problems: list[Diagnostic] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = _read_row(json.loads(line))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            problems.append(_unreadable(error, Span(file, number)))
            continue
        known = rows.get(row.key)
        if known is None or not known.is_proved:
            rows[row.key] = row
    if not rows and not problems:
        problems.append(_empty(file))
    if problems:
        raise InvalidSpec(problems)
    return rows


def _read_row(data: Mapping[str, Any]) -> BaselineRow:
    if data["format"] > FORMAT:
        raise _Newer
    texts = {name: data[name] for name in ("key", "text", "fingerprint", "status")}
    texts |= {name: data.get(name, "") for name in ("run", "commit", "at")}
    environments = data.get("environments", [])
    if not all(isinstance(it, str) for it in (*texts.values(), *environments)):
        raise TypeError
    return BaselineRow(**texts, environments=tuple(environments))


class _Newer(ValueError):
    """A newer release wrote the line."""


def _unreadable(error: Exception, span: Span) -> Diagnostic:
    if isinstance(error, _Newer):
        message = "A newer release wrote this line of the baseline."
        return Diagnostic(UNREADABLE, Severity.ERROR, message, span, "Upgrade shall.")
    message = "This line is not a row of a baseline."
    hint = "Resolve the merge, or write the baseline again with `shall baseline`."
    return Diagnostic(UNREADABLE, Severity.ERROR, message, span, hint)


def _empty(file: str) -> Diagnostic:
    message = "The baseline has no criterion."
    hint = "Restore it from git, or write it again with `shall baseline`."
    return Diagnostic(UNREADABLE, Severity.ERROR, message, Span(file, 1), hint)
