"""Exported cases do what the cases do."""

import json
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx2
import pytest
from tests.imports.conftest import Recorder, comparable

from shall.actions.run import execute
from shall.actions.run_request import RunRequest
from shall.cases.reader import read_case
from shall.exports.curl import to_curl
from shall.exports.hurl import to_hurl
from shall.exports.pytest_file import to_pytest
from shall.workspace.workspace import Workspace

CASE = """\
testcase:
  name: an order, and its "end"
  host: URL
  variables: {item: book}
  secrets: [password]
  steps:
    - id: login
      POST: /login
      json: {user: ann, password: "{{ password }}"}
      capture: {token: $.data.token}
      expect: {status: 201, $.data.roles: {length: 1, contains: admin}}
    - POST: "/orders/{{ login.data.id }}"
      headers: {Authorization: "Bearer {{ token }}"}
      params: {page: [1, 2]}
      form: {item: "{{ item }}", note: it's}
      follow_redirects: false
      expect:
        status: [2xx, 302]
        header Content-Type: {matches: json, exists: true}
        $.total: {greater_than: 1, less_or_equal: 9}
        $.gone: {exists: false}
        $.state: {in: [open, paid], not_starts_with: x}
    - PUT: /text
      auth: {basic: {user: ann, password: "{{ Global.password }}"}}
      text: two words
  teardowns:
    - DELETE: /orders/7
"""


@pytest.fixture
def service(recorder: Recorder) -> Recorder:
    login = {"data": {"token": "fresh", "id": 7, "roles": ["admin"]}}
    recorder.answers["POST /login"] = (201, {}, json.dumps(login))
    recorder.answers["POST /orders/7"] = (200, {}, '{"total": 9, "state": "open"}')
    return recorder


def by_shall(workspace: Workspace, recorder: Recorder, text: str) -> list[Any]:
    recorder.seen.clear()
    workspace.files.write_text("tests/cases/a.yaml", text)
    run = execute(workspace, RunRequest(variables={"password": "wonderland", "token": "fresh"}))
    assert run.bad_total == 0, run.bad
    return [comparable(it) for it in recorder.seen]


def run_test(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx", httpx2)  # the same interface, which is installed
    module = ModuleType("exported")
    exec(compile(text, "exported.py", "exec"), module.__dict__)
    monkeypatch.setenv("PASSWORD", "wonderland")
    (test,) = [it for name, it in vars(module).items() if name.startswith("test_")]
    test()


@pytest.mark.verifies("import#8.1", "import#8.3")
def test_an_exported_test_sends_and_checks_the_same(
    service: Recorder, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = CASE.replace("URL", service.url)
    wanted = by_shall(workspace, service, text)
    exported = to_pytest(read_case(text, "a.yaml"), "a.yaml")
    service.seen.clear()

    run_test(exported.text, monkeypatch)

    assert exported.left_out == []
    assert exported.variables == ["PASSWORD"]
    assert exported.text.startswith('"""an order, and its  end : made from a.yaml."""\n\nimport os')
    assert "shall" not in exported.text
    for seen, one in zip(map(comparable, service.seen), wanted, strict=True):
        seen["headers"].pop("content-type", None)
        one["headers"].pop("content-type", None)
        assert seen == one


@pytest.mark.verifies("import#8.1")
@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("POST /login", (200, {}, '{"data": {"token": "t", "id": 7, "roles": ["admin"]}}')),
        ("POST /login", (201, {}, '{"data": {"token": "t", "id": 7, "roles": ["buyer"]}}')),
        ("POST /orders/7", (200, {}, '{"total": 10, "state": "open"}')),
        ("POST /orders/7", (200, {}, '{"total": 9, "state": "open", "gone": 1}')),
        ("PUT /text", (500, {}, "")),
    ],
)
def test_an_exported_test_fails_where_the_case_does(
    service: Recorder, monkeypatch: pytest.MonkeyPatch, path: str, answer: Any
) -> None:
    exported = to_pytest(read_case(CASE.replace("URL", service.url), "a.yaml"), "a.yaml")
    service.answers[path] = answer

    with pytest.raises(AssertionError):
        run_test(exported.text, monkeypatch)
    assert service.seen[-1]["method"] == "DELETE"  # the teardown


