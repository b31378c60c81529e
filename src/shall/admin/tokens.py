"""The lines of a token file: who may come in, and with which scopes. Pure text to values.

One caller a line, in fields as a shell would split them::

    name=ci sha256=9f86d0… scopes=read,run created=2026-08-01T12:00:00Z expires=2026-11-01T00:00:00Z
    name=gateway cert='CN=gateway,O=Example' scopes=read workspaces=/srv/shop:/srv/stock

A token is 256 random bits, so a plain SHA-256 of it is enough: what slow hashes (bcrypt, argon2)
protect are passwords, which can be guessed. Nobody guesses 256 bits, and a slow hash would cost
every request its time.
"""

import difflib
import hashlib
import os
import re
import shlex
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from shall.actions.principal import SCOPES
from shall.diagnostics import Diagnostic, Severity
from shall.errors import InvalidFile
from shall.span import Span

FIELDS = ("name", "sha256", "cert", "scopes", "workspaces", "created", "expires")
RESERVED = frozenset({"token", "anyone", "nobody"})
"""Names that callers without a line of their own have."""

T = TypeVar("T")

_QUOTED = frozenset({"cert", "workspaces"})

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Token(Struct, frozen=True):
    """A caller that a token file names: by the SHA-256 of a token, or by a certificate's subject.

    ``created`` and ``expires`` are aware UTC. ``workspaces`` are the only ones that it may use;
    none: all.
    """

    name: str
    scopes: frozenset[str]
    digest: str = ""
    certificate: str = ""
    created: datetime | None = None
    expires: datetime | None = None
    line: int = 0
    workspaces: tuple[Path, ...] = ()

    def has_expired(self, now: datetime) -> bool:
        """Return whether the token's time is over."""
        return self.expires is not None and self.expires <= now


def digest_of(token: bytes) -> str:
    """Return the stored fields of a token."""
    return hashlib.sha256(token).hexdigest()


def bare_token(text: str) -> str | None:
    """Return the one word that a file holds: a plain token, as a mounted secret is."""
    words = text.split()
    if len(words) == 1 and words[0].partition("=")[0] not in FIELDS:
        return words[0]
    return None


def parse_tokens(text: str, file: str) -> tuple[Token, ...]:
    """Read the lines of a token file; empty lines and those that begin with ``#`` are skipped.

    Raises:
        InvalidFile: Some lines cannot be read; all are reported. What such a line holds is
            not repeated: it may be a secret.
    """
    tokens: list[Token] = []
    problems: list[Diagnostic] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            token = _token(line, number)
            _check_unique(token, tokens)
        except _BadLine as error:
            span = Span(file, number)
            problems.append(
                Diagnostic(error.code, Severity.ERROR, error.message, span, error.hint, error.field)
            )
        else:
            tokens.append(token)
    if problems:
        raise InvalidFile(problems)
    return tuple(tokens)


def token_line(token: Token) -> str:
    """Write a token as a line of the file."""
    fields = {
        "name": token.name,
        "sha256": token.digest,
        "cert": token.certificate,
        "scopes": ",".join(scope for scope in SCOPES if scope in token.scopes),
        "workspaces": os.pathsep.join(map(str, token.workspaces)),
        "created": _written(token.created),
        "expires": _written(token.expires),
    }
    return " ".join(
        f"{field}={shlex.quote(value) if field in _QUOTED else value}"
        for field, value in fields.items()
        if value
    )


def check_name(name: str) -> None:
    """Refuse a name that cannot be a caller's.

    Raises:
        ValueError: It has other characters, or is reserved.
    """
    if not _NAME.fullmatch(name):
        raise ValueError("A name is up to 64 letters, digits, dots, dashes and underscores")
    if name in RESERVED:
        raise ValueError(f"{name} is reserved")


class _BadLine(Exception):
    def __init__(self, code: str, field: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.field, self.message, self.hint = code, field, message, hint


def _token(line: str, number: int) -> Token:
    fields = _fields(line)
    if "name" not in fields:
        raise _BadLine("token.missing-field", "name", "It is missing.")
    if ("sha256" in fields) == ("cert" in fields):
        raise _BadLine("token.missing-field", "sha256", "A line has either sha256= or cert=.")
    if not fields.get("cert", "-"):
        raise _BadLine("token.bad-value", "cert", "It is empty.")
    return Token(
        name=_read("name", _name, fields),
        scopes=_read("scopes", _scopes, fields),
        digest=_read("sha256", _digest, fields) if "sha256" in fields else "",
        certificate=fields.get("cert", ""),
        created=_read("created", _time, fields) if "created" in fields else None,
        expires=_read("expires", _time, fields) if "expires" in fields else None,
        line=number,
        workspaces=_read("workspaces", _folders, fields) if "workspaces" in fields else (),
    )


def _fields(line: str) -> dict[str, str]:
    try:
        words = shlex.split(line)
    except ValueError:
        raise _BadLine("token.syntax", "", "A quotation mark is not closed.") from None
    fields: dict[str, str] = {}
    for word in words:
        field, equals, value = word.partition("=")
        if not equals or field not in FIELDS:
            near = difflib.get_close_matches(field, FIELDS, n=1) if equals else []
            hint = f"Did you mean {near[0]}=?" if near else f"Available: {', '.join(FIELDS)}."
            raise _BadLine("token.unknown-field", "", "Unknown field.", hint)
        if field in fields:
            raise _BadLine("token.duplicate", field, "It is given twice.")
        fields[field] = value
    return fields


def _read(field: str, read: Callable[[str], T], fields: Mapping[str, str]) -> T:
    try:
        return read(fields.get(field, ""))
    except ValueError as error:
        raise _BadLine("token.bad-value", field, f"{error}.") from None


def _name(value: str) -> str:
    check_name(value)
    return value


def _digest(value: str) -> str:
    if not _DIGEST.fullmatch(value):
        raise ValueError("Not the 64 hexadecimal digits of a SHA-256")
    return value


def _scopes(value: str) -> frozenset[str]:
    found = frozenset(value.split(",")) if value else frozenset()
    if not found or not found <= set(SCOPES):
        raise ValueError(f"Scopes are {', '.join(SCOPES)}, separated by commas")
    return found


def _folders(value: str) -> tuple[Path, ...]:
    folders = tuple(map(Path, value.split(os.pathsep)))
    if not all(it.is_absolute() for it in folders):
        raise ValueError(f"Workspaces are absolute paths, separated by {os.pathsep}")
    return folders


def _time(value: str) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("Not a date such as 2027-01-01 or 2027-01-01T12:00:00Z") from None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _written(time: datetime | None) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if time else ""


def _check_unique(token: Token, others: list[Token]) -> None:
    for other in others:
        if token.name == other.name:
            raise _BadLine("token.duplicate", "name", f"Line {other.line} has the same name.")
        if (token.digest, token.certificate) == (other.digest, other.certificate):
            raise _BadLine("token.duplicate", "", f"Line {other.line} is the same token.")
