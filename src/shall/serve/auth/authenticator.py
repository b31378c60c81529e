"""Finds the caller of a request among all that the settings know."""

import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol

from msgspec import Struct
from starlette.types import Scope

from shall.actions.principal import Principal
from shall.admin.tokens import digest_of
from shall.errors import InvalidSetting
from shall.serve.auth.certificates import Certificates
from shall.serve.auth.grant import Grant
from shall.serve.auth.metadata import metadata_url
from shall.serve.auth.refusal import INVALID_REQUEST, INVALID_TOKEN, Refused
from shall.serve.auth.static_tokens import KnownTokens
from shall.settings import Settings

_log = logging.getLogger(__name__)

_NOTHING_SHOWN = "Send the header `Authorization: Bearer <token>`."


class Verifier(Protocol):
    """Checks tokens that somebody else made."""

    async def verify(self, token: bytes) -> Principal:
        """Return the caller.

        Raises:
            Refused: The token is not valid.
            KeysUnavailable: It cannot be checked now.
        """
        ...

    async def grant(self, token: bytes) -> Grant:
        """Return what a session needs to know of a token.

        Raises:
            Refused: The token is not valid.
            KeysUnavailable: It cannot be checked now.
        """
        ...

    async def holder(self, grant: Grant) -> Principal:
        """Return the caller of a session.

        Raises:
            Refused: What it was opened with is no longer valid.
            KeysUnavailable: It cannot be checked now.
        """
        ...

    def reload(self) -> None:
        """Fetch the keys again when they are next needed."""
        ...


class Authenticator(Struct, frozen=True):
    """Knows callers by what they send: a token first, else a certificate.

    ``metadata_url`` returns, for a request, where clients learn who issues tokens.
    """

    tokens: KnownTokens
    jwts: Verifier | None = None
    certificates: Certificates | None = None
    metadata_url: Callable[[Scope], str] | None = None

    async def identify(self, scope: Scope) -> Principal:
        """Return the caller of a request.

        Raises:
            Refused: The caller is not known.
            KeysUnavailable: A JWT cannot be checked now.
        """
        token = bearer_token(scope["headers"])
        if token is not None:
            known = self.tokens.find(token)
            if known is not None:
                return known
            if self.jwts is not None:
                return await self.jwts.verify(token)
            raise Refused("The token is not valid.", error=INVALID_TOKEN)
        subject = self.certificates.subject(scope) if self.certificates else None
        if subject is None:
            raise Refused(_NOTHING_SHOWN)
        return self.tokens.holder_of(subject)

    async def grant(self, token: bytes) -> Grant:
        """Return what a session needs to know of a token, so that it ends with it.

        Raises:
            Refused: The token is not valid.
            KeysUnavailable: A JWT cannot be checked now.
        """
        if self.tokens.find(token) is not None:
            return Grant(digest_of(token))
        if self.jwts is not None:
            return await self.jwts.grant(token)
        raise Refused("The token is not valid.", error=INVALID_TOKEN)

    async def holder(self, grant: Grant) -> Principal:
        """Return the caller of a session that was opened with a token.

        Raises:
            Refused: The token has expired or was revoked.
            KeysUnavailable: A JWT cannot be checked now.
        """
        if grant.jwt is None:
            known = self.tokens.holder(grant.digest)
            if known is not None:
                return known
        elif self.jwts is not None:
            return await self.jwts.holder(grant)
        raise Refused("The session has expired.", reason="its token is not known any more")

    def reload(self) -> None:
        """Read the token file and the authorization server's keys again (SIGHUP)."""
        self.tokens.reload()
        if self.jwts is not None:
            self.jwts.reload()


def authenticator(settings: Settings) -> Authenticator | None:
    """Make what knows the callers; None where the settings know nobody, and all may come in.

    Raises:
        InvalidSetting: Settings that belong together are not there together, or the token file
            cannot be used.
        InvalidFile: The token file has lines that cannot be read.
    """
    certificates = _certificates(settings)
    jwts = _jwts(settings)
    if not (settings.auth_token or settings.token_file or jwts or certificates):
        return None
    return Authenticator(
        tokens=KnownTokens(settings.auth_token, settings.token_file),
        jwts=jwts,
        certificates=certificates,
        metadata_url=partial(metadata_url, settings) if jwts else None,
    )


def bearer_token(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    """Return the token of the Authorization header; a token in a URL is never read.

    Raises:
        Refused: The header occurs twice, or has another scheme.
    """
    given = [value for name, value in headers if name == b"authorization"]
    if not given:
        return None
    if len(given) > 1:
        raise Refused("Send one Authorization header.", error=INVALID_REQUEST)
    scheme, _, token = given[0].strip().partition(b" ")
    if scheme.lower() != b"bearer":
        raise Refused(_NOTHING_SHOWN, reason="the scheme is not Bearer")
    return token.strip()


def _certificates(settings: Settings) -> Certificates | None:
    if settings.client_cert_header and not settings.trusted_proxies:
        raise InvalidSetting(
            "client_cert_header is set, but no proxy is trusted to send it.",
            hint="Name the proxy's address with --trusted-proxy.",
        )
    if not (settings.client_cert_header or settings.tls_client_ca):
        return None
    return Certificates(
        header=settings.client_cert_header,
        proxies=settings.trusted_proxies,
        direct=settings.tls_client_ca is not None,
    )


def _jwts(settings: Settings) -> Verifier | None:
    audience = settings.jwt_audience or settings.public_url
    if not settings.jwks_url:
        if settings.jwt_issuer or settings.jwt_audience:
            raise InvalidSetting("A JWT cannot be checked without keys.", hint="Set jwks_url.")
        return None
    missing = [
        name
        for name, value in (("jwt_issuer", settings.jwt_issuer), ("jwt_audience", audience))
        if not value
    ]
    if missing:
        raise InvalidSetting(
            f"jwks_url is set, but not {' and '.join(missing)}.",
            hint="Without them, a JWT issued for another service would be accepted.",
        )
    if settings.jwks_url.startswith("http://"):
        _log.warning("the keys of JWTs come over plain HTTP: who can change them can come in")
    from shall.serve.auth.jwks import KeyServer
    from shall.serve.auth.jwts import JwtVerifier

    return JwtVerifier(KeyServer(settings.jwks_url), settings.jwt_issuer, audience)
