"""What changed since a criterion was proved, and what was recorded and decided about it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from msgspec import Struct

from shall.actions.baseline import committed_baseline
from shall.actions.criterion_texts import masked_baseline
from shall.actions.excerpts import names_secret
from shall.actions.link_sources import files_of_source
from shall.actions.masking import shown_text
from shall.actions.trace import latest_of
from shall.errors import ShallError
from shall.redaction.forms import MASK
from shall.redaction.shapes import mask_tokens
from shall.specs.baseline import BaselineRow
from shall.specs.decisions import Decision
from shall.specs.matrix import Row
from shall.specs.reader import read_document
from shall.specs.status import Latest, LinkOutcome
from shall.workspace.git import commit_of, files_of_commit
from shall.workspace.workspace import Workspace

MOST_SOURCES = 20
"""Cases and tests of a criterion whose files are compared: each takes some calls of git."""

MOST_FILES = 10
"""Files of a case or test that are compared."""

MOST_CHARACTERS = 200_000
"""Characters of a file that is compared; a larger one is named only."""

MOST_BYTES = 16 << 20
"""The files of a commit that a story reads; beyond, what was is not known."""

_COMMIT = re.compile(r"[0-9a-f]{7,64}")


class TextChange(Struct, frozen=True):
    """The text of a requirement for which an outcome was recorded, and its text now.

    ``before`` None: neither the baseline nor the commit has it. ``origin`` is where it was found.
    """

    fingerprint: str
    after: str
    before: str | None = None
    origin: str = ""


class FileChange(Struct, frozen=True):
    """A file of a case or test as it was at the commit of an outcome, and as it is now.

    A text is None where there is none that can be shown.
    """

    path: str
    before: str | None
    after: str | None


class SourceChange(Struct, frozen=True):
    """What changed in a case or test since its outcome was recorded.

    ``is_known`` False: the files of that time are not known, since no commit was recorded, files
    differed from it, or git does not have it. Known without ``files``: none of them differs.
    """

    source: str
    commit: str
    is_known: bool
    files: tuple[FileChange, ...] = ()


class Story(Struct, frozen=True):
    """What is known of a criterion beside its row in the matrix. Lists are newest first.

    ``left_out`` cases and tests changed, too, and are not among the ``sources``.
    """

    texts: tuple[TextChange, ...] = ()
    sources: tuple[SourceChange, ...] = ()
    decisions: tuple[Decision, ...] = ()
    outcomes: tuple[Latest, ...] = ()
    left_out: int = 0


def story_of(workspace: Workspace, row: Row) -> Story:
    """Return what changed since the newest outcomes of a criterion, and its history.

    What cannot be read leaves its part empty: the matrix reports it.
    """
    recorded = [it for it in row.links if it.latest is not None]
    changed = _changed_sources(recorded)
    return Story(
        texts=tuple(_texts(workspace, row, recorded)),
        sources=tuple(_source_change(workspace, *it) for it in changed[:MOST_SOURCES]),
        left_out=max(len(changed) - MOST_SOURCES, 0),
        decisions=_decisions(workspace, row.criterion.key),
        outcomes=_outcomes(workspace, row.criterion.key),
    )


def _decisions(workspace: Workspace, key: str) -> tuple[Decision, ...]:
    if workspace.decisions is None:
        return ()
    with suppress(ShallError):
        mine = [it for it in workspace.decisions.history() if it.criterion == key]
        return tuple(sorted(mine, key=lambda it: it.at, reverse=True))
    return ()


def _outcomes(workspace: Workspace, key: str) -> tuple[Latest, ...]:
    if workspace.evidence is None:
        return ()
    with suppress(ShallError):
        return tuple(map(latest_of, workspace.evidence.history(key)))
    return ()


def _texts(workspace: Workspace, row: Row, links: Iterable[LinkOutcome]) -> Iterator[TextChange]:
    """Yield each former text that an outcome was recorded for."""
    criterion = row.criterion
    former = {
        it.latest.criterion_fingerprint: it.latest
        for it in links
        if it.latest and it.latest.criterion_fingerprint not in {None, criterion.fingerprint}
    }
    for fingerprint, latest in former.items():
        if fingerprint is not None:
            before, origin = _former_text(workspace, row, fingerprint, latest)
            yield TextChange(fingerprint, criterion.text, before, origin)


def _former_text(
    workspace: Workspace, row: Row, fingerprint: str, latest: Latest
) -> tuple[str | None, str]:
    with suppress(ShallError):
        for it in (committed_baseline(workspace) or {}).values():
            if it.fingerprint == fingerprint:
                return it.text, "baseline"
    file, key = row.criterion.span.file, row.criterion.key
    text = _at_commit(workspace, latest.commit, [file]).get(file)
    if text is not None:
        feature = read_document(text, file, key.partition("#")[0])
        for found in feature.criteria():
            if found.fingerprint == fingerprint:
                former = BaselineRow(key, found.text, fingerprint, "")
                shown = masked_baseline(workspace, {key: former})
                return shown[key].text, latest.commit[:12]
    return None, ""


def _changed_sources(links: Iterable[LinkOutcome]) -> list[tuple[str, Latest]]:
    """Return each case or test that is not the one which ran, with what was recorded of it."""
    found = {
        (it.link.source, it.latest.source_fingerprint): it.latest
        for it in links
        if it.latest is not None and it.latest.source_fingerprint != it.link.fingerprint
    }
    return [(source, latest) for (source, _), latest in found.items()]


def _source_change(workspace: Workspace, source: str, latest: Latest) -> SourceChange:
    paths = dict.fromkeys((source.partition("::")[0], *files_of_source(workspace, source)))
    commit = latest.commit[:12]
    if latest.is_dirty is not False:  # the files of the commit are not those that ran
        return SourceChange(source, commit, is_known=False)
    before = _at_commit(workspace, latest.commit, list(paths)[:MOST_FILES])
    if not before:
        return SourceChange(source, commit, is_known=False)
    changes = []
    for path in list(paths)[:MOST_FILES]:
        now = _now(workspace, path)
        if before.get(path) != now:
            shown = [_shown(workspace, path, text) for text in (before.get(path), now)]
            changes.append(FileChange(path, *shown))
    return SourceChange(source, commit, is_known=True, files=tuple(changes))


def _at_commit(workspace: Workspace, commit: str, paths: Sequence[str]) -> dict[str, str]:
    """Return the texts of files at a commit, as far as git has them."""
    if _COMMIT.fullmatch(commit) is None:
        return {}
    with suppress(ShallError, UnicodeDecodeError):
        found = commit_of(workspace.root, commit)
        wanted = frozenset(paths)
        files = files_of_commit(workspace.root, found, wanted.__contains__, MOST_BYTES)
        return {path: data.decode().replace("\r\n", "\n") for path, data in files}
    return {}


def _now(workspace: Workspace, path: str) -> str | None:
    with suppress(ShallError):
        return workspace.files.read_text(path).replace("\r\n", "\n")
    return None


def _shown(workspace: Workspace, path: str, text: str | None) -> str | None:
    """Return a text without its secrets; None where they are not known, or it is too long."""
    if text is None or len(text) > MOST_CHARACTERS:
        return None
    with suppress(ShallError):
        lines = mask_tokens(shown_text(workspace.redactor, path, text)).split("\n")
        return "\n".join(MASK if names_secret(line) else line for line in lines)
    return None
