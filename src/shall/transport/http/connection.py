"""The options of a handle that few requests need: credentials that libcurl uses, and TLS.

Loaded with the first such request.
"""

from collections.abc import Callable
from typing import Any

import pycurl

from shall.errors import BadValue
from shall.transport.exchange import Connection, Credentials

_TLS = {"1.2": pycurl.SSLVERSION_TLSv1_2, "1.3": pycurl.SSLVERSION_TLSv1_3}
_FEATURES: int = pycurl.version_info()[4]


def connect(curl: pycurl.Curl, connection: Connection) -> None:
    """Set the options of a connection.

    Raises:
        BadValue: The libcurl at hand lacks what is asked for, or a certificate cannot be used.
    """
    if connection.credentials is not None:
        _sign(curl, connection.credentials)
    if connection.ca is not None:
        _set(curl, pycurl.CAINFO_BLOB, connection.ca, "ca")
    if connection.client_certificate is not None:
        _set(curl, pycurl.SSLCERT_BLOB, connection.client_certificate, "client_certificate")
        curl.setopt(pycurl.SSLCERTTYPE, "PEM")
        key = connection.key or connection.client_certificate
        _set(curl, pycurl.SSLKEY_BLOB, key, "key")
        curl.setopt(pycurl.SSLKEYTYPE, "PEM")
        if connection.key_password is not None:
            curl.setopt(pycurl.KEYPASSWD, connection.key_password)
    if connection.insecure:
        curl.setopt(pycurl.SSL_VERIFYPEER, 0)
        curl.setopt(pycurl.SSL_VERIFYHOST, 0)
    if connection.tls:
        curl.setopt(pycurl.SSLVERSION, _TLS[connection.tls])


def _sign(curl: pycurl.Curl, credentials: Credentials) -> None:
    curl.setopt(pycurl.USERNAME, credentials.user)
    curl.setopt(pycurl.PASSWORD, credentials.password)
    _SCHEMES[credentials.kind](curl, credentials)


def _digest(curl: pycurl.Curl, _: Credentials) -> None:
    curl.setopt(pycurl.HTTPAUTH, pycurl.HTTPAUTH_DIGEST)


def _ntlm(curl: pycurl.Curl, _: Credentials) -> None:
    if not _FEATURES & pycurl.VERSION_NTLM:
        version = pycurl.version_info()[1]
        raise BadValue(
            f"The libcurl at hand ({version}) has no NTLM.",
            hint="Build pycurl with a libcurl that has it, or use another kind of `auth`.",
        )
    curl.setopt(pycurl.HTTPAUTH, pycurl.HTTPAUTH_NTLM)


def _aws(curl: pycurl.Curl, credentials: Credentials) -> None:
    curl.setopt(pycurl.AWS_SIGV4, credentials.scope)


_SCHEMES: dict[str, Callable[[pycurl.Curl, Credentials], None]] = {
    "digest": _digest,
    "ntlm": _ntlm,
    "aws_sigv4": _aws,
}


def _set(curl: pycurl.Curl, option: int, value: Any, name: str) -> None:
    if not value.strip():
        raise BadValue(f"The file of `{name}` is empty.")
    curl.setopt(option, value)
