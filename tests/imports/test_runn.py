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
    test: current.res.status == 200 || current.res.body.a == 201
    bind: {old: "steps[0].rows"}
  - req: {/b: {put: {body: {image/png: x}}}}
    loop: {count: 3, maxInterval: 3}
  - req: {/c: {delete: {headers: {X-A: "{{ faker.Name() }}"}}}}
    test: compare(current.res.body, {}) && current.res.body.a == nil
  - req: {/d: {get: {body: null}, post: {body: null}}}
  - {if: "steps[1].res.body.a != 3", req: {/e: {get: {body: null}}}}
  - {if: faker.Bool(), req: {/e: {get: {body: null}}}}
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
            "A test was left out: `current.res.status == 200 || current.res.body.a == 201`.",
        ),
        ("steps[1]", "`bind` of old was left out: `steps[0].rows`."),
        ("steps[2]", "The step was left out: it has `loop`."),
        ("steps[3]", "The expression `faker.Name()` became the variable faker_name."),
        ("steps[3]", "A test was left out: `compare(current.res.body, {})`."),
        ("steps[3]", "A test was left out: `current.res.body.a == nil`."),
        ("steps[4]", "The step was left out: it has no request, or several."),
        ("steps[5]", "The step was left out: it has `if`."),
        ("steps[6]", "The step was left out: it has `if`."),
    ]


