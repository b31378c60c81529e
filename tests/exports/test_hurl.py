"""Cases as hurl files."""

import pytest
import yaml
from tests.imports.conftest import Recorder, comparable

from shall.actions.importing import read_cases
from shall.actions.run import execute
from shall.actions.run_request import RunRequest
from shall.cases.reader import read_case
from shall.exports.hurl import to_hurl
from shall.workspace.workspace import Workspace

CASE = """\
testcase:
  name: an order
  host: URL
  variables: {item: "a \\"book\\"", qty: 2}
  secrets: [password]
  steps:
    - POST: /login
      headers: {X-Shop: north}
      json: {user: ann, password: "{{ password }}", n: "{{ qty | to_string }}", age: 7}
      capture: {token: $.data.token, trace: header X-Trace}
      expect:
        status: 201
        header Content-Type: {contains: json}
        $.data.roles: {length: 2}
        $.data.roles | first: {starts_with: adm}
        $.data.age: {greater_than: 18, less_or_equal: 99}
        $.data.gone: {exists: false}
        $.data.token: {is_string: true, matches: "^f\\\\w+$"}
        body: {not_contains: lost}
        duration: {less_than: 20 s}
    - GET: /orders
      params: {page: 2, "a:b": [x, y]}
      auth: {bearer: "{{ token }}"}
      timeout_s: 9
      expect: {status: 200, $.trace: "{{ trace }}", "$.s | split \\", \\" | nth 1": b}
    - POST: /form
      headers: {X-Mark: 'a#b\\c'}
      form: {item: "{{ item }}", qty: "{{ qty }}", "n#": "c# {{ qty }}"}
      auth: {basic: {user: ann, password: "{{ password }}"}}
      follow_redirects: false
      delay: 1 ms
      expect: {status: {in: [200, 201]}}
"""


@pytest.mark.verifies("import#8.3", "import#8.4")
def test_an_exported_file_that_is_imported_sends_and_checks_the_same(
    recorder: Recorder, workspace: Workspace
) -> None:
    login = '{"data": {"token": "fresh", "roles": ["admin", "b"], "age": 41}}'
    recorder.answers = {
        "POST /login": (201, {"X-Trace": "t-1"}, login),
        "GET /orders": (200, {}, '{"trace": "t-1", "s": "a, b"}'),
    }
    text = CASE.replace("URL", recorder.url)

    exported = to_hurl(read_case(text, "a.yaml"), "a.yaml")
    imported = read_cases(exported.text, "a.hurl")
    sent = []
    for source in (text, imported.files[0].text):
        recorder.seen.clear()
        workspace.files.write_text("tests/cases/a.yaml", source)
        run = execute(workspace, RunRequest(variables={"password": "wonderland"}))
        assert run.bad_total == 0, (run.bad, source)
        sent.append([comparable(it) for it in recorder.seen])

    assert exported.variables == ["password"]
    assert "wonderland" not in exported.text
    assert exported.left_out == [
        "the types of expressions in JSON, which become texts",
        "a check `status_code` of step 3",
    ]
    assert imported.left_out == []
    assert sent[0] == sent[1]
    first = yaml.safe_load(text)["testcase"]["steps"]
    again = yaml.safe_load(imported.files[0].text)["steps"]
    assert again[0]["capture"] == first[0]["capture"]
    assert again[0]["expect"].keys() - {"$.data.roles | count"} == first[0]["expect"].keys() - {
        "$.data.roles"
    }
    assert again[1]["expect"] == first[1]["expect"]


@pytest.mark.verifies("import#8.4")
def test_names_json_and_patterns_are_written_as_hurl_reads_them() -> None:
    case = read_case(
        "testcase:\n  name: n\n  variables: {b: x}\n  steps:\n    - POST: /a\n"
        """      auth: {basic: {user: "a'n n", password: x}}\n"""
        """      json: {a: 'say "{{ b }}"'}\n"""
        """      expect: {'regex to\\w+': token, 'regex (t)': t, '$.a | regex "x"': x}\n""",
        "a.yaml",
    )
    lines = to_hurl(case, "a.yaml").text.splitlines()
    assert r"a\u{27}n\u{20}n: {{password}}" in lines
    assert r"""{"a": "say \"{{b}}\""}""" in lines
    assert r'''regex "(to\\w+)" == "token"''' in lines
    assert '''regex "(t)" == "t"''' in lines
    assert '''jsonpath "$.a" regex "(x)" == "x"''' in lines


@pytest.mark.verifies("import#8.3")
def test_what_hurl_cannot_express_is_listed() -> None:
    case = read_case(
        "testcase:\n  name: one\n  data: [{a: 1}]\n  steps:\n"
        "    - GET: /a\n      until: {$.a: 1}\n      auth: {api_key: {header: X, value: v}}\n"
        "      capture: {x: css a, y: '$.l | first | jsonpath \"$.a\"'}\n"
        "      expect: {$.l: {any: {a: 1}}, $.o: {equals: {a: 1}}}\n"
        "    - PUT: /b/{{ row.a + 1 }}\n      text: one\n      files: {}\n",
        "a.yaml",
    )

    found = to_hurl(case, "a.yaml")

    assert found.left_out == [
        "`data` of the case",
        "`until` of step 1",
        "the credentials `api_key`",
        "the capture `x` of step 1",
        "the capture `y` of step 1",
        "a check `any` of step 1",
        "a check `equals` of step 1",
        "an expression, which became the variable value",
        "the end of the text of step 2, to which hurl adds a line end",
    ]
    assert found.variables == ["base_url", "value"]
    assert (
        "GET {{base_url}}/a\n[Options]\nlocation: true\nHTTP *\n[Asserts]\nstatus < 400"
        in found.text
    )


@pytest.mark.verifies("import#8.4")
def test_flags_of_cookies_and_filters_are_written_as_hurl_reads_them() -> None:
    case = read_case(
        "testcase:\n  name: one\n  host: http://a.test\n  steps:\n"
        "    - GET: /a\n      expect:\n"
        "        cookie s[HttpOnly]: true\n        cookie s[Secure]: {not_equals: true}\n"
        "        cookie s[Max-Age]: 60\n"
        """        "$.l[?@.n > 3 && @.s == 'a]'].s": [b]\n        "$.l[?(@.n > 3)] | first": 1\n"""
        """        '$.h["x-a"]["b"]': 2\n""",
        "a.yaml",
    )

    text = to_hurl(case, "a.yaml").text

    assert 'cookie "s[HttpOnly]" exists' in text
    assert 'cookie "s[Secure]" not exists' in text
    assert 'cookie "s[Max-Age]" == 60' in text
    assert 'jsonpath "$.l[?(@.n > 3)]" first == 1' in text
    assert """jsonpath "$.h['x-a']""" in text
