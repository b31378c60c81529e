"""The certificate script, with openssl and with a client that trusts what it made."""

import stat
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "deploy/make-certificate.sh"


@pytest.mark.verifies("deploy#1.6")
def test_d22_the_script_makes_key_request_and_certificate(run: Any, project: Path) -> None:
    made = run(SCRIPT)
    assert made.returncode == 0, made.stderr
    assert {it.name for it in project.iterdir()} == {"server.key", "server.csr", "server.crt"}
    assert stat.S_IMODE((project / "server.key").stat().st_mode) == 0o600
    verified = run("openssl", "req", "-in", "server.csr", "-noout", "-verify", "-subject")
    assert "CN = localhost" in verified.stdout
    for days, status in ((364, 0), (366, 1)):
        seconds = str(days * 86_400)
        ends = run("openssl", "x509", "-in", "server.crt", "-noout", "-checkend", seconds)
        assert ends.returncode == status


@pytest.mark.verifies("deploy#1.6")
@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7"])
def test_d22_a_certificate_for_an_address_is_accepted_at_that_address(
    run: Any, address: str
) -> None:
    made = run(SCRIPT, address)
    assert made.returncode == 0, made.stderr
    trust = ("-CAfile", "server.crt", "-verify_ip", address)
    verified = run("openssl", "verify", *trust, "server.crt")
    assert verified.returncode == 0, verified.stderr


def test_d22_a_key_that_is_there_is_not_replaced(run: Any, project: Path) -> None:
    (project / "server.key").write_text("in use")
    refused = run(SCRIPT)
    assert refused.returncode == 1
    assert "server.key exists" in refused.stderr
    assert {it.name: it.read_text() for it in project.iterdir()} == {"server.key": "in use"}


def test_d46_openssl_shows_what_was_made(run: Any, certificate: Any) -> None:
    shown = run("openssl", "x509", "-in", certificate.crt, "-text", "-noout").stdout
    assert "Public-Key: (2048 bit)" in shown
    assert "DNS:mcp.example.com, DNS:localhost, IP Address:127.0.0.1" in shown
    assert "RSA key ok" in run("openssl", "rsa", "-in", certificate.key, "-check", "-noout").stdout