@pytest.mark.verifies("import-runn#1.2")
@pytest.mark.parametrize(
    ("test", "expect"),
    [
        ("current.res.status == 200", {"status": 200}),
        ("current.res.body.a > 1 && current.res.body.a <= 9", {"$.a": ("greater", "less")}),
        ("current.res.body.a != nil", {"$.a": {"is_not_none": True}}),
        ("current.res.body.a startsWith 'x'", {"$.a": {"starts_with": "x"}}),
        ('current.res.rawBody contains "ok"', {"regex (?s)^.*$": {"contains": "ok"}}),
        ("current.res.body.a contains 'x'", {"$.a": {"contains": "x", "is_string": True}}),
        ("len(current.res.body.a[0].b) > 0", {"$.a[0].b": {"length": {"greater_than": 0}}}),
        ("current.res.body.a == true", {"$.a": True}),
        ("current.res.status == 200 || current.res.status == 201", {"status": {"in": [200, 201]}}),
        ("(current.res.status == 200 or current.res.status == 1)", {"status": {"in": [200, 1]}}),
        ("current.res.body.a in ['x', 2]", {"$.a": {"in": ["x", 2]}}),
        ("// the status, if\ncurrent.res.status == 200 /* ok? */", {"status": 200}),
        ("# older\ncurrent.res.body.a == 'x//y' // z", {"$.a": "x//y"}),
        ('current.res.cookies["s"].Value == "v"', {"cookie s": "v"}),
        ("len(current.res.body) == 2", {"$": {"length": 2}}),
        ("current.res.body.a", {"$.a": True}),
        ("!current.res.body.a", {"$.a": False}),
        ("current.res.body.a == vars.x", {"$.a": "vars.x"}),
        ("current.res.body.a == vars.unknown", {}),
        ("current.res.body.a == 3 && current.res.body.b || current.res.status == 200", {}),
        ("current.res.status == 200 || current.res.body.a == 200", {}),
        ("current.res.status == 200 || current.res.status > 300", {}),
        ("current.res.body.a in [vars.x, current.res.body.b]", {}),
        ("(current.res.body.a == 3) == (current.res.body.b == 3)", {}),
        ("current.res.rawBody", {}),
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
    found: dict[str, Any] = {}
    for _, part, predicate in checks_of(test, {"vars.x": "vars.x"}.get, left.append):
        if part.step == "current":
            found.setdefault(part.selector, {}).update(predicate)
        else:
            left.append(part.step)
    found = {name: it["equals"] if it.keys() == {"equals"} else it for name, it in found.items()}
    if expect == {"$.a": ("greater", "less")}:
        expect = {"$.a": {"greater_than": 1, "less_or_equal": 9}}
    assert found == expect
    assert len(left) == (0 if expect else 1)


FLOW = """desc: Wait for an order
runners:
  req: {endpoint: $url, timeout: 2sec, notFollowRedirect: true, openapi3: api.yml}
vars: {user: {name: ann}, isNew: true}
secrets: [steps.create.res.body.pin, order]
steps:
  create:
    req:
      /orders:
        post:
          body:
            multipart/form-data: {buyer: "{{ vars.user.name }}", tags: [a, b]}
    test: |
      // created, or there before
      (current.res.status == 201 || current.res.status == 200)
      && current.res.body.by == vars.user.name && current.res.rawBody contains '{"id"'
    bind: {order: current.res.body.id}
  wait:
    req: {"/orders/{{ order }}": {get: {body: {application/json: null}}}}
    loop: {count: 3, until: "current.res.body.state == 'done'"}
    test: current.res.body.id == order && current.res.body.by == steps.create.res.body.by
  twice:
    req: {/moved: {get: {body: null}}}
    loop: 2
  never:
    if: vars.isNew == false || steps.create.res.status != 201
    req: {/never: {get: {body: null}}}
  checked:
    test: steps.create.res.headers["X-Trace"][0] == "seven" && previous.res.status == 200
    bind: {trace: 'steps.create.res.headers["X-Trace"][0]'}
"""


@pytest.mark.verifies("import-runn#1.5", "import-runn#1.6")
def test_loops_conditions_and_tests_of_earlier_steps_are_carried(
    recorder: Recorder, imported: Imported, run: Run
) -> None:
    body = '{"id": "o-77413", "by": "ann", "pin": "p-40991"}'
    recorder.answers["POST /orders"] = (201, {"X-Trace": "seven"}, body)
    recorder.answers["GET /orders/o-77413"] = (200, {}, '{"id": "o-77413", "by": "ann"}')
    recorder.answers["GET /moved"] = (302, {"Location": "/orders/o-77413"}, "")
    found = imported(FLOW.replace("$url", recorder.url))
    assert [(it.field, it.message) for it in found.left_out] == [
        ("", "The options openapi3 of a runner were left out."),
        ("steps.checked", "A test was left out: `previous.res.status == 200`."),
    ]
    assert found.files[0].text.count("timeout_s: 2") == 4
    assert set(found.files[0].case.secrets) == {"create_pin", "order"}
    result = run()
    assert [it.outcome.value for it in result.cases] == ["failed"]
    sent = [f"{it['method']} {it['path']}" for it in recorder.seen]
    assert sent == ["POST /orders"] + 3 * ["GET /orders/o-77413"], "at most 3, and no body"
    parts = comparable(recorder.seen[0])["body"]
    assert [parts.count(it) for it in ('name="buyer"', "ann", 'name="tags"')] == [1, 1, 2]
    assert comparable(recorder.seen[1])["body"] == ""
    recorder.seen.clear()
    done = '{"id": "o-77413", "by": "ann", "state": "done"}'
    recorder.answers["GET /orders/o-77413"] = (200, {}, done)
    result = run()
    assert [it.outcome.value for it in result.cases] == ["passed"], result
    sent = [f"{it['method']} {it['path']}" for it in recorder.seen]
    assert sent == ["POST /orders", "GET /orders/o-77413", "GET /moved", "GET /moved"]
    assert "o-77413" not in str(result.cases), "a secret of the runbook"
    recorder.answers["POST /orders"] = (201, {"X-Trace": "other"}, body)
    assert [it.outcome.value for it in run().cases] == ["failed"]


@pytest.mark.verifies("import-runn#1.4")
def test_a_runbook_is_recognized_and_another_document_refused(imported: Imported) -> None:
    assert recognized(RUNBOOK) == "runn"
    assert reference_of("current.res.body") is None
    for text in ("steps: 7\nrunners: {}\n", "- a\n"):
        with pytest.raises(ShallError, match="not a runbook of runn"):
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
