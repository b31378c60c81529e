"""Generated requests, written in each format, are sent by the imported case as they are."""

import json
import shlex
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from shall.actions.importing import Import, read_cases
from shall.actions.run import run_options
from shall.actions.run_request import RunRequest
from shall.bootstrap import open_workspace
from shall.engine.job import Job
from shall.engine.preview import preview_case
from shall.errors import ShallError
from shall.settings import Settings
from shall.workspace.workspace import Workspace

Pairs = tuple[tuple[str, str], ...]


class Sent(Struct, frozen=True):
    """A request. ``body`` is JSON data, in a tuple, the fields of a form, or a text."""

    method: str
    path: str
    query: Pairs
    headers: Mapping[str, str]
    kind: str = ""
    body: Any = None


_NAMES = st.sampled_from(("item", "qty", "note", "größe", "a.b", "x-y"))
_CHARACTERS = st.sampled_from("abcXYZ079 -_.,:;!?'\"`\\/#&%+=<>()[]{}$*@~^|é中")
_TEXTS = st.text(_CHARACTERS, max_size=8)
_MARKS = st.text(
    st.sampled_from("abcXYZ079-_.,:;!?'\"`\\/#&%+=<>()[]{}$*@~^|"), min_size=1, max_size=8
)
_PAIRS = st.lists(st.tuples(_NAMES, _TEXTS), max_size=3).map(tuple)
_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-999, 999), st.just(1.5), _TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=5,
)
_BODIES = st.one_of(
    st.just(("", None)),
    st.tuples(st.just("json"), st.dictionaries(_NAMES, _JSON, min_size=1, max_size=3)),
    st.tuples(
        st.just("form"), st.lists(st.tuples(_NAMES, _TEXTS), min_size=1, max_size=3).map(tuple)
    ),
    st.tuples(st.just("text"), _TEXTS.filter(str.strip)),
)


@st.composite
def _requests(draw: st.DrawFn) -> Sent:
    kind, body = draw(_BODIES)
    methods = ("POST", "PUT", "PATCH") if kind else ("GET", "DELETE")
    return Sent(
        draw(st.sampled_from(methods)),
        "/" + "/".join(draw(st.lists(st.sampled_from(("orders", "7", "a b", "ü")), max_size=3))),
        draw(_PAIRS),
        draw(st.dictionaries(st.sampled_from(("X-Mark", "X-Other")), _MARKS, max_size=2)),
        kind,
        body,
    )


_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded"}


def _headers(sent: Sent) -> dict[str, str]:
    kind = {"Content-Type": _TYPES.get(sent.kind, "text/plain")} if sent.kind else {}
    return {**sent.headers, **kind}


def _url(sent: Sent) -> str:
    query = urlencode(sent.query, quote_via=quote)
    return f"http://h{quote(sent.path)}" + (f"?{query}" if query else "")


def _body_text(sent: Sent) -> str:
    if sent.kind == "json":
        return json.dumps(sent.body, ensure_ascii=False)
    return urlencode(sent.body) if sent.kind == "form" else sent.body or ""


def as_curl(sent: Sent) -> str:
    """Write a curl command."""
    words = ["curl", "-X", sent.method, _url(sent)]
    for name, value in _headers(sent).items():
        words += ["-H", f"{name}: {value}"]
    if sent.kind == "form":
        for name, value in sent.body:
            words += ["--data-urlencode", f"{name}={value}"]
    elif sent.kind:
        words += ["--data-raw", _body_text(sent)]
    return shlex.join(words)


def as_har(sent: Sent) -> str:
    """Write a recording."""
    request: dict[str, Any] = {"method": sent.method, "url": _url(sent)}
    request["headers"] = [{"name": key, "value": it} for key, it in _headers(sent).items()]
    if sent.kind:
        kind = _TYPES.get(sent.kind, "text/plain")
        request["postData"] = {"mimeType": kind, "text": _body_text(sent)}
    response = {"status": 200, "headers": [], "content": {"mimeType": "application/json"}}
    entry = {"request": request, "response": response}
    return json.dumps({"log": {"version": "1.2", "entries": [entry]}})


def as_postman(sent: Sent) -> str:
    """Write a collection."""
    request: dict[str, Any] = {"method": sent.method, "url": {"raw": _url(sent)}}
    request["header"] = [{"key": key, "value": it} for key, it in _headers(sent).items()]
    if sent.kind == "form":
        pairs = [{"key": key, "value": it} for key, it in sent.body]
        request["body"] = {"mode": "urlencoded", "urlencoded": pairs}
    elif sent.kind:
        request["body"] = {"mode": "raw", "raw": _body_text(sent)}
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    item = [{"name": "one", "request": request}]
    return json.dumps({"info": {"name": "c", "schema": schema}, "item": item})


def as_hurl(sent: Sent) -> str:
    """Write a hurl file."""

    def word(text: str) -> str:
        escaped = text.replace("\\", "\\\\").replace("#", "\\#").replace(":", "\\:")
        return escaped.replace(" ", "\\u{20}")  # hurl takes no notice of spaces at the ends

    lines = [f"{sent.method} http://h{quote(sent.path)}"]
    lines += [f"{key}: {word(it)}" for key, it in _headers(sent).items()]
    if sent.query:
        lines += ["[Query]", *(f"{word(key)}: {word(it)}" for key, it in sent.query)]
    if sent.kind == "form":
        lines += ["[Form]", *(f"{word(key)}: {word(it)}" for key, it in sent.body)]
    elif sent.kind == "json":
        lines.append(_body_text(sent))
    elif sent.kind:
        lines.append("`" + sent.body.replace("\\", "\\\\").replace("`", "\\`") + "`")
    return "\n".join((*lines, "HTTP 200", ""))


