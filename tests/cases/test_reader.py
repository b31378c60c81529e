from typing import Any

import pytest

from shall.cases.model import Allure, Body, Case, Check
from shall.cases.reader import examine_data, examine_text, locate, read_case, read_data
from shall.cases.writer import to_data
from shall.diagnostics import Diagnostic
from shall.errors import InvalidCase
from shall.span import Span

HEAD = "testcase:\n  name: x\n  host: http://a\n  steps:\n"
STEP = HEAD + "    - {id: a, path: /}\n"


def problems(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(InvalidCase) as caught:
        read_case(text, "x.yaml")
    return caught.value.diagnostics


def case_with(check: dict[str, Any]) -> Case:
    return read_data({"name": "x", "steps": [{"id": "a", "path": "/", "assert": [check]}]})


def check_of(**check: Any) -> Check:
    return case_with(check).steps[0].checks[0]


def step_problem(**step: Any) -> str:
    with pytest.raises(InvalidCase) as caught:
        read_data({"name": "x", "steps": [{"id": "a", "path": "/", **step}]})
    (problem,) = caught.value.diagnostics
    return f"{problem.field}: {problem.message} {problem.hint or ''}".strip()


@pytest.mark.verifies("cases#1.15")
@pytest.mark.parametrize("reason", ["true", '" "', "7"])
def test_a_case_is_skipped_only_for_a_reason(reason: str) -> None:
    assert read_case(STEP + "  skip: not deployed yet\n", "x.yaml").skip == "not deployed yet"
    assert read_case(STEP + "  skip: false\n", "x.yaml").skip is None
    [problem] = problems(STEP + f"  skip: {reason}\n")
    assert str(problem.span) == "x.yaml:6:9"
    assert (problem.field, problem.message) == ("skip", "`skip` must say why.")


@pytest.mark.verifies("generate#1.1")
def test_a_draft_is_true_or_false_and_written_as_it_is_read() -> None:
    draft = read_case(STEP + "  draft: true\n", "x.yaml")
    assert (draft.draft, draft.skip) == (True, "draft")
    assert "skip" not in to_data(draft)
    assert read_data(to_data(draft)) == draft
    late = read_case(STEP + "  draft: true\n  skip: not deployed\n", "x.yaml")
    assert read_data(to_data(late)) == late
    assert read_case(STEP + "  draft: false\n", "x.yaml").skip is None
    [problem] = problems(STEP + "  draft: later\n")
    assert problem.message == "`draft` must be true or false, not a text."


@pytest.mark.verifies("cases#1.1")
def test_an_older_case_reads_whole() -> None:
    case = read_case(
        """\
testcase:
  name: 登录 用例
  description: 说 "明"
  host: http://127.0.0.1:8000
  allure: {epic: 平台, feature: 登录, story: }
  steps:
    - id: create-user
      path: /users
      method: post
      headers: {Content-Type: application/json}
      params: {page: 1, tag: [a, b]}
      data: {name: "{{ helpers.fake_name() }}"}
      files: {avatar: data/a.png}
      project: merchant
      assert:
        - {type: status, expected: 201}
        - {type: is not None, field: data.id}
        - {type: in, field: data.role, container: [admin, user]}
        - {type: not_in, expected: "{{ create-user.role }}", container: [root]}
        - {type: mysql_query_exists, query: select 1}
    - {id: get, path: "/users/{{ create-user.data.id }}", method: GET, data: {}, headers: }
  teardowns:
    - id: remove
      operation_type: api
      path: /users/{{ create-user.data.id }}
      method: DELETE
      headers: {}
      data: {}
    - {id: clean, operation_type: db, query: delete from users, project: merchant, headers: {}}
""",
        "login.yaml",
    )

    first, second = case.steps
    assert (case.name, case.allure) == ("登录 用例", Allure("平台", "登录", None))
    assert (first.request.method, first.request.project) == ("POST", "merchant")
    assert first.request.body == Body("data", {"name": "{{ helpers.fake_name() }}"})
    assert first.checks == (
        Check("status_code", expected=201),
        Check("is_not_none", "data.id"),
        Check("in", "data.role", expected=["admin", "user"]),
        Check("not_in", expected="{{ create-user.role }}", container=["root"]),
        Check("mysql_query_exists", query="select 1"),
    )
    assert (second.request.body, second.request.headers) == (None, {})
    assert [each.operation for each in case.teardowns] == ["api", "db"]
    assert case.teardowns[1].query == "delete from users"


@pytest.mark.verifies("cases#1.1", "cases#1.9")
def test_todays_fields_are_read() -> None:
    case = read_case(
        """\
testcase:
  name: x
  host: "{{ Global.host }}"
  variables: {who: "{{ uuid() }}", size: 3}
  tags: smoke
  verifies: [auth#1.2]
  secrets: [password]
  steps:
    - id: a
      url: https://example.com/a
      json: [1, {b: null}]
      timeout_s: 2
      allow_status: 404
      follow_redirects: false
      assert: [{type: contains, header: Content-Type, expected: json}]
    - {id: b, path: /b, form: {c: "{{ a.id }}"}, allow_status: [400, 409]}
    - {id: c, path: /c, text: "{{ who }}"}
    - {id: d, path: /d, json: null}
  teardowns: [{id: e, path: /e}, {id: f, query: select 1}]
""",
        "x.yaml",
    )

    first = case.steps[0]
    assert (case.tags, case.verifies, case.secrets) == (("smoke",), ("auth#1.2",), ("password",))
    assert first.request.timeout_s == 2.0
    assert not first.request.follow_redirects
    assert first.allow_status == (404,)
    assert first.checks == (Check("contains", header="Content-Type", expected="json"),)
    bodies = [step.request.body for step in case.steps]
    assert [body.kind for body in bodies if body] == ["json", "form", "text", "json"]
    assert [each.operation for each in case.teardowns] == ["api", "db"]


@pytest.mark.verifies("cases#1.2", "cases#1.3")
def test_every_problem_is_reported_at_once_with_its_place() -> None:
    found = problems("""\
testcase:
  nam: x
  host: localhost:8000
  steps:
    - id: a
      path: /a
      method: PSOT
      timeout_s: -1
      assert:
        - type: equal
          field: data.id
        - {type: equalz, expected: 1}
        - {type: regex, field: a, expected: "("}
    - id: a
      path: "/{{ later.id }}/{{ tools.uid() }}"
    - id: later
      json: {}
      text: x
""")

    assert [(str(each.span), each.field) for each in found] == [
        ("x.yaml:1:1", ""),
        ("x.yaml:2:3", "nam"),
        ("x.yaml:3:9", "host"),
        ("x.yaml:7:15", "steps[0].method"),
        ("x.yaml:8:18", "steps[0].timeout_s"),
        ("x.yaml:10:11", "steps[0].assert[0]"),
        ("x.yaml:12:18", "steps[0].assert[1].type"),
        ("x.yaml:13:45", "steps[0].assert[2].expected"),
        ("x.yaml:14:11", "steps[1].id"),
        ("x.yaml:15:13", "steps[1].path"),
        ("x.yaml:15:13", "steps[1].path"),
        ("x.yaml:16:7", "steps[2]"),
        ("x.yaml:18:13", "steps[2].text"),
    ]
    hints = " ".join(each.hint or "" for each in found)
    for wanted in ("`name`?", "http://localhost:8000", "POST?", "'equals'?", "`uuid`?"):
        assert wanted in hints


@pytest.mark.verifies("cases#1.5")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "A case is a mapping, not nothing"),
        ("- a\n", "not a list"),
        ("test_case: {}\n", "`name` and `steps` are missing. Remove `test_case:` and"),
        ("a: {}\n", "Write them in the first column"),
        ("unittest: {name: x}\n", "The root is `unittest:`, not `testcase:`"),
        ("testcase:\n", "must be a mapping, not nothing"),
        (STEP + "other: 1\n", "`other` cannot be combined with `testcase:`"),
        ("testcase: {name: x}\n", "`steps` is missing"),
        ("testcase: {name: x, steps: []}\n", "must not be empty"),
        ("testcase: {name: x, steps: {}}\n", "must be a list, not a mapping"),
        ("testcase: {name: 1, steps: [{id: a, path: /}]}\n", 'Quote it: "1"'),
        ("testcase: {name: ' ', steps: [{id: a, path: /}]}\n", "must not be empty"),
        ("testcase: {name: x, steps: [a]}\n", "must be a mapping, not a text"),
        (HEAD + "    - {id: Global, path: /}\n", "is the name of the run's variables"),
        (HEAD + '    - {id: a, path: "/{{ a.x }}"}\n', "`a` is the step at steps[0], which has"),
        (HEAD + '    - {id: a, path: "/{{ b"}\n', "not closed (character 6)"),
        (HEAD + '    - {id: a, path: "/{{ Global }}"}\n', "`Global` alone is not a value"),
        (HEAD + "    - {id: a, path: {{ b.c }} }\n", "Quote an expression"),
        (STEP + "  teardowns: [{id: a, path: /}]\n", "used twice"),
        (STEP.replace("/}", '"/{{ t.x }}"}') + "  teardowns: [{id: t, path: /}]\n", "the teardown"),
        (STEP + "  variables: {a: 1}\n", "has the name of the step"),
        (STEP + '  variables: {b: "{{ a.x }}"}\n', "has not answered"),
        (STEP + "  teardowns: [{id: b, operation_type: x}]\n", "'api' or 'db'"),
        (STEP + "  teardowns: [{id: b, operation_type: db}]\n", "`query` is missing"),
        (STEP + "  teardowns: [{id: b, path: /, query: x}]\n", "runs no query"),
        (STEP + "  tags: ['']\n", "tags[0]: An item of `tags` must be a text"),
        (STEP + "  allure: x\n", "allure: `allure` must be a mapping"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_case_is_reported(text: str, words: str) -> None:
    assert words in "\n".join(map(str, problems(text)))


def test_teardowns_run_in_reverse_so_an_earlier_one_may_read_a_later_one() -> None:
    tail = '  teardowns: [{id: p, path: "/{{ q.x }}"}, {id: q, path: "/{{ a.x }}"}]\n'

    assert read_case(STEP + "" + tail, "x.yaml").teardowns[0].id == "p"
    wrong = tail.replace("q.x", "a.x").replace('/{{ a.x }}"}]', '/{{ p.x }}"}]')
    assert "has not answered" in problems(STEP + "" + wrong)[0].message


@pytest.mark.verifies("cases#1.6")
@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({"url": "http://a"}, "steps[0].url: `path` is set too"),
        ({"path": None}, "steps[0]: `path` is missing"),
        ({"path": "file:///etc/passwd"}, "cannot send to file://"),
        ({"path": "/a\nb"}, "control character"),
        ({"path": "ws://h/a"}, "cannot send to ws://. Write `WS: ADDRESS`."),
        ({"method": "QQ"}, "Unknown method 'QQ'. Known are GET"),
        ({"headers": {"X": [1]}}, "steps[0].headers.X: `X` must be a text, not a list"),
        ({"headers": {"X": None}}, "has no value"),
        ({"headers": {"X": "a\r\nb"}}, "line break"),
        ({"headers": {"X\tY": "a"}}, "control character"),
        ({"params": {"q": {"a": 1}}}, "must be a text or a list, not a mapping"),
        ({"params": [1]}, "steps[0].params: `params` must be a mapping, not a list"),
        ({"files": {"f": 1}}, "steps[0].files.f: `f` must be the path of a file"),
        ({"json": {}, "form": {}}, "not `json` and `form`"),
        ({"text": "x", "files": {"f": "a"}}, "Files are sent as a form"),
        ({"text": 1}, "must be a text, not a number"),
        ({"form": [1]}, "must be a mapping, not a list"),
        ({"timeout_s": 0}, "above 0"),
        ({"timeout_s": True}, "above 0"),
        ({"allow_status": [404, 99]}, "from 100 to 599, not 99"),
        ({"follow_redirects": "no"}, "must be true or false, not a text"),
        ({"project": 1}, "must be a text"),
        ({"expct": 1}, "Unknown field `expct`"),
        ({"header": {}, "headers": {}}, "`headers` is set too"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_step_is_reported(step: dict[str, Any], words: str) -> None:
    assert words in step_problem(**step)


@pytest.mark.verifies("cases#1.16")
@pytest.mark.parametrize(
    ("step", "words"),
    [
        (
            {"auth": {"basic": {"user": "a", "password": "b", "login": "c"}}},
            "`login`. The fields here are password, user.",
        ),
        ({"connection": {"verify": False}}, "`verify`. The fields here are ca, "),
        ({"retry": {"count": 3}}, "`count`. The fields here are after, backoff, every, times."),
        ({"while": {"status": 200}}, "or `repeat: {while: {$.next: "),
    ],
)
def test_few_fields_are_listed_where_one_is_unknown(step: dict[str, Any], words: str) -> None:
    assert words in step_problem(**step)


@pytest.mark.verifies("cases#1.3")
@pytest.mark.parametrize(
    ("check", "words"),
    [
        ({}, "assert[0]: `type` is missing"),
        ({"type": "zzz"}, "Unknown check 'zzz'. Known are status_code"),
        ({"type": "eqals", "expected": 1}, "Did you mean 'equals'?"),
        ({"type": "equals", "field": "a"}, "`expected` is missing"),
        ({"type": "status_code", "expected": 99}, "from 100 to 599, not 99"),
        ({"type": "status_code", "expected": None}, "from 100 to 599"),
        ({"type": "status_code", "expected": True}, "not True"),
        ({"type": "status_code", "header": "X", "expected": 200}, "takes no `header`"),
        ({"type": "equals", "field": "a", "header": "X", "expected": 1}, "not at both"),
        ({"type": "equals", "field": "a..b", "expected": 1}, "assert[0].field: The path"),
        ({"type": "exists"}, "`field` is missing"),
        ({"type": "is_none", "field": "a", "expected": 3}, "takes no expected value"),
        ({"type": "length", "field": "a", "expected": -1}, "a length of 0 or more"),
        ({"type": "in", "field": "a", "expected": "abc"}, "must be a list, not a text"),
        ({"type": "<", "field": "a", "expected": True}, "must be a number or a text"),
        ({"type": "regex", "field": "a", "expected": 1}, "must be a text, not a number"),
        ({"type": "regex", "field": "a", "expected": "(" * 5000}, "of more than 2,000"),
        ({"type": "mysql_query"}, "`query` is missing"),
        ({"type": "equals", "container": [1]}, "takes no `container`"),
        ({"type": "in", "container": 1, "field": "a"}, "must be a list, not a number"),
        ({"type": "in", "container": [1], "field": "a", "expected": 1}, "written twice"),
        ({"type": "in", "container": [1]}, "what to look for"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_check_is_reported(check: dict[str, Any], words: str) -> None:
    assert words in step_problem(**{"assert": [check]})


@pytest.mark.verifies("cases#1.8")
@pytest.mark.parametrize(
    ("spelling", "kind"),
    [
        ("status", "status_code"), ("equal", "equals"), ("equals", "equals"), ("==", "equals"),
        ("not equal", "not_equals"), ("not_equal", "not_equals"), ("not equals", "not_equals"),
        ("!=", "not_equals"), ("is None", "is_none"), ("None", "is_none"), ("none", "is_none"),
        ("is not None", "is_not_none"), ("not None", "is_not_none"), ("contain", "contains"),
        ("exist", "exists"), ("not in", "not_in"), ("<", "less_than"), ("<=", "less_or_equal"),
        (">", "greater_than"), (">=", "greater_or_equal"), ("lt", "less_than"),
        ("gte", "greater_or_equal"),
        ("matches", "regex"), ("Regex", "regex"), ("not-exists", "not_exists"), ("len", "length"),
    ],
)  # fmt: skip
def test_other_spellings_of_a_check_are_understood_and_noted(spelling: str, kind: str) -> None:
    expected = {"status_code": 200, "not_in": [], "length": 1, "regex": "a"}.get(kind, 1)
    check = {"type": spelling, "field": "a", "expected": expected}
    if kind in ("is_none", "is_not_none", "exists", "not_exists"):
        del check["expected"]
    data = {"name": "x", "steps": [{"id": "a", "path": "/", "assert": [check]}]}

    reading = examine_data(data)

    assert reading.case.steps[0].checks[0].kind == kind
    assert any("is written" in note.message for note in reading.notes) == (spelling != kind)


def test_a_presence_check_that_expects_false_is_the_opposite_check() -> None:
    assert check_of(type="exists", field="a", expected=False).kind == "not_exists"
    assert check_of(type="is_none", field="a", expected=True).kind == "is_none"


def test_a_status_may_be_written_as_text_or_as_an_expression() -> None:
    assert check_of(type="status_code", field="status", expected="404") == Check(
        "status_code", expected=404
    )
    assert check_of(type="status_code", expected="{{ wanted }}").expected == "{{ wanted }}"


@pytest.mark.verifies("cases#1.8")
def test_older_names_of_fields_are_understood_and_noted() -> None:
    check = "{type: eq, field: a, expect: 1}"
    text = (
        "testcase:\n  name: x\n  steps:\n"
        f"    - {{id: a, path: /, timeout: 3, asserts: [{check}]}}\n"
    )

    reading = examine_text(text, "x.yaml")

    step = reading.case.steps[0]
    assert (step.request.timeout_s, step.checks[0].expected) == (3.0, 1)
    assert [str(note) for note in reading.notes] == [
        "x.yaml:4:24: steps[0].timeout: `timeout` is written `timeout_s` today.",
        "x.yaml:4:36: steps[0].asserts: `asserts` is written `assert` today.",
        "x.yaml:4:53: steps[0].asserts[0].type: 'eq' is written 'equals' today.",
        "x.yaml:4:67: steps[0].asserts[0].expect: `expect` is written `expected` today.",
    ]
    assert {note.code for note in reading.notes} == {"case.older-spelling"}
    assert locate(text, "x.yaml", "steps[0].assert[0]") == Span("x.yaml", 4, 46, 31)


@pytest.mark.parametrize(
    "call",
    [
        "uuid()",
        "tools.random_int(1, max=9)",
        "helpers.random_choice([1])",
        "random_choice(1, 2)",
        "demo_func(1, x=2)",
        "date_offset(days=-1)",
        "uuid_short(nobody.x)",
    ],
)
def test_a_known_call_is_accepted(call: str) -> None:
    assert check_of(type="equals", expected="{{ " + call + " }}").expected


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("os.system('id')", "Unknown module `os`"),
        ("xyzzy()", "Unknown function `xyzzy`"),
        ("uuid(1)", "takes 0 arguments, not 1"),
        ("random_int(low=1)", "has no argument `low`. It is random_int(min_val=0, max_val=100)."),
        ("random_int(1, min=2)", "given `min_val` twice"),
        ("random_choice()", "something to choose from"),
        ("random_str(uid())", "Unknown function `uid`"),
    ],
)
def test_a_call_that_cannot_be_made_is_reported(call: str, words: str) -> None:
    assert words in step_problem(headers={"X": "{{ " + call + " }}"})
    assert words in step_problem(json={"{{ " + call + " }}": 1})


def test_data_may_come_with_its_root() -> None:
    assert read_data({"testcase": {"name": "x", "steps": [{"id": "a", "path": "/"}]}}).name == "x"


@pytest.mark.parametrize("value", [float("nan"), {1: 2}, {1, 2}, b"x"])
def test_data_that_is_not_json_is_refused(value: object) -> None:
    with pytest.raises(InvalidCase, match="is not"):
        read_data({"name": "x", "steps": [{"id": "a", "path": "/", "json": value}]})


@pytest.mark.verifies("cases#1.10")
@pytest.mark.repeats
def test_data_without_bounds_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)

    with pytest.raises(InvalidCase, match="64 levels"):
        read_data({"name": "x", "steps": endless})
    with pytest.raises(InvalidCase, match="200,000 values"):
        read_data({"name": "x", "steps": [0] * 200_001})
