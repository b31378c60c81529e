"""Hurl files as cases."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from tests.imports.conftest import Answer, Recorder

from shall.actions.importing import Import, read_cases
from shall.errors import ShallError
from shall.results.records import RunResult
from shall.workspace.workspace import Workspace

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
    ('jsonpath "$.s" matches "^[0-9]+$"', {"s": 12}, False),
    ('jsonpath "$.s" not matches "a"', {"s": 12}, False),
    ('jsonpath "$.s" toString matches "^[0-9]+$"', {"s": 12}, True),
    ('jsonpath "$.s" contains 1', {"s": "a1"}, False),
    ('jsonpath "$.s" contains 1', {"s": [2, 1]}, True),
    ('jsonpath "$.s" count not exists', {"s": "a"}, False),
    ("body isEmpty", {}, False),
    ('body replace "a" "b" contains "bb"', {"s": "ab"}, True),
    ('body split ":" count == 2', {"s": "ab"}, True),
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
    ('jsonpath "$.n" > 1\njsonpath "$.n" > 2', {"n": 2}, False),
    ('jsonpath "$.n" != 1\njsonpath "$.n" != 2', {"n": 3}, True),
    ('jsonpath "$.s" not contains "a"\njsonpath "$.s" not contains "b"', {"s": "cab"}, False),
    ('jsonpath "$[\'n\']" > 1\njsonpath "$.n" < 3', {"n": 2}, True),
    ("jsonpath \"$.l[?(@.k=='a')].v\" == 1", {"l": [{"k": "a", "v": 1}, {"k": "b"}]}, True),
    ("jsonpath \"$.l[?(@.k=='a')].v\" == 1", {"l": [{"k": "a", "v": 2}]}, False),
    ('jsonpath "$..v" startsWith "a"', {"l": [{"v": "ab"}]}, True),
    ('jsonpath "$..v" startsWith "a"', {"l": [{"v": "ab"}, {"v": "ac"}]}, False),
    ('jsonpath "$..v" not exists', {"l": []}, True),
    ('jsonpath "$.[0]" == 1', {}, False),
    ('jsonpath "$.s" base64Decode == hex,e4bda0;', {"s": "5L2g"}, True),
    ('jsonpath "$.s" base64Decode toHex == "e4bda0"', {"s": "5L2g"}, True),
    ('jsonpath "$.s" base64Decode utf8Decode == "a"', {"s": "YQ=="}, True),
    ('jsonpath "$.s" urlEncode == "a/b%20c"', {"s": "a/b c"}, True),
    ('jsonpath "$.t" toDate "%+" < "2026-02-01"', {"t": "2026-01-31T12:00:00Z"}, True),
    ('jsonpath "$.t" dateFormat "%d.%m.%Y" == "31.01.2026"', {"t": "2026-01-31T12:00:00Z"}, True),
    ('jsonpath "$.t" toDate "%F %T" dateFormat "%Y" == "2026"', {"t": "2026-01-31 12:00:00"}, True),
    ("bytes == base64,e30=;", {}, True),
    ("bytes != base64,e30=;", {}, False),
    ("md5 == hex,99914b932bd37a50b983c5e7c90ae93b;", {}, True),
    ('body startsWith "{"\nbody == "{}"', {}, True),
    ('body == "[]"', {}, False),
    ('body exists\nbody != ""', {}, True),
    ('body jsonpath "$.n" == 1', {"n": 1}, True),
    ('redirects count == 0\nip == "127.0.0.1"', {}, True),
    ('header "Content-Type" count == 1\nheader "Content-Type" nth 0 contains "json"', {}, True),
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


REPEATED = """\
GET URL/state
[Options]
retry: 2
retry-interval: 1ms
http1.1: true
compressed: true
max-redirs: 60
header: X-Shop: north
HTTP 200
[Captures]
state: jsonpath "$.state"
copy: variable "state"
first: jsonpath "$.l[?(@.k=='a')].v"
[Asserts]
variable "state" == "done"
variable "copy" startsWith "do"

