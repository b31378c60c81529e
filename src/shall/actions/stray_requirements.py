"""Finds files that hold requirements where no layout reads them."""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from shall.actions.requirement_places import STRAY_FILES, STRAY_FOLDERS
from shall.errors import FileMissing, ShallError
from shall.specs.ears import parse_clause
from shall.specs.globs import matches
from shall.specs.layouts import document_at
from shall.specs.passages import prose_lines
from shall.workspace.files import Files

LOOKED_AT_CHARACTERS = 64 << 10
"""How much of the beginning of a file is searched for requirements."""

OTHER_ENDINGS = (".txt", ".rst", ".MD", ".Md", ".mdx", ".markdown", ".adoc")
"""The endings of files below a folder of requirements that may hold some and are never read."""


def stray_requirements(files: Files, globs: Sequence[str]) -> Iterator[str]:
    """Yield the files outside of every layout that are named like requirements and hold some.

    What the setting ``specs`` matches is read, so it is not a stray.
    """
    named = [path for path in STRAY_FILES if files.is_file(path)]
    for folder in STRAY_FOLDERS:
        if files.is_folder(folder):
            found = files.find(folder, (".md",))
            named += [it for it in found if folder.startswith("docs/") or _is_direct(it)]
    for path in named:
        if document_at(path) is None and not matches(path, globs) and holds_ears(files, path):
            yield path


def holds_ears(files: Files, path: str) -> bool:
    """Return whether the beginning of a file has an EARS sentence, or cannot be searched."""
    try:
        text = files.read_text(path)
    except FileMissing:
        return False
    except ShallError:
        return True
    return any(_is_ears(line) for _, line in prose_lines(text[:LOOKED_AT_CHARACTERS]))


def _is_ears(line: str) -> bool:
    """Return whether a line has a strict EARS sentence; prose says ``must`` in lower case."""
    clause = parse_clause(line)
    return clause is not None and clause.modal != "must"


def _is_direct(path: str) -> bool:
    return len(PurePosixPath(path).parts) == 2