@pytest.mark.verifies("import#8.2", "import#8.3")
def test_exported_commands_send_the_same(service: Recorder, workspace: Workspace) -> None:
    text = CASE.replace("URL", service.url).replace("{{ login.data.id }}", "7")
    wanted = by_shall(workspace, service, text)
    exported = to_curl(read_case(text, "a.yaml"), "a.yaml")
    service.seen.clear()

    subprocess.run(
        ["bash", "-e", "-c", exported.text],
        check=True,
        capture_output=True,
        timeout=20,
        env={"PATH": "/usr/bin:/bin", "PASSWORD": "wonderland", "TOKEN": "fresh"},
    )

    assert sorted(exported.variables) == ["PASSWORD", "TOKEN"]
    assert "checks, which curl has not" in exported.left_out
    for seen, one in zip(map(comparable, service.seen), wanted, strict=True):
        seen["headers"].pop("content-type", None)
        one["headers"].pop("content-type", None)
        assert seen == one


ODD = """\
testcase:
  name: values that need quoting
  host: URL
  variables: {client: "a b&c='\\"\\\\ü", qty: 2}
  steps:
    - POST: "/orders?x=1"
      params: {q: "{{ client }}", "odd name": "<{{ client }}>"}
      headers: {X-Odd: 'an "ü" {{ qty }}', X-Qty: "{{ qty }}", X-Two: 2, X-Empty: ""}
      json: {item: "{{ client }}", note: 'say "{{ client }}"', n: "{{ qty }}", in: {}, of: [1, []]}
    - POST: /form
      form: {"odd name": "@{{ client }}"}
    - POST: /xml
      xml: "<a b='{{ client }}'>{{ client }}</a>"
    - GET: "/a path/{{ qty }}/[x]"
"""


