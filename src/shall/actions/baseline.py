"""Reads and writes the committed baseline, and compares baselines and commits."""

import errno
import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from shall.actions.archived import archived_changes, present_keys
from shall.actions.at_commit import at_commit
from shall.actions.criterion_texts import case_secrets, masked_baseline
from shall.actions.trace import trace_requirements
from shall.bounded import EVIDENCE_BYTES, read_descriptor, read_path
from shall.errors import BadValue, InvalidSpec, StoreUnavailable
from shall.specs.baseline import Baseline, baseline_of, from_lines, renewed, to_lines
from shall.specs.changes import Change, ChangeKind, changes_between
from shall.specs.matrix import Matrix
from shall.specs.pending import Archived
from shall.store.folders import Folder
from shall.workspace.atomic import write_whole
from shall.workspace.workspace import Workspace

MOST_COMMITS = 4
"""Commits whose criteria are remembered for pages."""

FILE = "baseline.jsonl"
"""The committed baseline, in the state folder."""

_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


class Compared(Struct, frozen=True):
    """Two states of the criteria, what they are of, and what to know about them.

    ``removed`` maps the keys that an archived change of OpenSpec removed to that change.
    """

    names: tuple[str, str]
    before: Baseline
    after: Baseline
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()
    removed: Mapping[str, str] = {}


class State(Struct, frozen=True):
    """The criteria of a baseline file, a commit or the workspace.

    ``archived`` is what the archived changes of OpenSpec had done then, where that was asked for.
    ``secrets`` are those of the cases of a commit.
    """

    name: str
    rows: Baseline
    notes: tuple[str, ...] = ()
    archived: Archived = field(default_factory=Archived)
    secrets: frozenset[str] = frozenset()


def committed_baseline(workspace: Workspace) -> Baseline | None:
    """Return the baseline of the workspace; None where there is none.

    Raises:
        InvalidSpec: A line cannot be read.
        StoreUnavailable: The file cannot be opened, or is a link.
    """
    try:
        with _state(workspace).opened() as folder:
            descriptor = os.open(FILE, _READ, dir_fd=folder)
            try:
                data = read_descriptor(descriptor, EVIDENCE_BYTES)
            finally:
                os.close(descriptor)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(workspace, error) from error
    return _rows(workspace, data, baseline_name(workspace))


def write_baseline(workspace: Workspace) -> tuple[Baseline, str]:
    """Write the present state of the criteria as the baseline; return it and its path.

    What stays the same keeps the run and commit that it was first recorded with.

    Raises:
        BadValue: There is no criterion, or a document cannot be read: a baseline of a part would
            weaken the gate.
        StoreUnavailable: The file cannot be written.
    """
    matrix = trace_requirements(workspace)
    if not matrix.rows:
        raise BadValue("No criterion was found. No baseline was written.")
    if matrix.wrong_specs:
        raise BadValue(
            f"No baseline was written: {matrix.wrong_specs[0]}",
            hint="A baseline without the criteria of this document would not protect them.",
        )
    try:
        before = committed_baseline(workspace) or {}
    except InvalidSpec:
        before = {}  # to write it again is what its message advises
    rows = renewed(before, baseline_of(matrix))
    workspace.make_state()
    try:
        with _state(workspace).opened(make=True) as folder:
            data = to_lines(rows).encode("utf-8", "backslashreplace")
            write_whole(folder, FILE, data, mode=None, overwrite=True)
    except OSError as error:
        raise _unusable(workspace, error) from error
    return rows, baseline_name(workspace)


def compare(workspace: Workspace, before: str | None, after: str | None) -> Compared:
    """Compare two states: each the path of a baseline file, or a commit.

    Without ``before`` the committed baseline counts, without ``after`` the workspace as it is.

    Raises:
        BadValue: There is no such file or commit, or no baseline.
        InvalidSpec: A baseline cannot be read.
        StoreUnavailable: The baseline cannot be opened.
    """
    old = state_of(workspace, before) if before is not None else _own_state(workspace)
    if after is None:
        return compare_with(workspace, old, trace_requirements(workspace))
    return _compared_masked(workspace, old, state_of(workspace, after, with_archived=True))


def compare_commits(workspace: Workspace, before: str, after: str, matrix: Matrix) -> Compared:
    """Compare two commits, in hex; both are remembered, since pages ask for them again.

    An empty name is the committed baseline, or for ``after`` the ``matrix`` of the workspace as it
    is.

    Raises:
        BadValue: There is no such commit, or no baseline.
        InvalidSpec: The baseline cannot be read.
        StoreUnavailable: The baseline cannot be opened.
    """
    old = _remembered(workspace, before) if before else _own_state(workspace)
    if not after:
        return compare_with(workspace, old, matrix)
    return _compared_masked(workspace, old, _remembered(workspace, after))


