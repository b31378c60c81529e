"""Runbooks of runn as cases."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.imports.conftest import Recorder, comparable

from shall.actions.importing import Import
from shall.errors import ShallError
from shall.imports.formats import recognized
from shall.imports.runn_tests import checks_of, reference_of
from shall.results.records import RunResult

Imported = Callable[..., Import]
Run = Callable[..., RunResult]

RUNBOOK = """desc: Sign in and order
labels: [orders]
runners:
  req: ${BASE:-$url}
vars:
  user: ann
  password: planted-7714
  qty: 2
steps:
  login:
    desc: the token
    req:
      /login:
        post:
          body:
            application/json:
              user: "{{ vars.user }}"
              password: "{{ vars.password }}"
    test: |
      current.res.status == 200
      && len(current.res.body.items) == 2 && current.res.body.total >= 1.5
      && current.res.body.items[0].name == 'a && b' && current.res.headers["X-Trace"][0] != "x"
    bind:
      trace: current.res.headers["X-Trace"][0]
      kind: steps.login.res.body["odd-name"]
  order:
    req:
      /orders?by={{ kind }}:
        post:
          headers:
            Authorization: Bearer {{ steps.login.res.body.token }}
            X-Trace: "{{ trace }}"
          body:
            application/x-www-form-urlencoded:
              qty: "{{ vars.qty }}"
    test: steps.order.res.status < 300 && current.res.body.user == vars.user
  done:
    req:
      /done:
        get:
          body: null
"""


@pytest.mark.verifies("import-runn#1.1", "import-runn#1.2")
def test_a_runbook_is_one_case_that_sends_and_checks_the_same(
    recorder: Recorder, imported: Imported, run: Run
) -> None:
    body = '{"token": "t-1", "items": [{"name": "a && b"}, {}], "total": 2, "odd-name": "k"}'
    recorder.answers["POST /login"] = (200, {"X-Trace": "seven"}, body)
    recorder.answers["POST /orders"] = (201, {}, '{"user": "ann"}')
    found = imported(RUNBOOK.replace("$url", recorder.url))
    assert [it.message for it in found.left_out] == [
        'A test was left out: `current.res.headers["X-Trace"][0] != "x"`.'
    ]
    result = run(password="of-the-run")
    assert [it.outcome.value for it in result.cases] == ["passed"], result
    login, order, done = map(comparable, recorder.seen)
    assert login["body"] == {"user": "ann", "password": "of-the-run"}
    assert (order["query"], order["body"]) == ({"by": ["k"]}, {"qty": ["2"]})
    assert order["headers"]["authorization"] == "Bearer t-1"
    assert order["headers"]["x-trace"] == "seven"
    assert (done["method"], done["body"]) == ("GET", "")
    assert "planted" not in found.files[0].text
    assert found.secrets == ["password", "login_token"]
    recorder.answers["POST /orders"] = (201, {}, '{"user": "bob"}')
    assert [it.outcome.value for it in run(password="p").cases] == ["failed"]


@pytest.mark.verifies("import-runn#1.3")
def test_what_a_case_cannot_say_is_reported_with_its_step(imported: Imported) -> None:
    text = """desc: others
runners: {req: "http://127.0.0.1:9", db: "sqlite3:///tmp/a"}
if: included
vars: {rows: "json://rows.json", user: {password: planted-3310}}
steps:
  - db: {query: SELECT 1}
  - req: {/a: {get: {useCookie: true}}}
    test: current.res.status == 200 || current.res.status == 201
    bind: {old: "steps[0].rows"}
  - req: {/b: {put: {body: {image/png: x}}}}
    loop: 3
  - req: {/c: {delete: {headers: {X-A: "{{ faker.Name() }}"}}}}
    test: compare(current.res.body, {}) && current.res.body.a == nil
  - req: {/d: {get: {body: null}, post: {body: null}}}
