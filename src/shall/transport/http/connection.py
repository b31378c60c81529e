"""The options of a handle that few requests need: credentials that libcurl uses, and TLS.

Loaded with the first such request.
"""

from collections.abc import Callable
from typing import Any

import pycurl

from shall.errors import BadValue
from shall.transport.exchange import Connection, Credentials, Peer

_TLS = {"1.2": pycurl.SSLVERSION_TLSv1_2, "1.3": pycurl.SSLVERSION_TLSv1_3}
_HTTP = {
    "1.1": pycurl.CURL_HTTP_VERSION_1_1,
    "2": pycurl.CURL_HTTP_VERSION_2TLS,
    "2-prior-knowledge": pycurl.CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE,
    "3": pycurl.CURL_HTTP_VERSION_3ONLY,
}
_COMPRESSIONS = {
    "gzip": pycurl.VERSION_LIBZ,
    "deflate": pycurl.VERSION_LIBZ,
    "br": pycurl.VERSION_BROTLI,
    "zstd": pycurl.VERSION_ZSTD,
}
_SUPPRESS_CONNECT_HEADERS = 265  # CURLOPT_SUPPRESS_CONNECT_HEADERS, which pycurl does not name
_FEATURES: int = pycurl.version_info()[4]


def connect(curl: pycurl.Curl, connection: Connection) -> None:
    """Set the options of a connection.

    Raises:
        BadValue: The installed libcurl lacks a feature, or a certificate cannot be used.
    """
    if connection.credentials is not None:
        _sign(curl, connection.credentials)
    _set_tls(curl, connection)
    if connection.http:
        _set_version(curl, connection.http)
    if connection.compression:
        _set_compression(curl, connection.compression)
    _set_route(curl, connection)
    if connection.observes:
        curl.setopt(pycurl.OPT_CERTINFO, 1)
        curl.setopt(pycurl.FRESH_CONNECT, 1)  # the certificate is shown when TLS begins,
        curl.setopt(pycurl.SSL_SESSIONID_CACHE, 0)  # and not when a session is resumed


def _set_tls(curl: pycurl.Curl, connection: Connection) -> None:
    if connection.ca is not None:
        _set(curl, pycurl.CAINFO_BLOB, connection.ca, "ca")
    if connection.client_certificate is not None:
        _set_certificate(curl, connection, connection.client_certificate)
    if connection.insecure:
        curl.setopt(pycurl.SSL_VERIFYPEER, 0)
        curl.setopt(pycurl.SSL_VERIFYHOST, 0)
    if connection.tls:
        curl.setopt(pycurl.SSLVERSION, _TLS[connection.tls])


def _set_certificate(curl: pycurl.Curl, connection: Connection, certificate: bytes) -> None:
    key = certificate if connection.key is None else connection.key
    if connection.key_password is not None:
        _set_text(curl, pycurl.KEYPASSWD, connection.key_password, "key_password")
    _set(curl, pycurl.SSLCERT_BLOB, certificate, "client_certificate")
    _set(curl, pycurl.SSLKEY_BLOB, key, "key")
    if b"CERTIFICATE-----" not in certificate:
        raise BadValue(
            "The file of `client_certificate` holds no certificate in PEM.",
            hint="Convert it to PEM with openssl, or name another file.",
        )
    if b"PRIVATE KEY-----" not in key:
        name = "client_certificate" if connection.key is None else "key"
        raise BadValue(
            f"The file of `{name}` holds no private key in PEM.",
            hint="Name the file of the key as `key`.",
        )
    if b"ENCRYPTED" in key and connection.key_password is None:
        raise BadValue("The private key of the client is encrypted.", hint="Add `key_password`.")
    curl.setopt(pycurl.SSLCERTTYPE, "PEM")
    curl.setopt(pycurl.SSLKEYTYPE, "PEM")


