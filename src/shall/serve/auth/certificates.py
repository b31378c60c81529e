"""Client certificates: as a trusted proxy forwards them, or as TLS itself shows them (mTLS)."""

import asyncio
from collections.abc import Iterable
from functools import cached_property
from ipaddress import ip_address, ip_network
from typing import Any

from msgspec import Struct
from starlette.types import Scope

from shall.serve.auth.refusal import INVALID_REQUEST, Refused
from shall.serve.limits.addresses import PEER

SUBJECT = "shall.certificate"
"""The key of the ASGI scope's ``state`` with the subject of the connection's certificate."""

VERIFY_HEADER = b"x-client-verify"
"""What nginx says in ``$ssl_client_verify``: SUCCESS for a certificate that holds."""

# As OpenSSL shortens them, and so nginx in $ssl_client_s_dn; RFC 4514, section 3, for the rest.
_SHORT = {
    "commonName": "CN",
    "countryName": "C",
    "domainComponent": "DC",
    "givenName": "GN",
    "localityName": "L",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "stateOrProvinceName": "ST",
    "streetAddress": "street",
    "surname": "SN",
    "userId": "UID",
}


class Certificates(Struct, frozen=True, dict=True):
    """Returns the subject of the caller's verified certificate.

    ``header`` counts only from the networks ``proxies``; ``direct``: TLS ends here.
    """

    header: str = ""
    proxies: tuple[str, ...] = ()
    direct: bool = False

    @cached_property
    def _networks(self) -> tuple[Any, ...]:
        return tuple(ip_network(proxy, strict=False) for proxy in self.proxies)

    def subject(self, scope: Scope) -> str | None:
        """Return the subject as RFC 4514 writes it; None where no certificate is shown.

        Raises:
            Refused: The proxy's headers are there twice, so that one may be the client's own.
        """
        if self.direct:
            found: str | None = scope.get("state", {}).get(SUBJECT)
            if found:
                return found
        if not self.header or not self._is_trusted(scope):
            return None
        if _one(scope["headers"], VERIFY_HEADER) != "SUCCESS":
            return None
        return _one(scope["headers"], self.header.lower().encode()) or None

    def _is_trusted(self, scope: Scope) -> bool:
        peer = scope.get(PEER) or scope.get("client")
        try:
            address = ip_address(peer[0] if peer else "")
        except ValueError:  # a UNIX socket, or a name
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in network for network in self._networks)


def _one(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> str:
    values = [value for name, value in headers if name == wanted]
    if len(values) > 1:
        name = wanted.decode("latin-1")
        raise Refused(f"The header {name} is given twice.", error=INVALID_REQUEST)
    return values[0].decode("latin-1").strip() if values else ""


def certified(protocol: type[Any]) -> type[Any]:
    """Make a protocol of uvicorn that hands on the subject of the connection's certificate."""

    class Certified(protocol):  # type: ignore[misc]
        """Puts the subject into the state of each request of the connection."""

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            """Check the certificate: TLS has verified it by now."""
            super().connection_made(transport)
            shown = transport.get_extra_info("peercert")
            if shown:
                subject = distinguished_name(shown.get("subject", ()))
                self.app_state: dict[str, Any] = {**self.app_state, SUBJECT: subject}

    return Certified


def distinguished_name(subject: Iterable[Iterable[tuple[str, str]]]) -> str:
    """Write the subject of ``SSLSocket.getpeercert()`` as nginx does (RFC 2253, RFC 4514)."""
    parts = (
        "+".join(f"{_SHORT.get(kind, kind)}={_escaped(value)}" for kind, value in relative)
        for relative in subject
    )
    return ",".join(reversed(list(parts)))


def _escaped(value: str) -> str:
    text = "".join(f"\\{char}" if char in ',+"\\<>;' else char for char in value)
    if text[:1] in {"#", " "}:
        text = f"\\{text}"
    if len(value) > 1 and value.endswith(" "):
        text = f"{text[:-1]}\\ "
    return "".join(
        char if " " <= char <= "~" else "".join(f"\\{byte:02X}" for byte in char.encode())
        for char in text
    )
