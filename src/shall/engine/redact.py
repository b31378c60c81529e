"""Takes secrets out before a result is made.

What is secret: values of headers, JSON keys, form fields, query parameters and variables whose
name says so; variables that the case or the workspace names; and whatever a request used as a
bearer token, password, cookie or key. The last are often found only after they were captured, so
a case is redacted when it has ended, everywhere at once, in every form of ``redaction.forms``.
"""

import binascii
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import filterfalse, islice, repeat
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from shall import late_json
from shall.late_pattern import late_pattern
from shall.messages import Message
from shall.redaction.escapes import may_have_escapes
from shall.redaction.forms import MASK, SHORTEST, folded, forget_forms, forms_of
from shall.redaction.names import holds_only_secrets, is_ordinary, is_secret_name, leaves
from shall.redaction.shapes import looks_random, mask_url_path
from shall.remembered import Returns

if TYPE_CHECKING:
    from shall.redaction.matcher import Matcher, Words

_SHORTEST_NAMED = 4
"""Shorter values are masked where their key names them, but not searched for in texts."""
_SHORTEST_LINE = 16
"""Lines of a longer secret, such as a key in PEM, are also searched for one by one."""

MOST_VALUES = 10_000
MOST_CHARACTERS = 1 << 20
"""So many secrets, and characters of all together, are searched for. Where one case shows more,
every text of it is masked: nothing of a caller's size is compared, and nothing is shown."""

WITH_URL = frozenset({"location", "content-location", "referer"})

_PART_NAMES = late_pattern(r"[^.\[\]\"'\s$]+")

_ORDINARY_KEYS: set[str] = set()
"""Keys of JSON that were seen and name no secret; at most ``_MOST_KEYS``."""
_MOST_KEYS = 4096

_FEW_VALUES = 16
"""Up to so many secrets are searched for one by one, without an index of their forms."""

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


def _userinfo(netloc: str) -> str:
    """Return ``user:password`` of ``user:password@host``. A user alone is most often a token."""
    return netloc.rpartition("@")[0]


def _may_stay(url: str) -> bool:
    """Return whether nothing in a URL has to be masked but values known to be secret."""
    return not ("@" in url or "?" in url or "#" in url) and mask_url_path(url) == url


_URLS = Returns(_may_stay, 1024)
may_stay = _URLS.__getitem__


