"""Reads the HTTP runners of a runbook of runn, and the loops of its steps."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct, field

from shall.cases.flow import MOST_ITERATIONS
from shall.cases.json_text import text_of

_TIME = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*(ms|msec|s|sec|m|min)?")
_SECONDS = {"ms": 0.001, "msec": 0.001, "m": 60, "min": 60}
_CONNECTION = {
    "skipVerify": "insecure",
    "cacert": "ca",
    "cert": "client_certificate",
    "key": "key",
}
_LOOP = frozenset(("count", "until", "interval"))
_DEFAULT_COUNT = 3


class Runner(Struct, frozen=True):
    """A runner that sends requests: where to, and what its options set in each step."""

    base: str
    timeout_s: float | None = None
    follow_redirects: bool = True
    connection: dict[str, Any] = field(default_factory=dict[str, Any])


def runner_of(said: Any, leave: Callable[[str], None]) -> Runner | None:
    """Read a runner; None where it is not one for HTTP. ``leave`` takes what has no counterpart."""
    address = said.get("endpoint") if isinstance(said, dict) else said
    if not isinstance(address, str) or not address.startswith(("http://", "https://", "${")):
        return None
    options = {str(key): it for key, it in said.items()} if isinstance(said, dict) else {}
    timeout_s = _seconds(options.get("timeout"))
    connection = {name: it for key, name in _CONNECTION.items() if _is_set(it := options.get(key))}
    read = {"endpoint", "notFollowRedirect", *_CONNECTION} | ({"timeout"} if timeout_s else set())
    if others := ", ".join(sorted(options.keys() - read)):
        leave(f"The options {others:.80} of a runner were left out.")
    redirects = options.get("notFollowRedirect") is not True
    return Runner(address.rstrip("/"), timeout_s, redirects, connection)


def _is_set(value: Any) -> bool:
    return value is True or (isinstance(value, str) and bool(value))


def loop_of(
    said: Any, conditions: Callable[[str], Mapping[str, Any] | None]
) -> dict[str, Any] | None:
    """Return a loop as fields of a step; None where these cannot say it.

    ``conditions`` reads the condition that ends a loop, and returns None where not all of it can
    be said.
    """
    options = said if isinstance(said, dict) else {"count": said}
    count = options.get("count", _DEFAULT_COUNT)
    count = int(count) if re.fullmatch(r"\d{1,4}", str(count)) else None
    interval = _seconds(options.get("interval"))
    is_read = options.keys() <= _LOOP and (interval is not None or "interval" not in options)
    if count is None or count > MOST_ITERATIONS or not is_read:
        return None
    fields: dict[str, Any] = {"delay": f"{round(interval * 1000)} ms"} if interval else {}
    if "until" not in options:
        return {**fields, "for each": list(range(1, count + 1))}
    until = conditions(text_of(options["until"])) if count else None
    return None if not until else {**fields, "repeat": {"until": until, "at most": count}}


def _seconds(value: Any) -> float | None:
    """Read a length of time; a number alone is one of seconds."""
    found = _TIME.fullmatch(str(value).strip())
    if found is None:
        return None
    seconds = float(found[1]) * _SECONDS.get(found[2] or "s", 1)
    return round(seconds, 3)
