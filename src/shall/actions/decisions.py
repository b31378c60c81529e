"""Records what people decide about criteria: waivers, attestations, reviews of links."""

import getpass
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from msgspec import Struct
from msgspec.structs import replace

from shall.actions.trace import trace_requirements
from shall.errors import BadValue, StoreUnavailable
from shall.specs.decisions import Decision, DecisionKind, Method
from shall.specs.matrix import Row, row_of
from shall.workspace.revision import author_of
from shall.workspace.workspace import Workspace

LONGEST = 1000
"""Characters of a reason or record."""


class Recorded(Struct, frozen=True):
    """What was recorded about a criterion, and its row in the matrix afterwards."""

    decisions: tuple[Decision, ...]
    row: Row


def waive(
    workspace: Workspace, names: Sequence[str], reason: str, until: date, by: str | None = None
) -> list[Recorded]:
    """Record that criteria need not be proved up to a day, and why.

    Raises:
        BadValue: A name is not a criterion's, the reason is empty, or the day is in the past.
        StoreUnavailable: It cannot be recorded.
    """
    reason = _text(workspace, reason, "--reason")
    _check_day(until)
    template = new_decision(workspace, DecisionKind.WAIVER, by)
    return _record(workspace, names, replace(template, reason=reason, until=until))


def attest(
    workspace: Workspace,
    names: Sequence[str],
    method: Method,
    record: str,
    until: date | None = None,
    by: str | None = None,
) -> list[Recorded]:
    """Record that a person verified criteria that no test can, how, and where the record is.

    Raises:
        BadValue: A name is not a criterion's, the record is empty, the day is over, or a case or
            test verifies the criterion.
        StoreUnavailable: It cannot be recorded.
    """
    record = _text(workspace, record, "--record")
    if until is not None:
        _check_day(until)
    for row in _rows(workspace, names):
        if row.links:
            raise BadValue(
                f"{row.links[0].link.source} verifies {row.criterion.key}, so it is testable.",
                hint="Run it, or remove the link first.",
            )
    template = new_decision(workspace, DecisionKind.ATTESTATION, by)
    return _record(workspace, names, replace(template, reason=record, method=method, until=until))


def withdraw(
    workspace: Workspace, names: Sequence[str], kind: DecisionKind, by: str | None = None
) -> list[str]:
    """Withdraw waivers or attestations; return the keys. They may name criteria that are gone.

    Raises:
        BadValue: A key has none.
        StoreUnavailable: It cannot be recorded.
    """
    if workspace.decisions is None:
        raise StoreUnavailable("There is no state to record it in.")
    known = {
        it.criterion: it
        for it in workspace.decisions.newest()
        if it.kind is kind and not it.is_withdrawn
    }
    matrix = trace_requirements(workspace)
    template = new_decision(workspace, kind, by)
    new = []
    for name in names:
        named = matrix.names.get(name, [])
        key = named[0] if len(named) == 1 else name
        if key not in known:
            listed = ", ".join(sorted(known))
            raise BadValue(
                f"{name} has no {kind}.", hint=f"There are: {listed}." if listed else None
            )
        fingerprint = known[key].criterion_fingerprint
        new.append(
            replace(template, criterion=key, criterion_fingerprint=fingerprint, is_withdrawn=True)
        )
    workspace.decisions.append(new)
    return [it.criterion for it in new]


def review(
    workspace: Workspace, names: Sequence[str], source: str | None = None, by: str | None = None
) -> list[Recorded]:
    """Record that the linked cases and tests, or one of them, still fit the text of criteria.

    Raises:
        BadValue: A name is not a criterion's, or it has no such link.
        StoreUnavailable: It cannot be recorded.
    """
    template = new_decision(workspace, DecisionKind.REVIEW, by)
    found = []
    for row in _rows(workspace, names):
        links = {it.link.source: it.link for it in row.links}
        if not links:
            raise BadValue(
                f"No case or test verifies {row.criterion.key}.",
                hint="Link one with `shall link`.",
            )
        if source is not None and source not in links:
            raise BadValue(
                f"{source} does not verify {row.criterion.key}.",
                hint=f"Linked are: {', '.join(links)}.",
            )
        for name, link in links.items():
            if source in {None, name}:
                found.append(
                    replace(
                        template,
                        criterion=row.criterion.key,
                        criterion_fingerprint=row.criterion.fingerprint,
                        source=name,
                        source_fingerprint=link.fingerprint,
                    )
                )
    return _append(workspace, found)


def _record(workspace: Workspace, names: Sequence[str], template: Decision) -> list[Recorded]:
    return _append(
        workspace,
        [
            replace(
                template,
                criterion=row.criterion.key,
                criterion_fingerprint=row.criterion.fingerprint,
            )
            for row in _rows(workspace, names)
        ],
    )


def _append(workspace: Workspace, decisions: Sequence[Decision]) -> list[Recorded]:
    append_decisions(workspace, decisions)
    keys = dict.fromkeys(it.criterion for it in decisions)
    return [
        Recorded(tuple(it for it in decisions if it.criterion == row.criterion.key), row)
        for row in _rows(workspace, tuple(keys))
    ]


def append_decisions(workspace: Workspace, decisions: Sequence[Decision]) -> None:
    """Record decisions. Raises ``StoreUnavailable``."""
    if workspace.decisions is None:
        raise StoreUnavailable("There is no state to record it in.")
    workspace.make_state()
    workspace.decisions.append(decisions)


def _rows(workspace: Workspace, names: Iterable[str]) -> list[Row]:
    matrix = trace_requirements(workspace)
    return [row_of(matrix, name) for name in names]


def new_decision(workspace: Workspace, kind: DecisionKind, by: str | None = None) -> Decision:
    """Return a decision of today about no criterion yet, by a user or the one of git."""
    name = (by or author_of(workspace.root) or getpass.getuser()).strip()
    name = workspace.redactor.text(name)
    return Decision(kind, "", "", name, datetime.now(UTC))


def _text(workspace: Workspace, text: str, flag: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise BadValue(f"{flag} is empty.", hint="Write a sentence that others can check.")
    if len(text) > LONGEST:
        raise BadValue(f"{flag} has more than {LONGEST:,} characters.")
    return workspace.redactor.text(text)


def _check_day(until: date) -> None:
    if until < datetime.now(UTC).date():
        raise BadValue(f"{until} is in the past.", hint="Name today or a later day with --until.")