def forget_values() -> None:
    """Forget the forms of secrets, and the URLs, that many cases of a run have in common."""
    forget_forms()
    _URLS.clear()


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
        has_url = "://" in text  # which may hold more secrets by now: more names are declared
        if text in self._values and not has_url:
            return
        if self._is_full or len(text) < shortest or not text.strip(" *\n"):
            return
        if not self._add(text):
            return
        if "\n" in text:
            for line in map(str.strip, text.splitlines()):
                if len(line) >= min(_SHORTEST_LINE, len(text) - 1):
                    self._learn_text(line, shortest)
        if has_url:
            self.learn_url(text)

    def _add(self, text: str) -> bool:
        """Treat a text as a secret; return whether there was room for it."""
        if text not in self._values:
            characters = self._characters + len(text)
            if characters > MOST_CHARACTERS or len(self._values) >= MOST_VALUES:
                self._is_full = True
                return False
            self._characters = characters
            self._values.add(text)
            self._matcher = None
        return True

    def learn_variables(self, variables: Mapping[str, Any]) -> None:
        """Learn the variables that are declared, or whose names say that they are secret."""
        for name, value in variables.items():
            if self.declares(name):
                self.learn(value, shortest=1)
            elif is_secret_name(name):
                found: list[tuple[Any, int]] = []
                self._find_below(name, value, found, sys.maxsize)
                self.learn([item for item, _ in found])
            else:
                self.learn_named(value)

    def learn_named(self, value: Any, most: int = sys.maxsize) -> None:
        """Learn the values below keys that name secrets, in variables or a JSON body.

        At most ``most`` values are learned: an answer may hold any number of them.
        """
        found: list[tuple[Any, int]] = []
        self._find_named(value, found, most)
        for item, shortest in found:
            self.learn(item, shortest)

    def _find_named(self, value: Any, found: list[tuple[Any, int]], most: int) -> None:
        """Add the values below names of secrets, with the length from which each counts."""
        if isinstance(value, dict):
            if self.has_names or not value.keys() <= _ORDINARY_KEYS:
                self._find_by_key(value, found, most)
                return
            value = value.values()
        elif not isinstance(value, list):
            return
        for item in value:
            if type(item) not in _LEAVES:
                self._find_named(item, found, most)

    def _find_by_key(
        self, value: Mapping[Any, Any], found: list[tuple[Any, int]], most: int
    ) -> None:
        for key, item in value.items():
            if self.has_names and self.declares(str(key)):
                _add(leaves(item), 1, found, most)
            elif key not in _ORDINARY_KEYS and _is_named(key):
                self._find_below(str(key), item, found, most)
            elif type(item) not in _LEAVES:
                self._find_named(item, found, most)

    def _find_below(self, name: str, value: Any, found: list[tuple[Any, int]], most: int) -> None:
        """Add what is secret below a name: in a session's object, what looks like a token."""
        if isinstance(value, dict) and not holds_only_secrets(name):
            _add(filter(looks_random, value.values()), SHORTEST, found, most)
            self._find_named(value, found, most)
        elif type(value) is not str:
            _add(filterfalse(is_ordinary, leaves(value)), SHORTEST, found, most)
        elif len(found) < most and not is_ordinary(value):
            found.append((value, SHORTEST))

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
        return any(type(item) not in _LEAVES and self._holds_named(item) for item in value)

    def learn_url(self, url: str) -> None:
        """Learn the password and the secret parameters of a URL, those of its fragment too."""
        if "@" not in url and "?" not in url and "#" not in url:
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

    def _prepare(self) -> "Matcher":
        from shall.redaction.matcher import Matcher, Words  # most texts hold no secret

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

    def are_clean(self, texts: Iterable[str]) -> bool:
        """Return whether no secret is in any of several texts, or is one of the numbers in them.

        They are searched as one text: nothing that is found in one of them is missed.
        """
        if self._is_full or not self._values:
            return not self._is_full
        text = "\0".join(texts)
        if len(self._values) > _FEW_VALUES or may_have_escapes(text):
            if (self._matcher or self._prepare()).finds(text):
                return False
            return self._short is None or self._short.mask(text) == text
        low, is_maybe_held = folded(text), False
        for value in self._values:
            if len(value) < SHORTEST:
                is_maybe_held = is_maybe_held or value in text
            elif any(map(low.__contains__, forms_of(value))):
                return False
        return not is_maybe_held or self.text(text) == text

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
        _collect(value, texts)
        return self.are_clean(texts)

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
        return self.url(value) if name.lower() in WITH_URL else self.text(value)

    def url(self, url: str) -> str:
        """Mask the password, the secret parameters and what looks like a token in the path."""
        if "@" not in url and "?" not in url and "#" not in url:
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
        from shall.redaction.matcher import mask_spans  # few bodies are shown

        stripped = text.lstrip()
        if stripped[:1] in {"{", "["}:
            try:
                return late_json.dumps(self.value(late_json.loads(text)), ensure_ascii=False)
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
            return late_json.dumps(self.value(late_json.loads(text)), ensure_ascii=False)
        except ValueError:
            return f"{text[0]}…"  # it is cut, so that its names cannot be read


def _add(values: Iterable[Any], shortest: int, found: list[tuple[Any, int]], most: int) -> None:
    """Add values until there are ``most``, each with the length from which it counts."""
    found += zip(islice(values, most - len(found)), repeat(shortest), strict=False)


def _collect(value: Any, texts: list[str]) -> None:
    """Collect the texts and keys of a JSON value, and its numbers as text."""
    if type(value) is str:
        texts.append(value)
    elif isinstance(value, dict):
        texts += map(str, value)
        for item in value.values():
            _collect(item, texts)
    elif isinstance(value, list | tuple):
        for item in value:
            _collect(item, texts)
    elif value is not None and not isinstance(value, bool):
        texts.append(str(value))