def as_tavern(sent: Sent) -> str:
    """Write a test of Tavern."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(it) for key, it in value.items()}
        if isinstance(value, list):
            return [plain(it) for it in value]
        is_text = isinstance(value, str)
        return value.replace("{", "{{").replace("}", "}}") if is_text else value

    request: dict[str, Any] = {"url": f"http://h{quote(sent.path)}", "method": sent.method}
    request["headers"] = plain(_headers(sent))
    params: dict[str, Any] = {}
    for key, it in sent.query:
        params.setdefault(key, []).append(plain(it))
    request["params"] = params
    if sent.kind == "json":
        request["json"] = plain(sent.body)
    elif sent.kind == "form":
        request["data"] = plain(_body_text(sent))
    elif sent.kind:
        request["data"] = plain(sent.body)
    stage = {"name": "s", "request": request, "response": {"status_code": 200}}
    return yaml.safe_dump(
        {"test_name": "t", "stages": [stage]}, allow_unicode=True, sort_keys=False
    )


FORMATS: dict[str, Callable[[Sent], str]] = {
    "curl": as_curl,
    "har": as_har,
    "postman": as_postman,
    "hurl": as_hurl,
    "tavern": as_tavern,
}


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return open_workspace(tmp_path_factory.mktemp("generated"), Settings(), keeps_state=False)


def _holds(sent: Sent, *texts: str) -> bool:
    """Return whether a request has a text in which a format would see one of its variables."""
    return any(it in f"{sent.headers}{sent.query}{sent.body}" for it in texts)


def _sent_by(space: Workspace, found: Import) -> Sent:
    """Return the request that the case would send."""
    (file,) = found.files
    planned = preview_case(Job("a.yaml", file.case), run_options(space, RunRequest()), space.files)
    (call,) = planned.calls
    assert call.exchange is not None, call.error
    exchange = call.exchange
    parts = urlsplit(exchange.url)
    headers = {key: it for key, it in exchange.request_headers if key.startswith("X-")}
    kinds = [it for key, it in exchange.request_headers if key.lower() == "content-type"]
    kind = kinds[0] if kinds else ""
    names = {"application/json": "json", "application/x-www-form-urlencoded": "form"}
    text = exchange.request_body
    named = names.get(kind, "text" if kind else "")
    body: Any = json.loads(text) if named == "json" else text if named == "text" else None
    if named == "form":
        body = _ordered(tuple(parse_qsl(text, keep_blank_values=True)))
    query = tuple(parse_qsl(parts.query, keep_blank_values=True))
    return Sent(exchange.method, unquote(parts.path), _ordered(query), headers, named, body)


def _ordered(pairs: Pairs) -> Pairs:
    """Return pairs with those of one name together: a case has a list below each name."""
    names = list(dict.fromkeys(key for key, _ in pairs))
    return tuple(pair for name in names for pair in pairs if pair[0] == name)


@pytest.mark.verifies("import#9.1")
@pytest.mark.parametrize("kind", FORMATS)
@given(sent=_requests())
@example(sent=Sent("POST", "/", (), {}, "text", "()"))
@settings(max_examples=30, deadline=None)
def test_an_imported_case_sends_the_request_as_it_is_written(
    kind: str, sent: Sent, space: Workspace
) -> None:
    if kind in {"postman", "hurl"} and _holds(sent, "{{"):
        return
    found = read_cases(FORMATS[kind](sent), "source", kind)

    assert found.left_out == []
    wanted = Sent(
        sent.method,
        sent.path,
        _ordered(sent.query),
        sent.headers,
        sent.kind,
        _ordered(sent.body) if sent.kind == "form" else sent.body,
    )
    assert _sent_by(space, found) == wanted


_FORM = "Content-Type: application/x-www-form-urlencoded"
_WITH_VARIABLE = {
    "postman": json.dumps(
        {
            "info": {"name": "c", "schema": "https://schema.getpostman.com/v2.1.0/collection.json"},
            "variable": [{"key": "name", "value": "Ada"}],
            "item": [
                {
                    "name": "r",
                    "request": {
                        "method": "POST",
                        "url": "http://h/",
                        "header": [dict(zip(("key", "value"), _FORM.split(": "), strict=True))],
                        "body": {"mode": "raw", "raw": "a=%7B%7Bname%7D%7D+&b={{name}}"},
                    },
                }
            ],
        }
    ),
    "tavern": f"""\
test_name: t
includes: [{{name: v, description: v, variables: {{name: Ada}}}}]
stages:
  - name: s
    request:
      url: http://h/
      method: POST
      headers: {{{_FORM}}}
      data: a=%7b%7bname%7d%7d+&b={{name}}
""",
}


@pytest.mark.verifies("import#9.1")
@pytest.mark.parametrize("kind", _WITH_VARIABLE)
def test_encoded_braces_in_a_form_are_text_and_no_variable(kind: str, space: Workspace) -> None:
    sent = _sent_by(space, read_cases(_WITH_VARIABLE[kind], "source", kind))

    assert sent.body == (("a", "{{name}} "), ("b", "Ada"))


@pytest.mark.verifies("import#9.2")
@pytest.mark.parametrize("kind", FORMATS)
@given(
    sent=_requests(), at=st.floats(0, 1), to=st.floats(0, 1), put=st.text(_CHARACTERS, max_size=3)
)
@settings(max_examples=15, deadline=None)
def test_a_damaged_document_is_read_reported_or_refused(
    kind: str, sent: Sent, at: float, to: float, put: str
) -> None:
    text = FORMATS[kind](sent)
    first, last = sorted((int(at * len(text)), int(to * len(text))))
    try:
        read_cases(text[:first] + put + text[last:], "source", kind)
    except ShallError as error:
        assert error.message
