"""What a request carries beside what it says: credentials, and options of its connection.

Loaded with the first step that has any.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from msgspec.structs import replace

from shall.engine.check import CaseContext
from shall.engine.evaluate import as_text, evaluate
from shall.engine.full_plan import AccessPlan
from shall.engine.request import RequestPlan, host_of
from shall.engine.tokens import access_token, basic
from shall.errors import BadValue, FileMissing
from shall.transport.exchange import Connection, Credentials, FileContent, Request
from shall.transport.upload import digest_of
from shall.transport.url import is_absolute, with_params
from shall.transport.waits import Call, Work

_SIGNED_BY_LIBCURL = frozenset({"digest", "ntlm"})
_PUBLIC = frozenset(
    {"user", "region", "service", "header", "query", "cookie", "client_id", "access_key"}
) | {"token_url", "device_url", "scope", "audience", "client_in"}
"""Fields of ``auth`` that are not secrets."""


def prepare(
    request: Request, access: AccessPlan, plan: RequestPlan, context: CaseContext
) -> Work[Request]:
    """Return a request with its connection and credentials; a token may have to be fetched.

    Raises:
        BadExpression: A value cannot be evaluated.
        BadValue: What comes out cannot be used.
        FileMissing, OutsideWorkspace: A certificate cannot be read.
    """
    connection = _connection(access.connection, context)
    if connection.unix_socket and _is_elsewhere(request, plan, context):
        connection = replace(connection, unix_socket="")
    request = replace(request, connection=replace(connection, observes=access.observes))
    if not access.auth or (access.is_inherited and _is_elsewhere(request, plan, context)):
        return request
    ((kind, said),) = access.auth.items()
    values = evaluate(said, context.scope)
    learn_secrets(values, context)
    if kind == "oauth2":
        token = yield from access_token(values, request, plan, context)
        return _with_header(request, "Authorization", f"Bearer {token}")
    if kind == "bearer":
        return _with_header(request, "Authorization", f"Bearer {_line(values, kind)}")
    if kind == "api_key":
        return _with_key(request, values)
    values = {name: _line(it, name) for name, it in values.items()}
    if kind == "basic":
        return _with_header(request, "Authorization", basic(values["user"], values["password"]))
    if kind == "aws_sigv4" and isinstance(request.body, FileContent):
        # libcurl signs a body that it has; for one that it reads it needs the digest.
        digest = yield Call(partial(digest_of, request.body))
        request = _with_header(request, "X-Amz-Content-Sha256", digest)
    return _with_credentials(request, _credentials(kind, values), values)


def learn_secrets(values: Any, context: CaseContext) -> None:
    """Mask what is secret in evaluated credentials."""
    if isinstance(values, Mapping):
        for name, value in values.items():
            if name not in _PUBLIC:
                learn_secrets(value, context)
    else:
        context.secrecy.learn_value(values)


def _is_elsewhere(request: Request, plan: RequestPlan, context: CaseContext) -> bool:
    """Return whether an absolute address of the step leads to another origin than its host."""
    written = as_text(evaluate(plan.template.url, context.scope))
    if not is_absolute(written):
        return False
    host = host_of(plan, context.scope)
    return host is None or _origin(host) != _origin(request.url)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    default = {"http": 80, "https": 443}.get(scheme)
    return scheme, parts.hostname, parts.port or default


def _line(value: Any, name: str) -> str:
    text = as_text(value)
    if not text.isprintable():
        raise BadValue(f"`{name}` of `auth` contains a line break or another control character.")
    return text


def _with_header(request: Request, name: str, value: str) -> Request:
    """Add a header; one of that name that the step has stays instead."""
    if any(each.lower() == name.lower() for each, _ in request.headers):
        return request
    return replace(request, headers=(*request.headers, (name, value)))


def _with_key(request: Request, values: Mapping[str, Any]) -> Request:
    value = _line(values["value"], "value")
    if "header" in values:
        return _with_header(request, _line(values["header"], "header"), value)
    if "query" in values:
        return replace(request, url=with_params(request.url, [(as_text(values["query"]), value)]))
    pair = f"{_line(values['cookie'], 'cookie')}={value}"
    given = [it for name, it in request.headers if name.lower() == "cookie"]
    others = tuple(it for it in request.headers if it[0].lower() != "cookie")
    return replace(request, headers=(*others, ("Cookie", "; ".join([*given, pair]))))


def _credentials(kind: str, values: Mapping[str, str]) -> Credentials:
    if kind in _SIGNED_BY_LIBCURL:
        return Credentials(kind, values["user"], values["password"])
    scope = f"aws:amz:{values['region']}:{values['service']}"
    return Credentials(kind, values["access_key"], values["secret_key"], scope)


def _with_credentials(
    request: Request, credentials: Credentials, values: Mapping[str, str]
) -> Request:
    if token := values.get("session_token"):
        request = _with_header(request, "X-Amz-Security-Token", token)
    connection = request.connection or Connection()
    return replace(request, connection=replace(connection, credentials=credentials))


def _connection(said: Mapping[str, Any], context: CaseContext) -> Connection:
    values = evaluate(dict(said), context.scope)

    def file(name: str) -> bytes | None:
        if name not in values:
            return None
        path = as_text(values[name])
        try:
            return context.attachments.read_bytes(path)
        except FileMissing:
            raise FileMissing(
                f"{path:.200} does not exist, and `{name}` of `connection` names it.",
                hint="Write its path from the root of the workspace.",
            ) from None

    context.secrecy.learn_url(as_text(values.get("proxy", "")))
    if password := values.get("key_password"):
        context.secrecy.learn_value(password)
    return Connection(
        client_certificate=file("client_certificate"),
        key=file("key"),
        key_password=None if password is None else as_text(password),
        ca=file("ca"),
        insecure=values.get("insecure", False),
        tls=values.get("tls", ""),
        http=values.get("http", ""),
        compression=values.get("compression", ""),
        max_redirects=values.get("max_redirects", 0),
        resolve={name: as_text(it) for name, it in values.get("resolve", {}).items()},
        proxy=as_text(values.get("proxy", "")),
        unix_socket=as_text(values.get("unix_socket", "")),
    )
