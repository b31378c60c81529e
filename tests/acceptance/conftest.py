"""The real programs around a server, for one test each: nginx, gunicorn, openssl, curl.

The tests here are named after the rows of docs/internals/acceptance.md: ``test_o17_...``.
"""

import os
import re
import shutil
import signal
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from tests import ports
from tests.acceptance.servers import (
    TOKEN,
    Running,
    Start,
    api_server,
    environment,
    gunicorn_server,
    once,
    spec_server,
    starting,
)

ROOT = Path(__file__).parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each of these tests starts a process."""
    for item in items:
        if item.path.is_relative_to(ROOT / "tests/acceptance"):
            item.add_marker(pytest.mark.process)


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """Returns a port that nobody listens on, another one with each call."""
    return ports.free_port


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder that servers are started in."""
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def start(project: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts a command in the project, waits until it listens on the port, and ends it at last."""
    with starting(project, tmp_path) as run:
        yield run


@pytest.fixture(scope="package")
def shared_start(
    tmp_path_factory: pytest.TempPathFactory, process_coverage: dict[str, str]
) -> Iterator[Start]:
    """Starts a command in an empty project, which the tests of this folder share."""
    folder = tmp_path_factory.mktemp("shared")
    (folder / "project").mkdir()
    with starting(folder / "project", folder) as run:
        yield lambda command, port, env, scheme="http": run(
            command, port, process_coverage | env, scheme
        )


@pytest.fixture
def serve_spec(start: Start, free_port: Callable[[], int]) -> Start:
    """Document D's server: ``python -m mcp_server_spec.main --transport http-stream ...``."""
    return spec_server(start, free_port)


@pytest.fixture(scope="package")
def shared_spec(shared_start: Start, free_port: Callable[[], int]) -> Start:
    """Document D's server, for tests that leave its state and its project alone."""
    return once(spec_server(shared_start, free_port))


@pytest.fixture
def serve_api(start: Start, free_port: Callable[[], int]) -> Start:
    """Document O's server: ``api-auto-test-mcp`` with its environment, and a token."""
    return api_server(start, free_port)


@pytest.fixture(scope="package")
def shared_api(shared_start: Start, free_port: Callable[[], int]) -> Start:
    """Document O's server, for tests that leave its state and its project alone."""
    return once(api_server(shared_start, free_port))


@pytest.fixture
def gunicorn(start: Start, free_port: Callable[[], int]) -> Start:
    """Document D's line for several processes."""
    return gunicorn_server(start, free_port)


@pytest.fixture(scope="package")
def shared_gunicorn(shared_start: Start, free_port: Callable[[], int]) -> Start:
    """Document D's line for several processes, for tests that leave their state alone."""
    return once(gunicorn_server(shared_start, free_port))


@dataclass(frozen=True)
class Certificate:
    """What deploy/make-certificate.sh made."""

    folder: Path

    @property
    def key(self) -> Path:
        return self.folder / "server.key"

    @property
    def crt(self) -> Path:
        return self.folder / "server.crt"

    def context(self) -> ssl.SSLContext:
        """A client that trusts it, as strict as Python 3.13 is."""
        made = ssl.create_default_context(cafile=str(self.crt))
        made.verify_flags |= ssl.VERIFY_X509_STRICT
        return made


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A self-signed certificate for mcp.example.com and localhost."""
    folder = tmp_path_factory.mktemp("ssl")
    script = ROOT / "deploy/make-certificate.sh"
    subprocess.run([script, "mcp.example.com", folder], check=True, capture_output=True)
    return Certificate(folder)


@dataclass
class Nginx:
    """A running nginx."""

    http: int
    https: int
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"https://localhost:{self.https}"

    def access_log(self) -> str:
        """End it, and return its access log: a request is logged after its answer was sent."""
        assert self.process
        self.process.send_signal(signal.SIGQUIT)
        assert self.process.wait(30) == 0
        return (self.folder / "access.log").read_text("utf-8")


def _nginx_folder(
    folder: Path, certificate: Certificate, free_port: Callable[[], int]
) -> Callable[..., Nginx]:
    def write(text: str, upstreams: Mapping[str, int] | None = None) -> Nginx:
        made = Nginx(free_port(), free_port(), folder / "nginx")
        made.folder.mkdir()
        for address, port in (upstreams or {}).items():
            assert address in text
            text = text.replace(address, f"127.0.0.1:{port}")
        text = text.replace("listen 80", f"listen 127.0.0.1:{made.http}")
        text = text.replace("listen 443", f"listen 127.0.0.1:{made.https}")
        text = re.sub(r"(ssl_certificate) [^;]+;", rf"\1 {certificate.crt};", text)
        text = re.sub(r"(ssl_certificate_key) [^;]+;", rf"\1 {certificate.key};", text)
        if "events {}" not in text:
            text = f"events {{}}\nhttp {{\n{text}\n}}\n"
        head = "daemon off;\npid nginx.pid;\n" + ("user root root;\n" if os.geteuid() == 0 else "")
        temporary = "".join(
            f"{name}_temp_path {name};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        text = text.replace("http {", f"http {{\naccess_log access.log;\n{temporary}", 1)
        (made.folder / "nginx.conf").write_text(head + text, "utf-8")
        checked = subprocess.run(
            [*_nginx(made.folder), "-t"], capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stderr
        assert "[warn]" not in checked.stderr
        return made

    return write


@pytest.fixture
def nginx_folder(
    tmp_path: Path, certificate: Certificate, free_port: Callable[[], int]
) -> Callable[..., Nginx]:
    """Writes a shipped configuration with other ports and paths, and has nginx check it."""
    return _nginx_folder(tmp_path, certificate, free_port)


@pytest.fixture
def nginx(nginx_folder: Callable[..., Nginx], start: Start) -> Callable[..., Nginx]:
    """Runs nginx with a shipped configuration, by its path in the project."""
    return _nginx_runner(nginx_folder, start)


def _nginx_runner(nginx_folder: Callable[..., Nginx], start: Start) -> Callable[..., Nginx]:
    def run(name: str, upstreams: Mapping[str, int], change: tuple[str, str] = ("", "")) -> Nginx:
        text = (ROOT / name).read_text("utf-8")
        assert change[0] in text
        made = nginx_folder(text.replace(*change), upstreams)
        made.process = start(_nginx(made.folder), made.https, {}).process
        return made

    return run


@pytest.fixture
def instances(serve_spec: Start) -> dict[str, Running]:
    """Three instances that share a workspace."""
    return _instances(serve_spec)


@pytest.fixture
def three(
    instances: dict[str, Running], nginx: Callable[..., Nginx]
) -> tuple[Nginx, dict[str, Running]]:
    """Those instances, and nginx in front of them."""
    return _in_front(nginx, instances), instances


@pytest.fixture(scope="package")
def shared_three(
    shared_spec: Start,
    shared_start: Start,
    certificate: Certificate,
    free_port: Callable[[], int],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Nginx, dict[str, Running]]:
    """Three instances and nginx, for tests that leave all of them running."""
    write = _nginx_folder(tmp_path_factory.mktemp("three"), certificate, free_port)
    started = _instances(shared_spec)
    return _in_front(_nginx_runner(write, shared_start), started), started


def _instances(serve_spec: Start) -> dict[str, Running]:
    return {
        name: serve_spec(MCP_AUTH_TOKEN=TOKEN, SHALL_INSTANCE=name, SHALL_SESSIONS="yes")
        for name in "abc"
    }


def _in_front(nginx: Callable[..., Nginx], instances: Mapping[str, Running]) -> Nginx:
    ports = {f"127.0.0.1:{3001 + at}": it.port for at, it in enumerate(instances.values())}
    return nginx("deploy/nginx/three-instances.conf", ports)


def _nginx(folder: Path) -> list[str]:
    program = shutil.which("nginx", path=environment()["PATH"])
    assert program, "run scripts/install-test-services (make test does)"
    return [program, "-p", f"{folder}/", "-e", "stderr", "-c", "nginx.conf"]


@pytest.fixture
def run(
    project: Path,
    forks: None,  # noqa: ARG001
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a command of the documents in the project until it ends."""

    def carry_out(
        *command: str | Path, cwd: Path | None = None, **env: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=cwd or project,
            env=environment(**env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return carry_out


@pytest.fixture
def curl(run: Callable[..., subprocess.CompletedProcess[str]]) -> Callable[..., str]:
    """Runs curl and gives what it prints: with ``-i``, the headers too."""

    def ask(*arguments: str | Path) -> str:
        done = run("curl", "--silent", "--show-error", "--max-time", "30", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return ask


INITIALIZE = (
    '{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": '
    '"2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}}'
)


@pytest.fixture
def initialize() -> tuple[str, ...]:
    """The arguments with which curl sends ``initialize``; a header for the token comes besides."""
    kind = "Content-Type: application/json"
    accept = "Accept: application/json, text/event-stream"
    return ("--header", kind, "--header", accept, "--data", INITIALIZE)


Connect = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture
def connect() -> Connect:
    """Connects the official client, with the token, over the transport that is asked for."""

    @asynccontextmanager
    async def open_client(
        url: str,
        *,
        token: str = TOKEN,
        certificate: Certificate | None = None,
        host: str = "",
        mode: str = "legacy",
        sse: bool = False,
    ) -> AsyncIterator[Client]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if host:
            headers["Host"] = host
        trust = certificate.context() if certificate else ssl.create_default_context()

        def make_http(
            headers: dict[str, str] | None = headers,
            timeout: httpx2.Timeout | None = None,
            auth: httpx2.Auth | None = None,
        ) -> httpx2.AsyncClient:
            timeout = timeout or httpx2.Timeout(60)
            return httpx2.AsyncClient(verify=trust, headers=headers, timeout=timeout, auth=auth)

        if sse:
            async with Client(sse_client(url, headers, httpx_client_factory=make_http)) as client:
                yield client
            return
        async with (
            make_http() as http,
            Client(streamable_http_client(url, http_client=http), mode=mode) as client,
        ):
            yield client

    return open_client
