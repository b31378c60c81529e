"""Large files that are read while they are sent, so that none is held in memory.

Loaded with the first one.
"""

import os
from collections.abc import Iterator
from hashlib import sha256

from shall.errors import FileUnavailable
from shall.transport.exchange import LARGE_BYTES, FileContent


class Upload:
    """The file of a transfer, from ``open`` to ``close``. ``fault`` is why it cannot be sent."""

    __slots__ = ("_descriptor", "_left", "fault", "path", "size")

    def __init__(self, content: FileContent) -> None:
        """Open the file. Raises what ``content.open`` raises."""
        self.path = content.path
        self._descriptor = content.open()
        self.size = self._left = os.fstat(self._descriptor).st_size
        self.fault: FileUnavailable | None = None

    def read(self, most: int) -> bytes | None:
        """Return the next part, at most ``most`` bytes, empty at the end; None after a fault."""
        try:
            data = os.read(self._descriptor, min(most, self._left))
        except OSError as error:
            self.fault = FileUnavailable(f"{self.path} cannot be read: {error.strerror}.")
            return None
        if not data and self._left:
            self.fault = FileUnavailable(
                f"{self.path} became smaller while it was sent: {self.size - self._left} of its"
                f" {self.size} bytes were sent.",
                hint="Write the file before the run begins.",
            )
            return None
        self._left -= len(data)
        return data

    def seek(self, offset: int) -> None:
        """Read from an offset next: the request is sent again."""
        os.lseek(self._descriptor, offset, os.SEEK_SET)
        self._left = self.size - offset

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def parts_of(content: FileContent) -> Iterator[bytes]:
    """Read a file in parts. Raises what ``content.open`` raises, and ``OSError``."""
    descriptor = content.open()
    try:
        while part := os.read(descriptor, LARGE_BYTES):
            yield part
    finally:
        os.close(descriptor)


def digest_of(content: FileContent) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits. Raises as ``parts_of``."""
    digest = sha256()
    for part in parts_of(content):
        digest.update(part)
    return digest.hexdigest()
