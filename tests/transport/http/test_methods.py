"""What goes out on the wire is what the request says, whatever the handle sent before."""

import threading
from collections.abc import Iterator
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shall.transport.exchange import FilePart, Request, Response
from shall.transport.http.loop import CurlLoop
from shall.transport.waits import Work

BODIES: dict[str, dict[str, Any]] = {
    "none": {},
    "empty": {"body": b""},
    "bytes": {"body": b'{"a": 1}'},
    "fields": {"form": (("a", "1"),)},
    "file": {"files": (FilePart("f", "f.txt", b"content"),)},
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "PURGE")


class _Echo(StreamRequestHandler):
    """Answers with the request line and the length of the body, read byte by byte."""

    disable_nagle_algorithm = True  # else the second write waits 40 ms for an acknowledgement

    def handle(self) -> None:
        while line := self.rfile.readline().strip().decode():
            headers = {}
            while header := self.rfile.readline().strip().decode():
                name, _, value = header.partition(":")
                headers[name.lower()] = value.strip()
            size = self._read_body(headers)
            said = f"{line.split()[0]} {size}".encode()
            head = f"HTTP/1.1 200 OK\r\nX-Said: {said.decode()}\r\nContent-Length: {len(said)}"
            self.wfile.write(head.encode() + b"\r\n\r\n")
            if not line.startswith("HEAD"):
                self.wfile.write(said)

    def _read_body(self, headers: dict[str, str]) -> int:
        if headers.get("transfer-encoding") != "chunked":
            return len(self.rfile.read(int(headers.get("content-length", "0"))))
        size = 0
        while chunk := int(self.rfile.readline(), 16):
            size += len(self.rfile.read(chunk))
            self.rfile.readline()
        self.rfile.readline()
        return size


class _Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    with _Server(("127.0.0.1", 0), _Echo) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(METHODS), st.sampled_from(sorted(BODIES)), st.booleans()),
        min_size=2,
        max_size=8,
    )
)
def test_every_method_goes_out_as_it_is_after_every_body(
    echo: str, sent: list[tuple[str, str, bool]]
) -> None:
    said: list[tuple[str, str]] = []

    def case(requests: list[tuple[str, str]]) -> Work[None]:
        for method, kind in requests:
            response: Response = yield Request(method, echo, **BODIES[kind])
            method_seen, _, size = (response.header("x-said") or "").partition(" ")
            has_body = kind in {"bytes", "fields", "file"}
            assert (method_seen, int(size) > 0) == (method, has_body)
            said.append((method, kind))

    pairs = [(it[0], "none" if it[0] == "HEAD" else it[1]) for it in sent]
    loop = CurlLoop()
    try:
        cut = next((n for n, it in enumerate(sent) if it[2]), len(sent))
        loop.run(case(pairs[:cut]))
        loop.run(case(pairs[cut:]))  # another case, which is handed the same handle
    finally:
        loop.close()
    assert said == pairs
