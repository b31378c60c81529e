import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from shall.serve.limits.addresses import behind_proxies, prefix_of
from shall.settings import Settings

Start = Callable[..., Any]
PROXIES = Settings(trusted_proxies=("10.0.0.0/8", "127.0.0.1", "fd00::/8"))


def seen(peer: str, *headers: tuple[str, str]) -> tuple[str, str]:
    """Return the client and the scheme that the application is told."""
    shown: list[tuple[str, str]] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        shown.append((scope["client"][0], scope["scheme"]))

    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    scope = {"type": "http", "client": (peer, 50000), "scheme": "http", "headers": raw}
    asyncio.run(behind_proxies(app, PROXIES)(scope, None, None))  # type: ignore[arg-type]
    return shown[0]


def prefix_seen(peer: str, value: str) -> str:
    """Return the prefix that the application is told."""
    shown: list[str] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        shown.append(prefix_of(scope))

    raw = [(b"x-forwarded-prefix", value.encode("latin-1"))]
    scope = {"type": "http", "client": (peer, 50000), "scheme": "http", "headers": raw}
    asyncio.run(behind_proxies(app, PROXIES)(scope, None, None))  # type: ignore[arg-type]
    return shown[0]


def for_(*values: str) -> list[tuple[str, str]]:
    return [("X-Forwarded-For", value) for value in values]


@pytest.mark.verifies("limits#4.1")
@pytest.mark.parametrize(
    ("headers", "client"),
    [
        (for_("203.0.113.7"), "203.0.113.7"),
        (for_("1.2.3.4, 203.0.113.7"), "203.0.113.7"),  # what the client wrote stands first
        (for_("1.2.3.4, 203.0.113.7, 10.1.1.1"), "203.0.113.7"),  # two proxies
        (for_("1.2.3.4", "203.0.113.7"), "203.0.113.7"),  # a second header goes on
        (for_("garbage, 203.0.113.7"), "203.0.113.7"),
        (for_("10.1.1.1, 10.2.2.2"), "10.1.1.1"),
        (for_("203.0.113.7:4711"), "203.0.113.7"),
        (for_("[2001:db8::1]:4711"), "2001:db8::1"),
        (for_("2001:DB8::1"), "2001:db8::1"),
        (for_("::ffff:203.0.113.7"), "203.0.113.7"),
        ([("X-Real-IP", "203.0.113.7")], "203.0.113.7"),
        ([*for_("203.0.113.7"), ("X-Real-IP", "1.2.3.4")], "203.0.113.7"),
        ([], "10.0.0.1"),
    ],
)
def test_a_trusted_proxy_names_the_client(headers: list[tuple[str, str]], client: str) -> None:
    assert seen("10.0.0.1", *headers)[0] == client


@pytest.mark.verifies("limits#4.2")
@pytest.mark.parametrize(
    "value", ["unknown", "1.2.3.4, unknown", "1.2.3.4,", "1.2.3", "\xff", "[::1", "1.2.3.4 5", "_x"]
)
def test_where_the_header_is_malformed_the_peer_is_the_client(value: str) -> None:
    assert seen("10.0.0.1", *for_(value))[0] == "10.0.0.1"


@pytest.mark.verifies("limits#4.2")
@pytest.mark.parametrize("peer", ["203.0.113.7", "11.0.0.1", "2001:db8::1", "testclient"])
def test_who_is_no_trusted_proxy_names_only_itself(peer: str) -> None:
    headers = [*for_("1.2.3.4"), ("X-Real-IP", "1.2.3.4"), ("X-Forwarded-Proto", "https")]
    assert seen(peer, *headers) == (peer, "http")


@pytest.mark.verifies("limits#4.1")
@pytest.mark.parametrize("peer", ["10.0.0.1", "::ffff:10.0.0.1", "fd00::1"])
@pytest.mark.parametrize(
    ("value", "scheme"),
    [("https", "https"), ("HTTPS", "https"), ("http, https", "https"), ("ftp", "http")],
)
def test_a_trusted_proxy_names_the_scheme(peer: str, value: str, scheme: str) -> None:
    assert seen(peer, ("X-Forwarded-Proto", value)) == (peer, scheme)


@pytest.mark.verifies("limits#4.3")
@pytest.mark.parametrize(
    ("value", "prefix"),
    [
        ("/shall", "/shall"),
        ("/tools/shall-1.2/", "/tools/shall-1.2"),
        ("/", ""),
        ("shall", ""),
        ("//evil.example", ""),
        ("/\\evil.example", ""),
        ("https://evil.example", ""),
        ("/../shall", ""),
        ('/"><script>', ""),
        ("/a b", ""),
        ("/a" * 101, ""),
    ],
)
def test_a_trusted_proxy_names_the_prefix(value: str, prefix: str) -> None:
    assert prefix_seen("10.0.0.1", value) == prefix
    assert prefix_seen("203.0.113.7", value) == ""


@pytest.mark.verifies("limits#4.2")
@pytest.mark.process
def test_nobody_is_believed_unless_it_is_said(start: Start, small: Settings) -> None:
    spoofed = b"X-Forwarded-For: 1.2.3.4"
    assert start().seen(spoofed)["client"][0] == "127.0.0.1"
    believing = start(replace(small, trusted_proxies=("127.0.0.0/8",)))
    assert believing.seen(spoofed)["client"][0] == "1.2.3.4"
