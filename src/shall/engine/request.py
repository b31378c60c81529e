"""A request template and a scope to a request that can be sent."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from shall import late_json
from shall.cases.forms import graphql_data, is_query_file
from shall.cases.model import Body, BodyKind, Case, RequestTemplate
from shall.engine.evaluate import as_text, evaluate
from shall.engine.options import RunOptions
from shall.engine.scope import Scope
from shall.errors import BadValue
from shall.redaction.shapes import mask_url_path
from shall.transport.exchange import OPENS_WEBSOCKET, FileContent, FilePart, Request
from shall.transport.url import (
    check_userinfo,
    checked_url,
    host_begins_at,
    is_absolute,
    join_url,
    with_params,
)

if TYPE_CHECKING:
    from shall.engine.ports import Attachments
    from shall.transport.ports import Secrecy

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


class RequestPlan(Struct, frozen=True, gc=False):
    """A request template, and the host that its path is joined to; None where there is none.

    ``projects`` are those that have a host, where the one of the step is not among them.
    """

    template: RequestTemplate
    method: str
    timeout_s: float
    host: str | None
    projects: tuple[str, ...] = ()


def plan_request(template: RequestTemplate, case: Case, options: RunOptions) -> RequestPlan:
    """Make the plan of a request. One of an unknown project goes to no other service."""
    named, known = template.project, options.project_hosts
    others = tuple(known) if named and named not in known else ()
    return RequestPlan(
        template,
        template.method.upper(),
        template.timeout_s or options.request_timeout_s,
        options.named_host
        or case.host
        or options.project_hosts.get(template.project or options.project or "")
        or (None if others else options.host),
        others,
    )


def build_request(
    plan: RequestPlan,
    scope: Scope,
    attachments: "Attachments | None",
    secrecy: "Secrecy | None" = None,
) -> Request:
    """Evaluate what is not constant.

    Raises:
        BadExpression: An expression in it cannot be evaluated.
        BadValue: What comes out cannot be sent; no host is known.
        FileMissing: A file to upload does not exist.
        OutsideWorkspace: A file to upload lies outside.
    """
    template = plan.template
    written = template.body
    headers = _headers(template.headers, scope) if template.headers else {}
    url = _url(plan, scope)
    files = _files(template.files, scope, attachments) if template.files else ()
    body, form, content_type = (
        (None, (), None)
        if written is None
        else _RARE[written.kind](written, scope, attachments)
        if written.kind in _RARE
        else _body(written, headers, scope, has_files=bool(files))
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


def _headers(written: Mapping[str, Any], scope: Scope) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in written.items():
        if "{{" in name:
            return dict(_pairs(evaluate(written, scope)))
        text = evaluate(value, scope)
        if type(text) is str:
            headers[name] = text
        else:
            headers.update(_pairs({name: text}))
    return headers


def _url(plan: RequestPlan, scope: Scope) -> str:
    template = plan.template
    host, written = plan.host, template.url
    is_path = host and written[:1] == "/" and "{{" not in written and "{{" not in host
    if is_path and not template.params and plan.method != OPENS_WEBSOCKET:
        return _joined(host, written)
    if "{{" in written:
        written = _evaluated(written, scope)
    if written[:1] == "/" or not is_absolute(written):
        written = join_url(_host(plan, scope), written)
    elif plan.method == OPENS_WEBSOCKET and written[:2].lower() == "ws":
        written = f"http{written[2:]}"
    if template.params and (params := tuple(_pairs(evaluate(template.params, scope)))):
        written = with_params(written, params)
    url = checked_url(written)
    return url if plan.method != OPENS_WEBSOCKET else f"ws{url.removeprefix('http')}"


@lru_cache(maxsize=1024)
def _joined(host: str, path: str) -> str:
    """Return a URL without expressions: many cases send requests to the same ones."""
    return checked_url(join_url(host, path))


def host_of(plan: RequestPlan, scope: Scope) -> str | None:
    """Return the host that paths of a request are joined to; None where there is none."""
    return _evaluated(plan.host, scope) if plan.host else None


def address_of(plan: RequestPlan, written: str, scope: Scope) -> str:
    """Return an absolute URL, or a path joined to the host of a request, as it is sent."""
    return checked_url(written if is_absolute(written) else join_url(_host(plan, scope), written))


def _host(plan: RequestPlan, scope: Scope) -> str:
    if not plan.host:
        template = plan.template
        named = f" and shall.yaml has no project {template.project}" if template.project else ""
        raise BadValue(
            f"The path {mask_url_path(template.url)} has no host: the case names none{named}.",
            hint=f"Add it to `projects`, which has {', '.join(plan.projects)}."
            if plan.projects
            else "Add `host:` to the case or to shall.yaml, or pass --host.",
        )
    return _evaluated(plan.host, scope)


def _evaluated(template: str, scope: Scope) -> str:
    """Return a URL or host; a user or password in it that would end the host is refused."""
    host = host_begins_at(template) if "@" in template and "{{" in template else 0
    if not host:
        return as_text(evaluate(template, scope))
    userinfo = as_text(evaluate(template[:host], scope))
    check_userinfo(userinfo)
    return userinfo + as_text(evaluate(template[host:], scope))


def _pairs(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Return name and text of each value; a list gives its name several times, null is left out."""
    for name, value in values.items():
        for item in value if isinstance(value, list) else [value]:
            if item is not None:
                yield name, as_text(item)


