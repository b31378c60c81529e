"""What is read quickly is read as by the careful readers: PyYAML, and the one with problems."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shall.cases.bounds import MAX_DEPTH, MAX_NODES
from shall.cases.plain_case import plain_case
from shall.cases.plain_yaml import MAX_CHARACTERS, read_plain
from shall.cases.reader import examine_data, examine_text, load_yaml
from shall.errors import InvalidCase

CASE = """\
# a comment
testcase:
  name: 登录, and what follows
  host: http://127.0.0.1:8000
  tags: [smoke, login]

  variables:
    user: {name: "user 1", roles: [admin, {level: 2}]}
  steps:
  - id: login
    path: /login?next=/home
    method: POST
    json: {username: "{{ user.name }}", password: 'pw'}
    assert:
      - {type: status_code, expected: 200}
      - type: equals
        field: user.id
        expected: -1.5
  - id: order
    url: "{{ login.links[0] }}"
    headers:
      Authorization: "Bearer {{ login.token }}"
    allow_status: [404]
    assert: [{type: exists, field: id}, {type: in, field: state, expected: [a, b]}]
  teardowns:
    - {id: undo, path: /orders/1, method: DELETE}
"""


class Oracle(yaml.CSafeLoader):
    """PyYAML's own reading; dates stay text, as documented, and a key counts once."""


