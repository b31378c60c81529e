"""The gate: rules that the coverage of a project must satisfy, judged on its matrix.

A rule that cannot be judged, since a document is unreadable or a pattern matches nothing, never
passes.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase

from msgspec import Struct

from shall.diagnostics import Diagnostic, Severity
from shall.messages import plural
from shall.rules import GateRules, Rules
from shall.span import Span
from shall.specs.baseline import Baseline, proved_percent
from shall.specs.changes import Change, ChangeKind
from shall.specs.matrix import Matrix, Row
from shall.specs.model import Kind, Level
from shall.specs.status import UNCOUNTED, Status

REQUIRABLE = frozenset({*Level, *Kind} - {""})
"""What a rule ``require`` may be about: how binding a criterion is, or what it is."""

_CODES = {
    "baseline": "gate.baseline",
    "clean_tree": "gate.clean-tree",
    "criteria": "gate.criteria",
    "features": "gate.features",
    "forbid": "gate.forbid",
    "max_age": "gate.max-age",
    "minimum": "gate.minimum",
    "ratchet": "gate.ratchet",
    "require": "gate.require",
}
"""The codes of findings by the first word of their rule."""


class Verdict(StrEnum):
    """Whether a rule holds."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "not judged"


class Judged(Struct, frozen=True):
    """One rule with its verdict; ``findings`` are what it is about."""

    rule: str
    verdict: Verdict
    message: str
    findings: tuple[Diagnostic, ...] = ()


