"""Takes secrets out before a result is made.

What is secret: values of headers, JSON keys, form fields, query parameters and variables whose
name says so; variables that the case or the workspace names; and whatever a request used as a
bearer token, password, cookie or key. The last are often found only after they were captured, so
a case is redacted when it has ended, everywhere at once, in every form of ``redaction.forms``.
"""

import binascii
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from msgspec import Struct

from shall.late_pattern import late_pattern
from shall.messages import Message
from shall.redaction.forms import MASK, SHORTEST, Matcher, Words, forms_of, mask_spans
from shall.redaction.names import holds_only_secrets, is_ordinary, is_secret_name, leaves
from shall.redaction.shapes import looks_random, mask_url_path

_SHORTEST_NAMED = 4
"""Shorter values are masked where their key names them, but not searched for in texts."""
_SHORTEST_COOKIE = 8
_SHORTEST_LINE = 16
"""Lines of a longer secret, such as a key in PEM, are also searched for one by one."""

MOST_VALUES = 10_000
MOST_CHARACTERS = 1 << 20
"""So many secrets, and characters of all together, are searched for. Where one case shows more,
every text of it is masked: nothing of a caller's size is compared, and nothing is shown."""

_WITH_URL = frozenset({"location", "content-location", "referer"})
_WITH_CREDENTIALS = frozenset({"authorization", "proxy-authorization"})
_WITH_COOKIES = frozenset({"cookie", "set-cookie"})

_PART_NAMES = late_pattern(r"[^.\[\]\"'\s$]+")

_ORDINARY_KEYS: set[str] = set()
"""Keys of JSON that were seen and name no secret; at most ``_MOST_KEYS``."""
_MOST_KEYS = 4096

_NO_FORMS: frozenset[str] = frozenset()

_LEAVES = frozenset({str, int, float, bool, type(None)})
"""Types of JSON that have no keys."""


def _is_named(key: Any) -> bool:
    """Return whether a key names a secret, and remember it where it does not."""
    name = str(key)
    if is_secret_name(name):
        return True
    if len(_ORDINARY_KEYS) >= _MOST_KEYS:
        _ORDINARY_KEYS.clear()
    _ORDINARY_KEYS.add(name)
    return False


@lru_cache(maxsize=1024)
def _kind_of_header(name: str) -> str:
    """Return why a header may hold a secret; nothing where it does not."""
    lowered = name.lower()
    if lowered in _WITH_CREDENTIALS:
        return "credentials"
    if lowered in _WITH_COOKIES:
        return lowered
    if lowered in _WITH_URL:
        return "url"
    return "named" if is_secret_name(name) else ""


def _userinfo(netloc: str) -> str:
    """Return ``user:password`` of ``user:password@host``. A user alone is most often a token."""
    return netloc.rpartition("@")[0]


def _has_secret_parts(url: str) -> bool:
    """Return whether a URL has a user, a query or a fragment."""
    return "@" in url or "?" in url or "#" in url


class Known(Struct, frozen=True):
    """The secrets that a redactor knows. ``is_full``: there were too many."""

    values: frozenset[str] = frozenset()
    is_full: bool = False


