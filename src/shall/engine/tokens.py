"""Access tokens of OAuth 2.0: fetched once, and used again by every case until they expire."""

import base64
import json
import math
import time
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from shall.engine.check import CaseContext
from shall.engine.evaluate import as_text
from shall.engine.request import RequestPlan, address_of
from shall.errors import BadValue
from shall.log import Log
from shall.transport.exchange import Request, Response
from shall.transport.waits import Pause, Work

_EARLY_S = 10.0
"""A token is not used any more so long before it expires."""

_PATIENCE_S = 0.01
"""How often a case looks whether another one has fetched the token."""

_TYPES = {"device_code": "urn:ietf:params:oauth:grant-type:device_code"}
_INTERVAL_S = 5.0
_now = time.monotonic
_log = Log(__name__)


class _Entry(Struct):
    """The token of one client. ``ends_at`` is on the monotonic clock."""

    token: str = ""
    ends_at: float = 0.0
    refresh_token: str = ""
    is_fetched: bool = False


def basic(user: str, password: str) -> str:
    """Return the value of a header Authorization (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


def access_token(
    said: Mapping[str, Any], request: Request, plan: RequestPlan, context: CaseContext
) -> Work[str]:
    """Return the token for a request; one case fetches it, the others wait.

    Raises:
        BadValue: The service returns no token.
    """
    ((grant, fields),) = said.items()
    values = {name: as_text(value) for name, value in fields.items()}
    for name in ("token_url", "device_url"):
        if name in values:
            values[name] = address_of(plan, values[name], context.scope)
    tokens: dict[str, _Entry] = context.shared.setdefault("tokens", {})
    entry = tokens.setdefault(json.dumps([grant, values], sort_keys=True), _Entry())
    while entry.is_fetched:
        yield Pause(_PATIENCE_S)
    if _now() >= entry.ends_at:
        entry.is_fetched = True
        try:
            answer = yield from _fetch(grant, values, entry, request, context)
            _take(answer, entry)
        finally:
            entry.is_fetched = False
    context.secrecy.learn_value(entry.token)
    return entry.token


def expire(request: Request, context: CaseContext) -> None:
    """Expire the token that a request carried: no other request uses it again."""
    carried = {value for name, value in request.headers if name.lower() == "authorization"}
    entries: dict[str, _Entry] = context.shared.get("tokens", {})
    for entry in entries.values():
        if f"Bearer {entry.token}" in carried:
            entry.ends_at = 0.0


def _take(answer: Mapping[str, Any], entry: _Entry) -> None:
    entry.token = str(answer["access_token"])
    expires_in = answer.get("expires_in")
    if isinstance(expires_in, int | float) and not isinstance(expires_in, bool):
        entry.ends_at = _now() + max(0.0, expires_in - _EARLY_S)
    else:
        entry.ends_at = math.inf
    entry.refresh_token = str(answer.get("refresh_token") or entry.refresh_token)


def _fetch(
    grant: str, values: Mapping[str, str], entry: _Entry, request: Request, context: CaseContext
) -> Work[Mapping[str, Any]]:
    if grant == "device_code":
        return (yield from _fetch_by_device(values, request, context))
    form = [("grant_type", grant)]
    if grant == "password":
        form += [("username", values["user"]), ("password", values["password"])]
    elif grant == "refresh_token":  # a service may return another one each time
        form.append(("refresh_token", entry.refresh_token or values["refresh_token"]))
    answer = yield _token_request(values, form, request)
    return _token_in(answer, context)


def _fetch_by_device(
    values: Mapping[str, str], request: Request, context: CaseContext
) -> Work[Mapping[str, Any]]:
    """Request a code, and wait until a person has entered it."""
    form = [("client_id", values["client_id"])]
    form += [("scope", values["scope"])] if "scope" in values else []
    answer = yield _post(values["device_url"], form, request)
    asked = _object(answer, context)
    code = as_text(asked.get("device_code") or "")
    if not code:
        raise BadValue("The device URL returns no `device_code`.")
    context.secrecy.learn_value(code)
    _log.warning(
        "to sign in, open %s and enter %s", asked.get("verification_uri"), asked.get("user_code")
    )
    interval = asked.get("interval")
    wait = float(interval) if isinstance(interval, int | float) else _INTERVAL_S
    ends_at = _now() + float(asked.get("expires_in") or 300)
    while _now() < ends_at:
        yield Pause(wait)
        form = [("grant_type", _TYPES["device_code"]), ("device_code", code)]
        answer = yield _token_request(values, form, request)
        problem = _problem_of(answer)
        if problem not in ("authorization_pending", "slow_down"):
            return _token_in(answer, context)
        wait += _INTERVAL_S if problem == "slow_down" else 0.0
    raise BadValue("Nobody entered the code of the device in time.")


def _token_request(
    values: Mapping[str, str], form: Iterable[tuple[str, str]], request: Request
) -> Request:
    pairs = [*form, *((name, values[name]) for name in ("scope", "audience") if name in values)]
    client_id, secret = values.get("client_id", ""), values.get("client_secret")
    headers: tuple[tuple[str, str], ...] = ()
    if secret is not None and values.get("client_in", "header") == "header":
        headers = (("Authorization", basic(_quoted(client_id), _quoted(secret))),)
    else:
        pairs += [("client_id", client_id)] if client_id else []
        pairs += [("client_secret", secret)] if secret is not None else []
    return _post(values["token_url"], pairs, request, headers)


def _quoted(text: str) -> str:
    return urlencode({"": text})[1:]  # RFC 6749, section 2.3.1


def _post(
    url: str,
    form: Iterable[tuple[str, str]],
    request: Request,
    headers: tuple[tuple[str, str], ...] = (),
) -> Request:
    """Return a request for a token; it goes the same way as the one that needs it."""
    content_type = ("Content-Type", "application/x-www-form-urlencoded")
    return Request(
        "POST",
        url,
        (*headers, content_type, ("Accept", "application/json")),
        urlencode(list(form)).encode("ascii"),
        timeout_s=request.timeout_s,
        follow_redirects=False,
        connection=request.connection,
    )


def _token_in(answer: Response, context: CaseContext) -> Mapping[str, Any]:
    found = _object(answer, context)
    if not found.get("access_token"):
        raise BadValue("The token URL returns no `access_token`.")
    return found


def _object(answer: Response, context: CaseContext) -> Mapping[str, Any]:
    problem = _problem_of(answer)
    if answer.status != 200 or problem:
        more = f": {problem}" if problem else ""
        raise BadValue(
            f"The service that issues tokens answers {answer.status}{more}.",
            hint="Check `auth` of the step, the case or the environment.",
        )
    found = _json(answer)
    for name in ("access_token", "refresh_token", "id_token"):
        if found.get(name):
            context.secrecy.learn_value(found[name])
    return found


def _problem_of(answer: Response) -> str:
    """Return the error that an answer names (RFC 6749, section 5.2)."""
    problem = _json(answer).get("error")
    return problem[:60] if isinstance(problem, str) and problem.isprintable() else ""


def _json(answer: Response) -> Mapping[str, Any]:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
