"""Finds and reads the requirements documents of a workspace."""

import logging
from collections.abc import Mapping

from shall.diagnostics import Diagnostic, Severity
from shall.diagnostics.bounds import first_diagnostics
from shall.errors import InvalidSpec
from shall.span import Span
from shall.specs.matrix import resolve
from shall.specs.model import Feature, SpecSet
from shall.specs.reader import feature_of, join_features, read_document
from shall.workspace.folders import SPEC_FOLDERS
from shall.workspace.workspace import Workspace

DOCUMENT_CHARACTERS = 1_000_000
ALL_CHARACTERS = 4_000_000
"""What is read of requirements: a document takes some 70 bytes a character while it is read."""

_log = logging.getLogger(__name__)


_BESIDE = frozenset({"design.md", "tasks.md"})  # of a feature, beside its requirements


def note_unread(path: str) -> Diagnostic | None:
    """Report that a document below a requirements folder is not read; None where it is.

    ``path`` is relative and normalised. ``design.md`` and ``tasks.md`` are what the layouts put
    beside ``requirements.md``, and are not reported.
    """
    if not any(f"/{folder}/" in f"/{path}" for folder in SPEC_FOLDERS):
        return None
    name = path.rpartition("/")[2]
    if name in _BESIDE or (name == "requirements.md" and feature_of(path) is not None):
        return None
    return Diagnostic(
        "spec.not-read",
        Severity.WARNING,
        f"{path} is not read as requirements.",
        Span(path, 1),
        "Criteria are read from specs/requirements.md and specs/<feature>/requirements.md.",
    )


def read_specs(workspace: Workspace) -> SpecSet:
    """Read every requirements document.

    Raises:
        InvalidSpec: A document cannot be read, or two hold the same feature; all are told.
    """
    files = workspace.files
    features: list[Feature] = []
    problems: list[Diagnostic] = []
    size = 0
    for folder in SPEC_FOLDERS:
        found = files.find(folder, ("requirements.md",)) if files.is_folder(folder) else []
        for path in found:
            feature = feature_of(path)
            if feature is None:
                continue
            try:
                text = files.read_text(path)
                size += len(text)
                _check_size(path, len(text), size)
                features.append(read_document(text, path, feature))
            except InvalidSpec as error:
                problems.extend(error.diagnostics)
    if problems:
        raise InvalidSpec(first_diagnostics(problems))
    return join_features(features)


def _check_size(path: str, characters: int, all_characters: int) -> None:
    """Refuse a document, or the documents up to this one, of more text than is read at once."""
    what = None
    if characters > DOCUMENT_CHARACTERS:
        what = f"The document has more than {DOCUMENT_CHARACTERS:,} characters."
    elif all_characters > ALL_CHARACTERS:
        what = f"The documents up to this one have more than {ALL_CHARACTERS:,} characters."
    if what is not None:
        hint = "Split it, or take out what is no requirement."
        raise InvalidSpec([Diagnostic("spec.too-large", Severity.ERROR, what, Span(path, 1), hint)])


def criterion_fingerprints(workspace: Workspace) -> Mapping[str, tuple[str, str]]:
    """Map each way to name a criterion to its key and fingerprint.

    Documents that cannot be read give none: cases run all the same, and tracing tells why.
    """
    try:
        specs = read_specs(workspace)
    except InvalidSpec as error:
        _log.warning("the requirements cannot be read, so the run is not tied to them: %s", error)
        return {}
    return {name: (it.key, it.fingerprint) for name, it in resolve(specs).items()}
