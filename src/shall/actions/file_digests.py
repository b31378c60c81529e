"""The digests of the files that a case names, for its fingerprint."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from shall.cases.model import Case
from shall.cases.named_files import named_files
from shall.errors import ShallError
from shall.workspace.files import Files
from shall.workspace.folders import shared_path

UNREADABLE = "unreadable"
"""Used as the digest of a file that is missing or that no case may read."""


def file_digests(
    files: Files, case: Case, case_path: str, documents: Sequence[str]
) -> Mapping[str, str]:
    """Map each path that a case names to the SHA-256 of the file, in hexadecimal digits.

    ``documents`` are the OpenAPI documents of the project.
    """
    named = [*named_files(case, case_path, documents)]
    for name in case.use:
        named += _of_shared(files, shared_path(case_path, name), documents)
    return {path: _digest(files, path) for path in named}


def _of_shared(files: Files, path: str, documents: Sequence[str]) -> Sequence[str]:
    """Return the path of shared steps, and of the files that they name."""
    from shall.cases.shared_steps import read_shared  # few suites have any

    try:
        shared = read_shared(files.read_text(path), path)
        return (path, *named_files(shared, path, documents))
    except ShallError:
        return (path,)


def _digest(files: Files, path: str) -> str:
    try:
        content = files.upload(path)
        if isinstance(content, bytes):
            return sha256(content).hexdigest()
        from shall.transport.upload import digest_of  # few cases name a large file

        return digest_of(content)
    except (ShallError, OSError):
        return UNREADABLE
