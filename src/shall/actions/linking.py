"""Writes links into cases and tests: a new one, or those of criteria that moved."""

import difflib
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from shall.actions.decisions import append_decisions, new_decision
from shall.actions.trace import trace_requirements
from shall.cases.verifies import add_criterion, rename_criteria, verified_by
from shall.errors import BadValue, InvalidInput
from shall.span import Span
from shall.specs.decisions import Decision, DecisionKind
from shall.specs.mark_edit import rename_marks
from shall.specs.matrix import Matrix, row_of
from shall.workspace.folders import YAML_ENDINGS
from shall.workspace.workspace import Workspace

_MARK = "\ufeff"
"""The byte-order mark, which stays where it is."""


class LinkEdit(Struct, frozen=True):
    """The text of a file before and after its links were edited; equal where nothing changed."""

    path: str
    before: str
    after: str


class Relinked(Struct, frozen=True):
    """What was edited for criteria that moved, and what a person must edit, and why."""

    edits: tuple[LinkEdit, ...] = ()
    left: tuple[tuple[Span, str], ...] = ()


def link_criterion(
    workspace: Workspace, name: str, path: str, *, dry_run: bool = False
) -> LinkEdit:
    """Add a criterion to ``verifies`` of a case.

    Raises:
        BadValue: The name is not a criterion's, or the file is not a case that can be edited.
        InvalidCase: The file is not a case.
    """
    key = row_of(trace_requirements(workspace), name).criterion.key
    file, _, test = path.partition("::")
    if file.endswith(".py"):
        raise BadValue(
            f"{file} is Python.",
            hint=f'Write @pytest.mark.verifies("{key}") above {test or "def test_..."}.',
        )
    if not file.endswith(YAML_ENDINGS):
        raise BadValue(
            f"{path} is not a case.", hint="Name a YAML file, such as tests/cases/a.yaml."
        )
    relative = workspace.files.relative(path)
    text = _text(workspace, relative)
    written = text.removeprefix(_MARK)
    if {key, name}.intersection(verified_by(written, relative)):
        return LinkEdit(relative, text, text)
    edit = LinkEdit(relative, text, _like(text, add_criterion(written, relative, key)))
    if not dry_run:
        workspace.files.write_text(relative, edit.after)
    return edit


def follow_moved(workspace: Workspace, *, dry_run: bool = False) -> Relinked:
    """Write the new keys of criteria whose text moved into the cases and tests that verify them.

    The evidence follows with the link: it was recorded for that text.

    Raises:
        StoreUnavailable: It cannot be recorded.
    """
    matrix = trace_requirements(workspace)
    edits: list[LinkEdit] = []
    left: list[tuple[Span, str]] = []
    decisions: list[Decision] = []
    template = new_decision(workspace, DecisionKind.RELINK)
    for path, all_moves in _by_file(matrix).items():
        moves = [it for it in all_moves if not _is_split(it, all_moves)]
        split = sorted({old for _, old, _ in all_moves} - {old for _, old, _ in moves})
        left += [(Span(path, 1), f"{old} was verified for several texts.") for old in split]
        if not path.endswith((*YAML_ENDINGS, ".py")):
            left += _to_write(path, moves)
            continue
        found = _follow_case if path.endswith(YAML_ENDINGS) else _follow_marks
        try:
            edit, stays = found(workspace, matrix, path, moves)
        except InvalidInput as error:
            left.append((error.span or Span(path, 1), error.message))
            continue
        left += [
            (it, "Edit this mark: other tests share it, or it is not a literal.") for it in stays
        ]
        if edit.before == edit.after:
            left += [] if stays else _to_write(path, moves)
            continue
        edits.append(edit)
        if not stays:
            decisions += [
                replace(
                    template,
                    criterion=new,
                    criterion_fingerprint=row_of(matrix, new).criterion.fingerprint,
                    source=source,
                    reason=f"moved from {old}",
                )
                for source, old, new in moves
            ]
    if not dry_run:
        for edit in edits:
            workspace.files.write_text(edit.path, edit.after)
        append_decisions(workspace, decisions)
    return Relinked(tuple(edits), tuple(left))


_Move = tuple[str, str, str]
"""A source, the key that it names, and the key that the text has now."""


def _by_file(matrix: Matrix) -> Mapping[str, list[_Move]]:
    found: dict[str, list[_Move]] = {}
    for moved in matrix.moved:
        for source in dict.fromkeys(moved.sources):
            file = source.partition("::")[0]
            found.setdefault(file, []).append((source, moved.old_key, moved.new_key))
    return found


def _to_write(path: str, moves: list[_Move]) -> Iterator[tuple[Span, str]]:
    """Yield what to write in tests that no mark links: a report named the criteria."""
    for source, old, new in moves:
        yield Span(path, 1), f"Write {new} instead of {old} in the test {source}."


def _is_split(move: _Move, moves: list[_Move]) -> bool:
    """Return whether tests of the same file verified other texts under the same key."""
    return any(old == move[1] and new != move[2] for _, old, new in moves)


def _names(matrix: Matrix, moves: list[_Move]) -> Mapping[str, str]:
    """Map every way to name a criterion that moved to its new key."""
    new_keys = {old: new for _, old, new in moves}
    unused = {old: new for old, new in new_keys.items() if old not in matrix.names}
    return unused | {
        name: new_keys[keys[0]]
        for name, keys in matrix.names.items()
        if len(keys) == 1 and keys[0] in new_keys
    }


def _follow_case(
    workspace: Workspace, matrix: Matrix, path: str, moves: list[_Move]
) -> tuple[LinkEdit, tuple[Span, ...]]:
    text = _text(workspace, path)
    edited = rename_criteria(text.removeprefix(_MARK), path, _names(matrix, moves))
    return LinkEdit(path, text, _like(text, edited)), ()


def _follow_marks(
    workspace: Workspace, matrix: Matrix, path: str, moves: list[_Move]
) -> tuple[LinkEdit, tuple[Span, ...]]:
    text = _text(workspace, path)
    sources = {source for source, _, _ in moves}
    edited = rename_marks(text.removeprefix(_MARK), path, _names(matrix, moves), sources)
    return LinkEdit(path, text, _like(text, edited.text)), edited.left


def _text(workspace: Workspace, path: str) -> str:
    """Return the text of a file as it is, with its byte-order mark."""
    text = workspace.files.read_text(path)
    has_mark = workspace.files.read_bytes(path).startswith(_MARK.encode())
    return f"{_MARK}{text}" if has_mark else text


def _like(text: str, edited: str) -> str:
    return f"{_MARK}{edited}" if text.startswith(_MARK) else edited


def differences(edit: LinkEdit) -> Iterator[str]:
    """Yield the lines of a unified diff."""
    yield from difflib.unified_diff(
        edit.before.splitlines(), edit.after.splitlines(), edit.path, edit.path, lineterm=""
    )