@pytest.mark.verifies("import#8.1", "import#8.2")
def test_exported_requests_quote_and_encode_as_a_run_does(
    recorder: Recorder, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = ODD.replace("URL", recorder.url)
    wanted = by_shall(workspace, recorder, text)
    case = read_case(text, "a.yaml")
    commands = to_curl(case, "a.yaml")
    recorder.seen.clear()
    subprocess.run(["bash", "-e", "-c", commands.text], check=True, capture_output=True, timeout=20)
    by_curl = [comparable(it) for it in recorder.seen]
    recorder.seen.clear()
    run_test(to_pytest(case, "a.yaml").text, monkeypatch)
    by_python = [comparable(it) for it in recorder.seen]

    assert commands.left_out == []
    for one, curl, python in zip(wanted, by_curl, by_python, strict=True):
        for seen in (one, curl, python):
            seen["headers"].pop("content-type", None)
            seen["body"] = str(seen["body"]).replace("&#x27;", "&apos;")
        assert curl == one
        assert python == one


@pytest.mark.verifies("import#8.3")
def test_expressions_in_json_may_hold_quotes(recorder: Recorder) -> None:
    text = (
        f"testcase:\n  name: n\n  host: {recorder.url}\n  steps:\n    - POST: /a\n"
        """      json: {a: 'x "{{ b | replace "c" "d" }}"'}\n"""
    )
    exported = to_curl(read_case(text, "a.yaml"), "a.yaml")
    assert """--data-raw '{"a": "x \\"'"${VALUE}"'\\""}'""" in exported.text
    assert exported.left_out == ["an expression, which became the variable VALUE"]


@pytest.mark.verifies("import#8.3")
def test_what_another_tool_cannot_express_is_listed(tmp_path: Path) -> None:
    case = read_case(
        "testcase:\n  name: 1\n  data: [{a: 1}]\n  steps:\n"
        "    - GET: /a\n      connection: {insecure: true}\n      until: {$.a: 1}\n"
        "      if: '{{ row.a > 0 }}'\n      for each: [1]\n"
        "      auth: {api_key: {header: X, value: v}}\n"
        "      expect: {$.l: {any: {a: 1}}, 'xpath //a': x}\n"
        "      capture: {x: css a}\n".replace("name: 1", "name: one"),
        str(tmp_path / "a.yaml"),
    )

    found = to_pytest(case, "a.yaml")

    assert found.left_out[:5] == [
        "`data` of the case",
        "`until` of step 1",
        "`if` of step 1",
        "`for each` of step 1",
        "`connection` of step 1",
    ]
    assert set(found.left_out[5:]) == {
        "the credentials `api_key`",
        "the capture `x` of step 1",
        "a check `any` of step 1",
        "a check `equals` of step 1",
    }
    assert "BASE_URL" in found.variables
    compile(found.text, "a.py", "exec")


@pytest.mark.verifies("import#8.5")
def test_what_is_left_out_stands_in_the_text() -> None:
    case = read_case(
        "testcase:\n  name: one\n  host: http://a.test\n  steps:\n"
        "    - {GET: /a, until: {$.a: 1}}\n",
        "a.yaml",
    )

    for export in (to_pytest, to_curl, to_hurl):
        exported = export(case, "a.yaml")
        assert exported.left_out == ["`until` of step 1"]
        assert "# Left out: `until` of step 1.\n" in exported.text


@pytest.mark.verifies("import#8.6")
def test_a_captured_path_is_joined_to_the_host_once() -> None:
    case = read_case(
        "testcase:\n  name: one\n  steps:\n"
        "    - {POST: /a, capture: {loc: header Location}}\n"
        '    - GET: "{{ loc }}"\n    - GET: "a/{{ loc }}"\n',
        "a.yaml",
    )

    assert "GET {{base_url}}{{loc}}\n" in to_hurl(case, "a.yaml").text
    assert '"${BASE_URL}""${LOC}"\n' in to_curl(case, "a.yaml").text
    assert "GET {{base_url}}/a/{{loc}}\n" in to_hurl(case, "a.yaml").text


@pytest.mark.verifies("import#8.1")
@pytest.mark.parametrize(("said", "fails"), [("open", False), ("shut", True)])
def test_an_exported_test_searches_the_text_of_the_body(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, said: str, fails: bool
) -> None:
    recorder.answers["GET /a"] = (200, {}, json.dumps({"state": [said]}))
    expect = "{contains: state, not_contains: shut, matches: 'st.te'}"
    case = read_case(
        f"testcase:\n  name: one\n  host: {recorder.url}\n  steps:\n"
        f"    - {{GET: /a, auth: {{bearer: t}}, expect: {{body: {expect}}}}}\n",
        "a.yaml",
    )
    text = to_pytest(case, "a.yaml").text

    monkeypatch.setenv("TOKEN", "t")
    with pytest.raises(AssertionError) if fails else nullcontext():
        run_test(text, monkeypatch)
    assert comparable(recorder.seen[-1])["headers"]["authorization"] == "Bearer t"
    # Headers.update of httpx takes no keywords, that of httpx2 does.
    assert "update({'Authorization': 'Bearer ' + str(os.environ[\"TOKEN\"])})" in text


def test_a_query_and_a_conversation_are_left_out_and_listed() -> None:
    case = read_case(
        "testcase:\n  name: one\n  steps:\n"
        "    - WS: ws://a.test/\n      messages: [{send: hi}]\n"
        '    - sql: {database: shop, query: "SELECT 1"}\n      capture: {one: value}\n'
        "    - GET: '/a/{{ one }}'\n",
        "a.yaml",
    )

    for exported in (to_pytest(case, "a.yaml"), to_curl(case, "a.yaml")):
        assert {"the WebSocket of step 1", "the query of step 2"} <= set(exported.left_out)
        assert exported.text.count("/a/") == 1
        assert "WS" not in exported.text
        assert "ws://" not in exported.text
        assert "ONE" in exported.variables
    assert to_pytest(case, "a.yaml").text.count("client.") == 1


def test_a_graphql_query_is_json(monkeypatch: pytest.MonkeyPatch, recorder: Recorder) -> None:
    case = read_case(
        f"testcase:\n  name: one\n  host: {recorder.url}\n  steps:\n"
        "    - POST: /g\n      graphql: {query: '{ a }', variables: {n: 1}, operation: q}\n",
        "a.yaml",
    )
    recorder.seen.clear()

    run_test(to_pytest(case, "a.yaml").text, monkeypatch)

    (seen,) = recorder.seen
    assert json.loads(seen["body"]) == {
        "query": "{ a }",
        "variables": {"n": 1},
        "operationName": "q",
    }


def test_a_case_without_a_request_becomes_a_test_that_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = read_case(
        "testcase:\n  name: one\n  host: http://a.test\n  steps:\n"
        '    - sql: {database: shop, query: "SELECT 1"}\n',
        "a.yaml",
    )

    with pytest.raises(NotImplementedError, match="no step"):
        run_test(to_pytest(case, "a.yaml").text, monkeypatch)


@pytest.mark.verifies("import#8.7")
@pytest.mark.parametrize("write", [to_curl, to_hurl, to_pytest])
@pytest.mark.parametrize(
    "body",
    [
        "xml: '<login><password>CANARY</password></login>'",
        "text: 'password=CANARY&page=2'",
        """text: '{"password": "CANARY", "n": {{ n }}}'""",
        """graphql: {query: 'mutation { login(password: "CANARY") { id } }'}""",
        "json: {keys: [1], login: {password: CANARY}}",
        "form: {password: CANARY}",
    ],
)
def test_a_secret_field_of_any_body_is_a_variable(write: Any, body: str) -> None:
    secret = "plum-tree-77"
    text = f"name: one\nhost: http://h\nsteps:\n- POST: /a\n  {body.replace('CANARY', secret)}\n"

    exported = write(read_case(text, "a.yaml"), "a.yaml")

    assert secret not in exported.text
    assert [*exported.replaced.values()] == ["the body of step 1"]
