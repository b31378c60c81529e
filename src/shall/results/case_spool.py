"""The results of the cases of a run: the first in memory, the others in a temporary file."""

import os
from collections.abc import Iterator, Sequence
from io import FileIO
from typing import Any, TypeAlias, cast, overload

from shall.results.encoding import decode_case, encode_case
from shall.results.records import CaseResult

IN_MEMORY = 1_000
"""Cases that stay in memory as they are."""

_Stored: TypeAlias = CaseResult | tuple[int, int]
"""A case, or where it begins in the file and how many bytes it has."""


class CaseSpool:
    """Takes cases in any order; each has a place among them.

    Where no temporary file can be written, all stay in memory.
    """

    def __init__(self) -> None:
        self._stored: dict[Any, _Stored] = {}
        self._file: FileIO | None = None
        self._end = 0
        self._has_file = True

    def __del__(self) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, place: Any, case: CaseResult, encoded: bytes | None = None) -> None:
        """Store a case; ``encoded`` is the whole of it as ``encode_case`` returns it, if made."""
        at: _Stored | None = None
        if len(self._stored) >= IN_MEMORY and self._has_file:
            at = self._written(encoded or encode_case(case))
        if at is None:
            at = case if encoded is None else decode_case(encoded)
        self._stored[place] = at

    def _written(self, encoded: bytes) -> tuple[int, int] | None:
        """Write a case to the file; None where it cannot be."""
        try:
            if self._file is None:
                import tempfile  # few runs are so large

                self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - see __del__
            written = os.pwrite(self._file.fileno(), encoded, self._end)
        except OSError:
            written = 0
        if written < len(encoded):  # the disk is full
            self._has_file = False
            return None
        at = (self._end, written)
        self._end += written
        return at

    def cases(self) -> Sequence[CaseResult]:
        """Return the cases in the order of their places. Those in the file are read each time."""
        stored = [self._stored[place] for place in sorted(self._stored)]
        if self._file is None:
            return cast("tuple[CaseResult, ...]", tuple(stored))
        return _Cases(stored, self)

    def read(self, stored: _Stored) -> CaseResult:
        """Return a case. Forked processes read the same file: its position is not used."""
        if not isinstance(stored, tuple) or self._file is None:
            return cast("CaseResult", stored)
        start, size = stored
        return decode_case(os.pread(self._file.fileno(), size, start))


class _Cases(Sequence[CaseResult]):
    def __init__(self, stored: Sequence[_Stored], spool: CaseSpool) -> None:
        self._stored = stored
        self._spool = spool

    def __len__(self) -> int:
        return len(self._stored)

    def __iter__(self) -> Iterator[CaseResult]:
        return map(self._spool.read, self._stored)

    @overload
    def __getitem__(self, index: int) -> CaseResult: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[CaseResult]: ...

    def __getitem__(self, index: int | slice) -> CaseResult | Sequence[CaseResult]:
        if isinstance(index, slice):
            return _Cases(self._stored[index], self._spool)
        return self._spool.read(self._stored[index])