"""
    found = imported(text, "runn")
    assert "planted" not in found.files[0].text
    assert [(it.field, it.message) for it in found.left_out] == [
        ("", "`if` was left out."),
        ("", "The variable rows was left out: it is read from a file."),
        ("steps[0]", "The step was left out: it has `db`."),
        ("steps[1]", "`useCookie` was left out."),
        (
            "steps[1]",
            "A test was left out: `current.res.status == 200 || current.res.status == 201`.",
        ),
        ("steps[1]", "`bind` of old was left out: `steps[0].rows`."),
        ("steps[2]", "The step was left out: it has `req`, `loop`."),
        ("steps[3]", "A test was left out: `compare(current.res.body, {})`."),
        ("steps[3]", "A test was left out: `current.res.body.a == nil`."),
        ("steps[3]", "The expression `faker.Name()` became the variable faker_name."),
        ("steps[4]", "The step was left out: it has no request, or several."),
    ]


@pytest.mark.verifies("import-runn#1.2")
@pytest.mark.parametrize(
    ("test", "expect"),
    [
        ("current.res.status == 200", {"status": 200}),
        ("current.res.body.a > 1 && current.res.body.a <= 9", {"$.a": ("greater", "less")}),
        ("current.res.body.a != nil", {"$.a": {"is_not_none": True}}),
        ("current.res.body.a startsWith 'x'", {"$.a": {"starts_with": "x"}}),
        ('current.res.rawBody contains "ok"', {"body": {"contains": "ok"}}),
        ("current.res.body.a contains 'x'", {"$.a": {"contains": "x", "is_string": True}}),
        ("len(current.res.body.a[0].b) > 0", {"$.a[0].b": {"length": {"greater_than": 0}}}),
        ("current.res.body.a == true", {"$.a": True}),
        ("current.res.body.a != 3", {}),
        ("current.res.body.a > 'x'", {}),
        ("current.res.body.a > vars.x", {}),
        ("previous.res.body.a == 3", {}),
        ("current.res.body.a == current.res.body.b", {}),
        ("!(current.res.body.a == 3)", {}),
        ("current.res.body.a == 3 ? true : false", {}),
    ],
)
def test_comparisons_of_common_forms_become_checks(test: str, expect: dict[str, Any]) -> None:
    left: list[str] = []
    found = checks_of(test, lambda it: it.step == "current", str, left.append)
    if expect == {"$.a": ("greater", "less")}:
        expect = {"$.a": {"greater_than": 1, "less_or_equal": 9}}
    assert found == expect
    assert len(left) == (0 if expect else 1)


@pytest.mark.verifies("import-runn#1.4")
def test_a_runbook_is_recognized_and_another_document_refused(imported: Imported) -> None:
    assert recognized(RUNBOOK) == "runn"
    assert reference_of("current.res.body") is None
    for text in ("steps: 7\nrunners: {}\n", "- a\n"):
        with pytest.raises(ShallError, match="no runbook of runn"):
            imported(text, "runn")


@pytest.mark.verifies("import-runn#1.1")
def test_parts_of_one_response_whose_names_are_alike_are_captured_apart(imported: Imported) -> None:
    text = """runners: {req: "http://127.0.0.1:9"}
vars: {a_x: 1}
steps:
  a:
    req: {/a: {get: {body: null}}}
  b:
    req: {/b: {get: {headers: {A: "{{ steps.a.res.body.x }}{{ previous.res.body['x-y'] }}",
      B: "{{ steps.a.res.body.x.y }}{{ steps.c.res.body.x }}"}}}}
"""
    found = imported(text, "runn")
    first = found.files[0].case.steps[0]
    assert list(first.capture.values()) == ["$.x", "$['x-y']", "$.x.y"]
    assert list(first.capture) == ["a_x_2", "a_x_y", "a_x_y_2"]
    assert [it.field for it in found.left_out] == ["steps.b"]
