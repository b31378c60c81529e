"""Why libcurl gave a transfer up, and what to do next. Loaded with the first that failed."""

import errno

import pycurl

from shall.transport.exchange import Connection

_REASONS = {
    pycurl.E_COULDNT_RESOLVE_HOST: "the name {host} cannot be resolved",
    pycurl.E_COULDNT_RESOLVE_PROXY: "the name {host} cannot be resolved",
    pycurl.E_GOT_NOTHING: "{address} closed the connection without an answer",
    pycurl.E_RECV_ERROR: "{address} aborted the connection",
    pycurl.E_SEND_ERROR: "{address} aborted the connection",
    pycurl.E_PARTIAL_FILE: "{address} sent less than it announced",
    pycurl.E_BAD_CONTENT_ENCODING: "the body of {address} is not compressed as its header says",
    pycurl.E_WRITE_ERROR: "the body of {address} goes on after the end of its compressed data",
    pycurl.E_TOO_MANY_REDIRECTS: "{address} redirects more than {most} times",
    pycurl.E_UNSUPPORTED_PROTOCOL: "{address} redirects to something that is not HTTP",
    pycurl.E_PEER_FAILED_VERIFICATION: "the certificate of {address} is not trusted",
    pycurl.E_SSL_CERTPROBLEM: "`client_certificate` or `key` cannot be used for {address}",
    pycurl.E_SSL_CACERT_BADFILE: "`ca` is not a list of certificates in PEM",
    pycurl.E_SSL_CONNECT_ERROR: "{address} speaks no TLS that can be used",
}

_DISTRUST = {
    "has expired": "the certificate of {address} has expired",
    "not yet valid": "the certificate of {address} is not valid yet",
    "self-signed certificate in": "the certificate of {address} is signed by an authority that is"
    " not trusted",
    "self-signed": "the certificate of {address} is signed by itself, and not trusted",
    "local issuer": "the certificate of {address} is signed by an authority that is not trusted",
    "match": "the certificate of {address} is for another host",
}
"""What libcurl and OpenSSL say of a certificate, and what we do."""

_REFUSED = "{address} does not accept the certificate of the client"
_TLS = {
    "alert certificate required": "{address} asks for a certificate of the client",
    "alert unknown ca": _REFUSED,
    "alert bad certificate": _REFUSED,
    "alert certificate": _REFUSED,  # expired, revoked, unknown
    "alert unsupported certificate": _REFUSED,
    "alert access denied": _REFUSED,
    "SSL certificate verification failed": _REFUSED,  # so libcurl calls that it is expired
    "alert protocol version": "{address} offers no version of TLS that is allowed",
    "unsupported protocol": "{address} offers no version of TLS that is allowed",
    "wrong version number": "{address} answers without TLS",
    "packet length too long": "{address} answers without TLS",
    "http request": "{address} answers without TLS",
    "alert handshake failure": "{address} refuses the handshake of TLS",
}
"""What OpenSSL says while TLS begins, and what we do."""

_OF_TLS = frozenset(
    (
        pycurl.E_SSL_CONNECT_ERROR,
        pycurl.E_PEER_FAILED_VERIFICATION,
        pycurl.E_RECV_ERROR,  # an alert of TLS 1.3 comes after the handshake
        pycurl.E_SEND_ERROR,
    )
)

_HINTS = {
    "not trusted": "Name the authority that signed it, in PEM, as `ca` of `connection`.",
    "`key` cannot": "Check that the key belongs to the certificate, and its `key_password`.",
    "asks for a certificate": "Name one as `client_certificate` of `connection`, and its `key`.",
    "not accept the certificate": "Check who signed it, and when it expires.",
    "no version of TLS": "Check `tls` of `connection`.",
    "without TLS": "Write http:// instead of https://, or correct the port.",
    "in HTTP/3": "Check that it listens on this port of UDP.",
    "handshake of TLS": "It may ask for a `client_certificate`, or have no cipher in common.",
}
"""What to do next, by a part of what is said."""

_UNCONNECTED = "Failed to connect"
_UNUSABLE_KEY = "unable to set private key"
_LARGE_HEADERS = "Too large response headers"
_TOO_LARGE = 100  # CURLE_TOO_LARGE, which pycurl does not name


def reason_of(code: int, text: str, connection: Connection | None = None) -> str:
    """Return why a transfer failed, with ``{address}``; empty where there are no words for it."""
    connection = connection or Connection()
    if connection.http == "3" and text.startswith(_UNCONNECTED):
        return "{address} does not answer in HTTP/3"
    if connection.insecure and code == pycurl.E_PEER_FAILED_VERIFICATION:
        return _REFUSED  # an alert that the client's has expired, of which libcurl has no code
    if code in _OF_TLS:
        found = next((it for said, it in _TLS.items() if said in text), None)
        if found is not None:
            return found
    if code == pycurl.E_PEER_FAILED_VERIFICATION:
        return next((it for said, it in _DISTRUST.items() if said in text), _REASONS[code])
    if text.startswith(_UNUSABLE_KEY):
        return _REASONS[pycurl.E_SSL_CERTPROBLEM]
    if code == _TOO_LARGE or text.startswith(_LARGE_HEADERS):
        return "{address} sent headers that are too large"
    return _REASONS.get(code, "")


def hint_of(reason: str) -> str | None:
    """Return what to do next where a transfer failed for a reason."""
    return next((it for part, it in _HINTS.items() if part in reason), None)


def unconnected(number: int, at_socket: bool) -> tuple[str, str]:
    """Return why no connection was made, as a word and as a sentence."""
    if at_socket:
        if number == errno.ENOENT:
            return "refused", "there is no unix socket {socket} for {address}"
        return "refused", "nothing listens on the unix socket {socket} for {address}"
    if number in {errno.EHOSTUNREACH, errno.ENETUNREACH}:
        return "no_route", "there is no route to {address}"
    return "refused", "{address} refuses the connection"
