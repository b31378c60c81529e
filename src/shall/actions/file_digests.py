"""The digests of the files that a case names, for its fingerprint."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import sha256

from shall.cases.fingerprint import case_fingerprint
from shall.cases.model import Case
from shall.cases.named_files import named_files, schema_files, sent_files
from shall.errors import ShallError
from shall.workspace.files import Files
from shall.workspace.folders import shared_path

UNREADABLE = "unreadable"
"""Used as the digest of a file that is missing or that no case may read."""


def file_digests(
    files: Files,
    case: Case,
    case_path: str,
    documents: Sequence[str],
    *,
    is_by_text: bool = False,
    ran: Mapping[str, str] = {},
) -> Mapping[str, str]:
    """Map each path that a case names to the SHA-256 of the file, in hexadecimal digits.

    Git may write other line ends at a checkout: they count only in what a request sends.
    ``documents`` are the OpenAPI documents of the project. Shared steps have the fingerprint of
    what they mean; ``is_by_text``: that of their text, as earlier evidence has it. ``ran`` are
    the texts, by path, of those that a run read before.
    """
    parts = {case_path: case}
    shared = [shared_path(case_path, name) for name in case.use]
    read = {path: it for path in shared if (it := shared_of(files, path, ran)) is not None}
    parts.update(read)
    named = [path for at, it in parts.items() for path in named_files(it, at, documents)]
    sent = frozenset[str]().union(*map(sent_files, parts.values())) if named else frozenset()
    if named:
        schemas = dict.fromkeys(path for it in parts.values() for path in schema_files(it))
        named += [other for path in schemas for other in _referenced(files, path)]
    digests = {path: digest_of(files, path, is_sent=path in sent) for path in (*named, *shared)}
    if not is_by_text:
        digests |= {path: case_fingerprint(it) for path, it in read.items() if path not in named}
    return digests


def shared_of(files: Files, path: str, ran: Mapping[str, str] = {}) -> Case | None:
    """Return a file of shared steps, as a run read it; None where it cannot be read."""
    from shall.cases.shared_steps import read_shared  # few suites have any

    try:
        return read_shared(ran[path] if path in ran else files.read_text(path), path)
    except ShallError:
        return None


def _referenced(files: Files, path: str) -> list[str]:
    """Return the other files that a JSON Schema refers to."""

    def read(path: str) -> bytes:
        try:
            return files.read_bytes(path)
        except (ShallError, OSError):
            return b""

    text = read(path)
    if b'"$ref"' not in text and b'"$dynamicRef"' not in text:
        return []
    from shall.cases.schema_files import referenced  # few schemas refer to others

    with suppress(ShallError):
        return [it.path for it in referenced(text, path, read)]
    return []


def digest_of(files: Files, path: str, *, is_sent: bool = False) -> str:
    """Return the SHA-256 of a file; line ends count where it is sent byte for byte."""
    try:
        content = files.upload(path)
        if isinstance(content, bytes):
            if not is_sent:
                content = content.replace(b"\r\n", b"\n")
            return sha256(content).hexdigest()
        from shall.transport.upload import digest_of as digest_of_parts  # few name a large file

        return digest_of_parts(content)
    except (ShallError, OSError):
        return UNREADABLE
