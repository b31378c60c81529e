"""Finds and reads the requirements documents of a workspace."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from shall.actions.stray_requirements import OTHER_ENDINGS, holds_ears, stray_requirements
from shall.diagnostics import Diagnostic, Severity
from shall.diagnostics.bounds import first_diagnostics
from shall.errors import ShallError
from shall.log import Log
from shall.span import Span
from shall.specs.globs import matches
from shall.specs.layouts import FOLDERS, Role, document_at
from shall.specs.matrix import resolve
from shall.specs.model import Feature, SpecSet
from shall.specs.reader import feature_of, join_features, read_document
from shall.specs.unread import FILE
from shall.workspace.workspace import Workspace

DOCUMENT_CHARACTERS = 1_000_000
ALL_CHARACTERS = 16_000_000
"""What is read of requirements: a document takes some 70 bytes a character while it is read."""

UNREADABLE = "spec.unreadable"
TOO_LARGE = "spec.too-large"

_WHERE = (
    "Criteria are read from specs/requirements.md, specs/<feature>/requirements.md and the"
    " documents of Kiro, spec-kit, OpenSpec, spec-workflow and cc-sdd."
)

_ENDINGS = (".md", *OTHER_ENDINGS)
_RENAME = "Rename it, or list it in the setting specs of shall.yaml."
_AS_MARKDOWN = "Write it as Markdown, such as specs/<feature>/requirements.md."

_log = Log(__name__)


def note_unread(path: str) -> Diagnostic | None:
    """Report that a document below a requirements folder is not read; None where it is.

    ``path`` is relative and normalised. What a layout puts beside its requirements, such as
    ``design.md`` and ``tasks.md``, is not reported.
    """
    if not any(f"/{folder}/" in f"/{path}" for folder in FOLDERS):
        return None
    if document_at(path) is not None or PurePosixPath(path).name in {"design.md", "tasks.md"}:
        return None
    message = f"{path} is not read as requirements."
    return Diagnostic(FILE, Severity.WARNING, message, Span(path, 1), _WHERE)


def read_specs(workspace: Workspace) -> SpecSet:
    """Read every requirements document of every layout.

    The globs of the setting ``specs`` name further ones. A document that cannot be read is in
    the ``problems`` of the result, and hides no other.
    """
    features: list[Feature] = []
    problems: list[Diagnostic] = []
    unread: list[Diagnostic] = []
    size = 0
    for path, feature in _documents(workspace, unread):
        try:
            text = workspace.files.read_text(path)
        except ShallError as error:
            span = error.span or Span(path, 1)
            problems.append(
                Diagnostic(UNREADABLE, Severity.ERROR, error.message, span, error.hint or "")
            )
            continue
        size += len(text)
        problem = _size_problem(path, len(text), size)
        if problem is not None:
            problems.append(problem)
        else:
            features.append(_read(workspace, text, path, feature))
    for gone in workspace.documents.keys() - {it.file for it in features}:
        workspace.documents.pop(gone, None)
    specs = join_features(features, problems)
    wrong = tuple(first_diagnostics(specs.problems))
    return SpecSet(specs.features, wrong, (*unread, *specs.unread))


def _read(workspace: Workspace, text: str, path: str, feature: str) -> Feature:
    """Return a document, parsed only where its text changed since it was read last."""
    before = workspace.documents.get(path)
    if before is not None and before[0] == text and before[1].name == feature:
        return before[1]
    read = read_document(text, path, feature)
    workspace.documents[path] = (text, read)
    return read


def _documents(workspace: Workspace, unread: list[Diagnostic]) -> Iterator[tuple[str, str]]:
    """Yield path and feature of each document; note the files that no layout takes."""
    files, globs = workspace.files, workspace.specs
    seen: set[str] = set()
    for folder in FOLDERS:
        links: list[str] = []
        paths = files.find(folder, _ENDINGS, links) if files.is_folder(folder) else []
        unread += _unread_in(workspace, paths, links)
        for path in paths:
            found = document_at(path)
            if found is not None and found.role is Role.REQUIREMENTS and path not in seen:
                seen.add(path)
                yield path, found.feature
    unread += map(_unread_file, stray_requirements(files, globs))
    if not globs:
        return
    for path in files.find(".", (".md",)):
        if path not in seen and document_at(path) is None and matches(path, globs):
            seen.add(path)
            yield path, feature_of(path) or _feature_by_name(path)


def _unread_in(
    workspace: Workspace, paths: Sequence[str], links: Sequence[str]
) -> Iterator[Diagnostic]:
    """Report the links and files of a folder of requirements that are not read."""
    yield from (_unread_link(path) for path in sorted(links) if _may_hide_requirements(path))
    for path in paths:
        if path.endswith(OTHER_ENDINGS):
            if holds_ears(workspace.files, path):
                yield _unread_file(path, _AS_MARKDOWN)
        elif document_at(path) is None and not matches(path, workspace.specs):
            yield _unread_file(path)


def _feature_by_name(path: str) -> str:
    """Return the feature of a document at a path of no layout: its folder, or its name."""
    pure = PurePosixPath(path)
    generic = pure.stem.lower() in {"requirements", "spec", "bugfix", "readme", "index"}
    return pure.parent.name if generic and pure.parent.name else pure.stem


def _unread_file(path: str, hint: str = _RENAME) -> Diagnostic:
    message = "No layout of requirements takes this file."
    return Diagnostic(FILE, Severity.INFO, message, Span(path, 1), hint=hint)


def _may_hide_requirements(path: str) -> bool:
    """Return whether a link may be to a folder, or to a document of requirements."""
    document = document_at(path)
    is_other = document is not None and document.role is not Role.REQUIREMENTS
    return not is_other and PurePosixPath(path).suffix in {"", ".md"}


def _unread_link(path: str) -> Diagnostic:
    message = "This is a link, which is not followed, so nothing of it is read."
    hint = "Copy what it leads to, or list that path in the setting specs of shall.yaml."
    return Diagnostic(FILE, Severity.INFO, message, Span(path, 1), hint=hint)


def _size_problem(path: str, characters: int, all_characters: int) -> Diagnostic | None:
    """Refuse a document, or the documents up to this one, of more text than is read at once."""
    if characters > DOCUMENT_CHARACTERS:
        what = f"The document has more than {DOCUMENT_CHARACTERS:,} characters."
    elif all_characters > ALL_CHARACTERS:
        what = f"The documents up to this one have more than {ALL_CHARACTERS:,} characters."
    else:
        return None
    hint = "Split it, or remove text that is not a requirement."
    return Diagnostic(TOO_LARGE, Severity.ERROR, what, Span(path, 1), hint=hint)


def criterion_fingerprints(workspace: Workspace) -> Mapping[str, tuple[str, str]]:
    """Map each way to name a criterion to its key and fingerprint.

    A document that cannot be read gives none: cases run all the same, and tracing reports why.
    """
    specs = read_specs(workspace)
    if specs.problems:
        _log.warning(
            "evidence is recorded only for the criteria that can be read: %s", specs.problems[0]
        )
    return {name: (it.key, it.fingerprint) for name, it in resolve(specs).items()}
