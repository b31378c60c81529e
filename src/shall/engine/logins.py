"""Tokens of the projects of ``config.yaml``: fetched before the first case, renewed after a 401."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from msgspec import Struct

from shall.cases.model import Case
from shall.config_source import TOKEN
from shall.engine.access import prepare
from shall.engine.check import CaseContext
from shall.engine.full_plan import AccessPlan
from shall.engine.options import RunOptions
from shall.engine.plan import plan_case
from shall.engine.request import RequestPlan, build_request
from shall.engine.scope import Scope
from shall.errors import BadValue
from shall.transport.exchange import Request, Response
from shall.transport.waits import Pause, Work

LOGINS = "logins"
"""The key of the sessions, by project, in what the cases of a run share."""

CAPTURED = "$.data.token"
"""Where the answer to a login has the token."""

_PATIENCE_S = 0.01
"""How often a case looks whether another one has renewed the token."""


class Session(Struct):
    """The token of one project. ``values`` is the variable at which cases read it.

    ``tokens`` are all that there were, for masking: the last one is in use.
    """

    plan: RequestPlan
    access: AccessPlan | None
    values: dict[str, Any]
    tokens: list[str]
    is_fetched: bool = False

    @property
    def token(self) -> str:
        """The token in use."""
        return self.tokens[-1]


def session_of(case: Case, options: RunOptions, values: dict[str, Any], token: str) -> Session:
    """Return the session of a project whose login a case describes."""
    (call,) = plan_case(case, options).steps
    assert call.request is not None  # noqa: S101 - a login is a request
    values[TOKEN] = token
    return Session(call.request, call.access, values, [token])


def sessions_of(context: CaseContext) -> Mapping[str, Session]:
    """Return the sessions of the run by project."""
    found: Mapping[str, Session] = context.shared.get(LOGINS, {})
    return found


def session_in(request: Request, context: CaseContext) -> tuple[Session, str] | None:
    """Return the session whose token a request carries, and that token."""
    for session in sessions_of(context).values():
        for token in reversed(session.tokens):
            if any(token in text for text in _texts(request)):
                return session, token
    return None


def _texts(request: Request) -> Iterator[str]:
    yield from (value for _, value in request.headers)
    yield unquote(request.url)
    if isinstance(request.body, bytes):
        yield request.body.decode("utf-8", "replace")
    yield from (value for _, value in request.form)


def log_in_again(session: Session, refused: str, context: CaseContext) -> Work[None]:
    """Fetch a new token; one case does so, the others wait for it.

    ``refused`` is the token that the service did not take: another case may have renewed it.

    Raises:
        BadValue: The answer has no token.
    """
    while session.is_fetched:
        yield Pause(_PATIENCE_S)
    if session.token != refused:
        return
    session.is_fetched = True
    try:
        request = build_request(session.plan, Scope(), context.attachments, context.secrecy)
        if session.access is not None:
            request = yield from prepare(request, session.access, session.plan, context)
        context.secrecy.requests.append(request)
        response = yield request
        token = _token_in(response)
        context.secrecy.learn_value(token)
        session.tokens.append(token)
        session.values[TOKEN] = token
    finally:
        session.is_fetched = False


def _token_in(response: Response) -> str:
    try:
        found = json.loads(response.body)["data"]["token"]
    except (ValueError, RecursionError, LookupError, TypeError):
        found = None
    if not isinstance(found, str) or not found:
        raise BadValue(f"The login answers {response.status} without `data.token`.")
    return found