GET URL/item/{{first}}
[Options]
repeat: 3
digest: true
user: ann:{{password}}
HTTP 200
[Asserts]
variable "state" matches /^d/
"""


@pytest.mark.verifies("import#6.1", "import#6.3")
def test_repetitions_connections_and_variables_are_carried(
    recorder: Recorder, imported: Imported, run: Run
) -> None:
    body = {"state": "done", "l": [{"k": "b", "v": 8}, {"k": "a", "v": 7}]}
    recorder.answers["GET /state"] = [
        (200, {}, '{"state": "new", "l": [{"k": "a", "v": 1}]}'),
        (200, {}, json.dumps(body)),
    ]

    found = imported(REPEATED.replace("URL", recorder.url), name="state.hurl")
    result = run(password="wonderland")

    assert [it.message for it in found.left_out] == []
    assert [it.outcome.value for it in result.cases] == ["passed"], found.files[0].text
    seen = [it["path"] for it in recorder.seen]
    assert seen == ["/state", "/state", *["/item/7"] * 3]
    assert recorder.seen[0]["headers"]["x-shop"] == "north"
    text = found.files[0].text
    assert 'connection: {http: "1.1", compression: gzip, max_redirects: 50}' in text
    assert 'digest: {user: ann, password: "{{ password }}"}' in text


@pytest.mark.verifies("import#6.1")
def test_a_header_that_comes_twice_has_each_of_the_values() -> None:
    text = 'GET http://h\nHTTP 200\nX-Part: a\nX-Part: b\n[Asserts]\nheader "X-Part" count == 2\n'

    (case,) = read_cases(text, "a.hurl").files

    expect = yaml.safe_load(case.text)["steps"][0]["expect"]
    assert expect["headers X-Part"] == {"contains": "a", "all_of": [{"contains": "b"}]}
    assert expect["headers X-Part | count"] == 2


@pytest.mark.verifies("import#6.1")
def test_bodies_of_files_and_of_bytes_and_the_header_expect_are_sent(
    recorder: Recorder, imported: Imported, run: Run, workspace: Workspace
) -> None:
    (workspace.root / "all of.txt").write_text("of a file")
    text = """\
POST URL/file
Content-Type: text/csv
Expect: 100-continue
file,all\\ {{part}}.txt; # a comment
HTTP 200
POST URL/base64
base64,  b2YgYmFz
ZTY0;
POST URL/hex
hex, 6f66 20 686578;
"""

    found = imported(text.replace("URL", recorder.url))
    (case,) = run(part="of").cases

    assert (found.left_out, case.outcome.value) == ([], "passed")
    assert [it["body"] for it in recorder.seen] == ["of a file", "of base64", "of hex"]
    assert recorder.seen[0]["headers"]["content-type"] == "text/csv"
    assert recorder.seen[0]["headers"]["expect"] == "100-continue"


TEXTS = r"""
GET URL/saved
HTTP 200
[Captures]
id: jsonpath "$.id"
POST URL/json
{"a": "{{id}}", "b": "\"c"}
POST URL/graphql
```graphql
query Q($a: ID) { a(a: $a) }

variables { "a": "{{id}}" }
```
POST URL/escape
```json,escape
{"a": "\\n"}
```
POST URL/line
`a\nb \` {{id}}`
POST URL/xml
<a>{{id}}</a>
POST URL/pairs
X-Part: a\#b \u{41} # a comment
Y-Part: a#b
[Form]
a\:b: c\#d#e
HTTP 200
[Asserts]
jsonpath "$.id" == {{id}}
jsonpath "$.id" != "{{id}}"
jsonpath "$.text" == ```
two
lines```
body contains `"text": "two\\nlines"`
"""


@pytest.mark.verifies("import#6.1", "import#6.4")
def test_texts_have_the_templates_escapes_and_comments_of_hurl(
    recorder: Recorder, imported: Imported, run: Run
) -> None:
    answer: Answer = (200, {}, '{"id": 7, "text": "two\\nlines"}')
    recorder.answers = {"GET /saved": answer, "POST /pairs": answer}

    found = imported(TEXTS.replace("URL", recorder.url), "hurl")
    (case,) = run().cases

    assert (found.left_out, case.outcome.value) == ([], "passed")
    sent = {it["path"]: it for it in recorder.seen}
    assert json.loads(sent["/json"]["body"]) == {"a": "7", "b": '"c'}
    query = {"query": "query Q($a: ID) { a(a: $a) }", "variables": {"a": "7"}}
    assert json.loads(sent["/graphql"]["body"]) == query
    assert sent["/escape"]["body"].strip() == '{"a": "\\n"}'
    assert sent["/line"]["body"] == "a\nb ` 7"
    assert sent["/xml"]["body"] == "<a>{{id}}</a>"
    assert sent["/pairs"]["body"] == "a%3Ab=c%23d"
    assert sent["/pairs"]["headers"]["x-part"] == "a#b A"
    assert sent["/pairs"]["headers"]["y-part"] == "a"


@pytest.mark.verifies("import#6.2")
def test_what_changes_a_request_of_hurl_unlike_one_of_a_case_is_reported() -> None:
    text = """\
