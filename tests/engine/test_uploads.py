"""Large files that are read while they are sent: whole, again where need be, and held by nobody."""

import hashlib
import hmac
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from shall.cases.reader import read_data
from shall.engine.job import Job
from shall.engine.options import RunOptions
from shall.engine.run import RunContext, run_jobs
from shall.results.collected import Collected
from shall.results.records import CaseResult, Outcome
from shall.transport.exchange import LARGE_BYTES, FileContent
from shall.transport.http.loop import CurlLoop
from shall.transport.upload import Upload
from shall.workspace.files import Files

pytestmark = pytest.mark.anyio

RunOne = Callable[..., Awaitable[CaseResult]]

SIZE = LARGE_BYTES + 70_001
CANARY = "orchard-lantern-20"


class Taker(ThreadingHTTPServer):
    """Takes uploads in parts. ``takes`` hears of the first part of each."""

    daemon_threads = True

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, dict[str, str]]] = []
        self.takes: Callable[[], None] = lambda: None
        self.other = ""
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Taker)
        digest, left = hashlib.sha256(), int(self.headers["Content-Length"])
        is_first = True
        while left and (part := self.rfile.read1(min(left, LARGE_BYTES))):
            if is_first:
                server.takes()
            is_first = False
            digest.update(part)
            left -= len(part)
        if left:
            return
        server.calls.append((self.path, digest.hexdigest(), dict(self.headers)))
        status, headers = 200, {}
        if self.path == "/again":
            status, headers = 307, {"Location": "/take"}
        elif self.path == "/away":
            status, headers = 307, {"Location": f"{server.other}/take"}
        elif self.path == "/digest" and "Authorization" not in self.headers:
            status, headers = 401, {"WWW-Authenticate": 'Digest realm="r", nonce="n", qop="auth"'}
        answer = json.dumps({"sha256": digest.hexdigest()}).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(answer))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def do_PUT(self) -> None:
        self.do_POST()

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def _takers() -> Iterator[tuple[Taker, Taker]]:
    with Taker() as one, Taker() as other:
        for server in (one, other):
            Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        one.other = other.url
        yield one, other
        one.shutdown()
        other.shutdown()


@pytest.fixture
def taker(_takers: tuple[Taker, Taker]) -> Taker:
    for server in _takers:
        server.calls.clear()
    _takers[0].takes = lambda: None
    return _takers[0]


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    """The content of a large file of the workspace, ``data/film.mp4``."""
    content = os.urandom(SIZE)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/film.mp4").write_bytes(content)
    return content


@pytest.mark.verifies("protocols#6.5")
@pytest.mark.parametrize("path", ["/take", "/again", "/away", "/digest"])
async def test_a_large_file_arrives_whole_also_where_it_is_sent_again(
    taker: Taker, content: bytes, run_one: RunOne, path: str
) -> None:
    step = {
        "PUT": path,
        "body": {"file": "data/film.mp4"},
        "auth": {"digest": {"user": "anna", "password": CANARY}} if path == "/digest" else "none",
        "expect": {"status": 200, "$.sha256": hashlib.sha256(content).hexdigest()},
    }

    result = await run_one([step], host=taker.url)

    assert result.outcome is Outcome.PASSED, result
    (sent,) = result.steps
    assert sent.exchange is not None
    assert sent.exchange.request_body == f"<film.mp4, {SIZE} bytes>"
    assert {it[2]["Content-Type"] for it in taker.calls} == {"video/mp4"}


@pytest.mark.verifies("protocols#6.5")
async def test_large_parts_of_a_form_arrive_whole(
    taker: Taker, content: bytes, run_one: RunOne
) -> None:
    files = {"film": "data/film.mp4", "again": {"file": "data/film.mp4", "name": "b.mp4"}}
    steps = [{"POST": "/take", "files": files}, {"POST": "/again", "files": files}]

    result = await run_one(steps, host=taker.url)

    assert result.outcome is Outcome.PASSED, result
    lengths = [int(it[2]["Content-Length"]) for it in taker.calls]
    assert len(lengths) == 3
    assert all(0 < length - 2 * len(content) < 1000 for length in lengths)
    assert taker.calls[1][1] == taker.calls[2][1]  # the one that was sent again is the same


