import ast
import re
from typing import Any

import pytest
import yaml
import yaml_rs
from hypothesis import given, settings
from hypothesis import strategies as st

from shall.cases.fingerprint import case_fingerprint
from shall.cases.functions import FUNCTIONS
from shall.cases.guide import EXAMPLE, format_guide
from shall.cases.predicates import PREDICATES
from shall.cases.reader import read_case, read_data
from shall.cases.script import script_name, to_script
from shall.cases.writer import to_data
from shall.cases.yaml_writer import to_yaml
from shall.errors import InvalidCase

TRICKY = ["yes", "010", "1e3", "~", "", " x ", "a: b", "#", "2026-01-01", "12:30", "\n", "中 文"]
TRICKY += ["y", "=", "<<", "-", "a -", "a\u2028b"]
_text = st.sampled_from(TRICKY) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="{"), max_size=12
)
_scalar = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _text
)
_json = st.recursive(
    _scalar,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=8,
)
_line = _text.map(lambda text: re.sub(r"[\x00-\x1f\x7f]", "", text))
_name = _text.filter(lambda text: bool(text.strip()))
_check = st.one_of(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["equals", "not_equals", "contains"]), "expected": _json},
        optional={"field": st.sampled_from(["a.b[0]", '["odd key"]', "$"])},
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("in"),
            "expected": _scalar.filter(lambda value: value is not None),
            "container": st.lists(_scalar, max_size=3),
        }
    ),
    st.fixed_dictionaries({"type": st.just("exists"), "header": _name}),
    st.fixed_dictionaries({"type": st.just("status_code"), "expected": st.integers(100, 599)}),
)
_part = st.one_of(
    st.just("a.csv"),
    st.fixed_dictionaries({"file": st.just("b/c.bin")}, optional={"name": _name, "type": _name}),
    st.fixed_dictionaries({"json": _json}, optional={"type": st.just("application/x+json")}),
    st.fixed_dictionaries({"text": _text}, optional={"name": _name}),
)
_files = st.dictionaries(_name, _part | st.lists(_part, min_size=1, max_size=2), max_size=2)
_body = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"json": _json}),
    st.fixed_dictionaries({"text": _name}),
    st.fixed_dictionaries({"xml": st.sampled_from(["<a b='{{ c }}'/>", "<a>\n <b/>\n</a>\n"])}),
    st.fixed_dictionaries(
        {"body": st.sampled_from([{"file": "a.bin"}, {"base64": "aGk="}, {"base64": "{{ a }}"}])}
    ),
    st.fixed_dictionaries({"files": _files}, optional={"form": st.dictionaries(_name, _scalar)}),
)
_plain_step = st.fixed_dictionaries(
    {"id": _name, "path": _line.filter(lambda text: bool(text.strip()))},
    optional={
        "method": st.sampled_from(["GET", "POST", "DELETE"]),
        "headers": st.dictionaries(_line, _line, max_size=2),
        "params": st.dictionaries(_text, _scalar, max_size=2),
        "timeout_s": st.floats(0.001, 1e6),
        "allow_status": st.lists(st.integers(400, 599), max_size=2),
        "follow_redirects": st.booleans(),
        "project": _text,
        "assert": st.lists(_check, max_size=2),
        "delay": st.integers(1, 3_600_000).map("{} ms".format),
        "until": st.fixed_dictionaries(
            {"status": st.integers(100, 599)},
            optional={
                "$.a": st.integers(),
                "fails_if": st.just({"$.a": {"until": 1}}),
                "every": st.integers(10, 9_000).map("{} ms".format),
                "within": st.sampled_from(["30 s", "0.0333 s", "1.5 min"]),
            },
        ),
    },
)
_step = st.builds(lambda step, body: {**step, **body}, _plain_step, _body)
_case = st.fixed_dictionaries(
    {"name": _name, "steps": st.lists(_step, min_size=1, max_size=3)},
    optional={
        "description": _text,
        "allure": st.dictionaries(st.sampled_from(["epic", "feature", "story"]), _text),
        "variables": st.dictionaries(_text.map(lambda text: f"v{text}"), _json, max_size=2),
        "tags": st.lists(_name, max_size=2),
        "verifies": st.just(["auth#1.2"]),
        "skip": _name,
        "teardowns": st.just([{"id": "undo me", "operation_type": "db", "query": "delete"}]),
    },
)


@pytest.mark.verifies("cases#3.1")
@settings(max_examples=150, deadline=None)
@given(_case)
def test_a_case_that_is_written_reads_back_the_same(data: dict[str, Any]) -> None:
    try:
        case = read_data(data)
    except InvalidCase:
        return  # ids given twice
    text = to_yaml(case)

    back = read_case(text, "x.yaml")

    assert to_yaml(back) == text
    assert to_data(back) == to_data(case)
    assert case_fingerprint(back) == case_fingerprint(case)


