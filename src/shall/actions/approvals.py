"""Records who asked for, approved or rejected a document; that lasts as long as its text."""

import hashlib

from msgspec import Struct
from msgspec.structs import replace

from shall.actions.decisions import LONGEST, append_decisions, new_decision
from shall.actions.requirements import read_specs
from shall.errors import BadValue, StoreUnavailable
from shall.specs.decisions import Decision, DecisionKind, Verdict
from shall.specs.layouts import document_at
from shall.workspace.workspace import Workspace


class Approval(Struct, frozen=True):
    """The last word about a document, None where there is none.

    ``is_current`` False: it was about another text, and counts no longer.
    """

    path: str
    fingerprint: str
    last: Decision | None = None
    is_current: bool = False

    @property
    def is_approved(self) -> bool:
        """Whether the present text is approved."""
        return self.is_current and self.last is not None and self.last.verdict is Verdict.APPROVED

    @property
    def status(self) -> str:
        """What counts for the present text: a verdict, ``outdated`` or ``none``."""
        if self.last is None or self.last.verdict is None:
            return "none"
        return self.last.verdict.value if self.is_current else "outdated"


def approval_of(workspace: Workspace, path: str) -> Approval:
    """Return what was last asked or decided about a document of requirements, design or tasks.

    Raises:
        BadValue: It is no such document.
        FileMissing: There is no such file.
        StoreUnavailable: What was recorded cannot be read.
    """
    path = workspace.files.relative(path)
    if document_at(path) is None and path not in {it.file for it in read_specs(workspace).features}:
        raise BadValue(
            f"{path} is not a document of requirements, design or tasks.",
            hint="Name a document of a spec, such as specs/auth/requirements.md.",
        )
    text = workspace.files.read_text(path).replace("\r\n", "\n")  # git may change line ends
    fingerprint = hashlib.sha256(text.encode()).hexdigest()[:16]
    if workspace.decisions is None:
        raise StoreUnavailable("There is no state to record it in.")
    for decision in workspace.decisions.newest():
        if decision.kind is DecisionKind.APPROVAL and decision.source == path:
            is_current = decision.source_fingerprint == fingerprint
            return Approval(path, fingerprint, decision, is_current)
    return Approval(path, fingerprint)


def decide_about(
    workspace: Workspace, path: str, verdict: Verdict, by: str | None = None, note: str = ""
) -> Approval:
    """Record a request, an approval or a rejection of a document's present text.

    ``by`` None: the user of git's configuration.

    Raises:
        BadValue: It is no such document, the note is too long, or what is asked for is approved.
        FileMissing: There is no such file.
        StoreUnavailable: It cannot be recorded.
    """
    now = approval_of(workspace, path)
    note = " ".join(note.split())
    if len(note) > LONGEST:
        raise BadValue(f"The note has more than {LONGEST:,} characters.")
    if verdict is Verdict.REQUESTED and now.is_approved and now.last is not None:
        raise BadValue(
            f"{now.path} is approved by {now.last.by}.", hint="Ask again after it was changed."
        )
    decision = replace(
        new_decision(workspace, DecisionKind.APPROVAL, by),
        source=now.path,
        source_fingerprint=now.fingerprint,
        reason=workspace.redactor.text(note),
        verdict=verdict,
    )
    append_decisions(workspace, [decision])
    return approval_of(workspace, path)
