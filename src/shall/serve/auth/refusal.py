"""A caller that is not let in, and why."""


class Refused(Exception):
    """The request does not show who calls.

    ``error`` is the code of RFC 6750, section 3.1: empty where nothing was shown at all.
    ``detail`` goes to the caller; ``reason`` goes to the log only. None of them holds what the
    caller sent as a token.
    """

    def __init__(self, detail: str, *, error: str = "", reason: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.error = error
        self.reason = reason or detail


INVALID_TOKEN = "invalid_token"  # noqa: S105 - a code of RFC 6750
INVALID_REQUEST = "invalid_request"
