"""A request template and a scope to a request that can be sent."""

import json
import mimetypes
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from shall.cases.model import Body, BodyKind, Case, RequestTemplate
from shall.engine.evaluate import as_text, evaluate
from shall.engine.job import RunOptions
from shall.engine.ports import Attachments
from shall.engine.scope import Scope
from shall.errors import BadValue
from shall.transport.exchange import FilePart, Request
from shall.transport.url import checked_url, is_absolute, join_url, with_params

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


def build_request(
    template: RequestTemplate,
    case: Case,
    scope: Scope,
    options: RunOptions,
    attachments: Attachments,
) -> Request:
    """Evaluate a template into a request.

    Raises:
        BadExpression: An expression in it cannot be evaluated.
        BadValue: What comes out cannot be sent; no host is known.
        FileMissing: A file to upload does not exist.
        OutsideWorkspace: A file to upload lies outside.
    """
    headers = dict(_pairs(evaluate(template.headers, scope)))
    url = _url(template, case, scope, options)
    files = _files(evaluate(template.files, scope), attachments)
    body, form, content_type = _body(template.body, headers, scope, multipart=bool(files))
    if content_type and not _named(headers, "content-type"):
        headers["Content-Type"] = content_type
    if files or form:  # libcurl names the boundary itself
        headers = {name: it for name, it in headers.items() if name.lower() != "content-type"}
    return Request(
        method=template.method.upper(),
        url=url,
        headers=tuple(headers.items()),
        body=body,
        form=form,
        files=files,
        timeout_s=template.timeout_s or options.request_timeout_s,
        follow_redirects=template.follow_redirects,
    )


def _url(template: RequestTemplate, case: Case, scope: Scope, options: RunOptions) -> str:
    written = as_text(evaluate(template.url, scope))
    if not is_absolute(written):
        written = join_url(_host(template, case, scope, options), written)
    params = tuple(_pairs(evaluate(template.params, scope)))
    return checked_url(with_params(written, params))


def _host(template: RequestTemplate, case: Case, scope: Scope, options: RunOptions) -> str:
    project = options.project_hosts.get(template.project or "")
    host = options.host or case.host or project or options.default_host
    if not host:
        named = f" and shall.yaml has no project {template.project}" if template.project else ""
        raise BadValue(
            f"The path {template.url} has no host: the case names none{named}.",
            hint="Add `host:` to the case or to shall.yaml, or pass --host.",
        )
    return as_text(evaluate(host, scope))


def _pairs(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give name and text of each value; a list gives its name several times, null is left out."""
    for name, value in values.items():
        for item in value if isinstance(value, list) else [value]:
            if item is not None:
                yield name, as_text(item)


def _files(paths: Mapping[str, Any], attachments: Attachments) -> tuple[FilePart, ...]:
    parts = []
    for field, value in paths.items():
        path = as_text(value)
        name = path.rpartition("/")[2]
        content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        parts.append(FilePart(field, name, attachments.read_bytes(path), content_type))
    return tuple(parts)


def _body(
    body: Body | None, headers: Mapping[str, str], scope: Scope, *, multipart: bool
) -> tuple[bytes | None, tuple[tuple[str, str], ...], str | None]:
    """Give the body, or the fields of a multipart form, and the content type it asks for."""
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
    return json.dumps(value, ensure_ascii=False).encode("utf-8"), (), _JSON


def _kind(kind: BodyKind, value: Any, content_type: str, *, multipart: bool) -> BodyKind:
    """Tell how a body is sent; the older ``data`` follows the Content-Type header."""
    if kind is not BodyKind.DATA:
        return BodyKind.FORM if multipart and isinstance(value, dict) else kind
    said = content_type.lower()
    if multipart or "form" in said:
        return BodyKind.FORM
    if isinstance(value, str) or (said and "json" not in said):
        return BodyKind.TEXT
    return BodyKind.JSON


def _named(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")