def _mapping(loader: Oracle, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [key.value for key, _ in node.value]
    if len(keys) > len(set(keys)):
        raise yaml.YAMLError("a key is given twice")
    return loader.construct_mapping(node, deep=True)


Oracle.yaml_implicit_resolvers = {
    start: [each for each in resolvers if not each[0].endswith(":timestamp")]
    for start, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
Oracle.add_constructor("tag:yaml.org,2002:map", _mapping)


def assert_reads_like_pyyaml(text: str) -> None:
    value = read_plain(text)
    if value is not None:
        assert repr(value or None) == repr(yaml.load(text, Loader=Oracle))


def test_an_ordinary_case_is_read_without_a_yaml_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise AssertionError

    assert_reads_like_pyyaml(CASE)
    expected = examine_data(yaml.safe_load(CASE))
    monkeypatch.setattr("shall.cases.full_case.read_full", fail)
    monkeypatch.setattr("shall.cases.yaml_text.load_yaml", fail)

    assert examine_text(CASE, "x.yaml") == expected


SCALARS = [
    *(
        "a",
        "x y",
        "x  y",
        "x: y",
        "x:y",
        "a:",
        "a :b",
        "a:/b",
        "http://h:80/x?a=1&b=2",
        "/x/y",
        "/",
    ),
    *("$.a", "$", "$.a[0]", "$.a b", "300 ms", "300 ms x", "1 s", "0 s", "5 apples", "header X"),
    *("yes", "No", "on", "true", "True", "null", "~", "=", "<<", "_", "y"),
    *("1", "-1", "010", "1.5", "-0", "-0.0", "1_0", "1e3", "0x1F", ".5", "+1", "12:30", "1:2"),
    *("123456789012345", "1234567890123456789", "0.10", "2026-01-01", "-a", "-", "- a", "?", "? a"),
    *('"{{ a.b }}"', "{{ a }}", "'it'", "it's", "'a''b'", '"a\\n"', '"a" b', "a 'b'", 'a"b', "'"),
    *("*a", "&a b", "!x", "@a", "%a", "`a", "|", ">", "a#b", "a #b", "# c", ",", "a, b", "a]b"),
    *("a {b}", "a & b", "a * b", "a ! b", "a - b", "a < b", "a | b", "a ? b", "a [b", "(a)"),
    *(
        "名",
        "名 前",
        "a，b",
        "é",
        "\u2028",
        "\ufeff",
        "a\u0085b",
        "a\u00a0b",
        "a\tb",
        "😀",
        " a",
        "a ",
    ),
]
KEYS = ["a", "b", "c-d", "e_f", "Yes", "on", "null", "1", "-", "名", "名a", '"q r"', "'s'", "x y"]
KEYS += ["a.b", "<<", "=", "$.a", "$", "$.a[0].b", "$.a[*]", "$..a", "header X-A", "cookie a[b]"]
KEYS += ["GET", "$.a | count", "$a b", "header A b", "header", "$.[a]", "$.a[0", '$["a"]']
_scalar = st.sampled_from(SCALARS)
_flow = st.recursive(
    _scalar,
    lambda inner: st.one_of(
        st.builds(
            lambda parts, sep, end: f"[{sep.join(parts)}{end}]",
            st.lists(inner, max_size=3),
            st.sampled_from([", ", ",", " , "]),
            st.sampled_from(["", "", " ", ","]),
        ),
        st.builds(
            lambda parts, sep, end: f"{{{sep.join(f'{k}: {v}' for k, v in parts)}{end}}}",
            st.lists(st.tuples(st.sampled_from(KEYS), inner), max_size=3),
            st.sampled_from([", ", ",", " , "]),
            st.sampled_from(["", "", " ", ","]),
        ),
    ),
    max_leaves=5,
)
_lines = st.builds(
    lambda indent, dash, key, value, tail: f"{' ' * indent}{dash}{key}{value}{tail}",
    st.sampled_from([0, 0, 0, 1, 2, 2, 3, 4]),
    st.sampled_from(["", "", "", "- ", "-  ", "- - "]),
    st.one_of(st.just(""), st.sampled_from(KEYS).map(lambda key: f"{key}: ")),
    st.one_of(st.just(""), _scalar, _flow),
    st.sampled_from(["", "", "", " ", " # c"]),
) | st.builds(
    lambda indent, dash, key: f"{' ' * indent}{dash}{key}:",
    st.sampled_from([0, 0, 1, 2, 2, 4]),
    st.sampled_from(["", "", "- "]),
    st.sampled_from(KEYS),
)


@pytest.mark.verifies("cases#1.7")
@settings(max_examples=600, deadline=None)
@given(st.lists(_lines, min_size=1, max_size=6).map("\n".join))
@example("a:\n- b\n\n- c:\n  d: 1\ne:\n")
@example("a: 1\na: 2\n")
@example("a: b\n  - c\n")
@example("a: b\n  c: d\n")
@example("a:\n  - b\n  c: 1\n")
@example("- a\n")
def test_a_plain_document_reads_as_pyyaml_reads_it(text: str) -> None:
    assert_reads_like_pyyaml(text)


@pytest.mark.verifies("cases#1.7")
@settings(max_examples=400, deadline=None)
@given(
    st.integers(0, len(CASE) - 1),
    st.sampled_from([*" \n:-{}[],\"'#&*!|>%@`ab01.~?=\\_名", ""]),
    st.integers(0, 2),
)
def test_a_case_with_a_mistake_reads_as_pyyaml_reads_it(at: int, sign: str, removed: int) -> None:
    assert_reads_like_pyyaml(CASE[:at] + sign + CASE[at + removed :])


@pytest.mark.parametrize(
    "text",
    [
        "a: x\n" + "b: [" + "[" * 20 + "1" + "]" * 20 + "]\n",
        "".join(f"{' ' * n}a:\n" for n in range(MAX_DEPTH + 1)),
        "a:\n" + "- [" + "a, " * 300 + "a]\n" * (MAX_NODES // 300 + 1),
        f"a: {'x' * MAX_CHARACTERS}\n",
    ],
)
def test_a_document_near_the_bounds_is_left_to_the_reader_that_counts(text: str) -> None:
    assert read_plain(text) is None


@pytest.mark.parametrize("text", ["", "\n", "# host: http://127.0.0.1\n\n  # user: alice\n"])
def test_a_document_of_comments_alone_is_read_as_yaml_reads_it(text: str) -> None:
    assert read_plain(text) == {}
    assert load_yaml(text, "shall.yaml") is None


@pytest.mark.parametrize(
    "line",
    [
        *(" a: {}", "- {}", "- a: {}", " a: {{b: 1, c: {}}}", "- {{c: {}}}"),
        *(
            " a: {{b: {}, c: 1}}",
            "- {{b: {}, c: {}}}",
            " a: {{{}: 1, c: 2}}",
            ' "{{": {{b: {}, c: 1}}',
        ),
    ],
)
@pytest.mark.parametrize(
    "value",
    [
        *("b", "/b/1", "-1", "01", "1e3", "0x1", ".5", "1.5", "12:30", "2020-01-01", "yes", "null"),
        *(
            "~",
            '"b"',
            "'b'",
            "b c",
            "b: c",
            "b # c",
            "b#c",
            "[1]",
            "{d: 1}",
            "b, c: 2",
            "*b",
            "b ",
            "",
        ),
    ],
)
def test_a_line_whose_beginning_was_seen_is_read_like_any_other(line: str, value: str) -> None:
    for seen in ("seen", "twice"):
        assert read_plain(f"x:\n{line.format(seen, seen)}\n")
    assert_reads_like_pyyaml(f"x:\n{line.format(value, value)}\n")


@pytest.mark.parametrize("line", ["a: {}", "- a: {}", "a: {{m: {}}}", "a: {{n: 1, m: {}}}"])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_colon_in_a_quoted_text_is_not_the_beginning_of_another_line(
    line: str, quote: str
) -> None:
    for end in ("b", "c", "d", "2"):
        text = f"x:\n  {line.format(f'{quote}x: {end}{quote}')}\n"
        assert read_plain(text) is not None
        assert_reads_like_pyyaml(text)


def test_a_value_that_stands_in_two_documents_is_not_shared() -> None:
    text = "a: {b: 1}\nc: [{d: [2]}]\n"
    first, second = read_plain(text), read_plain(text)
    assert first is not None
    first["a"]["b"] = first["c"][0]["d"] = None
    assert second == read_plain(text) == {"a": {"b": 1}, "c": [{"d": [2]}]}


@pytest.mark.verifies("cases#1.7")
@pytest.mark.parametrize("items", [1, 150])
def test_documents_of_the_same_keys_and_columns_have_their_own_values(items: int) -> None:
    for at in range(3):
        more = "".join(f"- {{n: {at}, m: [{at}]}}\n- o: {at}\n  p:\n" for _ in range(items))
        text = f"a: {at}\nb:\n  c: x{at}\n  d:\n  - e: 'y{at}'\n    f: {{g: {at}}}\nh:\n{more}"
        assert read_plain(text) is not None
        assert_reads_like_pyyaml(text)


def _one_of(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


_check = st.fixed_dictionaries(
    {"type": _one_of("status_code", "equals", "exists", "is_none", "in", "length", "regex", "eq")},
    optional={
        "field": _one_of("a.b[0]", "$", "", "a..b", None, 1),
        "header": _one_of("X-A", "", None),
        "expected": _one_of(
            200, "200", 99, 0, -1, None, True, False, "{{ a.x }}", "(", [1], {}, 1.5
        ),
        "container": _one_of([1], None),
        "query": _one_of("q", None),
        "value": _one_of(1),
    },
)
SELECTORS = [
    *("status", " status", "body", "$", "$.a", "$.a.b", "$.a[0]", "$.a-b", "$.²", "$.a.1"),
    *("header X-A", "header  X-A ", "duration", "$.a | count", "$..a", "openapi", "$.a b"),
    *('$["a\\"b"]', "regex a", "{{ a }}", "", "a"),
]
_expected = st.dictionaries(
    _one_of(*SELECTORS),
    _one_of(200, 99, True, "2xx", None, "{{ a.x }}", "{{ c.x }}", 1.5, [200], {}, {"eq": 1})
    | _one_of({"less_than": 3}, {"b": 1}, {"exists": True}, {"a-b": [1, {"c": "{{ nothing() }}"}]}),
    max_size=3,
)
_fields: dict[str, st.SearchStrategy[Any]] = {
    "method": _one_of("GET", "POST", "get", "PURGE", None),
    "headers": _one_of({}, {"A": "x"}, {"A": 1, "B": True}, {"A": None}, {"A": "x\ny"}, {"A": [1]}),
    "params": _one_of({"a": 1, "b": None}, {"a": [1, 2]}, {"a": {}}),
    "json": _one_of({"a": "{{ a.x }}"}, None, [], 0, {"{{ b }}": 1}, {"a": [{"b": "{{ c.x }}"}]}),
    "data": _one_of({}, {"a": 1}, "a=1", None),
    "form": _one_of({"a": 1}, "{{ a }}", "x", []),
    "text": _one_of("x", 1, "{{ uuid() }}", "{{ nothing() }}", "{{ Global }}", "{{ Global.x }}"),
    "url": _one_of("http://h/", "ftp://h", "h", "", None, "http://h/\x07", "{{ a.x }}"),
    "timeout_s": _one_of(1, 0.5, 0, -1, "1", True, None),
    "project": _one_of("p", 1),
    "follow_redirects": _one_of(True, False, None, "no"),
    "allow_status": _one_of([404], [99], 404, ["404"], [True], None),
    "files": _one_of({}, {"f": "a.txt"}),
    "assert": st.lists(_check, max_size=3),
    "asserts": _one_of([]),
    "delay": _one_of("500 ms", "0 s", "2 h", "soon", 1, None),
    "until": _one_of(
        {"status": 200, "every": "20 ms", "within": "1 min", "fails_if": {"$.a": 1}},
        {"$.a": "{{ a.x }}"},
        {"$.a": "{{ c.x }}"},
        {"within": "1 s"},
        {"status": 200, "fails_if": {}},
        {"status": 200, "fails_if": None},
        {"status": 200, "every": "1 ms"},
        {},
        [],
        None,
    ),
    "operation_type": _one_of("api", "db", None),
    "expect": _one_of(200, 99, "2xx", {}, None) | _expected,
    "capture": st.dictionaries(_one_of("v", "a", "Global", "1x"), _one_of(*SELECTORS), max_size=2),
}


def _with(
    required: st.SearchStrategy[dict[str, Any]], more: dict[str, st.SearchStrategy[Any]]
) -> st.SearchStrategy[dict[str, Any]]:
    """Add few of the fields: with more of them, hardly any case would be plain."""
    fields = st.one_of([st.tuples(st.just(name), value) for name, value in more.items()])
    few = st.lists(fields, max_size=1) | st.lists(fields, max_size=2)
    return st.builds(lambda base, added: {**base, **dict(added)}, required, few)


def _call(name: str) -> st.SearchStrategy[dict[str, Any]]:
    path = _one_of("/", "/", "/x", "/y", "/", "/{{ b.x }}", "x")
    return _with(st.fixed_dictionaries({"id": st.just(name), "path": path}), _fields)


_steps = st.tuples(_call("a"), _call("b")) | st.tuples(_call("a"))
_case = _with(
    st.fixed_dictionaries({"name": st.just("x"), "steps": _steps.map(list)}),
    {
        "name": _one_of(" ", 1, None),
        "steps": st.lists(_one_of("a", "Global", " ", 1).flatmap(_call), max_size=2),
        "description": _one_of("d", None, 1),
        "host": _one_of("http://h", "h:80", "{{ Global.h }}", "", "{{ a.x }}", "http://h\n"),
        "variables": _one_of({"v": "{{ a.x }}"}, {"a": 1}, {"w": [1]}, None),
        "tags": _one_of(["t"], "t", [1], [" "], None),
        "verifies": _one_of(["auth#1.1"], "auth#1.1", [1.1]),
        "skip": _one_of("not yet", "", " ", False, True, None),
        "allure": _one_of({"epic": "e"}, None),
        "teardowns": st.tuples(_call("c"), _call("d")).map(list),
        "teardown": _one_of([]),
    },
)


@pytest.mark.verifies("cases#1.1")
@settings(max_examples=1500, deadline=None)
@given(_case)
def test_a_plain_case_is_the_case_that_the_careful_reader_reads(data: dict[str, Any]) -> None:
    case = plain_case({"testcase": data})
    if case is not None:
        careful = examine_data(data)
        assert (repr(careful.case), careful.notes) == (repr(case), ())


@pytest.mark.verifies("cases#1.1")
@settings(max_examples=600, deadline=None)
@given(_one_of(200, 404, 99) | _expected)
@example({"status": 200, "$.a.b": "{{ a.x }}", "header X-A": "b", "body": [1], "$": None})
@example({"$.²": 1, " status": 204, "$.a-b": {}, "$.a[0]": False})
@example({"openapi": True})
def test_what_a_step_expects_is_what_the_careful_reader_reads(expected: Any) -> None:
    data = _changed(expect=expected)
    case = plain_case(data)
    if case is not None:
        careful = examine_data(data)
        assert (repr(careful.case), careful.notes) == (repr(case), ())


def _changed(**changes: Any) -> dict[str, Any]:
    step = {"id": "a", "path": "/", **changes}
    return {"testcase": {"name": "x", "steps": [step]}}


@pytest.mark.parametrize(
    "make",
    [
        lambda: _changed(path="/{{ a.x }}"),
        lambda: _changed(json={"a": "{{ nothing() }}"}),
        lambda: _changed(assert_=[]),
        lambda: {**_changed(), "other": 1},
        lambda: {"testcase": {"name": "x", "steps": [{"GET": "/", "method": None}]}},
        lambda: {"testcase": None},
        lambda: [],
    ],
)
def test_a_case_with_something_wrong_is_left_to_the_careful_reader(make: Callable[[], Any]) -> None:
    data = make()
    assert plain_case(data) is None
    with pytest.raises(InvalidCase):
        examine_data(data if isinstance(data, dict) else {})
