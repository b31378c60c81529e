"""Changes a requirements document: shows what a change does to its criteria, then writes it."""

import difflib
import hashlib
from collections.abc import Mapping, Sequence

from msgspec import Struct

from shall.actions.documents import MAX_BYTES
from shall.actions.masking import refuse_masked_text
from shall.actions.requirements import read_specs
from shall.actions.trace import trace_requirements
from shall.errors import BadValue, Conflict, InvalidSpec
from shall.specs.baseline import BaselineRow
from shall.specs.changes import Change, ChangeKind, changes_between
from shall.specs.matrix import Matrix
from shall.specs.merge import Overlap, like, merged
from shall.specs.model import Feature
from shall.specs.reader import feature_of, read_document
from shall.specs.status import Status
from shall.workspace.git import commit_of, files_of_commit
from shall.workspace.workspace import Workspace
from shall.workspace.writable import check_document

_MARK = "\ufeff"


class Replacement(Struct, frozen=True):
    """A passage that occurs once in a document, and its replacement."""

    old: str
    new: str


class Proposal(Struct, frozen=True):
    """A change that somebody wants: the whole new text, or passages of it.

    ``base_fingerprint`` is that of the document for which it was made; None: the present one.
    ``drop`` names the criteria that it removes.
    """

    wanted: str | Sequence[Replacement]
    base_fingerprint: str | None = None
    drop: Sequence[str] = ()


class DocumentChange(Struct, frozen=True):
    """A change of a document, and what it does to its criteria.

    ``expires`` maps each proved criterion whose text changes to the cases and tests that proved
    it. ``next_fingerprint`` is that of the document after the change. ``is_merged``: the document
    was changed since it was read, at other places.
    """

    path: str
    before: str
    after: str
    changes: tuple[Change, ...]
    expires: Mapping[str, Sequence[str]]
    base_fingerprint: str
    next_fingerprint: str
    is_merged: bool = False
    is_applied: bool = False

    def keys(self, *kinds: ChangeKind) -> list[str]:
        """Return the keys of the criteria to which one of these happens."""
        return [it.key for it in self.changes if it.kind in kinds]

    def diff(self) -> str:
        """Return the change as a unified diff."""
        lines = difflib.unified_diff(
            self.before.splitlines(), self.after.splitlines(), self.path, self.path, "", "", 1, ""
        )
        return "\n".join(lines)


def document_fingerprint(workspace: Workspace, path: str) -> str:
    """Return the digest of a document's bytes. Raises what ``read_bytes`` does."""
    return _digest(workspace.files.read_bytes(path, MAX_BYTES))


