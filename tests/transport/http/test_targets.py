"""Targets on real sockets: what is denied is never connected to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pycurl
import pytest

from shall.errors import TargetDenied, TargetUnreachable
from shall.transport.exchange import Request, Response
from shall.transport.http import options, transfer
from shall.transport.http.loop import CurlLoop
from shall.transport.target_policy import read_policy
from shall.transport.waits import Work

pytestmark = pytest.mark.anyio

Send = Callable[..., Awaitable[Response]]


class Everywhere:
    """A server on every IPv4 address of this machine, 127.0.0.2 too. ``seen`` says which."""

    def __init__(self) -> None:
        self.port = 0
        self.connections: list[str] = []
        self.seen: list[str] = []
        self.answers: dict[str, bytes] = {}
        self._talking: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listen(self, host: str) -> AsyncIterator[None]:
        """Take connections, and close each at the end."""
        listening = await asyncio.start_server(self.talk, host, 0)
        self.port = listening.sockets[0].getsockname()[1]
        yield
        listening.close()
        for task in self._talking:
            task.cancel()
        await asyncio.gather(*self._talking, return_exceptions=True)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talking.add(task)
        address = writer.get_extra_info("sockname")[0]
        self.connections.append(address)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split()[1].decode()
                self.seen.append(f"{address}{path}")
                writer.write(self.answers.get(path, _answer(200)))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    def redirect(self, path: str, location: str, status: int = 302) -> None:
        self.answers[path] = _answer(status, f"Location: {location}\r\n")


def _answer(status: int, headers: str = "") -> bytes:
    return f"HTTP/1.1 {status} X\r\n{headers}Content-Length: 0\r\n\r\n".encode()


@pytest.fixture
async def server() -> AsyncIterator[Everywhere]:
    everywhere = Everywhere()
    async with everywhere.listen("0.0.0.0"):
        yield everywhere


@pytest.fixture
async def send() -> AsyncIterator[Send]:
    """Sends a GET under a policy; one sender and one session for each policy."""
    loops: dict[Any, CurlLoop] = {}

    def ask(request: Request) -> Work[Response]:
        response: Response = yield request
        return response

    async def send_one(
        url: str, allow: tuple[str, ...] = (), deny: tuple[str, ...] = (), **more: Any
    ) -> Response:
        key = (allow, deny)
        if key not in loops:
            loops[key] = CurlLoop(read_policy(allow, deny))
        request = Request("GET", url, timeout_s=10, **more)
        response: Response = await asyncio.to_thread(loops[key].run, ask(request))
        return response

    yield send_one
    for each in loops.values():
        each.close()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What names mean, for the next request: ``name:port`` to addresses, with commas."""
    known: dict[str, str] = {}

    class OptionsWithNames(options.Options):
        def put(self, *arguments: Any) -> None:
            super().put(*arguments)
            resolve = [f"{name}:{addresses}" for name, addresses in known.items()]
            self._curl.setopt(pycurl.RESOLVE, resolve)

    monkeypatch.setattr(transfer, "Options", OptionsWithNames)
    return known


@pytest.mark.verifies("engine#5.1")
async def test_without_rules_the_loopback_is_reached(server: Everywhere, send: Send) -> None:
    for host in ("127.0.0.1", "127.0.0.2", "localhost", "0.0.0.0", "0x7f.1"):
        assert (await send(f"http://{host}:{server.port}/")).status == 200


@pytest.mark.verifies("engine#5.1")
@pytest.mark.parametrize("host", ["169.254.169.254", "[fe80::1]", "[::ffff:a9fe:a9fe]"])
async def test_without_rules_metadata_is_not(send: Send, host: str) -> None:
    with pytest.raises(TargetDenied, match="is denied unless it is listed"):
        await send(f"http://{host}/latest/meta-data/")


