"""What the transports need of others, and of the system."""

from collections.abc import Iterator
from typing import Protocol

from shall.transport.exchange import Request, Response


class Secrecy(Protocol):
    """Which parts of a request are secret; asked when a redirect leaves the origin."""

    def of_header(self, name: str, value: str) -> bool:
        """Return whether a header is secret."""
        ...

    def of_body(self, request: Request) -> bool:
        """Return whether the body, the form or a file holds a secret."""
        ...


class Reader(Protocol):
    """Reads a response while it arrives. ``ends_with_time``: its timeout is not a fault.

    ``broken`` is what had arrived when the transfer failed, if its status had.
    """

    ends_with_time: bool
    broken: Response | None

    def take(self, data: bytes) -> bool:
        """Receive a part of the body; return whether nothing more is to be read."""
        ...


class Poller(Protocol):
    """Waits for several descriptors at once. Masks are made of READ, WRITE and FAILED."""

    def watch(self, mask: int, fd: int, _multi: object = None, _data: object = None) -> None:
        """Wait for this descriptor to become ready, too, or for something else than before.

        Neither READ nor WRITE: wait for it no longer; it may be closed already. The arguments are
        those of libcurl's socket callback.
        """
        ...

    def wait(self, timeout_s: float | None) -> Iterator[tuple[int, int]]:
        """Return the descriptors that are ready, and for what. None: wait for ever."""
        ...

    def close(self) -> None:
        """Close what the poller itself holds."""
        ...
