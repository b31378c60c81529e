"""Judges the gate of a workspace."""

from collections.abc import Sequence
from datetime import UTC, datetime

from shall.actions.baseline import (
    FILE,
    Compared,
    State,
    baseline_name,
    committed_baseline,
    compare_with,
    state_of,
)
from shall.actions.only import marked_places
from shall.actions.trace import trace_requirements
from shall.actions.unasserted import unasserted_criteria
from shall.diagnostics import Diagnostic
from shall.errors import InvalidSpec, StoreUnavailable
from shall.specs.baseline import proved_percent
from shall.specs.gate import Base, Gate, Judged, Verdict, judge, missing_baseline
from shall.workspace.git import was_committed
from shall.workspace.workspace import Workspace


def check_gate(
    workspace: Workspace, base: str | None = None, environments: Sequence[str] | None = None
) -> Gate:
    """Judge the rules of the workspace's gate.

    ``base`` is what the present state is compared with: a baseline file or a commit; None: the
    committed baseline, if there is one. A baseline that cannot be read, or that was committed and
    is not there, makes the gate fail.

    Raises:
        BadValue: ``base`` names neither a file nor a commit.
    """
    matrix = trace_requirements(workspace, environments=environments)
    unread: list[Judged] = []
    compared: Compared | None = None
    try:
        state = _base(workspace, base)
        compared = compare_with(workspace, state, matrix) if state is not None else None
    except (InvalidSpec, StoreUnavailable) as error:
        found = tuple(error.diagnostics)
        unread.append(Judged("baseline", Verdict.UNKNOWN, error.message, found))
    else:
        unread += filter(None, [_missing_baseline(workspace)])
    if marked := marked_places(workspace):
        message = "Cases are marked with `only`."
        unread.append(Judged("only", Verdict.FAILED, message, marked))
    known = None
    if compared is not None:
        known = Base(compared.names[0], compared.before, compared.changes, compared.removed)
    missing: Sequence[Diagnostic] = ()
    if workspace.gate.unasserted is not None:
        missing = [*unasserted_criteria(workspace, matrix.rows)]
    judged = judge(matrix, workspace.gate, datetime.now(UTC), known, missing)
    return Gate(
        (*unread, *judged),
        matrix,
        base=known.name if known else "",
        base_percent=proved_percent(known.rows) if known else None,
        changes=known.changes if known else (),
        notes=(*(compared.notes if compared else ()), *map(str, matrix.undecided)),
    )


def _base(workspace: Workspace, name: str | None) -> State | None:
    if name is not None:
        return state_of(workspace, name)
    rows = committed_baseline(workspace)
    return None if rows is None else State("the baseline", rows)


def _missing_baseline(workspace: Workspace) -> Judged | None:
    """Return why the gate cannot be judged without the baseline that is not there."""
    rule, name = workspace.gate.baseline, baseline_name(workspace)
    if rule == "optional" or (workspace.state / FILE).exists():
        return None
    was_there: bool | None = False
    if workspace.state.is_relative_to(workspace.root):
        was_there = was_committed(workspace.root, name)
    if was_there:
        message = f"{name} was committed, and is missing."
    elif rule == "required":
        message = f"gate.baseline is required, and {name} is missing."
    elif was_there is None:
        message = f"Git could not determine whether {name} was committed."
    else:
        return None
    return Judged("baseline", Verdict.UNKNOWN, message, (missing_baseline(message),))
