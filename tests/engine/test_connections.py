"""How a service is connected to: a real nginx with TLS, client certificates and HTTP/2."""

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pycurl
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from tests.ports import free_port
from tests.serve.certificates import Authority

from shall.messages import render
from shall.report.failures import case_text
from shall.results.encoding import result_to_json
from shall.results.records import CaseResult, Outcome
from shall.transport.http import connection as connection_options
from shall.transport.http.reasons import hint_of, reason_of
from shall.transport.target_policy import read_policy

pytestmark = [pytest.mark.anyio, pytest.mark.process]

RunOne = Callable[..., Awaitable[CaseResult]]

CONFIGURATION = r"""
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
        listen 127.0.0.1:{clear} http2;
        gzip on; gzip_min_length 1; gzip_types application/json; gzip_http_version 1.0;
        location / {{ return 200 '{{"as": "$server_protocol", "host": "$host"}}'; }}
    }}
    server {{
        listen unix:{folder}/socket;
        location / {{ return 200 '{{"host": "$host", "by": "socket"}}'; }}
    }}
    server {{
        listen 127.0.0.1:{proxy};
        location / {{
            if ($http_proxy_authorization != "Basic YW5uYTpwcm94eS1jYW5hcnk=") {{ return 407; }}
            proxy_set_header X-By proxy;
            proxy_set_header Proxy-Authorization "";
            proxy_pass http://127.0.0.1:$server_port_of_target$request_uri;
        }}
    }}
    map $http_host $server_port_of_target {{ "~:(?<port>\d+)$" $port; }}
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
    clear: str
    proxy: str


def wait_until_open(port: int) -> None:
    until = time.monotonic() + 60
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
    authority.pair("ended", days=-1)
    other = folder / "other"
    other.mkdir()
    Authority(other)
    tls, old, clear, proxy = (free_port() for _ in range(4))
    file = folder / "nginx.conf"
    file.write_text(CONFIGURATION.format(folder=folder, tls=tls, old=old, clear=clear, proxy=proxy))
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    assert program is not None
    with subprocess.Popen([program, "-c", str(file), "-p", str(folder)]) as process:
        wait_until_open(old)
        address = "127.0.0.1"
        yield Nginx(
            folder,
            f"https://{address}:{tls}",
            f"https://{address}:{old}",
            f"http://{address}:{clear}",
            f"http://{address}:{proxy}",
        )
        process.terminate()


@pytest.fixture
def certificates(nginx: Nginx, tmp_path: Path) -> dict[str, str]:
    """The files of the client, in the workspace of the cases."""
    for name in ("ca.crt", "client.crt", "client.key", "sealed.crt", "sealed.key"):
        shutil.copy(nginx.folder / name, tmp_path / name)
    shutil.copy(nginx.folder / "other" / "ca.crt", tmp_path / "other.crt")
    (tmp_path / "empty.crt").write_text("")
    presented = x509.load_pem_x509_certificate((tmp_path / "client.crt").read_bytes())
    (tmp_path / "client.der").write_bytes(presented.public_bytes(serialization.Encoding.DER))
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
    assert result.outcome is Outcome.PASSED, case_text(result)


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
    assert "`client_certificate` or `key` cannot be used for 127.0.0.1" in said(result)
    assert "its `key_password`" in said(result)


@pytest.mark.verifies("protocols#2.1", "protocols#1.6")
async def test_a_redirect_to_another_origin_shows_no_client_certificate(
    nginx: Nginx, certificates: dict[str, str], run_one: RunOne
) -> None:
    step = {"GET": "/away", "connection": certificates, "expect": {"$.client": ""}}
    result = await run_one([step], host=nginx.url)
    assert result.outcome is Outcome.PASSED, case_text(result)


@pytest.mark.verifies("protocols#2.2", "protocols#2.3")
@pytest.mark.parametrize("connection", [{}, {"ca": "other.crt"}])
async def test_a_certificate_that_is_not_trusted_is_an_error(
    nginx: Nginx, certificates: dict[str, str], run_one: RunOne, connection: dict[str, Any]
) -> None:
    assert certificates
    result = await run_one([{"GET": "/"}], {"connection": connection}, host=nginx.url)
    assert result.outcome is Outcome.ERROR
    assert "is not trusted. Name the authority that signed it" in said(result)


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
        ({"ca": "missing.crt"}, "missing.crt does not exist, and `ca` of `connection` names it"),
        ({"ca": "../ca.crt"}, "holds '..'"),
        ({"client_certificate": "ca.crt"}, "`client_certificate` holds no private key"),
        ({"client_certificate": "client.crt", "key": "ca.crt"}, "`key` holds no private key"),
        ({"client_certificate": "client.key"}, "holds no certificate in PEM"),
        ({"client_certificate": "client.der"}, "holds no certificate in PEM"),
        ({"client_certificate": "client.crt", "key": "sealed.key"}, "is encrypted. Add `key_pass"),
        ({"client_certificate": "sealed.crt", "key": "client.key"}, "`key` cannot be used"),
    ],
)
@pytest.mark.verifies("protocols#2.10")
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


@pytest.fixture
def strict(nginx: Nginx) -> Iterator[str]:
    """The address of a service that asks for a certificate while the handshake of TLS lasts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(nginx.folder / "server.crt", nginx.folder / "server.key")
    context.load_verify_locations(nginx.folder / "ca.crt")
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # where it ends with an alert
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)

        def answer() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                with suppress(OSError), client, context.wrap_socket(client, server_side=True):
                    pass

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.verifies("protocols#2.11")
async def test_what_a_service_says_of_a_client_certificate_is_reported(
    nginx: Nginx, strict: str, certificates: dict[str, str], run_one: RunOne, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    Authority(tmp_path / "other").pair("stranger")
    for file in (nginx.folder / "ended.crt", nginx.folder / "ended.key"):
        shutil.copy(file, tmp_path / "other")
    for name in ("ended", "stranger"):
        pair = {"client_certificate": f"other/{name}.crt", "key": f"other/{name}.key"}
        for trust in ({"insecure": True}, {"ca": certificates["ca"]}):
            step = {"GET": "/", "connection": {**trust, **pair}}
            result = await run_one([step], host=strict)
            assert "does not accept the certificate of the client. Check who" in said(result)
    result = await run_one([{"GET": "/", "connection": {"insecure": True}}], host=strict)
    assert "refuses the handshake of TLS. It may ask for a `client_certificate`" in said(result)


@pytest.mark.verifies("protocols#2.11")
async def test_a_service_without_tls_or_with_another_version_is_named(
    nginx: Nginx, run_one: RunOne
) -> None:
    for host, connection, words in (
        (nginx.clear.replace("http:", "https:"), {}, "answers without TLS. Write http://"),
        (nginx.old, {"insecure": True, "tls": "1.3"}, "offers no version of TLS that is allowed"),
    ):
        result = await run_one([{"GET": "/", "connection": connection}], host=host)
        assert words in said(result)


@pytest.mark.verifies("protocols#2.11")
async def test_a_certificate_that_tls_1_3_asks_for_after_the_handshake_is_named() -> None:
    alert = "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required"
    reason = reason_of(pycurl.E_RECV_ERROR, alert)
    assert reason == "{address} asks for a certificate of the client"
    assert "`client_certificate`" in str(hint_of(reason))


@pytest.mark.verifies("protocols#2.5")
async def test_the_version_of_http_is_chosen(nginx: Nginx, run_one: RunOne) -> None:
    insecure = {"insecure": True}
    steps = [
        {"GET": "/", "connection": {**insecure, "http": http}, "expect": {"version": version}}
        for http, version in (("1.1", "1.1"), ("2", "2"))
    ]
    result = await run_one(steps, host=nginx.url)
    assert result.outcome is Outcome.PASSED, case_text(result)
    step = {"GET": "/", "connection": {"http": "2-prior-knowledge"}, "expect": {"version": "2"}}
    result = await run_one([step], host=nginx.clear)
    assert result.outcome is Outcome.PASSED, case_text(result)


@pytest.mark.verifies("protocols#2.5", "protocols#1.8")
async def test_http_3_asks_for_it_and_what_libcurl_lacks_is_an_error(
    nginx: Nginx, run_one: RunOne, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = {"GET": "/", "connection": {"http": "3", "insecure": True}, "timeout_s": 5}
    result = await run_one([step], host=nginx.url)
    assert result.outcome is Outcome.ERROR  # nothing answers by UDP
    assert "does not answer in HTTP/3. Check that it listens" in said(result)

    monkeypatch.setattr(connection_options, "_FEATURES", 0)
    result = await run_one([step], host=nginx.url)
    assert "does not support HTTP/3" in said(result)


@pytest.mark.verifies("protocols#2.5")
async def test_the_compression_is_chosen(nginx: Nginx, run_one: RunOne) -> None:
    http = {"http": "2-prior-knowledge"}
    encoding = "header Content-Encoding"
    steps: list[dict[str, Any]] = [
        {"GET": "/", "connection": {**http, "compression": "gzip"}, "expect": {encoding: "gzip"}},
        {
            "GET": "/",
            "connection": {**http, "compression": "none"},
            "expect": {encoding: {"exists": False}},
        },
    ]
    for step in steps:
        step["expect"]["$.as"] = "HTTP/2.0"
    result = await run_one(steps, host=nginx.clear)
    assert result.outcome is Outcome.PASSED, case_text(result)
    step = {"GET": "/", "connection": {**http, "compression": "zstd"}}
    assert "does not support zstd" in said(await run_one([step], host=nginx.clear))


@pytest.mark.verifies("protocols#2.6")
async def test_a_host_is_resolved_to_the_address_of_the_step_alone(
    nginx: Nginx, run_one: RunOne
) -> None:
    port = nginx.clear.rpartition(":")[2]
    host = f"http://api.example.test:{port}"
    http = {"http": "2-prior-knowledge"}
    resolve = {**http, "resolve": {f"api.example.test:{port}": "127.0.0.1"}}
    steps = [
        {
            "GET": f"{host}/",
            "connection": resolve,
            "expect": {"$.host": "api.example.test", "ip": "127.0.0.1"},
        },
        {"GET": f"{host}/", "connection": http},
    ]
    result = await run_one(steps)
    assert [it.outcome for it in result.steps] == [Outcome.PASSED, Outcome.ERROR], result


@pytest.mark.verifies("protocols#2.6")
@pytest.mark.parametrize(
    ("allow", "deny"), [([], ["127.0.0.0/8"]), (["api.example.test"], []), (["10.0.0.0/8"], [])]
)
async def test_the_policy_judges_the_address_that_a_case_resolves_to(
    nginx: Nginx, run_one: RunOne, allow: list[str], deny: list[str]
) -> None:
    target = f"api.example.test:{nginx.clear.rpartition(':')[2]}"
    connection = {"http": "2-prior-knowledge", "resolve": {target: "127.0.0.1"}}
    step = {"GET": f"http://{target}/", "connection": connection}
    result = await run_one([step], policy=read_policy(allow, deny))
    error = result.steps[0].error
    assert error is not None
    assert error.code.startswith("step.denied."), said(result)


@pytest.mark.verifies("protocols#2.6")
async def test_requests_to_the_host_go_to_a_socket_and_others_do_not(
    nginx: Nginx, run_one: RunOne
) -> None:
    connection = {"unix_socket": f"{nginx.folder}/socket"}
    steps = [
        {"GET": "/", "expect": {"$.by": "socket", "$.host": "service.test"}},
        {
            "GET": f"{nginx.clear}/",
            "connection": {"http": "2-prior-knowledge"},
            "expect": {"$.by": {"exists": False}},
        },
    ]
    result = await run_one(steps, host="http://service.test", connection=connection)
    assert result.outcome is Outcome.PASSED, case_text(result)

    gone = {"unix_socket": f"{nginx.folder}/no{{such}}"}
    result = await run_one([{"GET": "/"}], host="http://service.test", connection=gone)
    assert f"there is no unix socket {gone['unix_socket']} for service.test:80" in said(result)


@pytest.mark.verifies("protocols#2.6", "protocols#1.5")
async def test_a_proxy_is_used_and_judged(nginx: Nginx, service: Any, run_one: RunOne) -> None:
    proxy = nginx.proxy.replace("//", "//anna:{{ Global.word }}@")
    given = {"variables": {"word": "proxy-canary"}, "connection": {"proxy": proxy}}
    step = {"GET": "/echo", "expect": {'$.headers["x-by"]': "proxy"}}
    result = await run_one([step], host=service.url, **given)
    assert result.outcome is Outcome.PASSED, case_text(result)
    assert "proxy-canary" not in str(result_to_json(result))
    assert "proxy-authorization" not in service.log.headers[-1]

    port = nginx.proxy.rpartition(":")[2]
    for allow, deny in (
        ([], [f"127.0.0.1:{port}"]),
        ([f"127.0.0.1:{port}"], []),
        ([], [f"127.0.0.1:{service.url.rpartition(':')[2]}"]),
    ):
        result = await run_one([step], host=service.url, policy=read_policy(allow, deny), **given)
        error = result.steps[0].error
        assert error is not None
        assert error.code.startswith("step.denied."), said(result)


@pytest.mark.verifies("protocols#2.7")
async def test_the_certificate_of_a_service_is_checked(nginx: Nginx, run_one: RunOne) -> None:
    presented = x509.load_pem_x509_certificate((nginx.folder / "server.crt").read_bytes())
    expect = {
        "certificate subject": {"contains": "server"},
        "certificate issuer": {"contains": "test authority"},
        "certificate serial": {"ends_with": f"{presented.serial_number:x}"},
        "certificate days_left": {"greater_or_equal": 1, "less_than": 2},
        "certificate expires_at": {"matches": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "certificate names": ["localhost", "127.0.0.1"],
        "ip": "127.0.0.1",
    }
    step = {"GET": "/", "connection": {"insecure": True}}
    steps = [step, {**step, "expect": expect}, {**step, "capture": {"from": "ip"}}]
    result = await run_one(steps, host=nginx.url)
    assert result.outcome is Outcome.PASSED, case_text(result)

    clear = {"GET": "/", "connection": {"http": "2-prior-knowledge"}}
    step = {**clear, "expect": {"certificate days_left": {"greater_than": 0}}}
    result = await run_one([step], host=nginx.clear)
    assert result.outcome is Outcome.FAILED


@pytest.mark.verifies("protocols#2.7")
async def test_a_condition_looks_at_who_answered_the_step_before(
    nginx: Nginx, run_one: RunOne
) -> None:
    step = {"GET": "/", "connection": {"insecure": True}}
    holds = {**step, "if": {"certificate subject": {"contains": "server"}, "ip": "127.0.0.1"}}
    other = {**step, "if": {"certificate subject": {"contains": "nobody"}}}
    result = await run_one([step, holds, other], host=nginx.url)
    outcomes = [it.outcome for it in result.steps]
    assert outcomes == [Outcome.PASSED, Outcome.PASSED, Outcome.SKIPPED], case_text(result)


@pytest.mark.verifies("protocols#2.5")
async def test_redirects_are_followed_as_often_as_a_step_says(
    service: Any, run_one: RunOne
) -> None:
    there = "/redirect?code=302&to=/redirect?code=302%26to=/echo"
    for most, outcome in ((1, Outcome.ERROR), (2, Outcome.PASSED)):
        step = {"GET": there, "connection": {"max_redirects": most}}
        result = await run_one([step], host=service.url)
        assert result.outcome is outcome, result
        assert outcome is Outcome.PASSED or "redirects more than 1 times" in said(result)
