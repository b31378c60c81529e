"""Reads files that others write: the size is checked before a byte is read."""

import errno
import os
from pathlib import Path

CONFIG_BYTES = 1 << 20
"""The largest file of settings or tokens, in bytes."""

CONFIG_NAME = "config.yaml"
"""The file of settings of an earlier tool."""

TEXT_BYTES = 4 << 20
"""The largest case, requirements document or test file, in bytes."""

EVIDENCE_BYTES = 64 << 20
"""The largest file of evidence, in bytes."""

_CHUNK_BYTES = 1 << 12


def read_descriptor(descriptor: int, limit: int, size: int | None = None) -> bytes:
    """Return the whole content of an open file of at most ``limit`` bytes.

    The size comes from the descriptor, unless the caller knows it. A file that grows while it is
    read, and one that has no size (a pipe, ``/proc``), is read up to ``limit + 1`` bytes.

    Raises:
        OSError: It is larger (``EFBIG``), or cannot be read.
    """
    if size is None:
        size = os.fstat(descriptor).st_size
    if size > limit:
        raise _too_large(limit)
    chunks = []
    left = limit + 1
    at_once = size + 1 if size else _CHUNK_BYTES
    while left and (chunk := os.read(descriptor, min(left, at_once))):
        chunks.append(chunk)
        left -= len(chunk)
        if len(chunk) == size:  # less than was asked for: there is no more
            break
    if not left:
        raise _too_large(limit)
    return b"".join(chunks)


def read_path(path: Path, limit: int) -> bytes:
    """Return the content of a file that the operator named; links are followed.

    Raises:
        OSError: It is larger than ``limit`` bytes (``EFBIG``), or cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return read_descriptor(descriptor, limit)
    finally:
        os.close(descriptor)


def read_text(path: Path, limit: int, *, encoding: str = "utf-8", errors: str = "strict") -> str:
    """Return the text of a file that the operator named, with line ends as in Python text.

    Raises:
        OSError: It is larger than ``limit`` bytes (``EFBIG``), or cannot be read.
        UnicodeDecodeError: It is not text of that encoding.
    """
    text = read_path(path, limit).decode(encoding, errors)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def size_text(limit: int) -> str:
    """Return a limit as messages write it: ``1 MiB``."""
    return f"{limit >> 20} MiB" if limit >= 1 << 20 else f"{limit} bytes"


def _too_large(limit: int) -> OSError:
    return OSError(errno.EFBIG, f"it is larger than {size_text(limit)}")
