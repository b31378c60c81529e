"""Sends one request that belongs to no case, under the same rules as those of cases."""

from shall.transport.exchange import Request, Response
from shall.transport.waits import Work
from shall.workspace.workspace import Workspace


def request_once(workspace: Workspace, request: Request) -> Response:
    """Return the response of a request.

    Raises:
        TargetDenied: The operator allows no request there.
        TargetUnreachable, TimedOut: No response came.
    """

    def send() -> Work[Response]:
        response: Response = yield request
        return response

    loop = workspace.make_loop()
    try:
        answer: Response = loop.run(send())
    finally:
        loop.close()
    return answer