@given(st.sampled_from(TRICKY) | st.text("yesno01.:-+_xe~# ", max_size=8))
def test_a_text_is_written_so_that_both_readings_of_yaml_see_a_text(text: str) -> None:
    case = read_data({"name": "x", "steps": [{"id": "a", "path": "/", "json": [text]}]})

    written = to_yaml(case)

    fast: Any = yaml_rs.loads(written, parse_datetime=False)
    for read in (yaml.safe_load(written), fast):
        assert read["steps"][0]["json"] == [text]


@pytest.mark.verifies("cases#3.2")
def test_a_case_is_written_in_one_order_and_in_todays_spellings() -> None:
    case = read_case(
        """\
testcase:
  steps:
    - assert: [{expected: 200, type: status}, {field: a, type: is not None}]
      allow_status: [404]
      url: https://example.com/a
      id: a
      follow_redirects: false
    - {data: {q: 1.5e+300}, path: /b, id: b, method: post, timeout_s: 2, project: p}
  teardowns: [{query: "select 1", id: c}]
  allure: {story: s, epic: e}
  host: http://a
  name: 登录
""",
        "x.yaml",
    )

    assert (
        to_yaml(case)
        == """\
name: 登录
host: "http://a"
allure: {epic: e, story: s}
steps:
- id: a
  GET: "https://example.com/a"
  follow_redirects: false
  allow_status: [404]
  expect: {status: 200, $.a: {is_not_none: true}}
- id: b
  POST: /b
  data: {q: 1.5e+300}
  timeout_s: 2.0
  project: p
teardowns:
- id: c
  operation_type: db
  query: select 1
"""
    )


def test_an_empty_allure_mapping_reads_back() -> None:
    case = read_data({"name": "x", "allure": {}, "steps": [{"id": "a", "path": "/"}]})

    assert read_data(to_data(case)) == case


def test_a_fingerprint_is_that_of_the_meaning() -> None:
    check = "[{type: status, expected: 200}]"
    first = f"testcase:\n  name: x # note\n  steps: [{{id: a, path: /, assert: {check}}}]\n"
    check = "[{expected: 200, type: status_code}]"
    second = f"testcase: {{steps: [{{path: /, assert: {check}, id: a}}], name: x}}"
    other = second.replace("200", "201")

    one, two, three = (case_fingerprint(read_case(text, "x")) for text in (first, second, other))

    assert re.fullmatch("2:[0-9a-f]{64}", one)
    assert one == two != three


HOSTILE = ["tests/cases/login.yaml", "a\"b'c.yaml", "a\n'''\nimport os\n.yaml", '"""', "\\"]
HOSTILE += ["中/文.yml", "", "a\udc80b", "{x}"]


@pytest.mark.verifies("cases#3.5")
@pytest.mark.parametrize("path", HOSTILE)
def test_a_script_holds_the_path_as_a_literal_only(path: str) -> None:
    script = ast.parse(to_script(path))

    docstring, imported, assigned = script.body
    assert isinstance(docstring, ast.Expr)
    assert isinstance(imported, ast.ImportFrom)
    assert isinstance(assigned, ast.Assign)
    assert isinstance(assigned.value, ast.Call)
    assert [ast.literal_eval(each) for each in assigned.value.args] == [path]
    assert isinstance(assigned.targets[0], ast.Name)
    assert f"{assigned.targets[0].id}.py" == script_name(path)


@pytest.mark.parametrize("path", HOSTILE)
def test_a_script_has_a_safe_name(path: str) -> None:
    assert re.fullmatch(r"test_[0-9a-z_]{8,80}\.py", script_name(path))


def test_cases_of_the_same_name_have_scripts_of_their_own() -> None:
    paths = ["tests/cases/a/b.yaml", "tests/cases/a_b.yaml", "tests/cases/a-b.yaml", "A/b.yaml"]

    assert len({script_name(path) for path in paths}) == len(paths)
    assert script_name(paths[0]).startswith("test_a_b_")


def test_the_guide_is_short_and_its_example_reads() -> None:
    guide = format_guide()

    assert len(guide.encode()) <= 3000
    assert EXAMPLE in guide
    assert [it.field for it in read_case(EXAMPLE, "guide").steps[1].checks[2:4]] == ["total"] * 2


def test_the_guide_names_every_check_and_function() -> None:
    guide = format_guide()
    kinds = [it.name for it in PREDICATES if not it.name.startswith("not_")]
    older = {"get_timestamp", "generate_uuid", "demo_get_id", "demo_func"}

    assert [kind for kind in kinds if kind not in guide] == []
    assert [name for name in FUNCTIONS.keys() - older if f"{name}(" not in guide] == []
