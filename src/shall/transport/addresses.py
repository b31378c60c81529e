"""IP addresses as the target policy sees them: what they carry, and which networks are denied.

Apart from ``target_policy``, which needs it for few runs: making an ``IPv4Network`` of each text
and importing ``ipaddress`` take 7 M instructions.
"""

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_interface,
    ip_network,
)

from msgspec import Struct

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NEVER = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # "this network", RFC 791; 0.0.0.0 itself is taken for the loopback
        "169.254.0.0/16",  # link-local, RFC 3927
        "169.254.169.254/32",  # metadata: AWS, Azure, Google, Oracle, DigitalOcean, OpenStack
        "169.254.170.2/32",  # metadata: AWS ECS
        "169.254.170.23/32",  # metadata: AWS EKS
        "169.254.0.23/32",  # metadata: Tencent
        "100.100.100.200/32",  # metadata: Alibaba
        "168.63.129.16/32",  # the host agent of Azure
        "192.0.0.192/32",  # metadata: Oracle, the older address
        "224.0.0.0/4",  # multicast, RFC 5771
        "240.0.0.0/4",  # reserved, RFC 1112, and broadcast
        "fe80::/10",  # link-local, RFC 4291
        "fe80::a9fe:a9fe/128",  # metadata: OpenStack
        "fd00:ec2::254/128",  # metadata: AWS
        "fd00:ec2::23/128",  # metadata: AWS EKS
        "fd20:ce::254/128",  # metadata: Google
        "64:ff9b:1::/48",  # NAT64 of local use, RFC 8215: its destination is unknown
        "ff00::/8",  # multicast, RFC 4291
    )
)
"""Networks that a request reaches only where ``allow`` lists an address or network inside."""

_IN_LOW_BITS = tuple(
    IPv6Network(text)
    for text in (
        "::/96",  # IPv4-compatible, RFC 4291, section 2.5.5.1
        "::ffff:0:0:0/96",  # IPv4-translated, RFC 7915
        "64:ff9b::/96",  # NAT64, RFC 6052
        "64:ff9b:1::/48",  # NAT64 of local use, as most lay it out
    )
)
_LOW_32_BITS = (1 << 32) - 1


class Target(Struct, frozen=True):
    """An address: itself, then those it carries; and which of them lie in denied networks."""

    forms: tuple[Address, ...]
    never: tuple[tuple[Address, Network], ...]


@lru_cache(maxsize=1024)
def read_address(text: str) -> Target | None:
    """Return what an address carries; None where the text is not an IP address."""
    try:
        written = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    forms = (written, *_carried(written))
    never = []
    for form in forms:
        around = [network for network in NEVER if form in network and int(form) != 0]
        if around:
            never.append((form, max(around, key=lambda network: network.prefixlen)))
    return Target(forms, tuple(never))


def _carried(address: Address) -> Iterator[Address]:
    """Return the addresses that a packet to this one ends at, or goes by."""
    if int(address) == 0:  # unspecified: systems connect to the loopback instead
        yield IPv4Address("127.0.0.1") if address.version == 4 else IPv6Address("::1")
    elif isinstance(address, IPv6Address):
        for inner in _inner(address):
            yield inner
            yield from _carried(inner)


def _inner(address: IPv6Address) -> tuple[IPv4Address, ...]:
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    if not address.is_loopback and any(address in network for network in _IN_LOW_BITS):
        return (IPv4Address(int(address) & _LOW_32_BITS),)
    return ()


def read_network(text: str) -> Network:
    """Return the network that a rule names. Raises ``ValueError``, which says why it is none."""
    if "%" in text:
        raise ValueError("an address is listed without its zone")
    try:
        return ip_network(text)
    except ValueError as error:
        if "host bits" in str(error):
            near = ip_interface(text).network
            raise ValueError(f"not a network; did you mean {near}?") from None
        raise ValueError("not an IP address or network") from None
