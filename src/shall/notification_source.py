"""Where the summary of a run is sent, and when: ``notify:`` of ``shall.yaml``."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from shall.secret_source import SecretSource

WHEN = ("failure", "change", "always")


class Notify(Struct, frozen=True):
    """``when`` a summary is sent, and ``to`` which addresses, by name.

    ``addresses`` are those that ``config.yaml`` of an earlier tool holds. An address is a secret:
    it has the token of a robot or the password of a mailbox.
    """

    when: str = WHEN[0]
    to: "Mapping[str, SecretSource]" = {}
    addresses: Mapping[str, str] = {}


def notify_setting(value: Any) -> Notify:
    """Read ``notify:``. Raises ``ValueError``; no message repeats an address."""
    if not isinstance(value, dict):
        raise ValueError("not the keys when and to")
    if unknown := [str(key) for key in value if key not in ("when", "to")]:
        raise ValueError(f"unknown key {unknown[0]}; known are when, to")
    when, to = value.get("when", WHEN[0]), value.get("to")
    if when not in WHEN:
        raise ValueError(f"when must be one of {', '.join(WHEN)}")
    if not isinstance(to, dict) or not all(isinstance(it, dict) for it in to.values()):
        raise ValueError(
            "to must be names with the source of an address each,"
            " such as team: {environment: ROBOT}"
        )
    from shall.secret_source import secret_sources  # few projects have any

    return Notify(when, secret_sources(to))