class Redactor:
    """Learns the secrets of one case, then takes them out of texts, values and messages."""

    def __init__(
        self, names: Iterable[str] = (), variables: Mapping[str, Any] | None = None
    ) -> None:
        """``names`` are those that somebody calls secret; ``variables`` are learned at once."""
        self._names = frozenset(map(str.lower, names))
        self.has_names = bool(self._names)
        """Whether somebody calls names secret."""
        self._values: set[str] = set()
        self._matcher: Matcher | None = None
        self._short: Words | None = None
        self._characters = 0
        self._is_full = False
        if variables:
            self.learn_variables(variables)

    def learn(self, value: Any, shortest: int = _SHORTEST_NAMED) -> None:
        """Treat a value, and everything inside it, as a secret."""
        if type(value) is str:
            self._learn_text(value, shortest)
        elif isinstance(value, dict):
            for item in value.values():
                self.learn(item, shortest)
        elif isinstance(value, list):
            for item in value:
                self.learn(item, shortest)
        elif value is not None and not isinstance(value, bool):
            self._learn_text(str(value), shortest)

    def _learn_text(self, text: str, shortest: int) -> None:
        if len(text) < shortest or not text.strip(" *\n"):
            return
        if self._is_full or not self._add(text):
            return
        if "\n" in text:
            for line in map(str.strip, text.splitlines()):
                if len(line) >= min(_SHORTEST_LINE, len(text) - 1):
                    self._learn_text(line, shortest)
        if "://" in text:
            self.learn_url(text)

    def _add(self, text: str) -> bool:
        """Treat a text as a secret; return whether there was room for it."""
        if text not in self._values:
            self._characters += len(text)
            self._is_full = len(self._values) >= MOST_VALUES or self._characters > MOST_CHARACTERS
            if self._is_full:
                return False
            self._values.add(text)
            self._matcher = None
        return True

    def learn_variables(self, variables: Mapping[str, Any]) -> None:
        """Learn the variables that are declared, or whose names say that they are secret."""
        for name, value in variables.items():
            if self.declares(name):
                self.learn(value, shortest=1)
            elif is_secret_name(name):
                self.learn(list(self._below_name(name, value)))
            else:
                self.learn_named(value)

    def learn_named(self, value: Any, most: int | None = None) -> None:
        """Look through a value (variables, a JSON body) for keys that name secrets.

        At most ``most`` values are learned: an answer may hold any number of them.
        """
        if self._holds_named(value):
            for item, shortest in islice(self._below(value), most):
                self.learn(item, shortest)

    def _holds_named(self, value: Any) -> bool:
        """Return whether any key in a value names a secret; most values have none."""
        if isinstance(value, dict):
            if not value.keys() <= _ORDINARY_KEYS and any(map(_is_named, value)):
                return True
            if self._names and any(self.declares(str(key)) for key in value):
                return True
            value = value.values()
        elif not isinstance(value, list | tuple):
            return False
        for item in value:
            kind = type(item)
            if kind not in _LEAVES and self._holds_named(item):
                return True
        return False

    def _below(self, value: Any) -> Iterator[tuple[Any, int]]:
        """Yield the values below names of secrets, with the length from which it counts."""
        if isinstance(value, list):
            for item in value:
                yield from self._below(item)
        elif isinstance(value, dict):
            for key, item in value.items():
                name = str(key)
                if self._names and self.declares(name):
                    yield from ((leaf, 1) for leaf in leaves(item))
                elif is_secret_name(name):
                    yield from ((it, SHORTEST) for it in self._below_name(name, item))
                elif isinstance(item, dict | list):
                    yield from self._below(item)

    def _below_name(self, name: str, value: Any) -> Iterator[Any]:
        """Yield what is secret below a name: in a session's object, what looks like a token."""
        if isinstance(value, dict) and not holds_only_secrets(name):
            yield from (item for item in value.values() if looks_random(item))
            yield from (item for item, _ in self._below(value))
        else:
            yield from (leaf for leaf in leaves(value) if not is_ordinary(leaf))

    def learn_headers(self, headers: Iterable[tuple[str, str]]) -> None:
        """Learn the tokens, passwords, cookies and keys that headers carry."""
        has_names = self.has_names
        for name, value in headers:
            kind = _kind_of_header(name)
            if not kind and not has_names:  # as most are
                continue
            if kind == "credentials":
                self._learn_authorization(value)
            elif kind in _WITH_COOKIES:
                pairs = value.split(";")[: None if kind == "cookie" else 1]
                for pair in pairs:
                    self.learn(pair.partition("=")[2].strip(), _SHORTEST_COOKIE)
            elif kind == "url":
                self.learn_url(value)
            elif (kind or (self._names and self.declares(name))) and not is_ordinary(value):
                self.learn(value)

    def learn_url(self, url: str) -> None:
        """Learn the password and the secret parameters of a URL, those of its fragment too."""
        if not _has_secret_parts(url):
            return
        from urllib.parse import unquote, unquote_plus, urlsplit  # few URLs have such parts

        try:
            parts = urlsplit(url)
        except ValueError:  # a service may name anything as a location
            return
        user, mark, password = _userinfo(parts.netloc).partition(":")
        self.learn(unquote(password or user))
        if mark:
            sent = f"{unquote(user)}:{unquote(password)}".encode("utf-8", "replace")
            self.learn(binascii.b2a_base64(sent, newline=False).decode("ascii"))
        for pair in (*parts.query.split("&"), *parts.fragment.split("&")):
            name, _, value = pair.partition("=")
            if self.names(unquote_plus(name)):
                self.learn(unquote_plus(value))

    def learn_form(self, text: str) -> None:
        """Learn the secret fields of ``a=1&b=2``."""
        from urllib.parse import parse_qsl  # few bodies are forms

        self.learn_named(dict(parse_qsl(text, keep_blank_values=True)))

    @property
    def known(self) -> Known:
        """The secrets that it knows, for another redactor."""
        return Known(frozenset(self._values), self._is_full)

    def add(self, known: Known) -> None:
        """Learn the secrets that another redactor knows."""
        self._is_full = self._is_full or known.is_full
        for value in known.values:
            self._add(value)

    def with_names(self, names: Iterable[str]) -> "Redactor":
        """Return a redactor that knows what this one knows, and more names of secrets."""
        redactor = Redactor((*self._names, *names))
        redactor._values = set(self._values)
        redactor._characters, redactor._is_full = self._characters, self._is_full
        return redactor

    def declares(self, name: str) -> bool:
        """Return whether the case or the workspace itself calls this name a secret."""
        return self.has_names and name.lower() in self._names

    def names(self, name: str) -> bool:
        """Return whether a name holds a secret in this case."""
        return is_secret_name(name) or (self.has_names and self.declares(name))

    def text(self, text: str) -> str:
        """Mask every form of every secret value in a text."""
        if self._is_full:
            return MASK if text else text
        if not self._values:
            return text
        masked = (self._matcher or self._prepare()).mask(text)
        return masked if self._short is None else self._short.mask(masked)

    def _prepare(self) -> Matcher:
        long = [value for value in self._values if len(value) >= SHORTEST]
        short = () if len(long) == len(self._values) else self._values.difference(long)
        self._short = Words(short) if short else None
        self._matcher = Matcher(_NO_FORMS.union(*map(forms_of, long)))
        return self._matcher

    @property
    def knows_any(self) -> bool:
        """Whether any secret is known."""
        return bool(self._values) or self._is_full

    def holds(self, text: str) -> bool:
        """Return whether a text holds a secret."""
        return self.text(text) != text

    def are_clean(self, texts: Iterable[str], numbers: Iterable[float]) -> bool:
        """Return whether no secret is in any of several texts and numbers.

        They are searched as one text, a line each: nothing that is found in one of them is missed.
        """
        if self._is_full or not self._values:
            return not self._is_full
        text, matcher = "\n".join(texts), self._matcher or self._prepare()
        if matcher.finds(text) or not self._values.isdisjoint(map(str, numbers)):
            return False
        return self._short is None or self._short.mask(text) == text

    def texts(self, value: Any) -> Any:
        """Mask secret values in every text of a JSON value, whatever its keys are called.

        Of numbers, only those of at least ``SHORTEST`` digits: others count and measure.
        """
        if not self.knows_any:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self._key(key): self.texts(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.texts(item) for item in value]
        return value if len(str(value)) < SHORTEST else self._number(value)

    def _key(self, key: Any) -> Any:
        return self.text(key) if isinstance(key, str) else key

    def _number(self, value: Any) -> Any:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return MASK if is_number and (self._is_full or str(value) in self._values) else value

    def value(self, value: Any) -> Any:
        """Mask secrets in a JSON value: by key and by value."""
        if isinstance(value, dict | list) and self._has_none(value):
            return value
        return self._masked(value)

    def _has_none(self, value: Any) -> bool:
        """Return whether a value holds no secret; its texts are searched as one."""
        if self._is_full or self._holds_named(value):
            return False
        if not self._values:
            return True
        texts: list[str] = []
        numbers: list[float] = []
        _collect(value, texts, numbers)
        return self.are_clean(texts, numbers)

    def _masked(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(key)): self._item(str(key), it) for key, it in value.items()}
        if isinstance(value, list | tuple):
            return [self._masked(item) for item in value]
        return self._number(value)

    def _item(self, key: str, value: Any) -> Any:
        """Mask the value below a key."""
        if not self.names(key) or value is None or isinstance(value, bool):
            return self._masked(value)
        if isinstance(value, dict) and not self._holds_only_secrets(key):
            return self._masked(value)
        return MASK

    def headers(self, headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Mask the headers that hold secrets."""
        return tuple(
            (self.text(name), MASK if self.names(name) else self._header(name, value))
            for name, value in headers
        )

    def _header(self, name: str, value: str) -> str:
        return self.url(value) if name.lower() in _WITH_URL else self.text(value)

    def url(self, url: str) -> str:
        """Mask the password, the secret parameters and what looks like a token in the path."""
        if not _has_secret_parts(url):
            return self.text(mask_url_path(url))
        from urllib.parse import urlsplit  # as above

        try:
            parts = urlsplit(url)
        except ValueError:  # a service may name anything as a location
            return self.text(url)
        userinfo = _userinfo(parts.netloc)
        if userinfo:
            user, mark, _ = userinfo.partition(":")
            url = url.replace(f"//{userinfo}@", f"//{user}:{MASK}@" if mark else f"//{MASK}@", 1)
        if parts.query:
            url = url.replace(f"?{parts.query}", f"?{self.form(parts.query)}", 1)
        if parts.fragment:
            url = url.replace(f"#{parts.fragment}", f"#{self.form(parts.fragment)}", 1)
        return self.text(mask_url_path(url))

    def may_stay(self, url: str) -> bool:
        """Return whether nothing in a URL has to be masked but values known to be secret."""
        return not _has_secret_parts(url) and mask_url_path(url) == url

    def form(self, text: str) -> str:
        """Mask the secret fields of ``a=1&b=2``."""
        from urllib.parse import unquote_plus  # as above

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
                return self.text(mask_spans(text, self.spans(text)))
        text = mask_spans(text, self.spans(text))
        if "=" in text and "\n" not in text and " " not in text:
            text = self.form(text)
        return self.text(text)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where the secret values of a text that holds JSON begin and end."""
        if '":' not in text and '" :' not in text:
            return iter(())
        from shall.redaction.json_text import secret_spans  # most bodies are JSON

        return secret_spans(text, self.names, self._holds_only_secrets)

    def _holds_only_secrets(self, name: str) -> bool:
        return self.declares(name) or holds_only_secrets(name)

    def message(self, message: Message | None, *, is_secret: bool = False) -> Message | None:
        """Mask secrets in what a message says.

        ``is_secret``: what it says of the parts of a value is about a secret.
        """
        if message is None:
            return None
        params = message.params
        inner = params.get("inner")
        if not isinstance(inner, Message):
            return Message(message.code, {key: self._cut(it) for key, it in params.items()})
        others = {key: self._cut(it) for key, it in params.items() if key != "inner"}
        names = _PART_NAMES.findall(str(params.get("part", "")))
        is_secret = is_secret or (bool(names) and self.names(names[-1]))
        shown = {
            key: MASK if is_secret else self._structure(it)
            for key, it in inner.params.items()
            if key in ("actual", "expected")
        }
        inner = Message(inner.code, {**inner.params, **shown})
        return Message(message.code, {**others, "inner": self.message(inner, is_secret=is_secret)})

    def _cut(self, value: Any) -> Any:
        """Mask secrets in what a message says, also the beginning of one before an ellipsis."""
        value = self.value(value)
        if not isinstance(value, str) or self._is_full or not self._values:
            return value
        return (self._matcher or self._prepare()).mask_cut(value)

    def _structure(self, text: Any) -> Any:
        if not isinstance(text, str) or text[:1] not in {"{", "["}:
            return text
        try:
            return json.dumps(self.value(json.loads(text)), ensure_ascii=False)
        except ValueError:
            return f"{text[0]}…"  # it is cut, so that its names cannot be read

    def _learn_authorization(self, value: str) -> None:
        scheme, _, rest = value.strip().partition(" ")
        credentials = rest.strip() or scheme
        self.learn(credentials)
        if scheme.lower() == "basic":
            import base64  # which few cases send

            try:
                decoded = base64.b64decode(credentials, validate=True).decode("utf-8")
            except (binascii.Error, UnicodeDecodeError):
                return
            self.learn(decoded.partition(":")[2])


def _collect(value: Any, texts: list[str], numbers: list[float]) -> None:
    """Collect the texts and keys of a JSON value, and its numbers."""
    if type(value) is str:
        texts.append(value)
    elif isinstance(value, dict):
        texts += map(str, value)
        for item in value.values():
            _collect(item, texts, numbers)
    elif isinstance(value, list | tuple):
        for item in value:
            _collect(item, texts, numbers)
    elif value is not None and not isinstance(value, bool):
        numbers.append(value)
