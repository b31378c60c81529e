"""Selectors about who answered: its address and its certificate."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from shall.engine.budgets import Budget
from shall.engine.query import Content, Select, Selected
from shall.transport.exchange import Response

_DAY_S = 86_400


def ip(response: Response, _: Content, __: Budget) -> Selected:
    """Return the IP address that answered."""
    found = "" if response.peer is None else response.peer.ip
    return Selected(found, bool(found), "the address that answered is not known")


def certificate(field: str) -> Select:
    """Return what takes a field of the certificate that the service presented."""
    name, read = _FIELDS[field]

    def select(response: Response, _: Content, __: Budget) -> Selected:
        text = None if response.peer is None else response.peer.certificate.get(name)
        if text is None:
            reason = f"the service presented no certificate with `{field}`"
            return Selected(found=False, reason=reason)
        return Selected(read(text))

    return select


def _time(text: str) -> datetime:
    return datetime.strptime(text, "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC)


def _written(text: str) -> str:
    return _time(text).strftime("%Y-%m-%dT%H:%M:%SZ")


def _days_left(text: str) -> int:
    return int((_time(text) - datetime.now(UTC)).total_seconds() // _DAY_S)


def _serial(text: str) -> str:
    return text.replace(":", "").lower()


def _names(text: str) -> list[str]:
    """Return the alternative names without their kinds: ``DNS:a, IP Address:127.0.0.1``."""
    return [it.partition(":")[2].strip() for it in text.split(",")]


_FIELDS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "subject": ("Subject", str),
    "issuer": ("Issuer", str),
    "serial": ("Serial Number", _serial),
    "starts_at": ("Start date", _written),
    "expires_at": ("Expire date", _written),
    "days_left": ("Expire date", _days_left),
    "names": ("X509v3 Subject Alternative Name", _names),
}
