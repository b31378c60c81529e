import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from tests.serve.certificates import Authority, Pair

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.process,
    pytest.mark.usefixtures("measured", "forks"),
]

Serve = Callable[..., Any]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def trusting(authority: Authority, client: Pair | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authority.cert)
    if client is not None:
        context.load_cert_chain(client.cert, client.key)
    return context


def flags(pair: Pair) -> list[str]:
    return ["--tls-key", str(pair.key), "--tls-cert", str(pair.cert)]


@pytest.mark.verifies("serve#3.1")
@pytest.mark.parametrize("workers", ["1", "2"])
async def test_https_is_served_to_the_official_client(
    serve: Serve, authority: Authority, workers: str
) -> None:
    served = serve(*flags(authority.pair("server")), "--workers", workers)
    assert served.url.startswith("https://")
    async with (
        httpx2.AsyncClient(verify=trusting(authority), timeout=60) as http,
        streamable_http_client(served.url, http_client=http) as (reading, writing),
        ClientSession(reading, writing) as client,
    ):
        await client.initialize()
        assert not (await client.call_tool("health_check", {})).is_error


async def test_clients_without_a_certificate_are_turned_away(
    serve: Serve, authority: Authority
) -> None:
    served = serve(
        *flags(authority.pair("server")),
        SHALL_TLS_CLIENT_CA=str(authority.cert),
    )
    async with httpx2.AsyncClient(verify=trusting(authority, authority.pair("client"))) as known:
        assert (await known.get(f"{served.base}/health")).status_code == 200
    async with httpx2.AsyncClient(verify=trusting(authority)) as unknown:
        with pytest.raises(httpx2.TransportError):
            await unknown.get(f"{served.base}/health")


@pytest.mark.verifies("serve#3.3")
async def test_a_renewed_certificate_is_served_after_sighup(
    serve: Serve, authority: Authority
) -> None:
    pair, renewed = authority.pair("server"), authority.pair("renewed")
    served = serve(*flags(pair))
    before = shown_by(served.base)
    for new, old in ((renewed.cert, pair.cert), (renewed.key, pair.key)):
        shutil.copy(new, old)
    served.process.send_signal(signal.SIGHUP)
    wait_for_log(served, "certificate was read again")
    assert shown_by(served.base) != before
    pair.key.write_text("no key")  # what cannot be read leaves the old one in use
    served.process.send_signal(signal.SIGHUP)
    wait_for_log(served, "certificate is not changed")
    assert shown_by(served.base) == ssl.PEM_cert_to_DER_cert(renewed.cert.read_text())


def shown_by(base: str) -> bytes:
    host, port = base.removeprefix("https://").split(":")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((host, int(port))) as plain,
        context.wrap_socket(plain, server_hostname=host) as wrapped,
    ):
        shown = wrapped.getpeercert(binary_form=True)
    assert shown is not None
    return shown


def wait_for_log(served: Any, words: str) -> None:
    for line in served.process.stderr:
        if words in line:
            return
    raise AssertionError(f"the log never said {words}")


@pytest.mark.verifies("serve#3.2")
@pytest.mark.parametrize(
    ("key", "cert", "words"),
    [
        ("server.key", None, "TLS has a key but no certificate."),
        (None, "server.crt", "TLS has a certificate but no key."),
        ("none.key", "server.crt", "none.key cannot be read: No such file"),
        ("other.key", "server.crt", "does not belong to the certificate"),
        ("locked.key", "locked.crt", "is encrypted. Decrypt it for the server: openssl rsa"),
        ("text.pem", "server.crt", "not a usable PEM file. Inspect them: openssl x509"),
        ("server.key", "text.pem", "not a usable PEM file"),
    ],
)
def test_what_is_wrong_with_the_files_is_reported_in_one_line(
    authority: Authority, tmp_path: Path, key: str | None, cert: str | None, words: str
) -> None:
    authority.pair("server")
    authority.pair("other")
    authority.pair("locked", b"password")
    (tmp_path / "text.pem").write_text("hello")
    command = [sys.executable, "-m", "mcp_server_spec.main", "--transport", "http-stream"]
    command += ["--ssl-keyfile", str(tmp_path / key)] if key else []
    command += ["--ssl-certfile", str(tmp_path / cert)] if cert else []
    done = subprocess.run(
        [*command, "--port", "0"],
        cwd=tmp_path,
        env={**os.environ, "MCP_LOG_LEVEL": "ERROR"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 1
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_certificates_of_clients_need_one_of_the_server(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "shall", "serve", "--transport", "http"],
        cwd=tmp_path,
        env={**os.environ, "SHALL_TLS_CLIENT_CA": "ca.crt"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 1
    assert "the server has no certificate" in done.stderr
