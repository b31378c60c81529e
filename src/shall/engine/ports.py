"""What the engine needs from outside."""

from collections.abc import Sequence
from typing import Any, Protocol

from shall.transport.exchange import FileContent
from shall.transport.waits import Work


class Task(Protocol):
    """Work that a loop was given."""

    is_done: bool


class Turns(Protocol):
    """A semaphore that bounds how many threads compute at once."""

    def acquire(self) -> bool:
        """Wait for a turn."""
        ...

    def release(self) -> None:
        """End the turn."""
        ...


class Loop(Protocol):
    """Runs pieces of work side by side, in the thread that calls ``step``."""

    turns: Turns | None
    """Released while the loop waits, so that other threads compute meanwhile."""

    def start(self, work: Work[Any]) -> Any:
        """Run work until it waits for the first time; return its task."""
        ...

    def step(self, until: float | None = None) -> None:
        """Wait until something happens, at the latest until ``until`` (monotonic), and go on."""
        ...

    def run(self, work: Work[Any]) -> Any:
        """Run one piece of work to its end; return what it returns, raise what it raises."""
        ...

    def stop(self, task: Any, grace_s: float = 0.0) -> None:
        """Raise ``Stopped`` where the task waits; from ``grace_s`` later on wherever it waits.

        A task that is shielded goes on until then, and may wait half of it for the same.
        """
        ...

    def wake(self) -> None:
        """Wake ``step``. May be called from any thread and from a signal handler."""
        ...

    def close(self) -> None:
        """Close every connection."""
        ...


class Attachments(Protocol):
    """Reaches the files that a case names."""

    def read_bytes(self, path: str) -> bytes:
        """Read a file inside the workspace.

        Raises:
            OutsideWorkspace: The path leads out.
            FileMissing: There is no such file.
        """
        ...

    def stamp(self, path: str) -> tuple[int, ...] | None:
        """Return values that change with a file inside the workspace; None where there is none."""
        ...

    def upload(self, path: str) -> bytes | FileContent:
        """Return the bytes of a small file, else what reads a large one while it is sent.

        Raises:
            OutsideWorkspace: The path leads out.
            FileMissing: There is no such file.
        """
        ...

    def delete_scratch(self, paths: Sequence[str], folders: Sequence[str]) -> None:
        """Delete files below folders that the operator names for it, as far as they exist.

        Raises:
            OutsideWorkspace: A path leads out of them, and nothing was deleted; or one of the files
                is not a plain file.
        """
        ...

    def path_of(self, path: str) -> str:
        """Return the absolute path of a file inside the workspace that a library opens itself.

        Raises:
            OutsideWorkspace: The path leads out.
            FileMissing: There is no such file.
        """
        ...
