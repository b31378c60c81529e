"""Reads the archived changes of OpenSpec, which explain why a key no longer exists."""

from collections.abc import Iterator, Mapping

from shall.errors import ShallError
from shall.specs.baseline import Baseline
from shall.specs.layouts.openspec import ARCHIVE, archived_at
from shall.specs.model import Feature
from shall.specs.pending import Archived, archived
from shall.specs.titled import read_titled
from shall.workspace.workspace import Workspace


def archived_changes(workspace: Workspace) -> Archived:
    """Return what the archived changes of the workspace removed and renamed.

    They are many in an old project: call it only where a key is missing.
    """
    return archived(_deltas(workspace))


def _deltas(workspace: Workspace) -> Iterator[tuple[str, Feature]]:
    """Yield change and delta, oldest first; one that cannot be read explains nothing."""
    files = workspace.files
    for path in sorted(files.find(ARCHIVE, (".md",))) if files.is_folder(ARCHIVE) else ():
        found = archived_at(path)
        if found is None:
            continue
        change, feature = found
        try:
            text = files.read_text(path)
        except ShallError:
            continue
        requirements, renames, _ = read_titled(text, path, feature, change)
        yield change, Feature(feature, path, requirements, renames=renames)


def present_keys(before: Baseline, after: Baseline, changes: Archived) -> Mapping[str, str]:
    """Map the keys of ``before`` that ``after`` lacks to those that they were renamed to."""
    missing = before.keys() - after.keys()
    return {key: new for key in missing if (new := changes.present_key(key)) != key}
