"""Which hosts a request may reach: the operator's rules over addresses that no test means.

Pure: text and ``ipaddress`` values in, a verdict out. Who connects asks twice: ``judge_host`` with
the host of every URL before it is looked up, ``judge_address`` with the very address it is about to
connect to. Nothing is looked up here, so nothing can change in between.
"""

from collections.abc import Iterable, Iterator, Sequence
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
from typing import Literal

from msgspec import Struct

from shall.errors import InvalidSetting
from shall.late_pattern import late_pattern

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

NEVER_NAMES = frozenset({"metadata.google.internal", "metadata.goog", "metadata.tencentyun.com"})
"""Names that a request reaches only where ``allow`` lists them in full."""

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

_WORD = late_pattern(
    r"\[(?P<inside>[^\]]*)\](?::(?P<port6>\d+))?"  # [::1]:8080, [fd00::/8]:8080
    r"|(?P<bare>[^\[\]:]*:[^\[\]]*:[^\[\]]*)"  # ::1, fd00::/8
    r"|(?P<host>[^\[\]:]+)(?::(?P<port>\d+))?"
)
_NAME = late_pattern(r"(?:\*\.)?[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")
_NUMBER = late_pattern(r"[0-9]+|0x[0-9a-f]*")  # a last label that makes a host an IPv4 address


class Rule(Struct, frozen=True):
    """One word of a list: a host name, ``*.`` and a domain, an address or a network.

    ``name`` is in lower case without a dot at its end. ``port`` None means every port.
    """

    word: str
    name: str = ""
    network: Network | None = None
    port: int | None = None

    def names(self, host: str, port: int) -> bool:
        """Return whether the rule is for this host by its name."""
        if not self.name or self.port not in (None, port):
            return False
        return host.endswith(self.name[1:]) if self.name[0] == "*" else host == self.name

    def holds(self, address: Address, port: int) -> bool:
        """Return whether the rule is for this address."""
        return self.network is not None and address in self.network and self.port in (None, port)

    def opens(self, never: Network, address: Address, port: int) -> bool:
        """Return whether the rule means this address of a denied network, not a net around it."""
        within = self.network
        if within is None or within.version != never.version:
            return False
        return within.prefixlen >= never.prefixlen and self.holds(address, port)


class Denial(Struct, frozen=True):
    """Why a target is denied.

    ``listed``: the rule is in ``deny``. ``never``: the rule is denied unless ``allow`` lists
    it. ``unlisted``: ``allow`` lists something, and not this; there is no rule to name.
    """

    why: Literal["listed", "never", "unlisted"]
    rule: str = ""


class TargetPolicy(Struct, frozen=True):
    """Which targets requests may reach. Without rules: all but ``NEVER`` and ``NEVER_NAMES``."""

    allow: tuple[Rule, ...] = ()
    deny: tuple[Rule, ...] = ()

    def judge_host(self, host: str, port: int) -> Denial | None:
        """Judge the host of a URL by its name, before it is looked up; None: go on.

        A name that no address can make good is denied here, so that it is not even looked up.
        """
        name = _plain(host)
        for rule in self.deny:
            if rule.names(name, port):
                return Denial("listed", rule.word)
        if name in NEVER_NAMES and not any(
            rule.name == name and rule.names(name, port) for rule in self.allow
        ):
            return Denial("never", name)
        if not self.allow or any(rule.network or rule.names(name, port) for rule in self.allow):
            return None
        return Denial("unlisted")

    def judge_address(self, host: str, address: str, port: int) -> Denial | None:
        """Judge the address that is about to be connected to for a host that may go on.

        ``address`` is an IP address as text. An address that carries another one (NAT64, 6to4,
        Teredo, IPv4-mapped) is denied for either.
        """
        target = _read_address(address)
        if target is None:
            return Denial("never", address)
        for rule in self.deny:
            if any(rule.holds(form, port) for form in target.forms):
                return Denial("listed", rule.word)
        for form, network in target.never:
            if not any(rule.opens(network, form, port) for rule in self.allow):
                return Denial("never", str(network))
        if not self.allow or self._allows(_plain(host), target, port):
            return None
        return Denial("unlisted")

    def judge_unseen(self, host: str, port: int) -> Denial | None:
        """Judge the host of a URL that a proxy looks up: its address is not known here.

        An address is judged as it is written. A name must be listed where anything is.
        """
        if _ends_in_a_number(host) or ":" in host:
            return self.judge_address(host, host.strip("[]"), port)
        name = _plain(host)
        if not self.allow or any(rule.names(name, port) for rule in self.allow):
            return None
        return Denial("unlisted")

    def _allows(self, name: str, target: "_Target", port: int) -> bool:
        written, *carried = target.forms
        if any(rule.names(name, port) or rule.holds(written, port) for rule in self.allow):
            return True
        return bool(carried) and all(
            any(rule.holds(form, port) for rule in self.allow) for form in carried
        )


def read_policy(allow: Sequence[str], deny: Sequence[str]) -> TargetPolicy:
    """Read the words of the settings ``targets_allow`` and ``targets_deny``.

    Raises:
        InvalidSetting: Words that cannot be used; all are reported.
    """
    problems: list[str] = []
    policy = TargetPolicy(
        tuple(_rules("targets_allow", allow, problems)),
        tuple(_rules("targets_deny", deny, problems)),
    )
    if problems:
        raise InvalidSetting(
            "\n".join(problems),
            hint="Write such as a.example.com, *.example.com, 10.0.0.0/8, localhost:80, [::1]:80.",
        )
    return policy


def _rules(setting: str, words: Iterable[str], problems: list[str]) -> Iterator[Rule]:
    for word in words:
        try:
            yield _read_rule(word)
        except ValueError as error:
            problems.append(f"{setting} holds {word!r}: {error}")


def _read_rule(word: str) -> Rule:
    match = _WORD.fullmatch(word)
    if match is None or "//" in word:
        raise ValueError("neither a host nor a network; a URL has more than both")
    port = _read_port(match["port"] or match["port6"])
    text = match["inside"] or match["bare"] or match["host"] or ""
    if match["host"] is None or "/" in text or _ends_in_a_number(text):
        return Rule(word, network=_read_network(text), port=port)
    name = (text if text.isascii() else text.encode("idna").decode("ascii")).lower()
    if not _NAME.fullmatch(name):
        raise ValueError("not a host name")
    return Rule(word, name=name.removesuffix("."), port=port)


def _read_port(text: str | None) -> int | None:
    if text is None:
        return None
    if not 1 <= int(text) <= 65535:
        raise ValueError("a port is 1 to 65535")
    return int(text)


def _read_network(text: str) -> Network:
    if "%" in text:
        raise ValueError("an address is listed without its zone")
    try:
        return ip_network(text)
    except ValueError as error:
        if "host bits" in str(error):
            near = ip_interface(text).network
            raise ValueError(f"not a network; did you mean {near}?") from None
        raise ValueError("not an IP address or network") from None


def _ends_in_a_number(host: str) -> bool:
    """Return whether a host would be taken for an IPv4 address (URL Standard, section 3.5)."""
    return _NUMBER.fullmatch(host.lower().removesuffix(".").rpartition(".")[2]) is not None


def _plain(host: str) -> str:
    return host.lower().removesuffix(".")


class _Target(Struct, frozen=True):
    """An address: itself, then those it carries; and which of them lie in denied networks."""

    forms: tuple[Address, ...]
    never: tuple[tuple[Address, Network], ...]


@lru_cache(maxsize=1024)
def _read_address(text: str) -> _Target | None:
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
    return _Target(forms, tuple(never))


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
