"""The proof of a workspace, read again only when something that it is made of has changed."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime

from msgspec import Struct
from msgspec.structs import replace

from shall.actions.proof import Proof, read_proof
from shall.specs.layouts import FOLDERS
from shall.specs.owners import PLACES
from shall.workspace.file_memory import Stamp
from shall.workspace.kept_files import KeptFiles
from shall.workspace.stamps import newest_ns, stamps_of
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
        started = now_ns()
        today = datetime.fromtimestamp(started / 1e9, UTC).date()
        named = kept.named if isinstance(kept, _Kept) else frozenset(_places())
        before = stamps_of(workspace, sorted(named))
        if (
            isinstance(kept, _Kept)
            and kept.is_settled
            and kept.day == today
            and kept.stamps == before
        ):
            return kept.proof
        proof = read_proof(_with_kept_files(workspace, before, started - YOUNG_NS), language)
        used = named | frozenset(_named(workspace)) | frozenset(_places())
        is_settled = used == named and newest_ns(before) < started - YOUNG_NS
        if len(workspace.proofs) >= MOST_KEPT:
            workspace.proofs.clear()
        workspace.proofs[language] = _Kept(proof, dict(before), used, today, is_settled)
        return proof


def _with_kept_files(
    workspace: Workspace, stamps: Mapping[str, Stamp | None], settled_ns: int
) -> Workspace:
    """Return the workspace with files that are read again only where their stamps changed.

    Where a link names a file of the server, what it leads to is looked at whenever a file is read.
    """
    if workspace.files.has_own_links():
        return workspace
    files = KeptFiles(workspace.files, workspace.file_memory, stamps, settled_ns)
    return replace(workspace, files=files)


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
