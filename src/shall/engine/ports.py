"""What the engine needs from outside."""

from typing import Protocol

from shall.transport.exchange import Request, Response


class Session(Protocol):
    """One case's own cookie jar over the shared connections."""

    async def send(self, request: Request) -> Response:
        """Send a request and read the response.

        Cancelling stops the transfer.

        Raises:
            TargetUnreachable: No connection, no name, TLS refused, broken off.
            TargetDenied: The operator lets no request go there.
            TimedOut: Longer than ``request.timeout_s``.
        """
        ...

    def close(self) -> None:
        """Give the session back."""
        ...


class Sender(Protocol):
    """Sends requests over shared connections. Belongs to one event loop."""

    def session(self) -> Session:
        """Open a session with an empty cookie jar."""
        ...

    def close(self) -> None:
        """Close every connection."""
        ...


class Attachments(Protocol):
    """Reads the files that a case uploads."""

    def read_bytes(self, path: str) -> bytes:
        """Read a file inside the workspace.

        Raises:
            OutsideWorkspace: The path leads out.
            FileMissing: There is no such file.
        """
        ...
