"""Bodies of requests in Postman collections, in the modes of the app."""

import json
import re
from collections.abc import Mapping
from typing import Any

from shall.cases.json_text import objects, text_of
from shall.imports.bodies import FORM_TYPE
from shall.imports.requests import SentRequest
from shall.imports.result import LeftOut

_UNQUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|(\{\{[^{}]+\}\})')
_COMMENT = re.compile(
    r'"(?:[^"\\\n]|\\.)*+"?'  # a text, in which there is none
    r"|(//[^\r\n]*|/\*(?:[^*]|\*(?!/))*+\*/)|/\*[\s\S]*"
)
_LONGEST = 20_000
"""Characters of a body in which variables outside of texts are looked for."""

_XML_TYPE = re.compile(r"(?i)(?:application|text)/(?:[\w.-]+\+)?xml\s*(?:;\s*charset=\"?utf-8\"?)?")
_IN_CDATA = re.compile(r"<!(?:\[CDATA\[|DOCTYPE)")
"""Where a case would not escape a value, or where a document declares what may be in it."""

_CONTENT_TYPES = {
    "json": "application/json",
    "xml": "application/xml",
    "html": "text/html",
    "javascript": "application/javascript",
}


def add_body(sent: SentRequest, body: Mapping[str, Any], left_out: LeftOut) -> None:
    """Add the body of a request; report a part that a case cannot send."""
    mode = text_of(body.get("mode"))
    if mode == "raw":
        _raw(sent, body)
    elif mode == "urlencoded":
        sent.fields = [
            (text_of(it.get("key")), text_of(it.get("value")))
            for it in objects(body.get("urlencoded"))
            if not it.get("disabled")
        ]
        if sent.fields:
            _default_type(sent, FORM_TYPE)
    elif mode == "formdata":
        _parts(sent, body, left_out)
    elif mode == "graphql":
        _graphql(sent, body.get("graphql"))
    elif mode == "file":
        _file(sent, body.get("file"), left_out)
    elif mode:
        left_out.add(sent.place, f"The body of the kind `{mode:.20}` was left out.")


def _raw(sent: SentRequest, body: Mapping[str, Any]) -> None:
    text = text_of(body.get("raw"))
    if not text:
        return  # as of each request in a collection that Postman exports
    options = body.get("options")
    raw = options.get("raw") if isinstance(options, dict) else None
    language = text_of(raw.get("language")) if isinstance(raw, dict) else ""
    _default_type(sent, _CONTENT_TYPES.get(language, "text/plain"))
    if language == "json":
        text = _COMMENT.sub(lambda it: "" if it[1] else it[0], text)  # as Postman does
    sent.body = text
    if _has_values(text):
        sent.is_text = True
    kind = next(it for name, it in sent.headers if name.lower() == "content-type")
    sent.is_xml = _XML_TYPE.fullmatch(kind.strip()) is not None and not _IN_CDATA.search(text)


def _has_values(text: str) -> bool:
    """Return whether there are variables outside of JSON texts: their values have any type."""
    return len(text) > _LONGEST or any(it[1] for it in _UNQUOTED.finditer(text))


def _file(sent: SentRequest, file: Any, left_out: LeftOut) -> None:
    said = file if isinstance(file, dict) else {}
    path = text_of(said.get("src"))
    if path:
        sent.content = {"file": path}
    elif said.get("content"):
        sent.body, sent.is_text = text_of(said["content"]), True
    elif file:
        left_out.add(sent.place, "The body was left out: its file has no path.")


def _parts(sent: SentRequest, body: Mapping[str, Any], left_out: LeftOut) -> None:
    for part in objects(body.get("formdata")):
        name = text_of(part.get("key"))
        if part.get("disabled"):
            continue
        kind = text_of(part.get("contentType"))
        if part.get("type") != "file":
            value = text_of(part.get("value"))
            if kind:
                sent.files.append((name, {"text": value, "type": kind}))
            else:
                sent.form.append((name, value))
            continue
        more = {"type": kind, "name": text_of(part.get("fileName"))}
        given = {key: it for key, it in more.items() if it}
        source = part.get("src")
        for path in source if isinstance(source, list) else [source]:
            if path:
                file = text_of(path)
                sent.files.append((name, {"file": file, **given} if given else file))
            else:
                message = f"The file of the part {name:.40} was left out: it has no path."
                left_out.add(sent.place, message)


def _graphql(sent: SentRequest, graphql: Any) -> None:
    """Add a query as ``graphql``; as text where there are variables outside of JSON texts."""
    if not isinstance(graphql, dict):
        return
    query, operation = text_of(graphql.get("query")), text_of(graphql.get("operationName"))
    variables = text_of(graphql.get("variables")).strip()
    try:
        value = None if _has_values(variables) else json.loads(variables or "{}")
    except (ValueError, RecursionError):
        value = None
    plain = isinstance(value, dict) and sent.method.upper() == "POST"
    if plain and query.strip() and not query.rstrip().endswith((".graphql", ".gql")):
        said = {"query": query, "variables": value, "operation": operation}
        sent.graphql = {key: it for key, it in said.items() if it}
        return
    said = {"query": json.dumps(query, ensure_ascii=False), "variables": variables}
    if operation:
        said["operationName"] = json.dumps(operation, ensure_ascii=False)
    sent.body = "{" + ", ".join(f'"{key}": {it}' for key, it in said.items() if it) + "}"
    _default_type(sent, "application/json")


def _default_type(sent: SentRequest, content_type: str) -> None:
    if not any(name.lower() == "content-type" for name, _ in sent.headers):
        sent.headers.append(("Content-Type", content_type))
