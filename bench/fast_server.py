"""A service that does nothing but answer, so that the runner is what is measured.

POST /login, GET /users/{id} and POST /orders with canned answers. It prints its address when it
listens, and stops on SIGTERM.
"""

import argparse
import asyncio
import json
import signal

ANSWERS = {
    b"POST /login": {"code": 0, "data": {"token": "token-1", "user_id": 1}},
    b"POST /orders": {"code": 0, "id": 1, "status": "created", "data": {"id": 1}},
}


def _response(body: dict[str, object], status: str = "200 OK") -> bytes:
    data = json.dumps(body).encode("ascii")
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(data)}"
    return head.encode("ascii") + b"\r\n\r\n" + data


RESPONSES = {start: _response(body) for start, body in ANSWERS.items()}
NOT_FOUND = _response({"code": 404}, "404 Not Found")


def answer(method: bytes, path: bytes) -> bytes:
    """Return the response; a user is the one that was asked for."""
    if method == b"GET" and path.startswith(b"/users/"):
        number = int(path.removeprefix(b"/users/"))
        return _response({"code": 0, "id": number, "name": f"user-{number}"})
    return RESPONSES.get(method + b" " + path, NOT_FOUND)


class Connection(asyncio.Protocol):
    """Answers each request of one connection; a body is only counted."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.held = b""

    def data_received(self, data: bytes) -> None:
        """Take what comes in."""
        self.held += data
        while (end := self.held.find(b"\r\n\r\n")) >= 0:
            head = self.held[:end].lower()
            start = head.find(b"content-length:")
            length = int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
            if len(self.held) < end + 4 + length:
                return
            method, path = self.held.split(b" ", 2)[:2]
            self.transport.write(answer(method, path))
            self.held = self.held[end + 4 + length :]


async def serve(port: int) -> None:
    """Serve until SIGTERM."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", port)
    print(f"listening on http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    stopped = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    await stopped.wait()
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(serve(parser.parse_args().port))
