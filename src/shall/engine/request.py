"""A request template and a scope to a request that can be sent."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import replace

from shall.cases.forms import graphql_data, is_query_file
from shall.cases.model import Body, BodyKind, Case, RequestTemplate
from shall.engine.evaluate import as_text, evaluate, is_constant
from shall.engine.options import RunOptions
from shall.engine.ports import Attachments
from shall.engine.scope import Scope
from shall.errors import BadValue
from shall.redaction.shapes import mask_url_path
from shall.transport.exchange import OPENS_WEBSOCKET, FilePart, Request, Secrecy
from shall.transport.url import checked_url, is_absolute, join_url, with_params

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


HeaderPlan: TypeAlias = tuple[str, str | None, Any]
"""A header: its name, its text (None: its value holds expressions) and its value."""


class RequestPlan(Struct, frozen=True):
    """A request template with its constant parts made once.

    A part that is None is made when the request is built: it holds expressions, or it cannot be
    made, which is an error of that moment.
    """

    template: RequestTemplate
    method: str
    timeout_s: float
    hosts: tuple[str | None, ...]
    headers: tuple[HeaderPlan, ...] | None
    params: tuple[tuple[str, str], ...] | None
    body: bytes | None
    url: str | None = None
    request: Request | None = None


def plan_request(template: RequestTemplate, case: Case, options: RunOptions) -> RequestPlan:
    """Make the plan of a request."""
    plan = RequestPlan(
        template,
        template.method.upper(),
        template.timeout_s or options.request_timeout_s,
        (
            options.named_host,
            case.host,
            options.project_hosts.get(template.project or options.project or ""),
            options.host,
        ),
        _plan_headers(template.headers),
        _constant_pairs(template.params) if template.params else (),
        None if template.body is None else _constant_body(template, template.body),
    )
    url = _constant_url(plan)
    if url is None:
        return plan
    plan = replace(plan, url=url)
    if template.files or (template.body is not None and plan.body is None):
        return plan
    if plan.headers is None or any(text is None for _, text, _ in plan.headers):
        return plan
    return replace(plan, request=build_request(plan, _NOTHING, None))


_NOTHING = Scope()


def build_request(
    plan: RequestPlan,
    scope: Scope,
    attachments: Attachments | None,
    secrecy: Secrecy | None = None,
) -> Request:
    """Evaluate what is not constant.

    Raises:
        BadExpression: An expression in it cannot be evaluated.
        BadValue: What comes out cannot be sent; no host is known.
        FileMissing: A file to upload does not exist.
        OutsideWorkspace: A file to upload lies outside.
    """
    if plan.request is not None:
        return replace(plan.request, secrecy=secrecy)
    template = plan.template
    headers = _headers(plan, scope)
    url = plan.url or _url(plan, scope)
    files = _files(evaluate(template.files, scope), attachments) if template.files else ()
    body, form, content_type = (
        (plan.body, (), _JSON)
        if plan.body is not None
        else _graphql(template.body, scope, attachments)
        if template.body is not None and template.body.kind is BodyKind.GRAPHQL
        else _body(template.body, headers, scope, multipart=bool(files) or _is_multipart(headers))
    )
    if content_type and not _named(headers, "content-type"):
        headers["Content-Type"] = content_type
    if files or form:  # libcurl names the boundary itself
        headers = {name: it for name, it in headers.items() if name.lower() != "content-type"}
    return Request(
        plan.method,
        url,
        tuple(headers.items()),
        body,
        form,
        files,
        plan.timeout_s,
        template.follow_redirects,
        secrecy,
    )


def _plan_headers(headers: Mapping[str, Any]) -> tuple[HeaderPlan, ...] | None:
    """Make the constant headers; None where the name of one holds an expression."""
    plans: list[HeaderPlan] = []
    for name, value in headers.items():
        if "{{" in name:
            return None
        if is_constant(value):
            plans += [(name, text, None) for _, text in _pairs({name: value})]
        else:
            plans.append((name, None, value))
    return tuple(plans)


def _headers(plan: RequestPlan, scope: Scope) -> dict[str, str]:
    if plan.headers is None:
        return dict(_pairs(evaluate(plan.template.headers, scope)))
    headers: dict[str, str] = {}
    for name, text, value in plan.headers:
        if text is not None:
            headers[name] = text
        else:
            headers.update(_pairs({name: evaluate(value, scope)}))
    return headers


def _constant_pairs(values: Mapping[str, Any]) -> tuple[tuple[str, str], ...] | None:
    return tuple(_pairs(values)) if is_constant(values) else None


def _constant_body(template: RequestTemplate, body: Body) -> bytes | None:
    """Encode a body that is JSON whatever the headers say, and holds no expression."""
    if template.files or not is_constant(body.value):
        return None
    is_plain = body.kind is BodyKind.DATA and not isinstance(body.value, str)
    if body.kind is not BodyKind.JSON and not (is_plain and not template.headers):
        return None
    try:
        return _json_bytes(body.value)
    except UnicodeEncodeError:
        return None


def _constant_url(plan: RequestPlan) -> str | None:
    if plan.params is None or "{{" in plan.template.url:
        return None
    if "{{" in next(filter(None, plan.hosts), ""):
        return None
    try:
        return _url(plan, _NOTHING)
    except BadValue:
        return None


def _url(plan: RequestPlan, scope: Scope) -> str:
    written = as_text(evaluate(plan.template.url, scope))
    if not is_absolute(written):
        written = join_url(_host(plan, scope), written)
    elif plan.method == OPENS_WEBSOCKET and written[:2].lower() == "ws":
        written = f"http{written[2:]}"
    params = plan.params
    if params is None:
        params = tuple(_pairs(evaluate(plan.template.params, scope)))
    url = checked_url(with_params(written, params) if params else written)
    return url if plan.method != OPENS_WEBSOCKET else f"ws{url.removeprefix('http')}"


def host_of(plan: RequestPlan, scope: Scope) -> str | None:
    """Return the host that paths of a request are joined to; None where there is none."""
    host = next(filter(None, plan.hosts), None)
    return as_text(evaluate(host, scope)) if host else None


def address_of(plan: RequestPlan, written: str, scope: Scope) -> str:
    """Return an absolute URL, or a path joined to the host of a request, as it is sent."""
    return checked_url(written if is_absolute(written) else join_url(_host(plan, scope), written))


def _host(plan: RequestPlan, scope: Scope) -> str:
    host = next(filter(None, plan.hosts), None)
    if not host:
        template = plan.template
        named = f" and shall.yaml has no project {template.project}" if template.project else ""
        raise BadValue(
            f"The path {mask_url_path(template.url)} has no host: the case names none{named}.",
            hint="Add `host:` to the case or to shall.yaml, or pass --host.",
        )
    return as_text(evaluate(host, scope))


def _pairs(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Return name and text of each value; a list gives its name several times, null is left out."""
    for name, value in values.items():
        for item in value if isinstance(value, list) else [value]:
            if item is not None:
                yield name, as_text(item)


