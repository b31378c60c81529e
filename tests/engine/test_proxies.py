"""Requests through an HTTP proxy with CONNECT, and through SOCKS 5."""

import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.engine.proxies import PASSWORD, USER, Proxy
from tests.engine.test_certificates import services

from shall.messages import render
from shall.results.encoding import result_to_json
from shall.results.records import CaseResult, Outcome
from shall.transport.target_policy import read_policy

__all__ = ["services"]

pytestmark = pytest.mark.anyio

RunOne = Callable[..., Awaitable[CaseResult]]
KINDS = ("http", "socks5h", "socks5")


@pytest.fixture(scope="module")
def _proxy() -> Iterator[Proxy]:
    proxy = Proxy()
    yield proxy
    proxy.close()


@pytest.fixture
def proxy(_proxy: Proxy) -> Proxy:
    _proxy.seen.clear()
    return _proxy


def by(proxy: Proxy, kind: str, password: str = "{{ Global.word }}") -> dict[str, Any]:
    """The options of a run that goes through a proxy."""
    url = f"{kind}://{USER}:{password}@{proxy.address}"
    return {"variables": {"word": PASSWORD}, "connection": {"proxy": url}}


def said(result: CaseResult) -> str:
    assert result.outcome is Outcome.ERROR
    error = result.steps[0].error
    assert error is not None
    return f"{error.code}: {render(error)}"


@pytest.mark.verifies("protocols#2.6")
@pytest.mark.parametrize("kind", KINDS)
async def test_https_goes_through_a_proxy_and_is_checked_behind_it(
    proxy: Proxy, services: dict[str, str], run_one: RunOne, tmp_path: Path, kind: str
) -> None:
    shutil.copy(services["ca"], tmp_path / "ca.crt")
    step = {"GET": "/", "connection": {"ca": "ca.crt"}, "expect": {"status": 200}}

    result = await run_one([step], host=services["good"], **by(proxy, kind))
    expired = await run_one([step], host=services["expired"], **by(proxy, kind))

    assert result.outcome is Outcome.PASSED, result
    word = "CONNECT" if kind == "http" else "address"
    assert proxy.seen == [f"{word} {services[it][8:]}" for it in ("good", "expired")]
    assert PASSWORD not in str(result_to_json(result))
    assert "has expired" in said(expired)


@pytest.mark.verifies("protocols#2.6")
async def test_socks_is_used_for_http_and_its_proxy_knows_the_names(
    proxy: Proxy, service: Any, run_one: RunOne
) -> None:
    port = service.url.rpartition(":")[2]
    step = {"GET": "/echo", "expect": {"$.headers.host": f"inner.test:{port}"}}

    result = await run_one([step], host=f"http://inner.test:{port}", **by(proxy, "socks5h"))

    assert result.outcome is Outcome.PASSED, result
    assert proxy.seen == [f"name inner.test:{port}"]


@pytest.mark.verifies("protocols#2.9")
@pytest.mark.parametrize("kind", KINDS)
async def test_a_proxy_that_refuses_or_is_not_there_is_an_error_that_names_it(
    proxy: Proxy, services: dict[str, str], run_one: RunOne, kind: str
) -> None:
    step = {"GET": "/", "connection": {"insecure": True}}
    refused = await run_one([step], host=services["good"], **by(proxy, kind, "wrong"))
    proxy_elsewhere = by(proxy, kind)
    proxy_elsewhere["connection"]["proxy"] = f"{kind}://127.0.0.1:9"
    missing = await run_one([step], host=services["good"], **proxy_elsewhere)

    assert said(refused).startswith("step.unreachable: ")
    assert f"the proxy {proxy.address} does not connect to {services['good'][8:]}" in said(refused)
    assert said(missing).startswith("step.unreachable: ")
    assert "127.0.0.1:9 refuses the connection." in said(missing)


@pytest.mark.verifies("protocols#2.12")
async def test_a_proxy_that_does_not_know_the_password_is_no_service(
    proxy: Proxy, run_one: RunOne
) -> None:
    step = {"GET": "/", "expect": {"status": 407}}
    refused = await run_one([step], host="http://inner.test:80", **by(proxy, "http", "wrong"))

    assert proxy.seen == ["GET http://inner.test/"]
    words = f"the proxy {proxy.address} does not connect to inner.test:80: response 407."
    assert said(refused) == f"step.unreachable: {words}"


@pytest.mark.verifies("protocols#2.12")
async def test_a_service_behind_socks_may_answer_407(
    proxy: Proxy, service: Any, run_one: RunOne
) -> None:
    step = {"GET": "/status/407", "expect": {"status": 407}}
    result = await run_one([step], host=service.url, **by(proxy, "socks5h"))
    assert result.outcome is Outcome.PASSED, result


@pytest.mark.verifies("protocols#2.6")
@pytest.mark.parametrize("kind", KINDS)
async def test_the_policy_judges_the_proxy_and_what_is_behind_it(
    proxy: Proxy, services: dict[str, str], run_one: RunOne, kind: str
) -> None:
    step = {"GET": "/", "connection": {"insecure": True}}
    host = services["good"]
    for allow, deny in (([], [proxy.address]), ([proxy.address], []), ([], [host[8:]])):
        policy = read_policy(allow, deny)
        result = await run_one([step], host=host, policy=policy, **by(proxy, kind))
        assert said(result).startswith("step.denied.")
    assert proxy.seen == []
