import ssl
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from shall.errors import InvalidSetting
from shall.serve.auth import certified
from shall.serve.auth.certificates import Certificates, distinguished_name
from shall.serve.legacy_modes import SHALL, SPEC_DRIVEN
from shall.serve.limits.addresses import PEER
from shall.serve.tls import tls_context
from shall.serve.tool_access import check_exposure, offered
from shall.settings import Settings

Guard = Callable[..., Any]
VERIFIED = {"X-Client-Verify": "SUCCESS", "X-Client-Cert": "CN=gateway,O=Example"}
PROXY = {"client_cert_header": "X-Client-Cert", "trusted_proxies": ("127.0.0.0/8",)}


@pytest.mark.verifies("auth#4.1")
def test_a_trusted_proxy_shows_the_caller(guard: Guard, tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text("name=gateway cert='CN=gateway,O=Example' scopes=read,run\n")
    guarded = guard(token_file=file, **PROXY)
    answer = guarded.get(headers=VERIFIED)
    assert answer.json() == {"name": "gateway", "scopes": ["read", "run"]}


@pytest.mark.verifies("auth#4.1")
@pytest.mark.parametrize(
    "changed",
    [
        {"X-Client-Verify": "NONE"},
        {"X-Client-Verify": "FAILED:expired"},
        {"X-Client-Verify": ""},
        {"X-Client-Cert": ""},
    ],
)
def test_a_certificate_that_does_not_hold_is_none(guard: Guard, changed: dict[str, str]) -> None:
    assert guard(**PROXY).get(headers={**VERIFIED, **changed}).status_code == 401


def test_headers_that_are_there_twice_are_refused(guard: Guard) -> None:
    guarded = guard(**PROXY)
    for name in VERIFIED:
        twice = [*VERIFIED.items(), (name, VERIFIED[name])]
        assert guarded.get(headers=twice).status_code == 401


def test_a_proxy_that_shows_certificates_closes_an_address_that_others_can_reach() -> None:
    proxied: dict[str, Any] = PROXY
    closed = Settings(server_host="0.0.0.0", **proxied)
    check_exposure(closed, SHALL)
    assert offered(closed, SPEC_DRIVEN).tools is None


@pytest.mark.verifies("auth#4.2")
def test_somebody_else_is_not_believed(guard: Guard) -> None:
    guarded = guard(client_cert_header="X-Client-Cert", trusted_proxies=("10.0.0.0/8",))
    forged = {**VERIFIED, "X-Forwarded-For": "10.0.0.1"}
    assert guarded.get(headers=forged).status_code == 401


@pytest.mark.verifies("auth#4.2")
@pytest.mark.parametrize(
    ("scope", "counts"),
    [
        ({"client": ("10.1.1.1", 1)}, True),
        ({"client": ("::ffff:10.1.1.1", 1)}, True),
        ({"client": ("192.0.2.1", 1)}, False),
        ({"client": None}, False),
        ({"client": ("testclient", 1)}, False),
        ({"client": ("192.0.2.1", 1), PEER: ("10.1.1.1", 1)}, True),
        ({"client": ("10.1.1.1", 1), PEER: ("192.0.2.1", 1)}, False),
    ],
)
def test_the_address_of_the_connection_decides(scope: dict[str, Any], counts: bool) -> None:
    headers = [(key.lower().encode(), value.encode()) for key, value in VERIFIED.items()]
    certificates = Certificates("X-Client-Cert", ("10.0.0.0/8",))
    subject = certificates.subject({"headers": headers, **scope})
    assert subject == ("CN=gateway,O=Example" if counts else None)


def test_a_token_counts_before_a_certificate(guard: Guard) -> None:
    guarded = guard(auth_token="right", **PROXY)
    assert guarded.get(headers=VERIFIED).json()["name"].startswith("cert:")
    assert guarded.get(token="right", headers=VERIFIED).json()["name"] == "token"
    assert guarded.get(token="wrong", headers=VERIFIED).status_code == 401


@dataclass
class Pki:
    """Certificates that openssl made: an authority's, a server's and two clients'."""

    folder: Path

    def path(self, name: str) -> Path:
        return self.folder / name

    def client(self, name: str | None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.path("ca.crt"))
        if name is not None:
            context.load_cert_chain(self.path(f"{name}.crt"), self.path(f"{name}.key"))
        return context


NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
SUBJECT = '/C=DE/O=Example, Inc./CN=müller "x"'


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    folder = tmp_path_factory.mktemp("pki")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    def authority(name: str) -> None:
        made = ["-keyout", f"{name}.key", "-out", f"{name}.crt", "-subj", f"/CN={name}"]
        signs = ["-addext", "keyUsage=critical,keyCertSign"]  # Python 3.13 wants it said
        openssl("req", "-x509", *NEW_KEY, "-days", "2", *signs, *made)

    def signed(name: str, subject: str, by: str, more: str) -> None:
        (folder / f"{name}.ext").write_text(more)
        made = ["-keyout", f"{name}.key", "-out", f"{name}.csr", "-utf8", "-subj", subject]
        openssl("req", *NEW_KEY, *made)
        issued = ["-CA", f"{by}.crt", "-CAkey", f"{by}.key", "-CAcreateserial", "-days", "2"]
        files = ["-in", f"{name}.csr", "-out", f"{name}.crt", "-extfile", f"{name}.ext"]
        openssl("x509", "-req", *issued, *files)

    authority("ca")
    authority("other")
    signed("server", "/CN=127.0.0.1", "ca", "subjectAltName=IP:127.0.0.1")
    signed("client", SUBJECT, "ca", "extendedKeyUsage=clientAuth")
    signed("stranger", SUBJECT, "other", "extendedKeyUsage=clientAuth")
    return Pki(folder)


def openssl_subject(pki: Pki) -> str:
    """Return the subject as nginx would tell it: OpenSSL's own RFC 2253 form."""
    command = ["openssl", "x509", "-in", "client.crt", "-noout", "-subject", "-nameopt", "RFC2253"]
    done = subprocess.run(command, cwd=pki.folder, check=True, capture_output=True, text=True)
    return done.stdout.strip().removeprefix("subject=").strip()


@pytest.mark.verifies("auth#4.3")
def test_tls_itself_asks_for_a_certificate_and_shows_the_caller(
    run: Any, pki: Pki, tmp_path: Path, guarded_app: Any
) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"name=mueller cert='{openssl_subject(pki)}' scopes=run\n")
    settings = Settings(
        token_file=file,
        tls_key=pki.path("server.key"),
        tls_cert=pki.path("server.crt"),
        tls_client_ca=pki.path("ca.crt"),
    )
    app, _ = guarded_app(settings)
    url = run(
        app,
        "https",
        http=certified(AutoHTTPProtocol),
        ssl_keyfile=str(settings.tls_key),
        ssl_certfile=str(settings.tls_cert),
        ssl_ca_certs=str(settings.tls_client_ca),
        ssl_cert_reqs=ssl.CERT_REQUIRED,
    )
    answer = httpx2.get(f"{url}/who", verify=pki.client("client"))
    assert answer.json() == {"name": "mueller", "scopes": ["run"]}
    for name in (None, "stranger"):
        with pytest.raises((httpx2.NetworkError, httpx2.RemoteProtocolError)):
            httpx2.get(f"{url}/health", verify=pki.client(name))


