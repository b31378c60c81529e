"""What running a case may cost: memory, text that its expressions make, time for its patterns.

Nothing here knows how a run is driven. Memory is counted in estimated bytes before it is used, so
that a limit is an error with a place and not a process that is killed.
"""

import math
import time
from _thread import allocate_lock
from typing import TYPE_CHECKING, Any

from shall.errors import MemoryInUse, OverBudget, TimedOut

if TYPE_CHECKING:
    from threading import Lock

CASE_BYTES = 128 << 20
"""What the responses of one case may take once they are decoded."""

PROCESS_BYTES = 256 << 20
"""What the cases that run at once in this process may take together."""

EXPANDED_BYTES = 16 << 20
"""What the expressions of one case may make: each value that one of them gives counts."""

MAX_DEPTH = 200
"""Levels of a value that expressions make."""

PATTERNS_S = 1.0
"""How long all patterns of one case may search."""

STOPPED_PATTERNS_S = 0.1
"""How long those of its teardowns may, once the run was stopped."""

_now = time.monotonic

_RESERVED_BYTES = 16 << 10
"""What a case takes at once of the memory that all share, where so much is left."""

_NODE_BYTES = 16
_WIDE = 4  # bytes of a character where not all are ASCII


class Memory:
    """The bytes that all cases of a process share. May be used from several threads."""

    def __init__(self, limit_bytes: int = PROCESS_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self._used_bytes = 0
        self._lock = allocate_lock()
        self.decoding = allocate_lock()
        """Held while a large response is decoded: no other thread computes meanwhile."""

    def __reduce__(self) -> tuple[type["Memory"], tuple[int]]:
        """Return what makes a copy in another process, of which nothing is used."""
        return Memory, (self.limit_bytes,)

    def take(self, size_bytes: int, most_bytes: int = 0) -> int:
        """Count bytes as used, up to ``most_bytes`` if so many are left; return how many.

        Raises:
            MemoryInUse: Not even ``size_bytes`` are left; other cases may soon give some back.
        """
        with self._lock:
            left = self.limit_bytes - self._used_bytes
            if size_bytes > left:
                raise MemoryInUse(
                    f"No memory is left: the cases that run at once may take"
                    f" {self.limit_bytes >> 20} MiB together.",
                    hint="Run fewer at once, or let the service answer less.",
                )
            taken = max(size_bytes, min(most_bytes, left))
            self._used_bytes += taken
            return taken

    def give_back(self, size_bytes: int) -> None:
        """Count bytes as free again."""
        with self._lock:
            self._used_bytes -= size_bytes


class Budget:
    """What one case has left. ``deadline_s`` is on the monotonic clock; close it with the case."""

    def __init__(self, memory: Memory | None = None, deadline_s: float = math.inf) -> None:
        self._memory = memory or Memory()
        self._deadline_s = deadline_s
        self._held_bytes = 0
        self._free_bytes = 0  # of those held
        self._decoded_bytes = 0
        self._expanded_bytes = 0
        self._patterns_s = PATTERNS_S

    def close(self) -> None:
        """Return the memory of the case."""
        self._memory.give_back(self._held_bytes)
        self._held_bytes = self._free_bytes = 0

    def hold(self, size_bytes: int) -> None:
        """Count what is held until the case ends.

        Raises:
            MemoryInUse: Other cases use the memory of the process.
        """
        left = self._free_bytes - size_bytes
        if left < 0:
            taken = self._memory.take(-left, _RESERVED_BYTES)
            self._held_bytes += taken
            left += taken
        self._free_bytes = left

    def mark(self) -> tuple[int, int, int]:
        """Return what is in use now, for ``return_to``."""
        used = self._held_bytes - self._free_bytes
        return used, self._decoded_bytes, self._expanded_bytes

    def return_to(self, mark: tuple[int, int, int]) -> None:
        """Return the memory that was taken since a mark: what it was for is dropped."""
        used, self._decoded_bytes, self._expanded_bytes = mark
        self._memory.give_back(self._held_bytes - used)
        self._held_bytes, self._free_bytes = used, 0

    @property
    def decoding(self) -> "Lock":
        """Held while a large body is decoded, by one thread at a time."""
        return self._memory.decoding

    def decode(self, size_bytes: int) -> None:
        """Count a response that is about to be decoded.

        Raises:
            OverBudget: The responses of this case would take more than ``CASE_BYTES``.
            MemoryInUse: Other cases use the memory of the process.
        """
        decoded = self._decoded_bytes + size_bytes
        if decoded > CASE_BYTES:
            raise OverBudget(
                f"The JSON of the responses would take more than {CASE_BYTES >> 20} MiB of memory.",
                hint="Request less from the service, for example with a page size.",
            )
        self.hold(size_bytes)
        self._decoded_bytes = decoded

    def expand(self, size_bytes: int) -> None:
        """Count text that is about to be made.

        Raises:
            OverBudget: The expressions of this case would make more than ``EXPANDED_BYTES``.
            MemoryInUse: Other cases use the memory of the process.
        """
        expanded = self._expanded_bytes + size_bytes
        if expanded > EXPANDED_BYTES:
            raise _too_much()
        self.hold(size_bytes)
        self._expanded_bytes = expanded

    def expand_value(self, value: Any) -> None:
        """Count a value that an expression gives, with everything inside of it.

        The time that this takes is bounded by what is left.

        Raises:
            OverBudget: It is too large, or deeper than ``MAX_DEPTH``.
            MemoryInUse: Other cases use the memory of the process.
        """
        if type(value) is str:
            self.expand(len(value) if value.isascii() else _WIDE * len(value))
        elif isinstance(value, dict | list):
            self.expand(_value_bytes(value, EXPANDED_BYTES - self._expanded_bytes))

    def check_time(self) -> None:
        """Raise ``TimedOut`` where the time of the run is over."""
        if _now() > self._deadline_s:
            raise TimedOut("The run timed out.")

    def stop(self, grace_s: float) -> None:
        """Leave the teardowns of a case whose run was stopped a little time."""
        self._deadline_s = time.monotonic() + grace_s
        self._patterns_s = min(self._patterns_s, STOPPED_PATTERNS_S)

    def extend(self, grace_s: float) -> None:
        """Leave teardowns the time that a stop grants them, also where it comes at the deadline."""
        self._deadline_s += grace_s

    def pattern_time(self) -> float:
        """Return how long the next pattern may search, in seconds; 0 where nothing is left."""
        return max(0.0, min(self._patterns_s, self._deadline_s - time.monotonic()))

    def spend_pattern_time(self, spent_s: float) -> None:
        """Count what a pattern took."""
        self._patterns_s -= spent_s


def text_bytes(text: str) -> int:
    """Return the bytes that a text takes in memory, roughly."""
    return len(text) if text.isascii() else _WIDE * len(text)


def _value_bytes(value: Any, most: int) -> int:
    size, depth, level = 0, 0, [value]
    while level:
        deeper: list[Any] = []
        for each in level:
            size += _NODE_BYTES
            if isinstance(each, str):
                size += text_bytes(each)
            elif isinstance(each, dict):
                size += sum(map(text_bytes, each))
                deeper += each.values()
            elif isinstance(each, list):
                deeper += each
            if size + _NODE_BYTES * len(deeper) > most:
                raise _too_much()
        level, depth = deeper, depth + 1
        if depth > MAX_DEPTH:
            raise OverBudget(f"An expression makes a value of more than {MAX_DEPTH} levels.")
    return size


def _too_much() -> OverBudget:
    return OverBudget(
        f"The expressions of this case would make more than {EXPANDED_BYTES >> 20} MiB.",
        hint="Repeat less: a variable that contains others several times multiplies their length.",
    )