def _compared_masked(workspace: Workspace, old: State, new: State) -> Compared:
    """Compare two states; the secrets of the cases of either are masked in both."""
    secrets = old.secrets | new.secrets
    old, new = (replace(it, rows=masked_baseline(workspace, it.rows, secrets)) for it in (old, new))
    return replace(_compared(old, new), notes=(*old.notes, *new.notes))


def compare_with(workspace: Workspace, before: State, matrix: Matrix) -> Compared:
    """Compare a state with a matrix of the workspace as it is."""
    rows = baseline_of(matrix)
    if before.secrets:
        rows = masked_baseline(workspace, rows, before.secrets)
    before = replace(before, rows=masked_baseline(workspace, before.rows, before.secrets))
    is_complete = before.rows.keys() <= rows.keys()
    archived = Archived() if is_complete else archived_changes(workspace)
    return _compared(before, State("now", rows, archived=archived))


def _compared(before: State, after: State) -> Compared:
    rows, archived = after.rows, after.archived
    changes = changes_between(before.rows, rows, present_keys(before.rows, rows, archived))
    removed = {
        change.key: name
        for change in changes
        if change.kind is ChangeKind.REMOVED
        and (name := archived.removal_of(change.key, _proved_on(change)))
    }
    names = before.name, after.name
    return Compared(names, before.rows, rows, changes, before.notes, removed)


def _proved_on(change: Change) -> date | None:
    """Return the day (UTC) of the oldest outcome that a criterion was proved by."""
    at = change.before.at if change.before is not None else ""
    try:
        return datetime.fromisoformat(at).date()
    except ValueError:
        return None


def state_of(workspace: Workspace, name: str, *, with_archived: bool = False) -> State:
    """Return the criteria of a baseline file, or of a commit.

    ``with_archived``: and what the archived changes of OpenSpec had done; of a file those that are
    archived now.

    Raises:
        BadValue: There is neither.
        InvalidSpec: The baseline cannot be read.
    """
    path = Path.cwd() / name
    if path.is_file():
        try:
            rows = _rows(workspace, read_path(path, EVIDENCE_BYTES), name)
            archived = archived_changes(workspace) if with_archived else Archived()
            return State(name, rows, archived=archived)
        except OSError as error:
            raise BadValue(f"{name} cannot be read: {error.strerror}.") from error
    return _state_at(workspace, name, with_archived=with_archived)


def _remembered(workspace: Workspace, commit: str) -> State:
    """Return the criteria of a commit with its archived changes, read once a day: waivers end."""
    key = commit, datetime.now(UTC).date().isoformat()
    state = workspace.commits.get(key)
    if not isinstance(state, State):
        state = _state_at(workspace, commit, with_archived=True)
        if len(workspace.commits) >= MOST_COMMITS:
            workspace.commits.clear()
        workspace.commits[key] = state
    return state


def _state_at(workspace: Workspace, name: str, *, with_archived: bool = False) -> State:
    """Return the criteria of a commit."""
    with at_commit(workspace, name) as then:
        matrix = trace_requirements(then)
        archived = archived_changes(then) if with_archived else Archived()
        secrets = case_secrets(then)
    notes = [f"{name}: {found}" for found in matrix.wrong_specs]
    if not any(link.latest for row in matrix.rows for link in row.links):
        notes.append(f"{name} contains no evidence, so nothing counts as proved there.")
    return State(name, baseline_of(matrix), tuple(notes), archived, secrets)


def baseline_name(workspace: Workspace) -> str:
    """Return the path of the baseline as messages show it."""
    path = workspace.state / FILE
    return (
        str(path.relative_to(workspace.root)) if path.is_relative_to(workspace.root) else str(path)
    )


def _own_state(workspace: Workspace) -> State:
    rows = committed_baseline(workspace)
    if rows is None:
        raise BadValue(
            f"There is no {baseline_name(workspace)}.",
            hint="Write it with `shall baseline`, or name a commit.",
        )
    return State("the baseline", rows)


def _state(workspace: Workspace) -> Folder:
    """Return the state folder: no name below the workspace may be a link."""
    if not workspace.state.is_relative_to(workspace.root):
        return Folder(workspace.state)
    names = workspace.state.relative_to(workspace.root).parts
    return Folder(workspace.state, workspace.files.fileno, names)


def _rows(workspace: Workspace, data: bytes, name: str) -> Baseline:
    return masked_baseline(workspace, from_lines(data.decode("utf-8", "replace"), name))


def _unusable(workspace: Workspace, error: OSError) -> StoreUnavailable:
    what = "it is a link" if error.errno == errno.ELOOP else error.strerror
    return StoreUnavailable(f"{baseline_name(workspace)} cannot be used: {what}.")