def _files(
    written: Mapping[str, Any], scope: Scope, attachments: "Attachments | None"
) -> tuple[FilePart, ...]:
    from shall.engine.parts import file_parts  # few requests have files

    return () if attachments is None else file_parts(evaluate(written, scope), attachments)


def _other_body(
    body: Body, scope: Scope, attachments: "Attachments | None"
) -> tuple[bytes | FileContent | None, tuple[tuple[str, str], ...], str]:
    """Return a body of XML or of bytes, and its content type."""
    from shall.engine import parts  # few requests have one

    if body.kind == "xml":
        return parts.xml_bytes(body.value, scope), (), parts.XML
    content, content_type = parts.raw_bytes(evaluate(body.value, scope), attachments)
    return content, (), content_type


def _body(
    body: Body, headers: Mapping[str, str], scope: Scope, *, has_files: bool
) -> tuple[bytes | None, tuple[tuple[str, str], ...], str | None]:
    """Return the body, or the fields of a multipart form, and the content type it asks for."""
    if body.kind == "json" and not has_files:
        text = late_json.encode(body.value)
        if "{{" not in text:
            return text.encode("utf-8"), (), _JSON
    value = evaluate(body.value, scope)
    content_type = _named(headers, "content-type").lower()
    multipart = has_files or content_type.startswith("multipart/form-data")
    kind = _kind(body.kind, value, content_type, multipart=multipart)
    if kind == "form":
        from urllib.parse import urlencode  # few bodies are forms

        pairs = tuple(_pairs(value)) if isinstance(value, dict) else ()
        if multipart:
            return None, pairs, None
        text = urlencode(pairs) if isinstance(value, dict) else as_text(value)
        return text.encode("utf-8"), (), _FORM
    if kind == "text":
        return as_text(value).encode("utf-8"), (), "text/plain; charset=utf-8"
    return _json_bytes(value), (), _JSON


def _graphql(
    body: Body, scope: Scope, attachments: "Attachments | None"
) -> tuple[bytes, tuple[tuple[str, str], ...], str]:
    """Return the body of a GraphQL request, with the query of its file."""
    said = evaluate(body.value, scope)
    query = said["query"]
    if is_query_file(query) and attachments is not None:
        query = attachments.read_bytes(query).decode("utf-8", "replace")
    return _json_bytes(graphql_data({**said, "query": query})), (), _JSON


_RARE = {
    "graphql": _graphql,
    "xml": _other_body,
    "body": _other_body,
}


def _json_bytes(value: Any) -> bytes:
    return late_json.encode(value).encode("utf-8")


def _kind(kind: BodyKind, value: Any, content_type: str, *, multipart: bool) -> BodyKind:
    """Return how a body is sent; the older ``data`` follows the Content-Type header."""
    if kind != "data":
        return "form" if multipart and isinstance(value, dict) else kind
    if multipart or "form" in content_type:
        return "form"
    if isinstance(value, str) or (content_type and "json" not in content_type):
        return "text"
    return "json"


def _named(headers: Mapping[str, str], name: str) -> str:
    for key, value in headers.items():
        if key.lower() == name:
            return value
    return ""
