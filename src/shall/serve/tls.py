"""Serving https: the certificate and key are checked before anything is bound."""

import ssl
from pathlib import Path

from shall.errors import CertificateUnusable
from shall.settings import Settings


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """Make the TLS context of a server; None where it serves plain HTTP.

    TLS 1.2 and later. With ``tls_client_ca`` every client must show a certificate of these
    authorities.

    Raises:
        CertificateUnusable: Only one half is set, a file cannot be read, or they do not match.
    """
    key, cert = settings.tls_key, settings.tls_cert
    if key is None and cert is None:
        if settings.tls_client_ca is not None:
            raise CertificateUnusable(
                "Client certificates are required, but the server has no certificate.",
                hint="Set --tls-key and --tls-cert too.",
            )
        return None
    if key is None or cert is None:
        there, missing = ("certificate", "key") if key is None else ("key", "certificate")
        raise CertificateUnusable(
            f"TLS has a {there} but no {missing}.",
            hint="Set both: --tls-key and --tls-cert (--ssl-keyfile and --ssl-certfile).",
        )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    load_certificate(context, cert, key)
    if settings.tls_client_ca is not None:
        _require_clients(context, settings.tls_client_ca)
    return context


def load_certificate(context: ssl.SSLContext, cert: Path, key: Path) -> None:
    """Load a certificate chain and its key; connections made from now on use them.

    Raises:
        CertificateUnusable: A file cannot be read, is not PEM, or they do not match.
    """
    for name, path in (("certificate", cert), ("key", key)):
        _check_readable(name, path)
    try:
        # An encrypted key would ask for its password on the terminal: refused instead.
        context.load_cert_chain(cert, key, password=_no_password)
    except _Encrypted:
        raise CertificateUnusable(
            f"The TLS key {key} is encrypted.",
            hint=f"Decrypt it for the server: openssl rsa -in {key} -out server.key",
        ) from None
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise CertificateUnusable(
                f"The TLS key {key} does not belong to the certificate {cert}.",
                hint="Compare the output of: openssl x509 -noout -pubkey -in CERT"
                "; openssl pkey -pubout -in KEY",
            ) from None
        raise CertificateUnusable(
            f"The TLS certificate {cert} or its key {key} is not a usable PEM file.",
            hint=f"Inspect them: openssl x509 -noout -text -in {cert}"
            f"; openssl rsa -check -in {key}",
        ) from None


class _Encrypted(Exception):
    pass


def _no_password() -> bytes:
    raise _Encrypted


def _check_readable(name: str, path: Path) -> None:
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        reason = error.strerror
        raise CertificateUnusable(f"The TLS {name} {path} cannot be read: {reason}.") from None


def _require_clients(context: ssl.SSLContext, authorities: Path) -> None:
    _check_readable("client authorities", authorities)
    try:
        context.load_verify_locations(authorities)
    except ssl.SSLError:
        raise CertificateUnusable(
            f"The TLS client authorities {authorities} are not a usable PEM file."
        ) from None
    context.verify_mode = ssl.CERT_REQUIRED
