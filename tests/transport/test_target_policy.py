import socket
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shall.errors import InvalidSetting
from shall.transport.target_policy import Denial, TargetPolicy, read_policy

V4 = st.integers(2, (1 << 32) - 1).map(IPv4Address)
"""Without 0.0.0.0 and 0.0.0.1: ``::`` and ``::1`` carry nothing."""


def why(policy: TargetPolicy, host: str, address: str = "", port: int = 80) -> str | None:
    """Judge a host and the address it has; give why it is denied."""
    denial = policy.judge_host(host, port)
    if denial is None:
        denial = policy.judge_address(host, address or host.strip("[]"), port)
    return None if denial is None else denial.why


def carriers(inner: IPv4Address) -> list[str]:
    """Return the IPv6 addresses that lead to an IPv4 address."""
    number = int(inner)
    high = number << 80
    return [
        str(IPv6Address(value))
        for value in (
            int(IPv6Address("::ffff:0:0")) | number,
            int(IPv6Address("::ffff:0:0:0")) | number,
            int(IPv6Address("64:ff9b::")) | number,
            int(IPv6Address("64:ff9b:1::")) | number,
            int(IPv6Address("2002::")) | high,
            int(IPv6Address("2001::")) | (number << 64),  # the server of Teredo
            int(IPv6Address("2001:0:505:505::")) | (number ^ 0xFFFFFFFF),  # its client
            number,
        )
    ]


@pytest.mark.verifies("engine#5.1")
@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "::1",
        "0.0.0.0",
        "10.1.2.3",
        "192.168.0.10",
        "172.16.0.1",
        "fd12:3456::1",
        "93.184.216.34",
        "2606:2800:220:1::1",
        "169.253.255.255",
        "100.100.100.201",
    ],
)
def test_without_rules_a_test_reaches_what_it_is_for(address: str) -> None:
    assert why(TargetPolicy(), address) is None


@pytest.mark.verifies("engine#5.1")
@pytest.mark.parametrize(
    ("address", "rule"),
    [
        ("169.254.0.1", "169.254.0.0/16"),
        ("169.254.169.254", "169.254.169.254/32"),
        ("169.254.170.2", "169.254.170.2/32"),
        ("100.100.100.200", "100.100.100.200/32"),
        ("168.63.129.16", "168.63.129.16/32"),
        ("192.0.0.192", "192.0.0.192/32"),
        ("fd00:ec2::254", "fd00:ec2::254/128"),
        ("fd20:ce::254", "fd20:ce::254/128"),
        ("fe80::1", "fe80::/10"),
        ("fe80::1%eth0", "fe80::/10"),
        ("224.0.0.1", "224.0.0.0/4"),
        ("ff02::1", "ff00::/8"),
        ("255.255.255.255", "240.0.0.0/4"),
        ("0.0.0.1", "0.0.0.0/8"),
    ],
)
def test_without_rules_what_no_test_means_is_denied(address: str, rule: str) -> None:
    assert TargetPolicy().judge_address("x.test", address, 80) == Denial("never", rule)


@pytest.mark.parametrize("host", ["metadata.google.internal", "METADATA.google.internal."])
def test_the_names_of_metadata_services_are_denied_before_they_are_looked_up(host: str) -> None:
    assert TargetPolicy().judge_host(host, 80) == Denial("never", "metadata.google.internal")
    assert read_policy(["*.google.internal"], []).judge_host(host, 80) is not None
    assert read_policy(["metadata.google.internal"], []).judge_host(host, 80) is None


@pytest.mark.verifies("engine#5.1")
@pytest.mark.parametrize(
    ("listed", "address", "reason"),
    [
        ("169.254.169.254", "169.254.169.254", None),
        ("169.254.169.254:8080", "169.254.169.254", "never"),
        ("169.254.0.0/16", "169.254.7.7", None),
        ("169.254.7.0/24", "169.254.7.7", None),
        ("169.254.0.0/16", "169.254.169.254", "never"),  # it is named by its own address only
        ("0.0.0.0/0", "169.254.7.7", "never"),  # a net around it does not mean it
        ("x.test", "169.254.7.7", "never"),  # nor does a name
        ("fe80::/10", "fe80::1", None),
        ("::/0", "fe80::1", "never"),
        ("169.254.169.254", "::ffff:169.254.169.254", None),
    ],
)
def test_naming_an_address_opens_it(listed: str, address: str, reason: str | None) -> None:
    assert why(read_policy([listed], []), "x.test", address) == reason


@pytest.mark.verifies("engine#5.2")
@pytest.mark.parametrize(
    ("host", "address", "port", "reason"),
    [
        ("staging.example.com", "10.9.9.9", 443, None),
        ("STAGING.example.com.", "10.9.9.9", 443, None),
        ("a.b.shop.example.com", "10.9.9.9", 443, None),
        ("shop.example.com", "10.9.9.9", 443, "unlisted"),
        ("evilshop.example.com", "10.9.9.9", 443, "unlisted"),
        ("staging.example.com.evil.test", "10.9.9.9", 443, "unlisted"),
        ("other.test", "10.1.0.7", 443, None),
        ("other.test", "10.2.0.7", 443, "unlisted"),
        ("localhost", "127.0.0.1", 8080, None),
        ("localhost", "127.0.0.1", 8081, "unlisted"),
        ("127.0.0.1", "127.0.0.1", 8080, "unlisted"),
        ("[::1]", "::1", 9000, None),
        ("[::1]", "::1", 9001, "unlisted"),
        ("xn--bcher-kva.example", "10.9.9.9", 80, None),
    ],
)
def test_with_a_list_only_what_is_listed_is_reached(
    host: str, address: str, port: int, reason: str | None
) -> None:
    words = "staging.example.com *.shop.example.com 10.1.0.0/16 localhost:8080 [::1]:9000"
    policy = read_policy([*words.split(), "bücher.example"], [])
    assert why(policy, host, address, port) == reason


