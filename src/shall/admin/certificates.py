"""Tries a certificate and its key in a TLS handshake that stays in memory."""

import ssl
import time
from pathlib import Path

from shall.errors import InvalidInput

_DAY_S = 86_400.0
_EXPIRED, _NOT_YET = 10, 9  # X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID


def days_left(cert: Path, key: Path) -> float:
    """Return the days until a certificate (PEM, its own first) ends.

    Raises:
        InvalidInput: The two do not belong together, cannot be read, or do not count now.
    """
    server = _server(cert, key)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    try:
        # It vouches for itself here: whether others trust it is not asked.
        client.load_verify_locations(cafile=str(cert))
        client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        ends = _shake_hands(server, client)
    except ssl.SSLCertVerificationError as error:
        if error.verify_code == _EXPIRED:
            raise InvalidInput(f"{cert} has expired.", hint="Renew it.") from None
        if error.verify_code == _NOT_YET:
            raise InvalidInput(
                f"{cert} is not valid yet.", hint="Check the clock of this machine."
            ) from None
        raise InvalidInput(
            f"{cert} cannot be used: {error.verify_message}.", hint="Create another certificate."
        ) from None
    except (ssl.SSLError, OSError) as error:
        raise InvalidInput(
            f"{cert} cannot be used: {error}.", hint="Create another certificate."
        ) from None
    return (ends - time.time()) / _DAY_S


def _server(cert: Path, key: Path) -> ssl.SSLContext:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # A password would be asked for on the terminal.
        server.load_cert_chain(cert, key, password=lambda: "")
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            message = f"The key {key} does not belong to the certificate {cert}."
            raise InvalidInput(message, hint="Use the key of this certificate.") from None
        raise InvalidInput(
            f"{cert} and {key} cannot be used: {error.reason or error}.",
            hint="Both must be PEM files; the key must have no password.",
        ) from None
    except OSError as error:
        raise InvalidInput(
            f"{error.filename or f'{cert} or {key}'} cannot be read: {error.strerror}.",
            hint="Check the path and its permissions.",
        ) from None
    return server


def _shake_hands(server: ssl.SSLContext, client: ssl.SSLContext) -> float:
    """Return the end of the server's certificate, in seconds since 1970."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    serving = server.wrap_bio(to_server, to_client, server_side=True)
    calling = client.wrap_bio(to_client, to_server)
    for _ in range(10):  # a handshake takes three flights; more means that it never ends
        done = [_step(side) for side in (calling, serving)]
        if all(done):
            break
    certificate = calling.getpeercert() or {}
    return float(ssl.cert_time_to_seconds(str(certificate["notAfter"])))


def _step(side: ssl.SSLObject) -> bool:
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True
