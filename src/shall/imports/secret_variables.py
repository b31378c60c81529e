"""Puts variables in the place of secret values: no import writes one into a file."""

import re
from collections.abc import Mapping
from typing import Any

from shall.imports.names import variable_name
from shall.redaction.forms import MASK, SHORTEST
from shall.redaction.json_text import secret_spans
from shall.redaction.markup import named_texts
from shall.redaction.names import holds_only_secrets, is_ordinary, is_secret_name
from shall.redaction.shapes import mask_tokens

_VARIABLE = re.compile(r"\{\{ (?:row\.)?([\w-]+)(?: \| \w+)? \}\}")
_EXPRESSION = re.compile(r"(\{\{ [\w.-]+(?: \| \w+)? \}\})")
_SCHEME = re.compile(r"(?i:(basic|bearer|token|apikey|digest|negotiate))[ ]+(?=\S)")
_ARGUMENT = re.compile(r"""(?<![\w.-])([A-Za-z_][\w-]*+)\s*+:\s*+"((?:[^"\\\n]|\\.)++)\"""")
"""An argument of GraphQL: a name and a text."""
_WORD = re.compile(r"[\w.~+/=-]{16,}", re.ASCII)


class SecretVariables:
    """Knows the secret values of a document, each by the name of its variable."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._added: set[str] = set()
        self._taken: dict[str, int] = {}
        self.names: list[str] = []

    @property
    def values(self) -> Mapping[str, str]:
        """The secret values with the names of their variables."""
        return self._names

    def add_name(self, name: str) -> None:
        """Treat the values of headers and fields of this name as secrets."""
        self._added.add(name)

    def is_secret(self, name: str) -> bool:
        """Return whether the value of a header, a field or a parameter is a secret."""
        return name in self._added or is_secret_name(name)

    def variable(self, name: str, value: str) -> str:
        """Return the expression that stands for a secret value."""
        known = self._names.get(value)
        if known is None:
            known = wanted = variable_name(name)
            while known in self._taken:
                self._taken[wanted] = self._taken.get(wanted, 1) + 1
                known = f"{wanted}_{self._taken[wanted]}"
            self._taken.setdefault(known, 1)
            self._names[value] = known
            self.names.append(known)
        return f"{{{{ {known} }}}}"

    def declare(self, name: str) -> None:
        """Declare a variable of the source as a secret."""
        if name not in self._taken:
            self._taken[name] = 1
            self.names.append(name)

    def named(self, name: str, value: Any) -> Any:
        """Return a value of a field, a parameter or a header: an expression where it is secret."""
        if isinstance(value, bool) or value in (None, "", 0) or is_ordinary(value):
            return value
        if not self.is_secret(name) or not isinstance(value, (str, int, float)):
            return value
        text = str(value)
        within = _VARIABLE.findall(text)
        if within and not _VARIABLE.sub("", text).strip():
            for each in within:
                self.declare(each)
            return value
        return self.variable(name, text)

    def header(self, name: str, value: str) -> str:
        """Return the value of a header; the scheme of credentials stays."""
        scheme = _SCHEME.match(value)
        if scheme is None or not self.is_secret(name):
            return str(self.named(name, value))
        kind = "basic_credentials" if scheme[1].lower() == "basic" else "token"
        rest = value[scheme.end() :]
        within = _VARIABLE.findall(rest)
        if within and not _VARIABLE.sub("", rest).strip():
            for each in within:
                self.declare(each)
            return value
        return scheme[0] + self.variable(kind, rest)

    def fields(self, value: Any, name: str = "", *, secret: bool = False) -> Any:
        """Return a JSON value with expressions in the place of its secret fields."""
        if isinstance(value, dict):
            within = secret or (bool(name) and holds_only_secrets(name))
            return {
                key: self.fields(
                    it, key if is_secret_name(key) or not within else name, secret=within
                )
                for key, it in value.items()
            }
        if isinstance(value, list):
            return [self.fields(it, name, secret=secret) for it in value]
        return self.named(name, value) if name else value

    def know_text(self, text: str) -> None:
        """Learn the secret fields of a text: of XML, of GraphQL, of JSON around expressions."""
        for name, value in (*named_texts(text), *_ARGUMENT.findall(text)):
            self._know(name, value)
        for start, end in secret_spans(text, self.is_secret, holds_only_secrets):
            self._know("secret", text[start:end])

    def _know(self, name: str, value: str) -> None:
        if "{{" not in value:
            self.named(name, value)

    def hide(self, value: Any) -> Any:
        """Return data without the secret values that are known, and without tokens of known forms.

        They are where no name marks them: in the path of a URL, in a text.
        """
        if isinstance(value, dict):
            return {key: self.hide(it) for key, it in value.items()}
        if isinstance(value, list):
            return [self.hide(it) for it in value]
        if not isinstance(value, str):
            return value
        parts = _EXPRESSION.split(value)
        parts[::2] = map(self._hidden, parts[::2])  # the others are expressions
        return "".join(parts)

    def _hidden(self, text: str) -> str:
        parts = [text]
        for secret, name in self._names.items():
            if len(secret) >= SHORTEST and secret in text:
                parts = [
                    piece
                    for at, part in enumerate(parts)
                    for piece in (_between(part, secret, name) if at % 2 == 0 else [part])
                ]
        parts[::2] = (
            _WORD.sub(lambda found: self._token(found[0]), part)
            if mask_tokens(part) != part
            else part
            for part in parts[::2]
        )
        return "".join(parts)

    def _token(self, word: str) -> str:
        return self.variable("token", word) if MASK in mask_tokens(word) else word


def _between(text: str, secret: str, name: str) -> list[str]:
    """Return the parts of a text around a value, with its expression between them."""
    pieces: list[str] = []
    for piece in text.split(secret):
        pieces += [piece, f"{{{{ {name} }}}}"]
    return pieces[:-1]
