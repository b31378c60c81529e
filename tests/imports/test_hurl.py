"""Hurl files as cases."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.imports.conftest import Recorder

from shall.actions.importing import Import, read_cases
from shall.errors import ShallError
from shall.results.records import RunResult

Imported = Callable[..., Import]
Run = Callable[..., RunResult]

FILE = """\
# log in, then order
POST URL/login
X-Shop: north
[Options]
variable: item=book
delay: 10ms
{
  "user": "ann",   "password": "{{password}}"
}
HTTP 201
[Captures]
token: jsonpath "$.data.token" redact
trace: header "X-Trace" regex /t-(\\d+)/
[Asserts]
jsonpath "$.data.roles" count == 2
jsonpath "$.data.roles[0]" startsWith "adm" # a comment
jsonpath "$.data.age" >= 18.5
jsonpath "$.data.gone" not exists
header "Content-Type" contains "json"
body matches /"data"/
duration < 20000

POST URL/orders?a=1
Authorization: Bearer {{token}}
[QueryStringParams]
page: 2
[Cookies]
flavour: plain
[FormParams]
item: {{item}}
note: two words
HTTP/1.1 200
Content-Type: application/json
[Asserts]
jsonpath "$.items[*].id" includes 7
status < 300
{"items": [{"id": 7}], "trace": null}

GET URL/old
[Options]
location: true
[BasicAuth]
ann: {{password}}
HTTP *

PUT URL/text
Content-Type: text/plain
```
two
lines
```
HTTP 404
`gone`
"""


@pytest.mark.verifies("import#1.1", "import#6.1")
def test_entries_send_and_check_what_hurl_does(
    recorder: Recorder, imported: Imported, run: Run
) -> None:
    login = {"data": {"token": "fresh", "roles": ["admin", "buyer"], "age": 41}}
    recorder.answers = {
        "POST /login": (201, {"X-Trace": "t-12"}, json.dumps(login)),
        "POST /orders": (200, {}, '{"items": [{"id": 7}], "trace": null}'),
        "GET /old": (302, {"Location": "/new"}, ""),
        "GET /new": (500, {}, ""),
        "PUT /text": (404, {"Content-Type": "text/plain"}, "gone"),
    }

    found = imported(FILE.replace("URL", recorder.url), name="shop/orders.hurl")
    result = run(password="wonderland", cookie="flavour=plain")

    assert found.left_out == []
    assert [it.path for it in found.files] == ["tests/cases/orders.yaml"]
    assert found.secrets == ["password", "cookie"]
    assert [it.outcome.value for it in result.cases] == ["passed"], found.files[0].text
    login_sent, ordered, old, new, text = recorder.seen
    assert json.loads(login_sent["body"]) == {"user": "ann", "password": "wonderland"}
    assert login_sent["headers"]["x-shop"] == "north"
    assert ordered["path"] == "/orders?a=1&page=2"
    assert ordered["body"] == "item=book&note=two+words"
    assert ordered["headers"]["authorization"] == "Bearer fresh"
    assert ordered["headers"]["cookie"] == "flavour=plain"
    assert old["headers"]["authorization"] == "Basic YW5uOndvbmRlcmxhbmQ="
    assert new["path"] == "/new"
    assert text["body"].strip() == "two\nlines"


CHECKS: list[tuple[str, dict[str, Any], bool]] = [
    ('jsonpath "$.n" == 1', {"n": 1}, True),
    ('jsonpath "$.n" == 1', {"n": 2}, False),
    ('jsonpath "$.n" != 1', {"n": 1}, False),
    ('jsonpath "$.s" == "a \\"b\\" \\u{e9}"', {"s": 'a "b" é'}, True),
    ('jsonpath "$.s" not contains "b"', {"s": "abc"}, False),
    ('jsonpath "$.s" contains "a"\njsonpath "$.s" contains "c."', {"s": "abc."}, True),
    ('jsonpath "$.s" contains "a"\njsonpath "$.s" contains "c."', {"s": "abcd"}, False),
    ('jsonpath "$.s" matches "^a+$"', {"s": "aaa"}, True),
    ('jsonpath "$.l" isEmpty', {"l": []}, True),
    ('jsonpath "$.l" not isEmpty', {"l": []}, False),
    ('jsonpath "$.l" count > 1', {"l": [1]}, False),
    ('jsonpath "$.l" nth 1 == "b"', {"l": ["a", "b"]}, True),
    ('jsonpath "$.s" split ", " nth 0 == "a"', {"s": "a, b"}, True),
    ('jsonpath "$.s" replace "a" "b" == "bb"', {"s": "ab"}, True),
    ('jsonpath "$.b" == true', {"b": True}, True),
    ('jsonpath "$.x" == null', {"x": None}, True),
    ('jsonpath "$.d" isIsoDate', {"d": "2026-01-31T12:00:00Z"}, True),
    ('jsonpath "$.i" isInteger', {"i": "1"}, False),
    ("bytes count == 2", {}, True),
    ('xpath "string(//a)" == "b"', {}, False),
]


@pytest.mark.verifies("import#6.1")
def test_a_check_holds_where_that_of_hurl_does(
    recorder: Recorder, imported: Imported, run: Run
) -> None:
    for number, (check, body, _) in enumerate(CHECKS):
        recorder.answers[f"GET /{number}"] = (200, {}, json.dumps(body))
        found = imported(
            f"GET {recorder.url}/{number}\nHTTP 200\n[Asserts]\n{check}\n",
            name=f"{number:02}.hurl",
        )
        assert found.left_out == [], check

    outcomes = {it.case_key[-7:-5]: it.outcome.value == "passed" for it in run().cases}

    assert outcomes == {f"{at:02}": holds for at, (_, _, holds) in enumerate(CHECKS)}


@pytest.mark.verifies("import#1.2", "import#6.2")
def test_what_a_hurl_file_says_that_a_case_cannot_is_reported_with_its_line() -> None:
    text = """\
GET http://h/a
[Options]
retry: 3
unix-socket: x
[Nonsense]
HTTP 200
[Captures]
a: variable "b"
[Asserts]
certificate "Subject" == "x"
jsonpath "$.a" frobnicates 1
jsonpath "$[" == 1
body == "a" "b"
POST http://h/b
file,data.bin;
HTTP 200
base64,aGk=;
GET http://h/c
[Options]
skip: true
PROPFIND http://h/d
"""

    found = read_cases(text, "a.hurl")

    lines = [(it.span.line if it.span else 0, it.message.split("`")[0]) for it in found.left_out]
    assert lines == [
        (3, "The option "),
        (4, "The option "),
        (1, "The section "),
        (10, "The check "),
        (11, "The check "),
        (12, "The check of "),
        (13, "The check "),
        (8, "The capture "),
        (15, "The body was left out: it is a file or bytes."),
        (17, "The check of the body was left out: it is a file or bytes."),
        (18, "The request was left out: it is skipped."),
        (21, "The request was left out: a case has no method PROPFIND."),
    ]
    (case,) = found.files
    assert [step.request.method for step in case.case.steps] == ["GET", "POST"]


@pytest.mark.verifies("import#1.4")
@pytest.mark.parametrize(
    "text",
    ["", "# nothing", "HTTP 200", "GET http://h\n[Asserts", "GET http://h\n```", "GET http://["],
)
def test_a_malformed_file_is_refused_or_reported(text: str) -> None:
    try:
        found = read_cases(text, "a.hurl", "hurl")
    except ShallError as error:
        assert error.message.endswith(".")
    else:
        assert len(found.files) <= 1
