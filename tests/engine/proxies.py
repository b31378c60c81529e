"""A proxy for tests, our own: HTTP CONNECT and SOCKS 5 (RFC 1928, 1929) at one address."""

import base64
import socket
import threading
from contextlib import suppress

USER, PASSWORD = "anna", "proxy-canary"
_AUTHORIZATION = base64.b64encode(f"{USER}:{PASSWORD}".encode())


class Proxy:
    """Relays connections of who knows the password; ``seen`` are the targets asked for.

    A host that ends in ``.test`` is known to it alone: it is 127.0.0.1.
    """

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Accept no more."""
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):  # it is closed at the end
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError, ValueError):
            is_socks = client.recv(1, socket.MSG_PEEK) == b"\5"
            target = self._socks(client) if is_socks else self._connect(client)
            if target is not None:
                self._relay(client, target, b"\5\0\0\1\0\0\0\0\0\0" if is_socks else b"")

    def _connect(self, client: socket.socket) -> tuple[str, int] | None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(1)
        method, where, _ = head.split(b"\r\n")[0].decode().split(" ")
        self.seen.append(f"{method} {where}")
        if b"Basic " + _AUTHORIZATION not in head:
            client.sendall(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
            return None
        client.sendall(b"HTTP/1.1 200 Here\r\n\r\n")
        host, _, port = where.rpartition(":")
        return host, int(port)

    def _socks(self, client: socket.socket) -> tuple[str, int] | None:
        _, count = client.recv(2)
        if 2 not in client.recv(count):
            client.sendall(b"\5\xff")
            return None
        client.sendall(b"\5\2")
        _, size = client.recv(2)
        user = client.recv(size)
        password = client.recv(client.recv(1)[0])
        is_known = (user, password) == (USER.encode(), PASSWORD.encode())
        client.sendall(b"\1\0" if is_known else b"\1\1")
        if not is_known:
            return None
        kind = client.recv(4)[3]
        is_name = kind == 3
        data = client.recv(client.recv(1)[0] if is_name else 4)
        host = data.decode() if is_name else socket.inet_ntoa(data)
        port = int.from_bytes(client.recv(2), "big")
        self.seen.append(f"{'name' if is_name else 'address'} {host}:{port}")
        return host, port

    def _relay(self, client: socket.socket, target: tuple[str, int], first: bytes) -> None:
        host, port = target
        host = "127.0.0.1" if host.endswith(".test") else host
        with socket.create_connection((host, port)) as server:
            client.sendall(first)
            back = threading.Thread(target=_copy, args=(server, client), daemon=True)
            back.start()
            _copy(client, server)
            back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
