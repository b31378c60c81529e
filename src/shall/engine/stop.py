"""Stops a run from another thread or a signal handler."""

from collections.abc import Callable

from shall.results.records import RunStatus


class Stop:
    """Asks a run to stop. Its requests in flight end, its teardowns still run (bounded)."""

    def __init__(self) -> None:
        self.status: RunStatus | None = None
        self.is_finishing = False
        self._wake: Callable[[], None] | None = None

    def request(self, status: RunStatus = RunStatus.INTERRUPTED) -> None:
        """Stop the run; the first reason counts."""
        if self.status is None:
            self.status = status
        if self._wake is not None:
            self._wake()

    def finish(self) -> None:
        """Finish the cases that run, and start no other."""
        self.is_finishing = True

    def wake_with(self, wake: Callable[[], None] | None) -> None:
        """Call this whenever the run is asked to stop."""
        self._wake = wake
