"""TLS by the server itself."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.anyio

Start = Callable[..., Any]
TOKEN = "your-token"


def flags(key: Path | str, crt: Path | str) -> tuple[str, ...]:
    return ("--ssl-keyfile", str(key), "--ssl-certfile", str(crt))


def test_d10_d22_https_is_served_with_the_certificate(
    serve_spec: Start, curl: Any, certificate: Any
) -> None:
    server = serve_spec(*flags(certificate.key, certificate.crt))
    assert '"healthy"' in curl("--cacert", certificate.crt, f"{server.url}/health")


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_d10_d58_a_whole_session_over_https(
    shared_spec: Start, connect: Any, certificate: Any, mode: str
) -> None:
    server = shared_spec(*flags(certificate.key, certificate.crt), MCP_AUTH_TOKEN=TOKEN)
    async with connect(f"{server.url}/mcp", certificate=certificate, mode=mode) as client:
        assert not (await client.call_tool("health_check", {})).is_error


def test_d23_a_chain_file_is_served_whole(
    serve_spec: Start, run: Any, project: Path, certificate: Any
) -> None:
    """Let's Encrypt's fullchain.pem: the server's certificate, then its authority's."""
    script = """
        new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        openssl req -x509 $new -keyout ca.key -out ca.pem -days 2 -subj /CN=authority
        openssl req $new -keyout privkey.pem -out leaf.csr -subj /CN=localhost
        echo subjectAltName=DNS:localhost >san
        signed="-CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile san"
        openssl x509 -req -in leaf.csr $signed -out leaf.pem
        cat leaf.pem ca.pem >fullchain.pem
    """
    assert run("sh", "-ec", script).returncode == 0
    server = serve_spec(*flags(project / "privkey.pem", project / "fullchain.pem"))
    assert run("curl", "-sf", "--cacert", "ca.pem", f"{server.url}/health").returncode == 0
    address = f"localhost:{server.port}"
    shown = run("openssl", "s_client", "-connect", address, "-showcerts").stdout
    assert shown.count("BEGIN CERTIFICATE") == 2
    assert run("curl", "-sf", "--cacert", certificate.crt, f"{server.url}/health").returncode == 60


@pytest.mark.parametrize("half", ["--ssl-keyfile", "--ssl-certfile"])
def test_d10_one_half_alone_is_refused(run: Any, certificate: Any, half: str) -> None:
    ended = run(
        *("python", "-m", "mcp_server_spec.main", "--transport", "http-stream", "--port", "0"),
        *(half, certificate.key),
    )
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert "--ssl-keyfile" in line
    assert "--ssl-certfile" in line


@pytest.mark.parametrize("what", ["no file", "no certificate", "another key"])
def test_d46_a_bad_certificate_is_reported_in_one_line(
    run: Any, certificate: Any, project: Path, what: str
) -> None:
    key, crt = project / "server.key", project / "server.crt"
    shutil.copy(certificate.key, key)
    shutil.copy(certificate.crt, crt)
    if what == "no file":
        crt.unlink()
    elif what == "no certificate":
        crt.write_text("no certificate\n")
    else:
        run("openssl", "genrsa", "-out", key, "2048")
    command = ("python", "-m", "mcp_server_spec.main", "--transport", "http-stream", "--port", "0")
    ended = run(*command, *flags(key, crt))
    assert ended.returncode != 0
    [line] = ended.stderr.splitlines()
    assert str(crt) in line
