"""What let a caller in, in a form that is checked again at each request and is not a token."""

from msgspec import Struct


class Grant(Struct, frozen=True, array_like=True):
    """The ground on which somebody logged in.

    ``digest`` is the SHA-256 of a token of ours; of a JWT that of the key which verified it, and
    then ``jwt`` has the rest.
    """

    digest: str
    jwt: "JwtGrant | None" = None


class JwtGrant(Struct, frozen=True, array_like=True):
    """What a JWT said: who calls with which scopes, until when (POSIX time), and its key."""

    name: str
    scopes: tuple[str, ...]
    kid: str | None
    algorithm: str
    until: float
