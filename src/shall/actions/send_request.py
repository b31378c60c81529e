"""Sends one request as a step of a case would, and offers the exchange as a case."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from msgspec import Struct
from msgspec.structs import replace

from shall.actions.run import run_options
from shall.actions.run_request import RunRequest
from shall.cases.forms import METHODS, WEBSOCKET
from shall.cases.model import Case
from shall.cases.reader import examine_data, load_yaml
from shall.cases.writer import to_data
from shall.cases.yaml_writer import dump
from shall.engine.job import Job
from shall.engine.ports import Turns
from shall.engine.run import RunContext, run_jobs
from shall.engine.stop import Stop
from shall.errors import (
    BadExpression,
    BadValue,
    ShallError,
    ShuttingDown,
    TargetDenied,
    TargetUnreachable,
    TimedOut,
)
from shall.imports.secret_variables import SecretVariables
from shall.messages import render
from shall.results.events import CaseFinished, Event
from shall.results.records import StepResult
from shall.workspace.workspace import Workspace

_KEY = "request"
_METHODS = (*METHODS, WEBSOCKET)
_MOST_FIELDS = 10
"""Fields of a response that the offered case expects."""

_ERRORS: Mapping[str, type[ShallError]] = {
    it.code: it for it in (BadExpression, TargetDenied, TargetUnreachable, TimedOut)
}


class Sent(Struct, frozen=True):
    """A step that got a response, masked, and the text of a case that sends it again.

    ``secrets`` are the variables of that case that need a value.
    """

    step: StepResult
    case: str
    secrets: tuple[str, ...] = ()


def send_request(
    workspace: Workspace,
    step: Mapping[str, Any] | str,
    request: RunRequest,
    stop: Stop,
    turns: Turns | None = None,
) -> Sent:
    """Send the request of a step in this thread; nothing is recorded.

    ``request`` has the host, the environment and the variables.

    Raises:
        InvalidCase: The step has problems.
        TargetDenied: The operator allows no request there.
        TargetUnreachable: No response came.
        TimedOut: It came too late.
        BadValue: The request cannot be made, or ``shall.yaml`` does not define the environment.
    """
    given = load_yaml(step, _KEY) if isinstance(step, str) else step
    if isinstance(given, Mapping) and "steps" not in given:
        case = examine_data({"name": _KEY, "steps": [given]}).case
    else:
        raise BadValue("`step` is not one step of a case.", hint="Write `{GET: /orders}`.")
    result = _run(workspace, case, request, stop, turns)
    exchange = result.exchange
    if exchange is None or exchange.status is None:
        raise _error_of(result)
    secrets = SecretVariables()
    text = dump(_case_of(case, result, request.host, secrets))
    return Sent(result, text, tuple(secrets.names))


def _run(
    workspace: Workspace, case: Case, request: RunRequest, stop: Stop, turns: Turns | None
) -> StepResult:
    options = replace(run_options(workspace, request), keep="all")
    ended: list[StepResult] = []

    def take(event: Event) -> None:
        if type(event) is CaseFinished:
            if event.result.error is not None and not event.result.steps:
                raise BadValue(render(event.result.error, workspace.defaults.language))
            ended.extend(event.result.steps)

    loop = workspace.make_loop()
    loop.turns = turns
    try:
        run_jobs([Job(_KEY, case)], 1, options, RunContext(loop, workspace.files, take, stop))
    finally:
        loop.close()
    if not ended:
        raise ShuttingDown("The request was stopped.")
    return ended[-1]


def _error_of(step: StepResult) -> ShallError:
    if step.error is None:
        return BadValue("The step sent no request.")
    code = str(step.error.params.get("error_code", ""))
    return _ERRORS.get(code, BadValue)(render(step.error))


def _case_of(
    case: Case, result: StepResult, host: str | None, secrets: SecretVariables
) -> dict[str, Any]:
    """Return a case in the short form that expects what came; no secret is in it."""
    (step,) = to_data(case)["steps"]
    step = _without_secrets(step, secrets)
    if not step.keys() & {"expect", "until"}:
        step["expect"] = _expected(result)
    method, url = next((key, it) for key, it in step.items() if key in _METHODS)
    path = "/" + url.partition("://")[2].partition("/")[2] if "://" in url else url
    data = {"name": f"{method} {path.partition('?')[0]}", "host": secrets.hide(host)}
    if secrets.names:
        data["secrets"] = list(secrets.names)
    data["steps"] = [step]
    return {key: it for key, it in data.items() if it}


def _expected(result: StepResult) -> dict[str, Any]:
    """Return the status, and that the fields of a JSON object are there."""
    assert result.exchange is not None  # noqa: S101 - looked at before
    expect: dict[str, Any] = {"status": result.exchange.status}
    try:
        body = json.loads(result.exchange.response_body)
    except (ValueError, RecursionError):  # no JSON, or cut
        return expect
    names = [name for name in body if name.isidentifier()] if isinstance(body, dict) else []
    expect |= {f"$.{name}": {"exists": True} for name in names[:_MOST_FIELDS]}
    return expect


def _without_secrets(step: Mapping[str, Any], secrets: SecretVariables) -> dict[str, Any]:
    """Return a step with variables in the place of its secret values."""
    found: dict[str, Any] = {}
    params: dict[str, str] = {}
    for key, value in step.items():
        if key in METHODS:
            found[key] = _url(value, params, secrets)
        elif key == "headers":
            found[key] = {name: _header(name, it, secrets) for name, it in value.items()}
        elif key == "auth":
            found[key] = _auth(value, secrets)
        else:
            found[key] = secrets.fields(value)
    if params:
        found["params"] = {**found.get("params", {}), **params}
    return {key: secrets.hide(it) for key, it in found.items()}


def _url(url: str, params: dict[str, str], secrets: SecretVariables) -> str:
    """Return a URL without secrets; those of its query become parameters."""
    address, _, query = url.partition("?")
    scheme, joint, rest = address.partition("://")
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    if joint and at:
        name, _, password = user.partition(":")
        user = f"{name}:{secrets.named('password', unquote(password))}"
        address = f"{scheme}://{user}@{host}{slash}{path}"
    kept: list[str] = []
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        if value and secrets.is_secret(unquote(name)):
            ((key, text),) = parse_qsl(part, keep_blank_values=True)
            params[key] = str(secrets.named(key, text))
        else:
            kept.append(part)
    return address + (f"?{'&'.join(kept)}" if kept else "")


def _header(name: str, value: Any, secrets: SecretVariables) -> Any:
    return secrets.header(name, value) if isinstance(value, str) else value


def _auth(auth: Any, secrets: SecretVariables) -> Any:
    if not isinstance(auth, Mapping):
        return auth
    kind, given = next(iter(auth.items()))
    if isinstance(given, str):
        return {kind: secrets.named("token", given)}
    if kind == "api_key":
        return {kind: {**given, "value": secrets.named("api_key", given["value"])}}
    return {kind: secrets.fields(given)}
