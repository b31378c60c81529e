"""How a service is connected to: a real nginx with TLS, client certificates and HTTP/2."""

import shutil
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.serve.certificates import Authority

from shall.messages import render
from shall.results.encoding import result_to_json
from shall.results.records import CaseResult, Outcome

pytestmark = [pytest.mark.anyio, pytest.mark.process]

RunOne = Callable[..., Awaitable[CaseResult]]

CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    default_type application/json;
    ssl_certificate {folder}/server.crt;
    ssl_certificate_key {folder}/server.key;
    ssl_client_certificate {folder}/ca.crt;
    ssl_verify_client optional;
    server {{
        listen 127.0.0.1:{tls} ssl http2;
        location / {{
            return 200 '{{"client": "$ssl_client_s_dn", "tls": "$ssl_protocol"}}';
        }}
        location /away {{ return 302 https://localhost:{tls}/; }}
        location /private {{
            if ($ssl_client_verify != SUCCESS) {{ return 403; }}
            return 204;
        }}
    }}
    server {{
        listen 127.0.0.1:{old} ssl;
        ssl_protocols TLSv1.2;
        location / {{ return 200 '{{"tls": "$ssl_protocol"}}'; }}
    }}
}}
"""


@dataclass(frozen=True)
class Nginx:
    folder: Path
    url: str
    old: str


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [it.getsockname()[1] for it in sockets]
    for each in sockets:
        each.close()
    return ports


def wait_until_open(port: int) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert time.monotonic() < until
            time.sleep(0.01)
        else:
            return


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    folder = tmp_path_factory.mktemp("nginx")
    authority = Authority(folder)
    for name, password in (("server", None), ("client", None), ("sealed", b"seal-canary-1")):
        authority.pair(name, password)
    other = folder / "other"
    other.mkdir()
    Authority(other)
    tls, old = free_ports(2)
    file = folder / "nginx.conf"
    file.write_text(CONFIGURATION.format(folder=folder, tls=tls, old=old))
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    assert program is not None
    with subprocess.Popen([program, "-c", str(file), "-p", str(folder)]) as process:
        wait_until_open(old)
        yield Nginx(folder, f"https://127.0.0.1:{tls}", f"https://127.0.0.1:{old}")
        process.terminate()


@pytest.fixture
def certificates(nginx: Nginx, tmp_path: Path) -> dict[str, str]:
    """The files of the client, in the workspace of the cases."""
    for name in ("ca.crt", "client.crt", "client.key", "sealed.crt", "sealed.key"):
        shutil.copy(nginx.folder / name, tmp_path / name)
    shutil.copy(nginx.folder / "other" / "ca.crt", tmp_path / "other.crt")
    (tmp_path / "empty.crt").write_text("")
    return {"ca": "ca.crt", "client_certificate": "client.crt", "key": "client.key"}


def said(result: CaseResult) -> str:
    error = result.steps[0].error
    assert error is not None
    return render(error)


@pytest.mark.verifies("protocols#2.1")
async def test_a_client_certificate_is_presented(
    nginx: Nginx, certificates: dict[str, str], run_one: RunOne
) -> None:
    ca = {"ca": certificates["ca"]}
    steps = [
        {"GET": "/", "connection": certificates, "expect": {"$.client": "CN=client"}},
        {"GET": "/private", "connection": ca, "expect": {"status": 403}},
        {"GET": "/private", "connection": certificates, "expect": {"status": 204}},
    ]
    result = await run_one(steps, host=nginx.url)
    assert result.outcome is Outcome.PASSED, result


@pytest.mark.verifies("protocols#2.1", "protocols#1.5")
async def test_a_key_may_be_sealed_and_its_password_is_not_shown(
    nginx: Nginx, certificates: dict[str, str], run_one: RunOne
) -> None:
    sealed = {
        "ca": certificates["ca"],
        "client_certificate": "sealed.crt",
        "key": "sealed.key",
        "key_password": "{{ Global.seal }}",
    }
    step = {"GET": "/", "expect": {"$.client": "CN=sealed"}}
    for password, outcome in (("seal-canary-1", Outcome.PASSED), ("canary-wrong", Outcome.ERROR)):
        variables = {"seal": password}
        result = await run_one([step], host=nginx.url, connection=sealed, variables=variables)
        assert result.outcome is outcome, result
        assert password not in str(result_to_json(result))


@pytest.mark.verifies("protocols#2.1", "protocols#1.6")
async def test_a_redirect_to_another_origin_shows_no_client_certificate(
    nginx: Nginx, certificates: dict[str, str], run_one: RunOne
) -> None:
    step = {"GET": "/away", "connection": certificates, "expect": {"$.client": ""}}
    result = await run_one([step], host=nginx.url)
    assert result.outcome is Outcome.PASSED, result


@pytest.mark.verifies("protocols#2.2", "protocols#2.3")
@pytest.mark.parametrize("connection", [{}, {"ca": "other.crt"}])
async def test_a_certificate_that_is_not_trusted_is_an_error(
    nginx: Nginx, certificates: dict[str, str], run_one: RunOne, connection: dict[str, Any]
) -> None:
    assert certificates
    result = await run_one([{"GET": "/"}], {"connection": connection}, host=nginx.url)
    assert result.outcome is Outcome.ERROR
    assert "is not trusted" in said(result)


@pytest.mark.verifies("protocols#2.2")
async def test_any_certificate_is_accepted_where_a_step_says_so_and_nowhere_else(
    nginx: Nginx, run_one: RunOne
) -> None:
    steps = [{"GET": "/", "connection": {"insecure": True}}, {"GET": "/"}]
    result = await run_one(steps, host=nginx.url)
    assert [it.outcome for it in result.steps] == [Outcome.PASSED, Outcome.ERROR]


@pytest.mark.verifies("protocols#2.4")
async def test_an_older_version_of_tls_is_refused(nginx: Nginx, run_one: RunOne) -> None:
    for tls, outcome in (("1.2", Outcome.PASSED), ("1.3", Outcome.ERROR)):
        connection = {"insecure": True, "tls": tls}
        result = await run_one([{"GET": "/", "connection": connection}], host=nginx.old)
        assert result.outcome is outcome


@pytest.mark.parametrize(
    ("connection", "reason"),
    [
        ({"ca": "empty.crt"}, "`ca` is empty"),
        ({"ca": "missing.crt"}, "missing.crt"),
        ({"ca": "../ca.crt"}, "holds '..'"),
        ({"client_certificate": "ca.crt"}, "unable to set private key"),
    ],
)
async def test_certificates_that_cannot_be_used_are_reported(
    nginx: Nginx,
    certificates: dict[str, str],
    run_one: RunOne,
    connection: dict[str, Any],
    reason: str,
) -> None:
    assert certificates
    connection = {"insecure": True, **connection} if "ca" not in connection else connection
    result = await run_one([{"GET": "/", "connection": connection}], host=nginx.url)
    assert result.outcome is Outcome.ERROR
    assert reason in said(result)