@pytest.mark.verifies("protocols#6.5")
async def test_a_large_body_is_signed_for_aws_with_its_digest(
    taker: Taker, content: bytes, run_one: RunOne
) -> None:
    auth = {
        "aws_sigv4": {
            "access_key": "AKIDEXAMPLE",
            "secret_key": CANARY,
            "region": "eu-central-1",
            "service": "films",
        }
    }
    step = {"PUT": "/take", "body": {"file": "data/film.mp4"}, "auth": auth}

    result = await run_one([step], host=taker.url)

    assert result.outcome is Outcome.PASSED, result
    ((_, digest, headers),) = taker.calls
    seen = {name.lower(): value for name, value in headers.items()}
    assert seen["x-amz-content-sha256"] == digest == hashlib.sha256(content).hexdigest()
    names = seen["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    canonical = ["PUT", "/take", ""]
    canonical += [f"{name}:{seen[name]}" for name in names]
    canonical += ["", ";".join(names), digest]
    scope = f"{seen['x-amz-date'][:8]}/eu-central-1/films/aws4_request"
    text = "\n".join(canonical)
    to_sign = (
        f"AWS4-HMAC-SHA256\n{seen['x-amz-date']}\n{scope}\n"
        f"{hashlib.sha256(text.encode()).hexdigest()}"
    )
    key = f"AWS4{CANARY}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    signature = hmac.new(key, to_sign.encode(), "sha256").hexdigest()
    assert seen["authorization"].endswith(f"Signature={signature}")


@pytest.mark.verifies("protocols#6.6")
@pytest.mark.parametrize(
    "sent", [{"body": {"file": "data/film.mp4"}}, {"files": {"film": "data/film.mp4"}}]
)
@pytest.mark.usefixtures("content")
async def test_a_file_that_becomes_smaller_while_it_is_sent_is_an_error(
    taker: Taker, run_one: RunOne, tmp_path: Path, sent: dict[str, Any]
) -> None:
    file = tmp_path / "data/film.mp4"
    size = 64 << 20  # more than the buffers between us and the service
    os.truncate(file, size)
    taker.takes = lambda: os.truncate(file, 10)

    result = await run_one([{"PUT": "/take", **sent}], host=taker.url)

    assert result.outcome is Outcome.ERROR
    error = result.steps[0].error
    assert error is not None
    assert "data/film.mp4 became smaller while it was sent" in str(error.params)
    assert taker.calls == []


@pytest.mark.verifies("protocols#6.6")
def test_a_file_that_cannot_be_read_is_a_fault_and_its_descriptor_is_closed(
    tmp_path: Path,
) -> None:
    upload = Upload(FileContent("data", SIZE, lambda: os.open(tmp_path, os.O_RDONLY)))

    assert upload.read(10) is None
    assert str(upload.fault) == "data cannot be read: Is a directory."
    upload.close()


@pytest.mark.verifies("protocols#6.6")
@pytest.mark.usefixtures("content")
async def test_a_file_that_is_gone_when_it_is_sent_is_an_error(
    taker: Taker, run_one: RunOne, tmp_path: Path
) -> None:
    step = {
        "PUT": "/away",
        "body": {"file": "data/film.mp4"},
        "expect": {"status": 200},
    }
    taker.takes = (tmp_path / "data/film.mp4").unlink  # the redirect opens it again

    result = await run_one([step], host=taker.url)

    assert result.outcome is Outcome.ERROR
    error = result.steps[0].error
    assert error is not None
    assert "data/film.mp4 does not exist" in str(error.params)


@pytest.mark.verifies("defences#9.6")
@pytest.mark.parametrize("size", [SIZE, 40 << 20])
async def test_a_large_file_with_a_secret_does_not_leave_its_origin(
    taker: Taker, run_one: RunOne, tmp_path: Path, size: int
) -> None:
    with (tmp_path / "rows.csv").open("wb") as file:
        file.truncate(size)
        file.seek(LARGE_BYTES - 5)  # across the end of a part
        file.write(CANARY.encode())
    case = {"variables": {"word": CANARY}, "secrets": ["word"]}
    step = {"PUT": "/away", "body": {"file": "rows.csv"}}

    result = await run_one([step], case, host=taker.url)

    assert result.outcome is Outcome.ERROR
    assert [it[0] for it in taker.calls] == ["/away"]


@pytest.mark.verifies("protocols#6.5")
@pytest.mark.parametrize("ends", [True, False])
@pytest.mark.usefixtures("content")
async def test_no_descriptor_stays_open(taker: Taker, tmp_path: Path, ends: bool) -> None:
    def opened() -> int:
        links = Path("/proc/self/fd").iterdir()
        return sum(os.path.realpath(it).endswith("film.mp4") for it in links)

    step = {
        "PUT": "/take" if ends else "/again",
        "files": {"a": "data/film.mp4", "b": "data/film.mp4" if ends else "data/none.mp4"},
    }
    case = read_data({"name": "a", "host": taker.url, "steps": [step]})
    loop, files, collected = CurlLoop(), Files(tmp_path), Collected()
    run_jobs([Job("a", case)], 1, RunOptions(run_id="r"), RunContext(loop, files, collected.take))

    assert opened() == 0
    loop.close()
    files.close()


MEMORY = """
import resource, sys
from pathlib import Path
from shall.cases.reader import read_data
from shall.engine.job import Job
from shall.engine.options import RunOptions
from shall.engine.run import RunContext, run_jobs
from shall.transport.http.loop import CurlLoop
from shall.workspace.files import Files

host, root = sys.argv[1:]
steps = [{"PUT": "/take", "body": {"file": name}} for name in ("small.bin", "huge.bin")]
steps += [{"PUT": "/take", "files": {"a": "huge.bin"}}]
peaks = []
for step in steps:
    case = read_data({"name": "a", "host": host, "steps": [step]})
    summary = run_jobs(
        [Job("a", case)],
        1,
        RunOptions(run_id="r"),
        RunContext(CurlLoop(), Files(Path(root)), lambda _: None),
    )
    assert not summary.bad_total, summary
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)
print(*peaks)
"""


@pytest.mark.verifies("protocols#6.5")
@pytest.mark.process
def test_a_file_of_200_mib_takes_no_memory(taker: Taker, tmp_path: Path) -> None:
    for name, size in (("small.bin", LARGE_BYTES + 1), ("huge.bin", 200 << 20)):
        with (tmp_path / name).open("wb") as file:
            file.truncate(size)

    ended = subprocess.run(
        [sys.executable, "-c", MEMORY, taker.url, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )

    small, whole, part = map(int, ended.stdout.split())
    assert whole - small < 10
    assert part - small < 10