@pytest.mark.parametrize(
    ("subject", "written"),
    [
        ((), ""),
        (
            ((("countryName", "DE"),), (("organizationName", "A, B"),), (("commonName", "c"),)),
            "CN=c,O=A\\, B,C=DE",
        ),
        (((("commonName", "c"), ("userId", "u")),), "CN=c+UID=u"),
        (((("commonName", " #x "),),), "CN=\\ #x\\ "),
        (((("commonName", "ü"),),), "CN=\\C3\\BC"),
        (((("emailAddress", "a@b"),),), "emailAddress=a@b"),
    ],
)
def test_a_subject_is_written_as_nginx_does(subject: Any, written: str) -> None:
    assert distinguished_name(subject) == written


@pytest.mark.verifies("auth#4.3")
def test_authorities_that_cannot_be_used_are_reported(tmp_path: Path, pki: Pki) -> None:
    with pytest.raises(InvalidSetting, match="--tls-cert"):
        tls_context(Settings(tls_client_ca=pki.path("ca.crt")))
    (tmp_path / "empty").write_text("no certificate")
    cert, key = pki.path("server.crt"), pki.path("server.key")
    for name, shown in (("none", "cannot be read"), ("empty", "not a usable PEM file")):
        with pytest.raises(InvalidSetting, match=shown):
            tls_context(Settings(tls_client_ca=tmp_path / name, tls_cert=cert, tls_key=key))
