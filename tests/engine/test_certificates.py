"""Certificates that cannot be trusted: each error says what is wrong with them."""

import shutil
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.serve.certificates import Authority, Pair

from shall.messages import render
from shall.results.records import CaseResult, Outcome

RunOne = Callable[..., Awaitable[CaseResult]]

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def _serve(listening: socket.socket, pair: Pair) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.cert, pair.key)
    while True:
        try:
            client, _ = listening.accept()
        except OSError:  # it is closed at the end
            return
        with client, suppress(OSError), context.wrap_socket(client, server_side=True) as secure:
            secure.recv(65536)
            secure.sendall(ANSWER)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The addresses of services by the fault of their certificate; the file of the authority."""
    folder = tmp_path_factory.mktemp("certificates")
    authority, other = Authority(folder), folder / "other"
    other.mkdir()
    pairs = {
        "good": authority.pair("good"),
        "expired": authority.pair("expired", days=-1),
        "another host": authority.pair("another", host="shop.example.com"),
        "unknown": Authority(other).pair("unknown"),
        "self-signed": authority.self_signed("alone"),
    }
    found, opened = {"ca": str(authority.cert)}, []
    for name, pair in pairs.items():
        listening = socket.create_server(("127.0.0.1", 0))
        opened.append(listening)
        threading.Thread(target=_serve, args=(listening, pair), daemon=True).start()
        found[name] = f"https://127.0.0.1:{listening.getsockname()[1]}"
    yield found
    for each in opened:
        each.close()


@pytest.mark.anyio
@pytest.mark.verifies("protocols#2.3")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("expired", "the certificate of {address} has expired."),
        ("another host", "the certificate of {address} is for another host."),
        ("self-signed", "the certificate of {address} is signed by itself, and not trusted."),
        ("unknown", "the certificate of {address} is signed by an authority that is not trusted."),
    ],
)
async def test_a_certificate_that_is_not_trusted_says_why(
    services: dict[str, str], run_one: RunOne, tmp_path: Path, name: str, said: str
) -> None:
    shutil.copy(services["ca"], tmp_path / "ca.crt")
    step = {"GET": "/", "connection": {"ca": "ca.crt"}}

    result = await run_one([step], host=services[name])

    assert result.outcome is Outcome.ERROR
    error = result.steps[0].error
    assert error is not None
    assert error.code == "step.unreachable"
    assert said.format(address=services[name][8:]) in render(error)
    assert (await run_one([step], host=services["good"])).outcome is Outcome.PASSED
    insecure = {"GET": "/", "connection": {"insecure": True}}
    assert (await run_one([insecure], host=services[name])).outcome is Outcome.PASSED
