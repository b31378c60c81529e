"""The callers that we know ourselves: one token from the settings, and those of the token file."""

import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct, field

from shall.actions.principal import Principal
from shall.admin.tokens import Token, bare_token, digest_of, parse_tokens
from shall.bounded import CONFIG_BYTES, read_text
from shall.errors import InvalidFile, InvalidSetting
from shall.serve.auth.refusal import INVALID_TOKEN, Refused

LOOK_AGAIN_S = 1.0
"""How long a change of the token file may go unnoticed."""

PLAIN = Principal("token")
"""The holder of the one token of the settings, or of a file with one bare word."""

_log = logging.getLogger(__name__)


class _Known(Struct, frozen=True):
    """What a token file says. ``is_list``: it names its callers, so nobody else is one."""

    tokens: Mapping[str, Token] = field(default_factory=dict)
    certificates: Mapping[str, Token] = field(default_factory=dict)
    plain: str | None = None
    is_list: bool = False


class KnownTokens:
    """Tokens and certificates by name. The file is read again when it changes.

    What is looked up is the SHA-256 of what was sent: nobody can choose it so that the time a
    comparison takes reveals something about a token.
    """

    def __init__(
        self, auth_token: str, file: Path | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Read the token file, if there is one.

        Raises:
            InvalidSetting: It cannot be read, or is empty.
            InvalidFile: It has lines that cannot be read.
        """
        self._plain = digest_of(auth_token.encode()) if auth_token else None
        self._file = file
        self._clock = clock
        self._looked_at = clock()
        self._seen: tuple[int, ...] | None = None
        self._trouble = ""
        self._known = _Known()
        if file is not None:
            self._seen = _identity(file)
            self._known = _read(file)

    def find(self, token: bytes) -> Principal | None:
        """Return the holder of a token; None for a token that is not ours.

        Raises:
            Refused: The token's time is over.
        """
        return self.holder(digest_of(token))

    def holder(self, digest: str) -> Principal | None:
        """Return the holder of the token with this SHA-256; None where it is not ours.

        Raises:
            Refused: The token's time is over.
        """
        self._look()
        if digest in (self._plain, self._known.plain):
            return PLAIN
        found = self._known.tokens.get(digest)
        return None if found is None else _principal(found)

    def holder_of(self, subject: str) -> Principal:
        """Return the holder of a verified certificate.

        Without a list of callers every certificate that the authority signed has all scopes.

        Raises:
            Refused: The token file lists its callers and not this one, or its time is over.
        """
        self._look()
        found = self._known.certificates.get(subject)
        if found is not None:
            return _principal(found)
        if self._known.is_list:
            raise Refused(
                "The client certificate is not known.",
                reason=f"no line of the token file has cert={subject!r}",
            )
        return Principal(f"cert:{hashlib.sha256(subject.encode()).hexdigest()[:12]}")

    def reload(self) -> None:
        """Read the file now, changed or not."""
        self._seen = None
        self._look_now()

    def _look(self) -> None:
        now = self._clock()
        if now - self._looked_at >= LOOK_AGAIN_S:
            self._looked_at = now
            self._look_now()

    def _look_now(self) -> None:
        """Read the file; where it cannot be read, what was read before stays."""
        if self._file is None:
            return
        try:
            seen = _identity(self._file)
            if seen == self._seen:
                return
            known = _read(self._file)
        except (InvalidSetting, InvalidFile) as error:
            if str(error) != self._trouble:  # once, not every second
                self._trouble = str(error)
                _log.error("%s What it said before still holds.", error)
            return
        self._known, self._seen, self._trouble = known, seen, ""
        _log.info("the token file %s is read again", self._file)


def _principal(token: Token) -> Principal:
    if token.has_expired(datetime.now(UTC)):
        what, error = ("token", INVALID_TOKEN) if token.digest else ("certificate", "")
        raise Refused(
            f"The {what} has expired.",
            error=error,
            reason=f"the {what} of {token.name} has expired",
        )
    workspaces = tuple(it.resolve() for it in token.workspaces)  # a link may lead elsewhere now
    return Principal(token.name, token.scopes, workspaces)


def _identity(file: Path) -> tuple[int, ...]:
    try:
        status = file.stat()
    except OSError as error:
        raise _unreadable(file, error) from None
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


def _read(file: Path) -> _Known:
    try:
        text = read_text(file, CONFIG_BYTES)
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(file, error) from None
    if not text.strip():
        raise InvalidSetting(
            f"The token file {file} is empty.", hint="Create a token with `shall token new`."
        )
    plain = bare_token(text)
    if plain is not None:
        return _Known(plain=digest_of(plain.encode()))
    tokens = parse_tokens(text, str(file))
    return _Known(
        tokens={token.digest: token for token in tokens if token.digest},
        certificates={token.certificate: token for token in tokens if token.certificate},
        is_list=True,
    )


def _unreadable(file: Path, error: OSError | UnicodeDecodeError) -> InvalidSetting:
    reason = getattr(error, "strerror", None) or "it is not UTF-8"
    return InvalidSetting(f"The token file {file} cannot be read: {reason}.")
