"""The nginx configurations, with a real nginx, TLS and a real server behind it."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
Start = Callable[..., Any]
TOKEN = "your-token"
CORRECTED = "deploy/nginx/api-auto-test.conf"
VERBATIM = "deploy/nginx/api-auto-test-verbatim.conf"
COMPOSE = "nginx.conf"
THREE = "deploy/nginx/three-instances.conf"
BELOW = "deploy/nginx/below-a-path.conf"
DOCUMENT_D = "tests/acceptance/document-d.conf"
O_UPSTREAM = "127.0.0.1:8000"
D_UPSTREAM = "mcp-server:3001"
BOTH = pytest.mark.parametrize("name", [CORRECTED, VERBATIM])


def upstreams_of(name: str) -> dict[str, int]:
    text = (ROOT / name).read_text("utf-8")
    return dict.fromkeys(re.findall(r"(?:server|http://)\s*([\w.-]+:\d+)", text), 9)


@pytest.mark.verifies("deploy#1.1")
@pytest.mark.parametrize("name", [CORRECTED, VERBATIM, COMPOSE, THREE, BELOW, DOCUMENT_D])
def test_o16_d20_d25_nginx_accepts_every_configuration(nginx_folder: Any, name: str) -> None:
    made = nginx_folder((ROOT / name).read_text("utf-8"), upstreams_of(name))  # runs nginx -t
    assert made.folder.is_dir()


@BOTH
def test_o15_o16_o18_the_names_and_figures_are_those_of_the_document(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    for line in (
        "limit_req_zone $binary_remote_addr zone=mcp_req:10m rate=10r/s;",
        "limit_conn_zone $binary_remote_addr zone=mcp_conn:10m;",
        "listen 443 ssl;",
        "server_name mcp.example.com;",
        "ssl_certificate /etc/ssl/certs/your.crt;",
        "ssl_certificate_key /etc/ssl/private/your.key;",
        "limit_req zone=mcp_req burst=20 nodelay;",
        "limit_conn mcp_conn 20;",
        "proxy_read_timeout 3600;",
    ):
        assert line in text, line


@pytest.mark.verifies("deploy#1.2")
@pytest.mark.parametrize(("name", "refusal"), [(CORRECTED, "429"), (VERBATIM, "503")])
def test_o15_o23_a_caller_that_asks_too_often_is_refused(
    shared_api: Start, nginx: Any, run: Any, certificate: Any, name: str, refusal: str
) -> None:
    # The rate is lowered, so that it does not matter how fast this machine asks: the first and
    # the burst of 20 are let through.
    rate = ("rate=10r/s", "rate=1r/m")
    proxy = nginx(name, {O_UPSTREAM: shared_api().port}, rate)
    urls = f"https://localhost:{proxy.https}/mcp?[1-80]"
    shown = ("--write-out", "%{http_code}\n", "--output", "/dev/null", "--silent")
    codes = run("curl", "--cacert", certificate.crt, *shown, urls).stdout.split()
    assert codes == ["401"] * 21 + [refusal] * 59


@pytest.mark.verifies("deploy#1.1")
@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
@BOTH
async def test_o17_o21_a_whole_session_goes_through_nginx(
    shared_api: Start, nginx: Any, connect: Any, certificate: Any, name: str, mode: str
) -> None:
    proxy = nginx(name, {O_UPSTREAM: shared_api().port})
    for path in ("/mcp", "/mcp/"):
        async with connect(
            proxy.url + path, certificate=certificate, host="mcp.example.com", mode=mode
        ) as client:
            assert (await client.list_tools()).tools
            assert not (await client.call_tool("health_check", {})).is_error
    assert " 200 " in proxy.access_log()


@BOTH
def test_o17_o21_curl_reaches_it_by_its_public_name(
    shared_api: Start,
    nginx: Any,
    curl: Any,
    certificate: Any,
    initialize: tuple[str, ...],
    name: str,
) -> None:
    proxy = nginx(name, {O_UPSTREAM: shared_api().port})
    there = ("--resolve", f"mcp.example.com:{proxy.https}:127.0.0.1")
    url = f"https://mcp.example.com:{proxy.https}/mcp"
    token = ("--header", f"Authorization: Bearer {TOKEN}")
    answer = curl("--include", "--cacert", certificate.crt, *there, *initialize, *token, url)
    assert answer.startswith("HTTP/1.1 200")
    assert '"serverInfo"' in answer


async def test_o17_progress_is_not_kept_back_by_a_proxy_that_buffers(
    serve_api: Start, nginx: Any, connect: Any, certificate: Any, project: Path, service: Any
) -> None:
    folder = project / "tests/cases"
    folder.mkdir(parents=True)
    for name, path, times in (("a", "/echo", 1), ("b", "/slow", 20)):
        steps = ", ".join(f"{{id: get{at}, method: GET, path: {path}}}" for at in range(times))
        text = f"testcase:\n  name: {name}\n  host: {service.url}\n  steps: [{steps}]\n"
        (folder / f"{name}.yaml").write_text(text)
    proxy = nginx(VERBATIM, {O_UPSTREAM: serve_api().port})
    shown = anyio.Event()

    async def note(*_: Any) -> None:
        shown.set()

    async with (
        connect(f"{proxy.url}/mcp", certificate=certificate) as client,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(partial(client.call_tool, "run_tests", {}, progress_callback=note))
        with anyio.fail_after(60):
            await shown.wait()  # of the first case, while the second takes 20 min
        tasks.cancel_scope.cancel()


def test_o19_a_gateway_can_ask_the_server_first(nginx_folder: Any) -> None:
    text = (ROOT / CORRECTED).read_text("utf-8")
    assert "# auth_request /auth;" in text
    nginx_folder(text.replace("# auth_request", "auth_request"), {O_UPSTREAM: 9})


def test_d24_plain_http_is_sent_to_https(shared_spec: Start, nginx: Any, curl: Any) -> None:
    proxy = nginx(COMPOSE, {D_UPSTREAM: shared_spec().port})
    answer = curl("--head", f"http://localhost:{proxy.http}/mcp?a=b")
    assert answer.startswith("HTTP/1.1 301")
    assert "Location: https://localhost/mcp?a=b" in answer


@pytest.mark.parametrize("name", [COMPOSE, DOCUMENT_D])
def test_d25_only_tls_1_2_and_1_3_are_spoken(
    shared_spec: Start, nginx: Any, run: Any, certificate: Any, name: str
) -> None:
    upstream = D_UPSTREAM if name == COMPOSE else "localhost:3001"
    proxy = nginx(name, {upstream: shared_spec(MCP_AUTH_TOKEN=TOKEN).port})
    url = f"{proxy.url}/health"
    common = ("curl", "--silent", "--cacert", certificate.crt, "--write-out", "%{http_version}")
    for version in ("--tlsv1.2", "--tlsv1.3"):
        answered = run(*common, version, "--tls-max", version[-3:], "--http2", url)
        assert (answered.returncode, answered.stdout[-1]) == (0, "2")
    assert (
        run(*common, "--tlsv1.0", "--tls-max", "1.1", "--ciphers", "ALL@SECLEVEL=0", url).returncode
        == 35
    )


def test_d25_the_ciphers_of_the_document_do_not_exist(nginx_folder: Any) -> None:
    text = (ROOT / DOCUMENT_D).read_text("utf-8")
    text = text.replace("SHA384", "SHA512")
    with pytest.raises(AssertionError, match="no cipher match"):
        nginx_folder(text, {"localhost:3001": 9})


@pytest.mark.verifies("deploy#1.1")
@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
@pytest.mark.parametrize(
    ("name", "upstream"), [(COMPOSE, D_UPSTREAM), (DOCUMENT_D, "localhost:3001")]
)
async def test_d26_d27_a_whole_session_goes_through_nginx(
    shared_spec: Start,
    nginx: Any,
    connect: Any,
    certificate: Any,
    name: str,
    upstream: str,
    mode: str,
) -> None:
    proxy = nginx(name, {upstream: shared_spec(MCP_AUTH_TOKEN=TOKEN).port})
    async with connect(f"{proxy.url}/mcp", certificate=certificate, mode=mode) as client:
        assert (await client.list_prompts()).prompts
        assert not (await client.call_tool("health_check", {})).is_error


@pytest.mark.parametrize("name", [COMPOSE, DOCUMENT_D])
def test_d26_d27_the_headers_are_those_of_the_document(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    for header in ("Host $host", "X-Real-IP $remote_addr", "X-Forwarded-Proto $scheme"):
        assert f"proxy_set_header {header};" in text
    assert "proxy_set_header X-Forwarded-For $" in text


def test_d28_the_health_is_passed_on_and_not_noted(
    shared_spec: Start, nginx: Any, curl: Any, certificate: Any
) -> None:
    proxy = nginx(COMPOSE, {D_UPSTREAM: shared_spec(MCP_AUTH_TOKEN=TOKEN).port})
    assert '"healthy"' in curl("--cacert", certificate.crt, f"{proxy.url}/health")
    curl("--cacert", certificate.crt, f"{proxy.url}/other")
    log = proxy.access_log()
    assert "GET /other" in log
    assert "GET /health" not in log


@pytest.mark.verifies("deploy#1.12")
@pytest.mark.parametrize("sse", [False, True])
async def test_mcp_is_served_below_a_path(
    shared_api: Start, nginx: Any, connect: Any, certificate: Any, *, sse: bool
) -> None:
    server = shared_api(SHALL_TRUSTED_PROXIES="127.0.0.1/32")
    proxy = nginx(BELOW, {O_UPSTREAM: server.port})
    async with connect(f"{proxy.url}/shall/mcp", certificate=certificate, sse=sse) as client:
        assert not (await client.call_tool("health_check", {})).is_error


@pytest.mark.verifies("deploy#1.12")
def test_pages_are_served_below_a_path(shared_api: Start, nginx: Any, certificate: Any) -> None:
    server = shared_api(SHALL_TRUSTED_PROXIES="127.0.0.1/32")
    proxy = nginx(BELOW, {O_UPSTREAM: server.port})
    browser = {"Accept": "text/html", "Origin": proxy.url}
    with httpx2.Client(verify=certificate.context(), headers=browser) as http:
        stranger = http.get(f"{proxy.url}/shall/runs", follow_redirects=True)
        assert stranger.url.path == "/shall/login"
        form = {"token": TOKEN, "next": "/runs"}
        runs = http.post(f"{proxy.url}/shall/login", data=form, follow_redirects=True)
        assert (runs.status_code, runs.url.path) == (200, "/shall/runs")
        style = re.search(r'href="(/shall/assets/[^"]+)"', runs.text)
        assert style is not None
        assert http.get(proxy.url + style[1]).headers["content-type"].startswith("text/css")


@pytest.mark.verifies("deploy#1.1")
async def test_d49_clients_of_today_are_served_by_three_instances_in_turn(
    shared_three: Any, connect: Any, certificate: Any, curl: Any
) -> None:
    proxy, _ = shared_three
    async with connect(f"{proxy.url}/mcp", certificate=certificate, mode="2026-07-28") as client:
        for _ in range(9):
            assert not (await client.call_tool("health_check", {})).is_error
    # Port 80 of the document is served as well.
    assert '"healthy"' in curl(f"http://localhost:{proxy.http}/health")


@pytest.mark.verifies("deploy#1.1")
async def test_d49_d50_clients_work_on_while_an_instance_is_away(
    three: Any, connect: Any, certificate: Any
) -> None:
    proxy, started = three
    modern = {"certificate": certificate, "mode": "2026-07-28"}
    async with connect(f"{proxy.url}/mcp", **modern) as client:
        assert started["b"].stop() == 0
        for _ in range(9):
            assert not (await client.call_tool("health_check", {})).is_error
    # An older client of that instance is told that its session is gone, and starts another one.
    async with httpx2.AsyncClient(verify=certificate.context()) as http:
        headers = {"Accept": "application/json, text/event-stream"}
        headers |= {
            "Authorization": f"Bearer {TOKEN}",
            "Mcp-Session-Id": "b.0123456789abcdef",
            "MCP-Protocol-Version": "2025-06-18",
        }
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        answer = await http.post(f"{proxy.url}/mcp", json=body, headers=headers)
    assert answer.status_code == 404