def change_spec(
    workspace: Workspace,
    path: str,
    proposal: Proposal,
    *,
    apply: bool = False,
    is_known: bool = True,
) -> DocumentChange:
    """Show what a change of a document does to its criteria, or apply it.

    Lines that do not change keep every byte. A document that was changed since the proposal's base
    is merged where the changes do not meet.

    Raises:
        BadValue: It is not a requirements document, a passage does not occur in it once, or
            ``apply`` has no fingerprint.
        Conflict: The document was changed at the same place since, or its text then is not known.
        InvalidSpec: The changed document could not be read, or a criterion would be lost.
        WriteRefused: It is not a document that a tool writes.
    """
    path = workspace.files.relative(path)
    check_document(workspace, path, is_known=is_known)
    feature = _feature(workspace, path)
    base_fingerprint = proposal.base_fingerprint
    if apply and base_fingerprint is None:
        raise BadValue(
            "A change is applied to a document with a base_fingerprint.",
            hint="Propose it first: the answer has the fingerprint.",
        )
    data = workspace.files.read_bytes(path, MAX_BYTES)
    mark = _MARK if data.startswith(_MARK.encode()) else ""
    before = workspace.files.read_text(path)
    present = _digest(data)
    is_current = base_fingerprint in {None, present}
    base = None if is_current else base_fingerprint
    after = _wanted(workspace, path, before, proposal.wanted, base)
    refuse_masked_text(workspace, path, after)
    if len(after.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise BadValue(f"{path} would be larger than 1 MiB.", hint="Split it.")
    changes = _changes(
        read_document(before, path, feature), read_document(after, path, feature), proposal.drop
    )
    proposed = DocumentChange(
        path,
        before,
        after,
        changes,
        _expires(trace_requirements(workspace), changes),
        present,
        _digest(f"{mark}{after}".encode("utf-8", "surrogatepass")),
        is_merged=not is_current,
        is_applied=apply,
    )
    if apply and after != before:
        if document_fingerprint(workspace, path) != present:
            raise Conflict(f"{path} was changed meanwhile.", hint="Propose the change again.")
        workspace.files.write_text(path, f"{mark}{after}")
    return proposed


def _feature(workspace: Workspace, path: str) -> str:
    """Return the feature whose requirements a document holds."""
    feature = feature_of(path)
    if feature is None:
        found = [it.name for it in read_specs(workspace).features if it.file == path]
        if not found:
            raise BadValue(
                f"{path} is not a requirements document.",
                hint="list_specs names them; create_file writes other documents.",
            )
        feature = found[0]
    return feature


def _wanted(
    workspace: Workspace,
    path: str,
    present: str,
    wanted: str | Sequence[Replacement],
    other_base: str | None,
) -> str:
    """Return the text after the change. ``other_base``: it was made for another text."""
    if not isinstance(wanted, str):
        return like(present, _replaced(path, present, wanted))
    wanted = wanted.removeprefix(_MARK)
    if other_base is None:
        return like(present, wanted)
    result = merged(_committed(workspace, path, other_base), present, wanted)
    if isinstance(result, Overlap):
        raise Conflict(
            f"{path} was changed since at the same place: line {result.present_line} of the"
            f" document, line {result.wanted_line} of the content.",
            hint="Read the document again, and change its present text.",
        )
    return result


def _replaced(path: str, present: str, edits: Sequence[Replacement]) -> str:
    text = present.replace("\r\n", "\n")
    for number, edit in enumerate(edits, 1):
        old = edit.old.replace("\r\n", "\n")
        lines = [text.count("\n", 0, at) + 1 for at in _places(text, old)]
        hint = "Read the document again, and name a passage that occurs there once."
        if not lines:
            raise Conflict(f"The passage of edit {number} is not in {path}.", hint=hint)
        if len(lines) > 1:
            listed = ", ".join(map(str, lines))
            raise Conflict(
                f"The passage of edit {number} occurs in lines {listed} of {path}.", hint=hint
            )
        text = text.replace(old, edit.new.replace("\r\n", "\n"))
    return text


def _places(text: str, passage: str) -> list[int]:
    found: list[int] = []
    at = text.find(passage) if passage else -1
    while at >= 0 and len(found) < 5:
        found.append(at)
        at = text.find(passage, at + 1)
    return found


def _committed(workspace: Workspace, path: str, fingerprint: str) -> str:
    """Return the text of the commit that is checked out, where it has the fingerprint."""
    try:
        commit = commit_of(workspace.root, "HEAD")
        for _, data in files_of_commit(workspace.root, commit, lambda it: it == path):
            if _digest(data) == fingerprint:
                return data.decode("utf-8-sig", "replace")
    except BadValue:
        pass  # no repository: as below
    raise Conflict(
        f"{path} was changed since, and the text with the fingerprint {fingerprint} is not the"
        " committed one.",
        hint="Read the document again, or send edits instead of the content.",
    )


def _changes(before: Feature, after: Feature, drop: Sequence[str]) -> tuple[Change, ...]:
    known = {str(it) for it in before.problems}
    problems = [it for it in after.problems if str(it) not in known]
    if problems:
        raise InvalidSpec(problems)
    changes = changes_between(_rows(before), _rows(after))
    removed = {it.key for it in changes if it.kind is ChangeKind.REMOVED}
    spans = {it.key: it.span for read in before.requirements for it in read.criteria}
    lost = sorted(removed - set(drop), key=lambda key: spans[key])
    if lost:
        named = ", ".join(f"{key} ({spans[key].file}:{spans[key].line})" for key in lost[:10])
        raise BadValue(
            f"The change would remove {len(lost)} criteria: {named}.",
            hint="Name them in drop, or keep them.",
        )
    unknown = sorted(set(drop) - removed)
    if unknown:
        raise BadValue(
            f"The change does not remove {', '.join(unknown)}.", hint="Leave it out of drop."
        )
    return changes


def _rows(feature: Feature) -> dict[str, BaselineRow]:
    return {
        it.key: BaselineRow(it.key, it.text, it.fingerprint, Status.NOT_RUN.value)
        for read in feature.requirements
        for it in read.criteria
    }


def _expires(matrix: Matrix, changes: Sequence[Change]) -> Mapping[str, Sequence[str]]:
    """Return the proved criteria whose text or key changes, and what proved them."""
    kinds = {ChangeKind.REWORDED, ChangeKind.REMOVED, ChangeKind.MOVED}
    keys = {it.before.key for it in changes if it.kind in kinds and it.before is not None}
    return {
        row.criterion.key: [link.link.source for link in row.links]
        for row in matrix.rows
        if row.criterion.key in keys and row.evidence_status is Status.PROVED
    }


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