class Gate(Struct, frozen=True):
    """What a gate found. ``changes`` are those since the base, which ``base`` names."""

    judged: tuple[Judged, ...]
    matrix: Matrix
    base: str = ""
    base_percent: float | None = None
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst verdict: what cannot be judged ranks before what failed."""
        verdicts = {it.verdict for it in self.judged}
        order = (Verdict.UNKNOWN, Verdict.FAILED, Verdict.PASSED)
        return next((it for it in order if it in verdicts), Verdict.UNKNOWN)

    def findings(self) -> list[Diagnostic]:
        """Return what is wrong: the findings of rules that do not hold, or their messages."""
        found: list[Diagnostic] = []
        for it in self.judged:
            if it.verdict is not Verdict.PASSED:
                found += it.findings or [_finding(_code(it.rule), it.message)]
        return found


class Base(Struct, frozen=True):
    """What a gate compares with: the baseline, or another commit.

    ``removed`` maps the keys that an archived change of OpenSpec removed to that change.
    """

    name: str
    rows: Baseline
    changes: tuple[Change, ...]
    removed: Mapping[str, str] = {}


def judge(
    matrix: Matrix,
    rules: GateRules,
    now: datetime,
    base: Base | None = None,
    unasserted: Sequence[Diagnostic] = (),
) -> tuple[Judged, ...]:
    """Judge every rule. ``now`` is aware; ``unasserted`` is asked for where a rule limits it."""
    found = [_documents(matrix), _criteria(matrix)]
    for name, wanted, rows in _groups(matrix, rules):
        if not rows and name:
            message = f"No feature with a criterion matches {name}."
            found.append(Judged(f"features {name}", Verdict.UNKNOWN, message))
        elif rows:
            found += _judge_rows(rows, wanted, now, f" ({name})" if name else "")
    unknown = [it.diagnostic() for it in matrix.unknown]
    for rule, most, listed, what in (
        ("unknown_links", rules.unknown_links, unknown, "Links to no criterion, or to several"),
        (
            "unread",
            rules.unread,
            matrix.unread,
            "Passages that look like requirements, and were not read",
        ),
        ("unasserted", rules.unasserted, unasserted, "Criteria that name what no test asserts"),
    ):
        if most is not None:
            found.append(_at_most(rule, most, listed, what))
    if base is not None:
        found.append(_ratchet(matrix, base))
    return tuple(found)


def missing_baseline(message: str) -> Diagnostic:
    """Return the finding that there is no baseline to compare with."""
    hint = "Restore it from git, write it with `shall baseline`, or set gate.baseline to optional."
    return _finding("gate.baseline", message, hint=hint)


def _documents(matrix: Matrix) -> Judged:
    if wrong := matrix.hiding:
        hide = plural(len(wrong), "problem hides", "problems hide")
        message = f"{len(wrong)} {hide} criteria or links."
        return Judged("documents", Verdict.UNKNOWN, message, tuple(wrong))
    return Judged("documents", Verdict.PASSED, "All documents, cases and tests were read.")


def _criteria(matrix: Matrix) -> Judged:
    if not matrix.rows:
        message = "No criterion was found in specs/ or in the folder of another layout."
        return Judged("criteria", Verdict.UNKNOWN, message)
    if all(row.status in UNCOUNTED for row in matrix.rows):
        message = "Every criterion is waived, not testable or removed, so none is judged."
        return Judged("criteria", Verdict.UNKNOWN, message)
    were = plural(len(matrix.rows), "criterion was", "criteria were")
    return Judged("criteria", Verdict.PASSED, f"{len(matrix.rows)} {were} found.")


def _groups(matrix: Matrix, rules: GateRules) -> Iterator[tuple[str, Rules, Sequence[Row]]]:
    """Yield each glob with its rules and criteria, then the rules of all other features."""
    rows: dict[str, list[Row]] = {name: [] for name, _ in rules.features}
    rows[""] = []
    for row in matrix.rows:
        feature = row.criterion.key.partition("#")[0]
        matching = [name for name, _ in rules.features if fnmatchcase(feature, name)]
        rows[matching[-1] if matching else ""].append(row)
    yield "", rules.rules, rows[""]
    for name, wanted in rules.features:
        yield name, wanted, rows[name]


def _judge_rows(rows: Sequence[Row], rules: Rules, now: datetime, of: str) -> Iterator[Judged]:
    yield _minimum(rows, rules.minimum, of)
    if rules.forbid:
        listed = ", ".join(sorted(rules.forbid))
        yield _each(
            f"forbid{of}",
            rows,
            lambda row: row.status not in rules.forbid,
            lambda row: f"{row.criterion.key} is {row.status}.",
            f"No criterion may be {listed}",
        )
    for what, allowed in rules.require.items():
        concerned = [row for row in rows if what in {row.criterion.level, row.criterion.kind}]
        yield _required(what, allowed, concerned, of)
    proved = [row for row in rows if row.status is Status.PROVED]
    if rules.max_age is not None:
        oldest = now - rules.max_age
        yield _each(
            f"max_age{of}",
            proved,
            lambda row: all(fact.at >= oldest for it in row.links for fact in it.counted),
            lambda row: f"The proof of {row.criterion.key} is older than {_days(rules.max_age)}.",
            f"No proof may be older than {_days(rules.max_age)}",
        )
    if rules.clean_tree:
        yield _each(
            f"clean_tree{of}",
            proved,
            lambda row: all(fact.is_dirty is False for it in row.links for fact in it.counted),
            lambda row: f"{row.criterion.key} was not proved on a commit without other changes.",
            "Each proof must be of a commit without other changes",
        )


def _minimum(rows: Sequence[Row], minimum: float, of: str) -> Judged:
    counted = [row for row in rows if row.status not in UNCOUNTED]
    proved = sum(row.status is Status.PROVED for row in counted)
    percent = 100 * proved / len(counted) if counted else 100.0
    message = f"{_floored(percent)} % are proved, {minimum:g} % are required."
    if percent >= minimum:
        return Judged(f"minimum{of}", Verdict.PASSED, message)
    missing = [row for row in counted if row.status is not Status.PROVED]
    findings = tuple(
        _finding("gate.minimum", f"{row.criterion.key} is {row.status}.", row) for row in missing
    )
    return Judged(f"minimum{of}", Verdict.FAILED, message, findings)


def _required(what: str, allowed: frozenset[str], rows: Sequence[Row], of: str) -> Judged:
    rule, listed = f"require {what}{of}", " or ".join(sorted(allowed))
    if not rows:
        return Judged(rule, Verdict.UNKNOWN, f"There is no criterion of the kind {what}.")
    return _each(
        rule,
        rows,
        lambda row: row.status in allowed | UNCOUNTED,
        lambda row: f"{row.criterion.key} ({what}) is {row.status}, not {listed}.",
        f"Each must be {listed}",
    )


def _each(
    rule: str,
    rows: Iterable[Row],
    holds: Callable[[Row], bool],
    says: Callable[[Row], str],
    wanted: str,
) -> Judged:
    code = _code(rule)
    found = tuple(_finding(code, says(row), row) for row in rows if not holds(row))
    if found:
        message = f"{wanted}. Violations: {len(found)}."
        return Judged(rule, Verdict.FAILED, message, found)
    return Judged(rule, Verdict.PASSED, f"{wanted}.")


def _at_most(rule: str, most: int, found: Sequence[Diagnostic], what: str) -> Judged:
    message = f"{what}: {len(found)}, at most {most} allowed."
    if len(found) <= most:
        return Judged(rule, Verdict.PASSED, message)
    return Judged(rule, Verdict.FAILED, message, tuple(found))


def _ratchet(matrix: Matrix, base: Base) -> Judged:
    """What was proved stays proved: no criterion is lost, none is removed, and no per cent."""
    rows = {row.criterion.key: row for row in matrix.rows}
    found = []
    for change in base.changes:
        if change.kind in {ChangeKind.LOST, ChangeKind.EXPIRED} and change.after is not None:
            text = f"{change.key} was proved in {base.name} and is {change.after.status} now."
            found.append(_finding("gate.ratchet", text, rows.get(change.key)))
        elif change.kind is ChangeKind.REMOVED and change.key in base.removed:
            continue
        elif change.kind is ChangeKind.REMOVED and change.before and change.before.is_proved:
            text = f"{change.key} was proved in {base.name}, and no document contains it now."
            hint = "If it was withdrawn, write the baseline again with `shall baseline`."
            found.append(_finding("gate.ratchet", text, hint=hint))
    still_wanted = {key: row for key, row in base.rows.items() if key not in base.removed}
    before, percent = proved_percent(still_wanted), matrix.proved_percent
    message = f"{_floored(percent)} % are proved, {_floored(before)} % were in {base.name}."
    if percent < before:
        found.append(_finding("gate.ratchet", message))
    if found:
        return Judged("ratchet", Verdict.FAILED, message, tuple(found))
    return Judged("ratchet", Verdict.PASSED, message)


def _finding(code: str, message: str, row: Row | None = None, hint: str = "") -> Diagnostic:
    span: Span | None = row.criterion.span if row is not None else None
    return Diagnostic(code, Severity.ERROR, message, span, hint)


def _code(rule: str) -> str:
    return _CODES[rule.partition(" ")[0]]


def _floored(percent: float) -> str:
    """Return a percentage rounded down: 100 means all."""
    return f"{math.floor(percent * 10) / 10:g}"


def _days(age: timedelta | None) -> str:
    hours = age.total_seconds() / 3600 if age else 0
    return f"{hours / 24:g} d" if hours >= 24 else f"{hours:g} h"