@pytest.mark.verifies("engine#5.3")
@pytest.mark.parametrize(
    "host",
    ["127.0.0.2", "127.2", "0x7f.0.0.2", "0177.0.0.02", "2130706434", "127.0.0.%32", "127.0.0.2."],
)
async def test_a_denied_address_is_not_connected_to_however_it_is_written(
    server: Everywhere, send: Send, host: str
) -> None:
    with pytest.raises(TargetDenied) as denied:
        await send(f"http://{host}:{server.port}/", deny=("127.0.0.2",))
    assert server.connections == []
    assert denied.value.code == "MCP_TARGET_DENIED"
    assert not denied.value.retryable
    assert denied.value.details["rule"] == "127.0.0.2"


@pytest.mark.verifies("engine#5.7")
async def test_the_error_is_the_same_where_nobody_listens(server: Everywhere, send: Send) -> None:
    shown = set()
    for port in (server.port, 1):
        with pytest.raises(TargetDenied) as denied:
            await send(f"http://127.0.0.2:{port}/", deny=("127.0.0.0/8",))
        shown.add(str(denied.value).replace(f":{port} ", " "))
    assert len(shown) == 1


@pytest.mark.verifies("engine#5.4")
async def test_every_address_of_a_name_is_judged(
    server: Everywhere, send: Send, names: dict[str, str]
) -> None:
    names[f"both.test:{server.port}"] = "127.0.0.2,127.0.0.3"
    url = f"http://both.test:{server.port}/"
    assert (await send(url, deny=("127.0.0.2",))).status == 200
    assert server.connections == ["127.0.0.3"]
    with pytest.raises(TargetDenied):
        await send(url, deny=("127.0.0.2", "127.0.0.3"))
    assert server.connections == ["127.0.0.3"]


@pytest.mark.verifies("engine#5.4")
async def test_a_name_that_means_something_else_a_moment_later_is_judged_again(
    server: Everywhere, send: Send, names: dict[str, str]
) -> None:
    server.answers["/"] = _answer(200, "Connection: close\r\n")
    policy = {"allow": ("127.0.0.1",)}
    names[f"rebind.test:{server.port}"] = "127.0.0.1"
    url = f"http://rebind.test:{server.port}/"
    assert (await send(url, **policy)).status == 200
    names[f"rebind.test:{server.port}"] = "127.0.0.2"
    with pytest.raises(TargetDenied):
        await send(url, **policy)
    assert server.connections == ["127.0.0.1"]


@pytest.mark.verifies("engine#5.5")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_to_a_denied_address_is_not_followed(
    server: Everywhere, send: Send, status: int
) -> None:
    server.redirect("/away", f"//0x7f.2:{server.port}/secret", status)
    with pytest.raises(TargetDenied, match=r"127\.0\.0\.2:\d+ may not be reached"):
        await send(f"http://127.0.0.1:{server.port}/away", deny=("127.0.0.2",))
    assert server.seen == ["127.0.0.1/away"]


@pytest.mark.verifies("engine#5.5")
async def test_a_redirect_to_a_denied_name_is_not_followed_on_a_kept_connection(
    server: Everywhere, send: Send, names: dict[str, str]
) -> None:
    names[f"a.test:{server.port}"] = names[f"b.test:{server.port}"] = "127.0.0.1"
    server.redirect("/away", f"http://b.test:{server.port}/secret")
    server.redirect("/odd", f"HTTP:///B%2eTEST:{server.port}/secret")
    server.redirect("/twice", "/away")
    away = server.answers["/away"]
    server.answers["/tab"] = away.replace(b"1.1 302", b"1.1\t302").replace(b"Loc", b"LOC")
    server.answers["/folded"] = away.replace(b"Location:", b"Location:\r\n ")
    start = f"http://a.test:{server.port}"
    for path in ("/away", "/odd", "/twice", "/tab", "/folded"):
        with pytest.raises(TargetDenied, match=r"(?i)b\.test:\d+ may not be reached"):
            await send(f"{start}{path}", deny=("b.test",))
    assert not [line for line in server.seen if line.endswith("/secret")]
    # the same address under the same policy, by a name that may be reached
    server.redirect("/home", f"http://a.test:{server.port}/")
    assert (await send(f"{start}/home", deny=("b.test",))).status == 200


