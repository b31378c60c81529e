"""The proof of a workspace, read again only when something that it is made of has changed."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

from msgspec import Struct

from shall.actions.proof import Proof, read_proof
from shall.specs.layouts import FOLDERS
from shall.specs.owners import PLACES
from shall.workspace.stamps import Stamp, newest_ns, stamps_of
from shall.workspace.workspace import Workspace

YOUNG_NS = 2_000_000_000
"""A file that changed so short a time before it was read may change again in the same instant."""

MOST_KEPT = 4
"""Proofs of a workspace that are kept: one for each language of findings."""


class _Kept(Struct, frozen=True):
    """A proof, and the files that it was made of. ``is_settled``: none of them was young."""

    proof: Proof
    stamps: dict[str, Stamp | None]
    named: frozenset[str]
    day: date
    is_settled: bool


def current_proof(
    workspace: Workspace, language: str = "en", now_ns: Callable[[], int] = time.time_ns
) -> Proof:
    """Return the proof as ``read_proof`` would read it now.

    While no document, case, test, line of evidence or decision changes, and no other file of the
    project, the one that was read before is returned: a changed file counts at once.
    """
    with workspace.proof_lock:
        kept = workspace.proofs.get(language)
        today = datetime.fromtimestamp(now_ns() / 1e9, UTC).date()
        if (
            isinstance(kept, _Kept)
            and kept.is_settled
            and kept.day == today
            and stamps_of(workspace, sorted(kept.named)) == kept.stamps
        ):
            return kept.proof
        named = kept.named if isinstance(kept, _Kept) else frozenset(_places())
        started = now_ns()
        before = stamps_of(workspace, sorted(named))
        proof = read_proof(workspace, language)
        used = named | frozenset(_named(workspace)) | frozenset(_places())
        is_settled = used == named and newest_ns(before) < started - YOUNG_NS
        if len(workspace.proofs) >= MOST_KEPT:
            workspace.proofs.clear()
        workspace.proofs[language] = _Kept(proof, dict(before), used, today, is_settled)
        return proof


def _places() -> Iterator[str]:
    """Yield what is read in hidden folders."""
    yield from (folder for folder in FOLDERS if folder.startswith("."))
    yield from PLACES


def _named(workspace: Workspace) -> Iterator[str]:
    """Yield the files that cases and tests name, wherever they are."""
    for _, marks in workspace.marks.values():
        for files in marks.files.values():
            yield from files
    for linked in workspace.linked.values():
        for files in linked.marks.files.values():
            yield from files
