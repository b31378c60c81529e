"""Finds and reads the requirements documents of a workspace."""

import logging
from collections.abc import Mapping

from shall.actions.workspace import Workspace
from shall.errors import InvalidSpec, Problem
from shall.specs.matrix import resolve
from shall.specs.model import Feature, SpecSet
from shall.specs.reading import feature_of, join_features, read_document

FOLDERS = ("specs", ".kiro/specs")
"""Where requirements documents are looked for."""

_log = logging.getLogger(__name__)


def read_specs(workspace: Workspace) -> SpecSet:
    """Read every requirements document.

    Raises:
        InvalidSpec: A document cannot be read, or two hold the same feature; all are told.
    """
    files = workspace.files
    features: list[Feature] = []
    problems: list[Problem] = []
    for folder in FOLDERS:
        found = files.find(folder, ("requirements.md",)) if files.is_folder(folder) else []
        for path in found:
            feature = feature_of(path)
            if feature is None:
                continue
            try:
                features.append(read_document(files.read_text(path), path, feature))
            except InvalidSpec as error:
                problems.extend(error.problems)
    if problems:
        raise InvalidSpec(problems)
    return join_features(features)


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
