"""Takes secrets out before a result is made.

What is secret: values of headers, JSON keys, form fields, query parameters and variables whose
name says so; variables that the case or the workspace names; and whatever a request used as a
bearer token, password, cookie or key. The last are often found only after they were captured, so
a case is redacted when it has ended, everywhere at once.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote, unquote_plus, urlsplit

from shall.messages import Message

MASK = "***"

_NAME = re.compile(
    r"(pass(word|wd|phrase)|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credential"
    r"|authorization|^cookie$|^set-cookie$|session[-_]?id|^pin$|^otp$)",
    re.IGNORECASE,
)
_NOT_SECRET = re.compile(r"token[-_]?type|tokens?[-_](used|count)|expires", re.IGNORECASE)
_SHORTEST_NAMED = 4
"""Shorter values are masked where their key names them, but not searched for in texts."""
_SHORTEST_FOUND = 6
_SHORTEST_COOKIE = 8


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Tell whether a header, key or variable of this name holds a secret."""
    return _NAME.search(name) is not None and _NOT_SECRET.search(name) is None


def _userinfo(netloc: str) -> str:
    """Give ``user:password`` of ``user:password@host``. A user alone is most often a token."""
    return netloc.rpartition("@")[0]


def _spellings(text: str) -> set[str]:
    """Give the ways in which a text stands in URLs, forms and JSON."""
    safe = text.encode("utf-8", "replace").decode("utf-8")
    return {
        text,
        quote(safe, safe=""),
        quote_plus(safe),
        json.dumps(text)[1:-1],
        json.dumps(text, ensure_ascii=False)[1:-1],
    }


class Redactor:
    """Learns the secrets of one case, then takes them out of texts, values and messages."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = frozenset(name.lower() for name in names)
        self._values: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def learn(self, value: Any, shortest: int = _SHORTEST_NAMED) -> None:
        """Take a value for a secret, everything inside it included."""
        if isinstance(value, dict):
            for item in value.values():
                self.learn(item, shortest)
        elif isinstance(value, list):
            for item in value:
                self.learn(item, shortest)
        elif value is not None and not isinstance(value, bool):
            text = str(value)
            if text and len(text) >= shortest:
                self._values |= _spellings(text)
                self._pattern = None

    def learn_named(self, value: Any) -> None:
        """Look through a value (variables, a JSON body) for keys that name secrets."""
        if isinstance(value, dict):
            for key, item in value.items():
                if self.names(str(key)):
                    self.learn(item, 1 if self.declares(str(key)) else _SHORTEST_FOUND)
                else:
                    self.learn_named(item)
        elif isinstance(value, list):
            for item in value:
                self.learn_named(item)

    def learn_headers(self, headers: Iterable[tuple[str, str]]) -> None:
        """Learn the tokens, passwords, cookies and keys that headers carry."""
        for name, value in headers:
            lowered = name.lower()
            if lowered in {"authorization", "proxy-authorization"}:
                self._learn_authorization(value)
            elif lowered in {"cookie", "set-cookie"}:
                pairs = value.split(";")[: None if lowered == "cookie" else 1]
                for pair in pairs:
                    self.learn(pair.partition("=")[2].strip(), _SHORTEST_COOKIE)
            elif lowered in {"location", "content-location", "referer"}:
                self.learn_url(value)
            elif self.names(name):
                self.learn(value)

    def learn_url(self, url: str) -> None:
        """Learn the password and the secret parameters of a URL, those of its fragment too."""
        try:
            parts = urlsplit(url)
        except ValueError:  # a service may name anything as a location
            return
        user, mark, password = _userinfo(parts.netloc).partition(":")
        self.learn(unquote(password or user))
        if mark:
            sent = f"{unquote(user)}:{unquote(password)}".encode("utf-8", "replace")
            self.learn(base64.b64encode(sent).decode("ascii"))
        for pair in (*parts.query.split("&"), *parts.fragment.split("&")):
            name, _, value = pair.partition("=")
            if self.names(unquote_plus(name)):
                self.learn(unquote_plus(value))

    def learn_form(self, text: str) -> None:
        """Learn the secret fields of ``a=1&b=2``."""
        self.learn_named(dict(parse_qsl(text, keep_blank_values=True)))

    def declares(self, name: str) -> bool:
        """Tell whether the case or the workspace itself calls this name a secret."""
        return bool(self._names) and name.lower() in self._names

    def names(self, name: str) -> bool:
        """Tell whether a name holds a secret in this case."""
        return self.declares(name) or is_secret_name(name)

    def text(self, text: str) -> str:
        """Mask every secret value in a text."""
        if not self._values:
            return text
        if self._pattern is None:
            longest_first = sorted(self._values, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))
        return self._pattern.sub(MASK, text)

    def value(self, value: Any) -> Any:
        """Mask secrets in a JSON value: by key and by value."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {
                self.text(str(key)): self._kept(item) if self.names(str(key)) else self.value(item)
                for key, item in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        if isinstance(value, int | float) and not isinstance(value, bool):
            return MASK if str(value) in self._values else value
        return value

    def headers(self, headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Mask the headers that hold secrets."""
        return tuple(
            (name, MASK if self.names(name) else self.text(value)) for name, value in headers
        )

    def url(self, url: str) -> str:
        """Mask the password and the secret parameters of a URL."""
        parts = urlsplit(url)
        userinfo = _userinfo(parts.netloc)
        if userinfo:
            user, mark, _ = userinfo.partition(":")
            url = url.replace(f"//{userinfo}@", f"//{user}:{MASK}@" if mark else f"//{MASK}@", 1)
        if parts.query:
            url = url.replace(f"?{parts.query}", f"?{self.form(parts.query)}", 1)
        return self.text(url)

    def form(self, text: str) -> str:
        """Mask the secret fields of ``a=1&b=2``."""
        pairs = (pair.partition("=") for pair in text.split("&"))
        return "&".join(
            f"{name}{mark}{MASK if mark and self.names(unquote_plus(name)) else value}"
            for name, mark, value in pairs
        )

    def body(self, text: str) -> str:
        """Mask secrets in a body: JSON and forms by key, any text by value."""
        stripped = text.lstrip()
        if stripped[:1] in {"{", "["}:
            try:
                return json.dumps(self.value(json.loads(text)), ensure_ascii=False)
            except (ValueError, RecursionError):
                return self.text(text)
        if "=" in text and "\n" not in text and " " not in text:
            text = self.form(text)
        return self.text(text)

    def message(self, message: Message | None) -> Message | None:
        """Mask secrets in what a message says."""
        if message is None:
            return None
        return Message(message.code, {key: self.value(it) for key, it in message.params.items()})

    def _kept(self, value: Any) -> Any:
        return value if value is None or isinstance(value, bool) else MASK

    def _learn_authorization(self, value: str) -> None:
        scheme, _, rest = value.strip().partition(" ")
        credentials = rest.strip() or scheme
        self.learn(credentials)
        if scheme.lower() == "basic":
            try:
                decoded = base64.b64decode(credentials, validate=True).decode("utf-8")
            except (binascii.Error, UnicodeDecodeError):
                return
            self.learn(decoded.partition(":")[2])
