"""One transfer: a request put on a libcurl handle, and what became of it."""

import io

import pycurl

from shall.errors import ShallError, TargetUnreachable, TimedOut
from shall.results.records import Timings
from shall.transport.exchange import Redirect, Request, Response
from shall.transport.http.gate import Gate
from shall.transport.http.options import Headers, prepare
from shall.transport.target_policy import TargetPolicy
from shall.transport.url import host_and_port

MAX_BODY_BYTES = 64 << 20
"""The largest response body that is read."""

_TIMED_OUT = pycurl.E_OPERATION_TIMEDOUT
_REASONS = {
    pycurl.E_COULDNT_RESOLVE_HOST: "the name {host} cannot be resolved",
    pycurl.E_COULDNT_CONNECT: "{address} refuses the connection",
    pycurl.E_GOT_NOTHING: "{address} closed the connection without an answer",
    pycurl.E_RECV_ERROR: "{address} broke the connection off",
    pycurl.E_SEND_ERROR: "{address} broke the connection off",
    pycurl.E_PARTIAL_FILE: "{address} sent less than it announced",
    pycurl.E_TOO_MANY_REDIRECTS: "{address} redirects more than 10 times",
    pycurl.E_UNSUPPORTED_PROTOCOL: "{address} redirects to something that is not HTTP",
    pycurl.E_PEER_FAILED_VERIFICATION: "the certificate of {address} is not trusted",
    pycurl.E_SSL_CONNECT_ERROR: "{address} speaks no TLS that can be used",
}


class Transfer:
    """One request on its way. The handle belongs to it until it ended."""

    __slots__ = ("_body", "_gate", "_headers", "_request", "curl")

    def __init__(self, curl: pycurl.Curl, request: Request, policy: TargetPolicy) -> None:
        """Put the request on a handle, whose cookies and connections stay.

        Raises:
            TargetDenied: The policy lets no request go there.
            BadValue: The request cannot be sent as it is written.
        """
        self._gate = gate = Gate(policy, request.url)
        self._request = request
        self._body = io.BytesIO()
        self._headers = Headers(gate.follow if request.follow_redirects else None)
        self.curl = curl
        curl.reset()
        prepare(curl, request, self._headers, self._body, MAX_BODY_BYTES)
        curl.setopt(pycurl.OPENSOCKETFUNCTION, gate.open_socket)

    @property
    def keeps_connection(self) -> bool:
        """Whether the service left the connection open."""
        return not self._headers.closes

    def response(self) -> Response:
        """Return what came back."""
        info, headers = self.curl.getinfo, self._headers
        return Response(
            status=info(pycurl.RESPONSE_CODE),
            headers=headers.last(),
            body=self._body.getvalue(),
            url=info(pycurl.EFFECTIVE_URL),
            http_version=headers.version,
            timings=Timings(
                info(pycurl.NAMELOOKUP_TIME),
                info(pycurl.CONNECT_TIME),
                info(pycurl.APPCONNECT_TIME),
                info(pycurl.STARTTRANSFER_TIME),
                info(pycurl.TOTAL_TIME),
            ),
            earlier_headers=headers.earlier(),
            redirects=tuple(map(Redirect, headers.redirects, self._gate.trail)),
        )

    def failure(self, code: int, text: str) -> ShallError:
        """Return the error for a transfer that libcurl gave up."""
        refusal = self._gate.refusal(code)
        if refusal is not None:
            return refusal
        # Where the redirects had led.
        host, port = host_and_port(self.curl.getinfo(pycurl.EFFECTIVE_URL) or self._request.url)
        address = f"{host}:{port}"
        if code == _TIMED_OUT:
            timeout_s = self._request.timeout_s
            return TimedOut(
                f"{address} did not answer within {timeout_s:g} s.",
                details={"address": address, "timeout_s": timeout_s},
            )
        if code in {pycurl.E_FILESIZE_EXCEEDED, pycurl.E_WRITE_ERROR}:
            reason = f"{address} sent more than {MAX_BODY_BYTES >> 20} MiB"
        else:
            reason = _REASONS.get(code, f"{address}: {text}").format(host=host, address=address)
        return TargetUnreachable(f"{reason}.", details={"address": address, "curl_code": code})