@pytest.mark.verifies("engine#5.2")
def test_a_name_that_no_address_can_make_good_is_not_looked_up() -> None:
    assert read_policy(["a.test"], []).judge_host("secret.evil.test", 80) == Denial("unlisted")
    assert read_policy(["a.test", "::1"], []).judge_host("other.test", 80) is None


@pytest.mark.verifies("engine#5.3")
@pytest.mark.parametrize(
    ("host", "address", "port", "reason"),
    [
        ("db.example.com", "10.9.9.9", 80, "listed"),
        ("x.internal", "10.9.9.9", 80, "listed"),
        ("internal", "10.9.9.9", 80, None),
        ("example.com", "10.1.2.3", 80, "listed"),
        ("example.com", "10.9.9.9", 5432, "listed"),
        ("example.com", "10.9.9.9", 80, None),
        ("169.254.169.254", "169.254.169.254", 80, "listed"),
    ],
)
def test_a_denied_target_stays_denied_whatever_is_allowed(
    host: str, address: str, port: int, reason: str | None
) -> None:
    allow = ["*.example.com", "example.com", "internal", "*.internal", "169.254.169.254"]
    deny = ["db.example.com", "*.internal", "10.1.0.0/16", "10.9.9.9:5432", "169.254.169.254"]
    assert why(read_policy(allow, deny), host, address, port) == reason
    assert why(read_policy([*allow, *deny], deny), host, address, port) == reason


@pytest.mark.verifies("engine#5.6")
@given(V4)
def test_an_address_that_carries_a_denied_one_is_denied(inner: IPv4Address) -> None:
    policy = read_policy([], [str(inner)])
    for address in carriers(inner):
        assert policy.judge_address("x.test", address, 80) == Denial("listed", str(inner)), address


@pytest.mark.verifies("engine#5.6")
def test_metadata_is_not_reached_by_an_address_that_carries_its_own() -> None:
    for address in carriers(IPv4Address("169.254.169.254")):
        assert why(TargetPolicy(), "x.test", address) == "never", address


@pytest.mark.verifies("engine#5.6")
def test_with_a_list_what_is_carried_must_be_listed() -> None:
    policy = read_policy(["10.0.0.0/8"], [])
    mapped, nat64, sixtofour = "::ffff:10.1.1.1", "64:ff9b::a01:101", "2002:a01:101::1"
    for address in (mapped, nat64, sixtofour):
        assert why(policy, "x.test", address) is None
    assert why(policy, "x.test", "64:ff9b::b01:101") == "unlisted"
    assert why(read_policy(["64:ff9b::/96"], []), "x.test", nat64) is None
    # both ends of Teredo count: the server 10.1.1.1 is listed, the client 127.0.0.1 is not
    assert why(policy, "x.test", "2001:0:a01:101::80ff:fffe") == "unlisted"


@pytest.mark.verifies("engine#5.6")
def test_no_address_at_all_means_the_loopback() -> None:
    policy = read_policy([], ["127.0.0.0/8", "::1"])
    assert why(policy, "0.0.0.0") == why(policy, "[::]") == "listed"
    assert why(policy, "::ffff:0.0.0.0") == "listed"
    assert why(read_policy(["127.0.0.1"], []), "0.0.0.0") is None


@given(V4, st.sampled_from(["{0}", "0x{0:x}", "0{0:o}", "0x{1:x}.{2}"]))
def test_however_an_address_is_written_the_resolved_one_is_judged(
    inner: IPv4Address, form: str
) -> None:
    """The system reads the odd forms as ``inet_aton`` does; a rule is judged on what comes out."""
    number = int(inner)
    literal = form.format(number, number >> 24, number & 0xFFFFFF)
    resolved = socket.inet_ntoa(socket.inet_aton(literal))
    assert why(read_policy([], [str(inner)]), literal, resolved) == "listed"


@given(st.text(max_size=40))
def test_any_host_and_address_can_be_judged(text: str) -> None:
    policy = read_policy(["*.a.test", "10.0.0.0/8"], ["b.test", "::/64"])
    policy.judge_host(text, 80)
    policy.judge_address(text, text, 80)


def test_what_is_no_address_is_not_connected_to() -> None:
    assert TargetPolicy().judge_address("x.test", "/run/x.sock", 80) is not None


@pytest.mark.verifies("engine#5.8")
@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("http://a.test", "a URL has more"),
        ("a.test/path", "not an IP address or network"),
        ("10.0.0.1/8", "did you mean 10.0.0.0/8?"),
        ("10.0.0.0/33", "not an IP address or network"),
        ("127.1", "not an IP address"),
        ("2130706433", "not an IP address"),
        ("0x7f.0.0.1", "not an IP address"),
        ("a.*.test", "not a host name"),
        ("*", "not a host name"),
        ("a..b", "not a host name"),
        ("a.test:", "neither a host nor a network"),
        ("a.test:0", "a port is 1 to 65535"),
        ("a.test:99999", "a port is 1 to 65535"),
        ("[a.test]:80", "not an IP address"),
        ("[::1", "neither a host nor a network"),
        ("fe80::1%eth0", "without its zone"),
        ("ü" * 70, "too long"),
    ],
)
def test_a_word_that_cannot_be_used_is_named(word: str, reason: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        read_policy(["a.test"], ["b.test", word, "c d"])
    text = str(refused.value)
    assert reason in text
    assert f"targets_deny holds {word!r}" in text
    assert "targets_deny holds 'c d'" in text, "all are told"
