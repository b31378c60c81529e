"""Bytes that a process makes after it was forked, for the processes that were forked from it."""

import os
import select


class ProcessFuture:
    """Hands bytes over once. Close it, whatever happens.

    The processes that wait for them call ``begin_waiting`` when they begin: so none of them waits
    for what a process that has ended did not make.

    Raises:
        OSError: The system has no file or pipe left.
    """

    def __init__(self) -> None:
        self._file = os.memfd_create("shall")
        self._made, self._make = os.pipe()
        self._open = {self._file, self._made, self._make}

    def set_result(self, data: bytes) -> None:
        """Hand the bytes over, one at least."""
        with memoryview(data) as left:
            sent = 0
            while sent < len(left):
                sent += os.write(self._file, left[sent:])
        self._close(self._make)

    def begin_waiting(self) -> None:
        """Close what only the process that makes the bytes may hold."""
        self._close(self._make)

    def done(self) -> bool:
        """Return whether ``result`` would return at once."""
        look = select.poll()
        look.register(self._made, select.POLLIN)
        return bool(look.poll(0))

    def result(self) -> bytes:
        """Return the bytes, as soon as they are there.

        Raises:
            BrokenPipeError: The process that makes them has ended.
        """
        os.read(self._made, 1)
        data = os.pread(self._file, os.fstat(self._file).st_size, 0)
        if not data:
            raise BrokenPipeError
        return data

    def close(self) -> None:
        """Close what is open."""
        for each in tuple(self._open):
            self._close(each)

    def _close(self, end: int) -> None:
        if end in self._open:
            self._open.remove(end)
            os.close(end)