def observed(curl: pycurl.Curl) -> Peer:
    """Return who answered the last request of a handle."""
    chain = curl.getinfo(pycurl.INFO_CERTINFO)
    return Peer(curl.getinfo(pycurl.PRIMARY_IP), dict(chain[0]) if chain else {})


def _set_version(curl: pycurl.Curl, version: str) -> None:
    feature = {"3": pycurl.VERSION_HTTP3, "1.1": 0}.get(version, pycurl.VERSION_HTTP2)
    if feature and not _FEATURES & feature:
        raise _lacks(f"HTTP/{version[0]}")
    curl.setopt(pycurl.HTTP_VERSION, _HTTP[version])
    if version in ("2", "3"):  # libcurl would use an open connection of another version
        curl.setopt(pycurl.FRESH_CONNECT, 1)


def _set_compression(curl: pycurl.Curl, name: str) -> None:
    if not _FEATURES & _COMPRESSIONS.get(name, _FEATURES):
        raise _lacks(name)
    if name == "none":
        curl.unsetopt(pycurl.ACCEPT_ENCODING)
    else:
        curl.setopt(pycurl.ACCEPT_ENCODING, name)


def _set_route(curl: pycurl.Curl, connection: Connection) -> None:
    """Set where the bytes go; ``gate`` judges each of it."""
    if connection.resolve:
        pairs = [
            f"{target}:{f'[{address}]' if ':' in address else address}:".encode()
            for target, address in connection.resolve.items()
        ]
        curl.setopt(pycurl.CONNECT_TO, pairs)
    if connection.unix_socket:
        _set_text(curl, pycurl.UNIX_SOCKET_PATH, connection.unix_socket, "unix_socket")
    elif connection.proxy:
        _set_text(curl, pycurl.PROXY, connection.proxy, "proxy")
        curl.setopt(pycurl.NOPROXY, "")  # the environment of the process does not count
        curl.setopt(_SUPPRESS_CONNECT_HEADERS, 1)
        if connection.ca is not None:
            curl.setopt(pycurl.PROXY_CAINFO_BLOB, connection.ca)


def _lacks(what: str) -> BadValue:
    version = pycurl.version_info()[1]
    return BadValue(
        f"The installed libcurl ({version}) does not support {what}.",
        hint="Use a pycurl built with a libcurl that supports it.",
    )


def _sign(curl: pycurl.Curl, credentials: Credentials) -> None:
    _set_text(curl, pycurl.USERNAME, credentials.user, "user")
    _set_text(curl, pycurl.PASSWORD, credentials.password, "password")
    _SCHEMES[credentials.kind](curl, credentials)


def _digest(curl: pycurl.Curl, _: Credentials) -> None:
    curl.setopt(pycurl.HTTPAUTH, pycurl.HTTPAUTH_DIGEST)


def _ntlm(curl: pycurl.Curl, _: Credentials) -> None:
    if not _FEATURES & pycurl.VERSION_NTLM:
        raise _lacks("NTLM")
    curl.setopt(pycurl.HTTPAUTH, pycurl.HTTPAUTH_NTLM)


def _aws(curl: pycurl.Curl, credentials: Credentials) -> None:
    _set_text(curl, pycurl.AWS_SIGV4, credentials.scope, "region")


_SCHEMES: dict[str, Callable[[pycurl.Curl, Credentials], None]] = {
    "digest": _digest,
    "ntlm": _ntlm,
    "aws_sigv4": _aws,
}


def _set(curl: pycurl.Curl, option: int, value: Any, name: str) -> None:
    if not value.strip():
        raise BadValue(f"The file of `{name}` is empty.")
    curl.setopt(option, value)


def _set_text(curl: pycurl.Curl, option: int, text: str, name: str) -> None:
    """Set an option to a text in UTF-8; pycurl would refuse all but ASCII."""
    try:
        curl.setopt(option, text.encode())
    except ValueError:  # a NUL, or half of a surrogate pair
        raise BadValue(f"`{name}` has a character that cannot be sent.") from None