# @cookie_storage_set: localhost FALSE / FALSE 0 a b
GET http://h/a/../{{y}}
[Options]
variable: x=1
path-as-is: true
location-trusted: true
GET http://h/b
[Options]
variable: x=2
variable: y=2
# @cookie_storage_clear
"""

    found = read_cases(text, "a.hurl", "hurl")

    assert [(it.span.line if it.span else 0, it.message) for it in found.left_out] == [
        (1, "`@cookie_storage_set` was left out."),
        (11, "`@cookie_storage_clear` was left out."),
        (5, "The option `path-as-is` was left out."),
        (6, "`location-trusted` became `location`."),
        (9, "The option `variable: x=2` was left out."),
        (10, "The option `variable: y=2` was left out."),
    ]


KNOWN = """\
GET URL/old?x={{ name }}
[Options]
variable: yes=true
variable: times=2
variable: name=ann
location: {{yes}}
retry: {{times}}
retry-interval: 1ms
skip: {{unknown}}
insecure: {{unknown}}
HTTP 200
[Asserts]
jsonpath "$.text" matches /b\\n$/
jsonpath "$.text" not matches "b$"
jsonpath "$.text" matches "(?m)^a$"
jsonpath "$.text" regex "[$]?(.)\\n$" == "b"
jsonpath "$.text" replaceRegex /b$/ "c" == "a\\nb\\n"
"""


@pytest.mark.verifies("import#6.1", "import#6.2", "import#6.4")
def test_options_have_known_values_and_a_dollar_is_the_end_of_the_text(
    recorder: Recorder, imported: Imported, run: Run
) -> None:
    recorder.answers = {
        "GET /old": (302, {"Location": "/new"}, ""),
        "GET /new": [(503, {}, "{}"), (200, {}, '{"text": "a\\nb\\n"}')],
    }

    found = imported(KNOWN.replace("URL", recorder.url))

    left_out = [f"The option `{name}` was left out." for name in ("skip", "insecure")]
    assert [it.message for it in found.left_out] == left_out
    assert [it.outcome.value for it in run().cases] == ["passed"], found.files[0].text
    paths = [it["path"] for it in recorder.seen]
    assert paths == ["/old?x=ann", "/new", "/old?x=ann", "/new"]


@pytest.mark.verifies("import#6.2")
def test_functions_dates_and_versions_that_a_case_has_not_are_reported() -> None:
    text = """\
\ufeffLINK http://h/a
HTTP 200

GET http://h/b?x={{newDate}}&y={{ newUuid }}
X-Home: {{getEnv("HOME")}} \\{{getEnv("A")}}
X-{{name}}: 1
[Options]
http3: true
# {{newDate}}
<a>{{newDate}}</a>
HTTP 200
[Asserts]
jsonpath "$.at" isDate
jsonpath "$.at" not isDate
jsonpath "$.at" toDate "%Y" isDate
"""

    found = read_cases(text, "a.hurl")

    assert [(it.span.line if it.span else 0, it.message) for it in found.left_out] == [
        (4, "The function in `{{newDate}}` was left out."),
        (5, 'The function in `{{getEnv("HOME")}}` was left out.'),
        (1, "The request was left out: a case has no method LINK."),
        (8, "`http3` became HTTP/3 alone: a case falls back to no other version."),
        (6, "`X-{{name}}` was left out: a case evaluates no expression in a name."),
        *(
            (line, f'The check `jsonpath "$.at" {word}` was left out: in hurl no text is a date.')
            for line, word in ((13, "isDate"), (14, "not isDate"))
        ),
    ]


@pytest.mark.verifies("import#1.2", "import#6.2")
def test_what_a_hurl_file_says_that_a_case_cannot_is_reported_with_its_line() -> None:
    text = """\
GET http://h/a
[Options]
retry: 30
unix-socket: x
[Nonsense]
HTTP 200
[Captures]
a: variable "b"
[Asserts]
certificate "Subject" == "x"
jsonpath "$.a" decode "gb2312" == "x"
jsonpath "$.a" == hex,ff;
variable "b" exists
bytes startsWith hex,00;
jsonpath "$.a" toDate "%.3f" == "x"
jsonpath "$.a" xpath "//b" == "x"
jsonpath "$.a" frobnicates 1
jsonpath "$[" == 1
body == "a" "b"
POST http://h/b
file,data.bin
HTTP 200
file,answer.bin;
GET http://h/c
[Options]
skip: true
PROPFIND http://h/d
"""

    found = read_cases(text, "a.hurl")

    lines = [(it.span.line if it.span else 0, it.message.split("`")[0]) for it in found.left_out]
    assert lines == [
        (3, ""),
        (4, "The option "),
        (1, "The section "),
        (8, "The capture "),
        *((line, "The check ") for line in range(10, 18)),
        (18, "The check of "),
        (19, "The check "),
        (21, "The body was left out: it is malformed."),
        (23, "The check of the body was left out: it is that of a file, or malformed."),
        (24, "The request was left out: it is skipped."),
        (27, "The request was left out: a case has no method PROPFIND."),
    ]
    (case,) = found.files
    assert [step.request.method for step in case.case.steps] == ["GET", "POST"]


@pytest.mark.verifies("import#1.4")
@pytest.mark.parametrize(
    "text",
    ["", "# nothing", "HTTP 200", "GET http://h\n[Asserts", "GET http://h\n```", "GET http://["]
    + [f"GET http://h\nHTTP 200\n[Asserts]\nbody {it}" for it in ("replaceRegex", "toDate")],
)
def test_a_malformed_file_is_refused_or_reported(text: str) -> None:
    try:
        found = read_cases(text, "a.hurl", "hurl")
    except ShallError as error:
        assert error.message.endswith(".")
    else:
        assert len(found.files) <= 1
