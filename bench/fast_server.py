"""A service that does nothing but answer: login, users, orders, kept in no memory.

Its own few lines of HTTP/1.1 (keep-alive, Content-Length) on asyncio are several times as fast as a
web framework, so that a bench measures who asks and not who answers.

    POST /login        {"username": "user7"}       a token for user 7
    GET  /users/7      Authorization: Bearer ...   the user; 401 with another's token
    POST /orders       {"user_id": 7, ...}         201; 401 with another's token

``/users/7`` answers without a token too, for cases of one request.
"""

import argparse
import asyncio
import json
import re
from typing import Any

_USER = re.compile(rb"user(\d+)")
_TOKEN = re.compile(rb"\r\nauthorization: *bearer tok-(\d+)", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)

_REASONS = {200: "OK", 201: "Created", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found"}


def answer(head: bytes, body: bytes) -> tuple[int, dict[str, Any]]:
    """Give status and data for a request."""
    method, target, _ = head.split(b" ", 2)
    path = target.partition(b"?")[0]
    found = _TOKEN.search(head)
    caller = int(found[1]) if found else None
    if (method, path) == (b"POST", b"/login"):
        return _login(body)
    if method == b"GET" and path.startswith(b"/users/") and path[7:].isdigit():
        return _user(int(path[7:]), caller)
    if (method, path) == (b"POST", b"/orders"):
        return _order(body, caller)
    return 404, {"error": "not found"}


def _login(body: bytes) -> tuple[int, dict[str, Any]]:
    found = _USER.search(body)
    if found is None:
        return 400, {"error": "bad login"}
    number = int(found[1])
    token = f"tok-{number}"
    user = {"id": number, "name": f"user{number}"}
    data = {"token": token}
    return 200, {"token": token, "token_type": "bearer", "data": data, "user": user}


def _user(number: int, caller: int | None) -> tuple[int, dict[str, Any]]:
    if caller not in (number, None):
        return 401, {"error": "unauthorized"}
    return 200, {
        "id": number,
        "name": f"user{number}",
        "email": f"user{number}@example.com",
        "roles": ["admin", "user"],
        "address": {"city": "Paris", "zip": "75001"},
        "active": True,
    }


def _order(body: bytes, caller: int | None) -> tuple[int, dict[str, Any]]:
    order = json.loads(body)
    if caller != order["user_id"]:
        return 401, {"error": "unauthorized"}
    return 201, {"id": 1000 + caller, "status": "created", **order}


class Connection(asyncio.Protocol):
    """One connection: requests in, answers out, in order."""

    def __init__(self) -> None:
        self.waiting = b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        out = []
        while (end := self.waiting.find(b"\r\n\r\n") + 4) > 3:
            found = _LENGTH.search(self.waiting, 0, end)
            whole = end + (int(found[1]) if found else 0)
            if len(self.waiting) < whole:
                break
            head, body = self.waiting[:end], self.waiting[end:whole]
            self.waiting = self.waiting[whole:]
            out.append(_written(*answer(head, body)))
        self.transport.write(b"".join(out))


def _written(status: int, data: dict[str, Any]) -> bytes:
    body = json.dumps(data).encode()
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def serve(port: int) -> None:
    """Serve until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", port)
    bound = server.sockets[0].getsockname()[1]
    print(f"Serving on http://127.0.0.1:{bound}", flush=True)
    await server.serve_forever()


def main() -> None:
    """Read the port and serve."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, default=18080, help="0 takes a free one")
    try:
        asyncio.run(serve(parser.parse_args().port))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
