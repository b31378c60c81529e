"""Tests of Tavern as cases."""

import json
import uuid
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
# the shop
test_name: order a book
includes:
  - name: common
    description: what all need
    variables: {base: URL, shop: north}
marks:
  - parametrize: {key: [item, qty], vals: [[book, 2], [pen, 3]]}
stages:
  - name: log in
    delay_after: 0.01
    request:
      url: "{base}/login"
      method: POST
      json: {user: ann, password: "{tavern.env_vars.SHOP_PASSWORD}", braces: "{{x}}, !no tag"}
    response:
      status_code: 201
      json: {token: !anystr , roles: [admin, !anything ], n: 1}
      save:
        json: {token: token, second: "roles[1]", last: "roles[-1]"}
        headers: {trace: X-Trace}
  - name: order
    request:
      url: "{base}/orders"
      method: POST
      params: {shop: "{shop:s}"}
      headers: {authorization: "Bearer {token}"}
      json: {item: "{item}", qty: !int "{qty}"}
    response:
      status_code: [200, 201]
      headers: {content-type: application/json}
      json: {id: 7, note: !re_fullmatch "[a-z ]+"}
---
test_name: moved
marks: [skip]
stages:
  - name: see
    request: {url: "URL/old"}
    response: {status_code: 302}
---
test_name: not followed
stages:
  - name: see
    request: {url: "URL/old", auth: [ann, "{password}"], data: {a: 1}, method: POST}
    response: {status_code: 302}
"""


@pytest.mark.verifies("import#1.1", "import#7.1")
def test_stages_send_and_check_what_tavern_does(
    recorder: Recorder, imported: Imported, run: Run
) -> None:
    login = {"token": "fresh", "roles": ["admin", "buyer"], "n": 1}
    recorder.answers = {
        "POST /login": (201, {"X-Trace": "t"}, json.dumps(login)),
        "POST /orders": (200, {}, '{"id": 7, "note": "well done"}'),
        "POST /old": (302, {"Location": "/new"}, ""),
    }

    found = imported(FILE.replace("URL", recorder.url))
    result = run(SHOP_PASSWORD="given", password="wonderland")

    assert found.left_out == []
    assert [it.path.rpartition("/")[2] for it in found.files] == [
        *("order-a-book.yaml", "moved.yaml", "not-followed.yaml")
    ]
    outcomes = sorted(it.outcome.value for it in result.cases)
    assert outcomes == ["passed", "passed", "passed", "skipped"], found.files[0].text
    ordered = [it for it in recorder.seen if it["path"].startswith("/orders")]
    assert {it["path"] for it in ordered} == {"/orders?shop=north"}
    assert {it["headers"]["authorization"] for it in ordered} == {"Bearer fresh"}
    bodies = [json.loads(it["body"]) for it in ordered]
    assert sorted(bodies, key=str) == [{"item": "book", "qty": 2}, {"item": "pen", "qty": 3}]
    sent = json.loads(next(it["body"] for it in recorder.seen if it["path"] == "/login"))
    assert sent == {"user": "ann", "password": "given", "braces": "{x}, !no tag"}
    old = next(it for it in recorder.seen if it["path"] == "/old")
    assert old["headers"]["authorization"] == "Basic YW5uOndvbmRlcmxhbmQ="
    assert old["body"] == "a=1"


DECODED = {"a": 7, "b": False, "c": 1.5}
CHECKS: list[tuple[str, str, Any, bool]] = [
    ("json: {a: 1}", "true", {"a": 1}, True),
    ("json: {a: 1}", "true", {"a": 1, "b": 2}, False),
    ("json: {a: 1}", "false", {"a": 1, "b": 2}, True),
    ("json: {a: !anyint }", "true", {"a": 1, "b": 2}, False),
    ("json: {a: !anyint }", "true", {"a": "1"}, False),
    ("json: {a: {b: !anything }}", "true", {"a": {"b": None}}, True),
    ("json: [1, !anystr ]", "true", [1, "x"], True),
    ("json: [1, !anystr ]", "true", [1, "x", 2], False),
    ("json: [1, 2]", "true", [2, 1], False),
    ("json: [1, 2]", "[json:list_any_order]", [2, 1], True),
    ("json: [1, 2]", "[json:list_any_order]", [2, 3, 1], True),
    ("json: [1, 1]", "[json:list_any_order]", [2, 1], True),
    ("json: [1, 2]", "[json:list_any_order]", [2, 3], False),
    ("json: []", "[json:list_any_order]", [1], True),
    ("json: {a: [1, 2]}", "[json:list_any_order]", {"a": [2, 1], "b": 1}, True),
    ("json: {a: [1, 2]}", "[json:list_any_order]", {"a": [2]}, False),
    ('json: {a: !int "7", b: !bool "False", c: !float "1.5"}', "true", DECODED, True),
    ('json: {a: !re_match "b+"}', "true", {"a": "bbc"}, True),
    ('json: {a: !re_fullmatch "b+"}', "true", {"a": "bbc"}, False),
    ("json: {a: !approx 3.14}", "true", {"a": 3.140001}, True),
    ("json: {a: !approx 3.14}", "true", {"a": 3.15}, False),
    ("status_code: 200", "true", {}, True),
    ("status_code: 404", "true", {}, False),
]


@pytest.mark.verifies("import#7.1")
def test_a_response_passes_where_it_does_in_tavern(
    recorder: Recorder, imported: Imported, run: Run
) -> None:
    documents = []
    for number, (response, strict, body, _) in enumerate(CHECKS):
        recorder.answers[f"GET /{number}"] = (200, {}, json.dumps(body))
        documents.append(
            f"test_name: check {number:02}\nstrict: {strict}\nstages:\n  - name: a\n"
            f"    request: {{url: '{recorder.url}/{number}'}}\n    response:\n      {response}\n"
        )

    found = imported("---\n".join(documents))
    outcomes = {it.name[-2:]: it.outcome.value == "passed" for it in run().cases}

    assert found.left_out == []
    assert outcomes == {f"{at:02}": holds for at, (*_, holds) in enumerate(CHECKS)}


@pytest.mark.verifies("import#1.2", "import#7.2")
def test_what_a_test_of_tavern_says_that_a_case_cannot_is_reported() -> None:
    text = """\
