"""The digests of the files that a case names, for its fingerprint."""

from collections.abc import Mapping
from hashlib import sha256

from shall.cases.model import Case
from shall.cases.named_files import named_files
from shall.errors import ShallError
from shall.workspace.files import Files

UNREADABLE = "unreadable"
"""Stands for the digest of a file that is missing or that no case may read."""


def file_digests(files: Files, case: Case, case_path: str) -> Mapping[str, str]:
    """Map each path that a case names to the SHA-256 of the file, in hexadecimal digits."""
    return {path: _digest(files, path) for path in named_files(case, case_path)}


def _digest(files: Files, path: str) -> str:
    try:
        return sha256(files.read_bytes(path)).hexdigest()
    except ShallError:
        return UNREADABLE
