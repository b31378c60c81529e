"""Which hosts a request may reach: the operator's rules over addresses that no test means.

Pure: text in, a verdict out. Who connects asks twice: ``judge_host`` with
the host of every URL before it is looked up, ``judge_address`` with the very address it is about to
connect to. Nothing is looked up here, so nothing can change in between.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from shall.errors import InvalidSetting
from shall.late_pattern import late_pattern

if TYPE_CHECKING:
    from shall.transport.addresses import Address, Network, Target

NEVER_NAMES = frozenset({"metadata.google.internal", "metadata.goog", "metadata.tencentyun.com"})
"""Names that a request reaches only where ``allow`` lists them in full."""

_LOOPBACK = frozenset({"127.0.0.1", "::1"})
"""Addresses that carry no other one, and are denied by rules alone."""

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
    network: "Network | None" = None
    port: int | None = None

    def names(self, host: str, port: int) -> bool:
        """Return whether the rule is for this host by its name."""
        if not self.name or self.port not in (None, port):
            return False
        return host.endswith(self.name[1:]) if self.name[0] == "*" else host == self.name

    def holds(self, address: "Address", port: int) -> bool:
        """Return whether the rule is for this address."""
        return self.network is not None and address in self.network and self.port in (None, port)

    def opens(self, never: "Network", address: "Address", port: int) -> bool:
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
    """Which targets requests may reach.

    Without rules: all but ``addresses.NEVER`` and ``NEVER_NAMES``.
    """

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
        if address in _LOOPBACK and not self.allow and not self.deny:
            return None
        from shall.transport.addresses import read_address  # most services are on this machine

        target = read_address(address)
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

    def _allows(self, name: str, target: "Target", port: int) -> bool:
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
    from shall.transport.addresses import read_network  # few projects have rules

    match = _WORD.fullmatch(word)
    if match is None or "//" in word:
        raise ValueError("neither a host nor a network; a URL has more than both")
    port = _read_port(match["port"] or match["port6"])
    text = match["inside"] or match["bare"] or match["host"] or ""
    if match["host"] is None or "/" in text or _ends_in_a_number(text):
        return Rule(word, network=read_network(text), port=port)
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


def _ends_in_a_number(host: str) -> bool:
    """Return whether a host would be taken for an IPv4 address (URL Standard, section 3.5)."""
    return _NUMBER.fullmatch(host.lower().removesuffix(".").rpartition(".")[2]) is not None


def _plain(host: str) -> str:
    return host.lower().removesuffix(".")