test_name: much
marks: [slow, {usefixtures: [a]}, {parametrize: {key: a, vals: [{$ext: {function: f}}]}}]
includes: [!include common.yaml ]
paho-mqtt: {}
stages:
  - name: first
    max_retries: -1
    request: {url: "http://h/a", $ext: {function: f}, method: GET, timeout: [1, 2, 3],
      json: {$ext: {function: m:made}}}
    response:
      status_code: 999
      strict: some
      verify_response_with: [{function: h}, {function: i}]
      save: {$ext: {function: g}}
      json: {a: {$ext: {function: made}}, b: "{tavern.request_vars.json.b}"}
  - name: second
    skip: true
    request: {url: http://h/b}
  - {type: ref, id: other}
finally:
  - name: last
    request: {url: http://h/c}
---
nothing: here
"""

    found = read_cases(text, "test_a.tavern.yaml")

    assert [(it.field, it.message) for it in found.left_out] == [
        ("much", "`paho-mqtt` was left out."),
        ("much", "The mark `slow` was left out."),
        ("much", "The mark `usefixtures` was left out."),
        ("much", "`parametrize` was left out."),
        ("much", "The included file `common.yaml` was left out."),
        ("much/first", "`request` of `f` was left out."),
        ("much/first", "`request.json` of `m:made` was left out."),
        ("much/first", "`strict` was left out."),
        ("much/first", "`save` of `g` was left out."),
        ("much/first", "The check by `h`, `i` was left out."),
        ("much/first", "The check of the status `999` was left out."),
        ("much/first", "The check by `made` was left out."),
        ("much", "`tavern.request_vars.json.b` was left out."),
        ("much/first", "`max_retries` was left out."),
        ("much/first", "`request.timeout` was left out."),
        ("much/second", "The stage was left out: it is skipped."),
        ("much/stage", "The stage was left out: it has no request with a URL."),
        ("much", "A stage of `finally` that fails does not fail the case."),
        ("", "A document was left out: it has no `stages`."),
    ]
    assert len(found.files[0].case.steps) == 1


@pytest.mark.verifies("import#7.3")
def test_a_test_that_is_to_fail_or_to_be_skipped_is_a_case_that_is_skipped_with_its_reason() -> (
    None
):
    marks = ["_xfail: run", "marks: [xfail]", 'marks: [skipif: "{v} > 1"]', "marks: [skip]"]
    marks += ["marks: ['skipif(True, reason=\"x\")']", 'marks: [skipif: "False"]']
    documents = [
        f"test_name: test {at}\n{mark}\nstages: [{{name: a, request: {{url: 'http://h'}}}}]\n"
        for at, mark in enumerate(marks)
    ]

    found = read_cases("---\n".join(documents), "a.tavern.yaml")

    assert [yaml.safe_load(it.text).get("skip") for it in found.files] == [
        "It is expected to fail (`_xfail`).",
        "It is expected to fail (`xfail`).",
        "It is skipped if `{v} > 1` holds.",
        "It is marked as skipped.",
        'It is skipped if `True, reason="x"` holds.',
        None,
    ]
    assert [it.field for it in found.left_out] == ["test 0", "test 1", "test 2", "test 4"]


@pytest.mark.verifies("import#7.1")
def test_stages_that_retry_that_send_a_file_and_that_come_last_do_so_in_the_case(
    recorder: Recorder, imported: Imported, run: Run, workspace: Workspace
) -> None:
    (workspace.root / "rows.json").write_text("[1]")
    busy: Answer = (503, {}, "")
    recorder.answers = {"POST /rows": [busy, busy, (200, {}, "{}")]}
    text = """\
test_name: retries
stages:
  - name: skipped by a text
    skip: "yes"
    request: {url: URL/no}
  - name: rows
    max_retries: 2
    skip: "false"
    request: {url: URL/rows, method: POST, file_body: rows.json}
finally:
  - {name: first, request: {url: URL/first}}
  - {name: second, max_retries: 1, request: {url: URL/second, method: DELETE}}
"""

    found = imported(text.replace("URL", recorder.url))
    (case,) = run().cases

    assert [(it.field, it.message) for it in found.left_out] == [
        ("retries/skipped by a text", "The stage was left out: it is skipped."),
        ("retries/second", "`retry` was left out."),
        ("retries", "A stage of `finally` that fails does not fail the case."),
    ]
    assert case.outcome.value == "passed"
    assert [it["path"] for it in recorder.seen] == [*["/rows"] * 3, "/first", "/second"]
    assert {it["body"] for it in recorder.seen[:3]} == {"[1]"}
    assert recorder.seen[0]["headers"]["content-type"] == "application/json"


@pytest.mark.verifies("import#7.1", "import#7.2")
def test_values_with_tags_are_sent_as_such_and_no_part_of_a_request_is_lost_without_a_word(
    recorder: Recorder, imported: Imported, run: Run, workspace: Workspace
) -> None:
    (workspace.root / "a.txt").write_text("of a file")
    text = """\
test_name: tags
stages:
  - name: first
    request:
      url: URL/tags
      method: POST
      json: {a: !int "7", b: !bool "False", c: !float "1.5", d: !uuid , e: !int "x"}
  - name: second
    delay_before: "{wait}"
    request:
      url: URL/files
      method: POST
      verify: ca.pem
      auth: {user: ann}
      cookies: [session]
      files:
        - {form_field_name: one, file_path: a.txt, content_type: text/csv}
        - {file_path: a.txt, content_encoding: gzip}
"""

    found = imported(text.replace("URL", recorder.url))
    run()

    sent = json.loads(recorder.seen[0]["body"])
    assert {key: sent[key] for key in "abce"} == {**DECODED, "e": "x"}
    assert uuid.UUID(sent["d"]).version == 4
    assert 'name="one"' in recorder.seen[1]["body"]
    assert "Content-Type: text/csv" in recorder.seen[1]["body"]
    assert [(it.field, it.message) for it in found.left_out] == [
        ("tags", "The tag `!int` was left out."),
        ("tags/second", "`delay_before` was left out."),
        ("tags/second", "`request.auth` was left out."),
        ("tags/second", "`request.verify` was left out."),
        ("tags/second", "`request.cookies` was left out."),
        ("tags/second", "`request.files` was left out."),
    ]


VALUES = '{n: 7, t: "7", f: 1.5, b: true, l: [3, 4], d: {k: v, deep: [1, 2]}, word: "yes"}'
SENT = [
    ('{a: "{n}", l: "{l}", k: "{d.k}"}', {"a": "7", "l": "[3, 4]", "k": "v"}),
    ('{a: "n {n}", b: "is {b}", f: "{f}"}', {"a": "n 7", "b": "is True", "f": "1.5"}),
    ('{a: !int "{t}", b: !float "{n}"}', {"a": 7, "b": 7.0}),
    ('{a: !bool "yes", b: !bool "{word}"}', {"a": True, "b": True}),
    ('{a: "{l[1]}", b: "{d.deep[1]}"}', {"a": "4", "b": "2"}),
    ('{a: "{n:03d}", b: "{t!r}", c: "{t!s}"}', {"a": "007", "b": "'7'", "c": "7"}),
    ('{a: !float "1e3", b: !int "-3"}', {"a": 1000.0, "b": -3}),
    ('{a: !force_original_structure "{d}"}', {"a": {"k": "v", "deep": [1, 2]}}),
    ('{a: "{saved}", b: !int "{saved}", c: "{text}"}', {"a": "7", "b": 7, "c": "7"}),
    ('{a: !raw "{n}", b: "{{n}}"}', {"a": "{n}", "b": "{n}"}),
]
"""What a stage has as ``json``, and what Tavern 3.7.1 sends."""


@pytest.mark.verifies("import#7.5")
def test_formats_become_the_texts_and_the_numbers_that_tavern_sends(
    recorder: Recorder, imported: Imported, run: Run
) -> None:
    recorder.answers["GET /saved"] = (200, {"X-Text": "7"}, '{"id": 7}')
    stages = [
        f"  - name: stage {at}\n    request: {{url: URL/a, method: POST, json: {written}}}\n"
        for at, (written, _) in enumerate(SENT)
    ]
    text = (
        "test_name: formats\n"
        f"includes: [{{name: values, description: all, variables: {VALUES}}}]\n"
        "stages:\n  - name: save\n    request: {url: URL/saved, method: GET}\n"
        "    response: {save: {json: {saved: id}, headers: {text: X-Text}}}\n" + "".join(stages)
    )

    found = imported(text.replace("URL", recorder.url))
    run()

    assert found.left_out == []
    bodies = [json.loads(it["body"]) for it in recorder.seen[1:]]
    assert bodies == [sent for _, sent in SENT]


@pytest.mark.verifies("import#7.4")
def test_an_anchor_holds_in_the_documents_after_its_own() -> None:
    text = """\
test_name: first
stages:
  - &login
    name: log in
    request: {url: http://h/login, json: {id: !anystr &id "x y"}}
--- # the second
test_name: second
stages:
  - *login
  - request:
      url: http://h/b
      data: |
        a
          b
"""

    found = read_cases(text, "a.tavern.yaml", "tavern")

    steps = yaml.safe_load(found.files[1].text)["steps"]
    assert [it.case.name for it in found.files] == ["first", "second"]
    assert [it.get("GET") for it in steps] == ["/login", "/b"]
    assert steps[1]["text"] == "a\n  b\n"


@pytest.mark.verifies("import#7.4")
def test_a_document_that_cannot_be_read_is_reported_with_its_line_and_the_rest_imported() -> None:
    text = "test_name: a\nstages: [{request: {url: 'http://h'}}]\n---\ntest_name: b\nstages: [*c]\n"

    found = read_cases(text, "a.tavern.yaml")

    assert [it.case.name for it in found.files] == ["a"]
    (problem,) = found.left_out
    assert problem.span is not None
    assert (problem.span.line, problem.message.partition(":")[0]) == (5, "A document was left out")


@pytest.mark.verifies("import#1.4")
@pytest.mark.parametrize(
    "text",
    [
        "a: 1",
        "test_name: x\nstages: 7",
        "test_name: x\nstages: [{request: 1}, 2, {request: {url: 3}}]",
        "test_name: x\nstages: [{request: {url: 'http://h', json: !anyint }}]",
        "test_name: x\nstages: &a [*a]",
        "test_name: x\nstages: [{request: {url: 'http://h'}, response: {json: !weird x}}]",
        "- [",
    ],
)
def test_a_malformed_test_is_refused_or_reported(text: str) -> None:
    try:
        found = read_cases(text, "a.yaml", "tavern")
    except ShallError as error:
        assert error.message.endswith(".") or error.diagnostics
    else:
        assert len(found.files) <= 1
        assert found.files or found.left_out