def _files(paths: Mapping[str, Any], attachments: Attachments | None) -> tuple[FilePart, ...]:
    parts: list[FilePart] = []
    if attachments is None or not paths:
        return ()
    import mimetypes  # only for uploads

    for field, value in paths.items():
        path = as_text(value)
        name = path.rpartition("/")[2]
        content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        parts.append(FilePart(field, name, attachments.read_bytes(path), content_type))
    return tuple(parts)


def _body(
    body: Body | None, headers: Mapping[str, str], scope: Scope, *, multipart: bool
) -> tuple[bytes | None, tuple[tuple[str, str], ...], str | None]:
    """Return the body, or the fields of a multipart form, and the content type it asks for."""
    if body is None:
        return None, (), None
    value = evaluate(body.value, scope)
    kind = _kind(body.kind, value, _named(headers, "content-type"), multipart=multipart)
    if kind is BodyKind.FORM:
        pairs = tuple(_pairs(value)) if isinstance(value, dict) else ()
        if multipart:
            return None, pairs, None
        text = urlencode(pairs) if isinstance(value, dict) else as_text(value)
        return text.encode("utf-8"), (), _FORM
    if kind is BodyKind.TEXT:
        return as_text(value).encode("utf-8"), (), "text/plain; charset=utf-8"
    return _json_bytes(value), (), _JSON


def _graphql(
    body: Body, scope: Scope, attachments: Attachments | None
) -> tuple[bytes, tuple[tuple[str, str], ...], str]:
    """Return the body of a GraphQL request, with the query of its file."""
    said = evaluate(body.value, scope)
    query = said["query"]
    if is_query_file(query) and attachments is not None:
        query = attachments.read_bytes(query).decode("utf-8", "replace")
    return _json_bytes(graphql_data({**said, "query": query})), (), _JSON


def _json_bytes(value: Any) -> bytes:
    return _encode_json(value).encode("utf-8")


_encode_json = json.JSONEncoder(ensure_ascii=False).encode


def _kind(kind: BodyKind, value: Any, content_type: str, *, multipart: bool) -> BodyKind:
    """Return how a body is sent; the older ``data`` follows the Content-Type header."""
    if kind is not BodyKind.DATA:
        return BodyKind.FORM if multipart and isinstance(value, dict) else kind
    said = content_type.lower()
    if multipart or "form" in said:
        return BodyKind.FORM
    if isinstance(value, str) or (said and "json" not in said):
        return BodyKind.TEXT
    return BodyKind.JSON


def _is_multipart(headers: Mapping[str, str]) -> bool:
    return _named(headers, "content-type").lower().startswith("multipart/form-data")


def _named(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")