@pytest.mark.verifies("engine#5.2", "engine#5.5")
async def test_a_listed_name_opens_its_addresses_to_itself_only(
    server: Everywhere, send: Send, names: dict[str, str]
) -> None:
    names[f"a.test:{server.port}"] = names[f"b.test:{server.port}"] = "127.0.0.1"
    server.redirect("/away", f"http://b.test:{server.port}/secret")
    server.redirect("/bare", f"http://127.0.0.1:{server.port}/secret")
    policy = {"allow": ("a.test", "10.0.0.0/8")}
    assert (await send(f"http://a.test:{server.port}/", **policy)).status == 200
    for path in ("/away", "/bare"):
        with pytest.raises(TargetDenied, match="targets_allow does not list it"):
            await send(f"http://a.test:{server.port}{path}", **policy)
    with pytest.raises(TargetDenied):
        await send(f"http://b.test:{server.port}/secret", **policy)
    assert not [line for line in server.seen if line.endswith("/secret")]


async def test_a_location_that_is_not_followed_is_not_judged(
    server: Everywhere, send: Send
) -> None:
    server.answers["/made"] = _answer(201, "Location: http://b.test/1\r\n")
    server.redirect("/away", "http://b.test/1")
    start, policy = f"http://127.0.0.1:{server.port}", {"deny": ("b.test",)}
    assert (await send(f"{start}/made", **policy)).status == 201
    assert (await send(f"{start}/away", follow_redirects=False, **policy)).status == 302


async def test_a_failure_that_is_not_the_policys_is_reported_as_it_is(
    server: Everywhere, send: Send, names: dict[str, str]
) -> None:
    names[f"both.test:{server.port}"] = "127.0.0.2,127.0.0.1"
    server.redirect("/gone", "http://127.0.0.1:1/")
    away = [
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "mailto:a@b.test",
        "http://a b/",
        "x://a.test",
    ]
    for number, location in enumerate(away):
        server.redirect(f"/{number}", location)
    start, policy = f"http://both.test:{server.port}", {"deny": ("127.0.0.2",)}
    with pytest.raises(TargetUnreachable, match="refuses the connection"):
        await send(f"{start}/gone", **policy)
    for number, _ in enumerate(away):
        with pytest.raises(TargetUnreachable, match=r"is not HTTP|could not be parsed"):
            await send(f"{start}/{number}", **policy)


async def test_addresses_of_version_6_are_judged_too(send: Send) -> None:
    everywhere = Everywhere()
    async with everywhere.listen("::1"):
        url = f"http://[::1]:{everywhere.port}/"
        assert (await send(url)).status == 200
        assert (await send(url, allow=(f"[::1]:{everywhere.port}",))).status == 200
        with pytest.raises(TargetDenied):
            await send(url, deny=("::1",))
    assert len(everywhere.connections) == 2


async def test_no_handle_is_left_open(server: Everywhere, send: Send) -> None:
    """Every socket that the policy let through is libcurl's, and closed with its connection."""
    server.answers["/"] = _answer(200, "Connection: close\r\n")
    for _ in range(3):
        await send(f"http://127.0.0.1:{server.port}/")
    assert len(server.connections) == 3


@pytest.mark.verifies("engine#5.5")
async def test_header_lines_that_were_seen_before_count_again(
    server: Everywhere, send: Send
) -> None:
    headers = "Location: /end\r\nX-Same: 1\r\nSet-Cookie: a=1\r\nConnection: close\r\n"
    server.answers["/seen"] = _answer(200, headers)
    server.answers["/moved"] = _answer(302, headers)
    for _ in range(3):
        response = await send(f"http://127.0.0.1:{server.port}/seen")
        names = [name for name, _ in response.headers]
        assert names == ["Location", "X-Same", "Set-Cookie", "Connection", "Content-Length"]
        response = await send(f"http://127.0.0.1:{server.port}/moved")
        assert [it.status for it in response.redirects] == [302]
