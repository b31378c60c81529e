"""Reads the section ``[Options]`` of an entry of hurl."""

import re
from collections.abc import Callable
from typing import Any

from msgspec import Struct, field

from shall.cases.connection import MAX_REDIRECTS
from shall.cases.flow import MOST_ITERATIONS, MOST_RETRIES
from shall.imports.hurl_selectors import value_of
from shall.imports.requests import SentRequest

_TIME = re.compile(r"(\d{1,9})\s*(ms|s|m)?")
_COUNT = re.compile(r"-?\d{1,9}")
_MILLISECONDS = {"ms": 1, "s": 1000, "m": 60_000}
_OF_OUTPUT = frozenset(("output", "verbose", "very-verbose"))
"""Options that change nothing of what is sent and checked."""

_CONNECTION = {
    "insecure": "insecure",
    "cacert": "ca",
    "cert": "client_certificate",
    "key": "key",
}


class Options(Struct):
    """What options set: fields of a step, and variables of the case.

    ``report`` takes what could not be read. ``is_in_use`` returns whether a variable had another
    meaning before.
    """

    sent: SentRequest
    convert: Callable[[str], str]
    report: Callable[[str, int], None]
    is_in_use: Callable[[str], bool]
    step: dict[str, Any] = field(default_factory=dict[str, Any])
    variables: dict[str, Any] = field(default_factory=dict[str, Any])
    interval: str | None = None
    line: int = 0

    def read(self, name: str, value: str, line: int) -> None:
        """Read an option."""
        self.line = line
        set_option = _OPTIONS.get(name)
        if set_option is None and name not in _OF_OUTPUT and value != "false":
            self.report(f"The option `{name:.30}` was left out.", self.line)
        elif set_option is not None and not set_option(self, name, value):
            self.report(f"The option `{name:.30}: {value:.30}` was left out.", self.line)

    def fields(self) -> dict[str, Any]:
        """Return the fields of a step."""
        if self.interval is not None and "retry" in self.step:
            self.step["retry"]["every"] = self.interval
        return self.step

    def _time(self, name: str, value: str) -> bool:
        time = _TIME.fullmatch(value)
        if time is None:
            return False
        count, unit = int(time[1]), time[2] or ("s" if name == "max-time" else "ms")
        milliseconds = count * _MILLISECONDS[unit]
        if name == "max-time":
            self.sent.timeout_s = milliseconds / 1000
        elif name == "delay":
            self.step["delay"] = f"{milliseconds} ms"
        else:
            self.interval = f"{max(milliseconds, 1)} ms"
        return True

    def _times(self, name: str, value: str) -> bool:
        """Read how often an entry is sent; -1 is without end in hurl."""
        if not _COUNT.fullmatch(value):
            return False
        count, most = int(value), MOST_RETRIES if name == "retry" else MOST_ITERATIONS
        if not 0 <= count <= most:
            self.report(f"`{name}: {value}` became `{name}: {most}`.", self.line)
            count = most
        if name == "repeat":
            self.step["for each"] = list(range(1, count + 1))
        elif count:
            self.step["retry"] = {"times": count}
        return True

    def _location(self, name: str, value: str) -> bool:
        self.sent.follow_redirects = value == "true"
        if name == "location-trusted" and value == "true":
            self.report("`location-trusted` became `location`.", self.line)
        return True

    def _connection(self, name: str, value: str) -> bool:
        if value != "false":
            self.sent.connection[_CONNECTION[name]] = True if value == "true" else value
        return True

    def _version(self, name: str, value: str) -> bool:
        if value == "true":
            self.sent.connection["http"] = name.removeprefix("http")
            if name == "http3":
                message = "`http3` became HTTP/3 alone: a case falls back to no other version."
                self.report(message, self.line)
        return True

    def _compressed(self, _: str, value: str) -> bool:
        if value == "true":
            self.sent.connection["compression"] = "gzip"
        return True

    def _redirects(self, _: str, value: str) -> bool:
        if not _COUNT.fullmatch(value) or int(value) < 1:
            return False
        self.sent.connection["max_redirects"] = min(int(value), MAX_REDIRECTS)
        return True

    def _resolve(self, _: str, value: str) -> bool:
        host, _, rest = value.partition(":")
        port, _, address = rest.partition(":")
        if port and address:
            self.sent.connection["resolve"] = {f"{host}:{port}": address}
        return bool(port and address)

    def _scheme(self, name: str, value: str) -> bool:
        if value == "true":
            self.sent.scheme = name
        return True

    def _header(self, _: str, value: str) -> bool:
        name, _, given = value.partition(":")
        self.sent.headers.append((name.strip(), self.convert(given.strip())))
        return True

    def _user(self, _: str, value: str) -> bool:
        self.sent.user = self.convert(value)
        return True

    def _variable(self, _: str, value: str) -> bool:
        name, _, given = value.partition("=")
        if self.is_in_use(name.strip()):  # a case has one value for all of its steps
            return False
        self.variables[name.strip()] = value_of(given.strip())
        return True


_OPTIONS: dict[str, Callable[[Options, str, str], bool]] = {
    **dict.fromkeys(("delay", "max-time", "retry-interval"), Options._time),
    **dict.fromkeys(("retry", "repeat"), Options._times),
    **dict.fromkeys(("location", "location-trusted"), Options._location),
    **dict.fromkeys(_CONNECTION, Options._connection),
    **dict.fromkeys(("http1.1", "http2", "http3"), Options._version),
    **dict.fromkeys(("digest", "ntlm"), Options._scheme),
    "compressed": Options._compressed,
    "max-redirs": Options._redirects,
    "resolve": Options._resolve,
    "header": Options._header,
    "user": Options._user,
    "variable": Options._variable,
}
