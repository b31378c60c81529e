"""Reading ``expect`` and ``capture``: what they become, and what is wrong with them."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shall.cases.filters import FILTERS, filters_of
from shall.cases.fingerprint import case_fingerprint
from shall.cases.full_case import read_full
from shall.cases.model import CHECK_KINDS, Check
from shall.cases.path import parse_path
from shall.cases.plain_case import plain_case
from shall.cases.predicates import NAMES, OF_TYPES, PREDICATES
from shall.cases.reader import examine_text, read_case, read_data
from shall.cases.selector import WITH_ARGUMENT, WORDS, parse_selector
from shall.cases.writer import to_data
from shall.cases.yaml_writer import to_yaml
from shall.errors import BadValue, InvalidCase


def case(**fields: Any) -> dict[str, Any]:
    return {"testcase": {"name": "a", "steps": [{"GET": "/a", **fields}]}}


def problem_of(text: str) -> str:
    with pytest.raises(InvalidCase) as refused:
        read_case(text, "a.yaml")
    return str(refused.value)


def checks(expect: Any) -> tuple[Check, ...]:
    return read_data(case(expect=expect)).steps[0].checks


HEAD = "testcase:\n  name: a\n  steps:\n    - GET: /a\n"


@pytest.mark.verifies("cases#5.18")
@pytest.mark.parametrize("status", [100, 201, 599])
def test_a_number_alone_is_the_status(status: int) -> None:
    short, whole = case(expect=status), case(expect={"status": status})
    for data in (short, whole):
        data["testcase"]["teardowns"] = [{"DELETE": "/a", **data["testcase"]["steps"][0]}]
        del data["testcase"]["teardowns"][0]["GET"]
    plain = plain_case(short)
    assert plain is not None
    assert plain == plain_case(whole) == read_full(short)[0] == read_full(whole)[0]
    assert plain.steps[0].checks == (Check("status_code", expected=status, place="expect.status"),)
    written = to_data(read_data(whole))
    assert written["steps"] == [{"GET": "/a", "expect": status}]
    assert read_data(written) == plain
    assert to_data(read_data(case(expect={"status": "2xx"})))["steps"][0]["expect"] == {
        "status": "2xx"
    }


@pytest.mark.verifies("cases#5.18")
@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("expect: 99", "a.yaml:5:15: steps[0].expect.status: `status` must be from 100 to 599"),
        ("expect: 600", "`status` must be from 100 to 599, not 600."),
        ("expect: 0", "`status` must be from 100 to 599, not 0."),
        ("expect: true", "a.yaml:5:15: steps[0].expect: `expect` must be a status or a mapping"),
        ("expect: '200'", "`expect` must be a status or a mapping, not a text. Write `200`, or"),
        ("expect: 2xx", "such as `status: 2xx`."),
        ('expect: "{{ status }}"', "`expect` must be a status or a mapping, not a text."),
        ("expect: [200]", "`expect` must be a status or a mapping, not a list."),
        ("expect: 200.0", "`expect` must be a status or a mapping, not a number."),
        ("repeat: {while: 200}", "must be a mapping, not a number."),
    ],
)
def test_what_is_no_status_cannot_stand_alone(lines: str, said: str) -> None:
    assert said in problem_of(f"{HEAD}      {lines}\n")


@pytest.mark.verifies("cases#5.18")
def test_an_sql_step_has_no_status() -> None:
    text = "name: a\nsteps:\n- sql: {query: select 1}\n  expect: 200\n"
    assert "a.yaml:4:11: steps[0].expect: `expect` must be a mapping" in problem_of(text)


@pytest.mark.verifies("cases#5.6")
@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("expect: {status: 2010}", "a.yaml:5:24: steps[0].expect.status: `status` must be from"),
        ("expect: {data.id: 1}", 'a.yaml:5:16: steps[0].expect["data.id"]: Unknown selector'),
        ("expect: {data.id: 1}", "Did you mean `$.data.id`?"),
        ("expect: {headers.Location: 1}", "Did you mean `header Location`?"),
        ("expect: {\"response.headers['X-A']\": 1}", "Did you mean `header X-A`?"),
        ("expect: {cookies.sid: 1}", "Did you mean `cookie sid`?"),
        ("expect: {response.body.a.b: 1}", "Did you mean `$.a.b`?"),
        ("expect: {heder X: 1}", "Did you mean `header X`?"),
        ("expect: {id: 1}", "A field of the body is `$.id`."),
        ("expect: {jsonpath $.id: 1}", "Did you mean `$.id`?"),
        ("expect: {'jsonpath \"$.id\"': 1}", "Did you mean `$.id`?"),
        ("expect: {Content-Type: 1}", "Did you mean `header Content-Type`?"),
        ("expect: {x-trace: 1}", "Did you mean `header x-trace`?"),
        ("expect: {$.a.0.b.11: 1}", "Did you mean `$.a[0].b[11]`?"),
        ("expect: {$.a.length(): 1}", "is `$.items | count`, or the predicate `length`."),
        ("expect: {'$.a | to_date %Y': 1}", "Quote the texts of a filter"),
        ("expect: {status 200: 1}", "`status` takes no name. Write `status`."),
        ("expect: {header: 1}", "`header` needs a name"),
        ("expect: {$.a: {greater_then: 1}}", "a.yaml:5:22:"),
        ("expect: {$.a: {greater_then: 1}}", "Did you mean `greater_than`? A field of that name"),
        ("expect: {$.a: {lenght: 1}}", "Did you mean `length`? A field of that name"),
        ("expect: {$.a: {size: 3}}", "A field of that name is written `$.size`"),
        ("expect: {$.a: {not_empty: true}}", "Did you mean `not_is_empty`?"),
        ("expect: {$.a: {isNotEmpty: true}}", "Did you mean `not_is_empty`?"),
        ("expect: {$.a: {is_present: true}}", "Did you mean `exists`?"),
        ("expect: {$.a: {is_absent: true}}", "Did you mean `not_exists`?"),
        ("expect: {$.a: {max: 3}}", "Did you mean `less_or_equal`? A field of that name"),
        ("expect: {$.a: {less_than: [1]}}", "`less_than` takes a number or a text, not a list"),
        ("expect: {$.a: {matches: '('}}", "The pattern of `matches` is not a regular expression"),
        ("expect: {$.a: {exists: 1}}", "`exists` takes true or false"),
        ("expect: {$.a: {not: {a: 1, b: 2}}}", "`not` takes one predicate, not 2."),
        ("expect: {$.a: {not: {start_with: x}}}", "Did you mean `starts_with`?"),
        ("expect: {$.a: {close_to: 1}}", "`close_to` takes a mapping"),
        ("expect: {$.a: {count: 1}}", "Write `count: {where: {sku: B7}, equals: 2}`."),
        ("expect: {$.a: {in_any_order: 1}}", "takes a list of values or conditions"),
        ("expect: {$.a: {length: -1}}", "`length` takes a length of 0 or more"),
        ("expect: {$.a: {each: {price: {les_than: 1}}}}", "Did you mean `less_than`?"),
        ("expect: {duration: {less_than: 300}}", "Write the unit: `300 ms` or `2 s`."),
        ("expect: {status: {code: 1}}", "`status` has no field `code`."),
        ("expect: {\"$.a | cuont\": 1}", "Unknown filter `cuont`. Did you mean `count`?"),
        ("expect: {\"$.a | nth\": 1}", "It is `nth N`"),
        ("expect: {\"$.a[\": 1}", "is not valid JSONPath"),
        ("expect: {\"jmespath a.[\": 1}", "is not valid JMESPath"),
        ("expect: {\"xpath //[\": 1}", "is not valid XPath"),
        ("expect: {\"css >>\": 1}", "is not valid CSS"),
        ("expect: {\"regex (\": 1}", "is not a regular expression"),
        ("expect: {\"header {{ a }}\": 1}", "contains an expression"),
        ("expect: {$.a: {\"{{ b }}\": 1}}", "contains an expression"),
        ("expect: {\"cookie a[Size]\": 1}", "A cookie has no attribute `Size`."),
        ("expect: [a]", "a selector and its value in each line"),
        ("capture: {a: b}", "a.yaml:5:20: steps[0].capture.a: Unknown selector `b`."),
        ("capture: {1a: $.b}", "`1a` cannot be the name of a variable."),
        ("capture: {Global: $.b}", "`Global` cannot be the name of a variable."),
        ("capture: {1a: $.b}", "Begin with a letter, such as `_1a`."),
        ("capture: {Global: $.b}", "It means something else in expressions: choose another name."),
        ("capture: {a b: $.b}", "Write letters, digits and `_`, such as `order_id`."),
        ("capture: {a: 1}", "`a` must be a selector"),
        ("timeout_s: 1500 ms", "must be a number of seconds above 0, not '1500 ms'. Write 1.5."),
        ("path: /b", "`path` cannot be combined with `GET`. Write `GET: ADDRESS` alone."),
        ("POST: /b", "`POST` cannot be combined with `GET`."),
        ("json: {a: '{{ b }}'}\n      capture: {b: $.b}", "`b` is captured by steps[0], which"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_reported_at_its_place_with_the_next_step(lines: str, said: str) -> None:
    assert said in problem_of(f"{HEAD}      {lines}\n")


@pytest.mark.verifies("cases#5.24")
@pytest.mark.parametrize(("word", "predicate"), OF_TYPES.items())
def test_a_type_is_no_field(word: str, predicate: str) -> None:
    said = problem_of(f"{HEAD}      expect: {{$.a: {{each: {{type: {word!r}}}}}}}\n")
    assert f"Did you mean `{predicate}`? A field of that name is written `$.type`." in said

    (field,) = checks({"$.a.type": word})
    (same,) = checks({"$.a": {"type": {"equals": word}}})
    assert (same.field, same.kind, same.expected) == (field.field, field.kind, field.expected)


@pytest.mark.verifies("cases#5.16")
@pytest.mark.parametrize(
    ("address", "known"),
    [("/c/{b}", True), ("/c?q={b}", True), ("/c/{other}", False), ("/c/{{ b }}", False)],
)
def test_a_known_name_in_single_braces_is_refused(address: str, known: bool) -> None:
    text = f"{HEAD}      capture: {{b: $.b}}\n    - DELETE: {address}\n"
    if not known:
        read_case(text, "a.yaml")
        return
    problem = problem_of(text)
    assert "a.yaml:6:15: steps[1].DELETE: `{b}` is sent as it is written." in problem
    assert "Write `{{ b }}`." in problem


def test_a_captured_variable_has_a_name_of_its_own() -> None:
    text = f"{HEAD}      id: b\n      capture: {{b: $.b}}\n"

    assert "The variable `b` has the name of the step at steps[0]." in problem_of(text)


def test_a_method_in_small_letters_is_noted_as_an_older_spelling() -> None:
    reading = examine_text(HEAD.replace("GET", "get"), "x")

    assert reading.case.steps[0].request.method == "GET"
    assert [it.message for it in reading.notes] == ["`get` is written `GET` today."]


@pytest.mark.verifies("cases#5.4")
def test_a_field_of_a_value_is_checked_where_it_is() -> None:
    found = checks({"$.user": {"name": "ann", "$.length": 3, "length": 2, "$[0]": 1}})

    assert [(it.kind, it.field) for it in found] == [
        ("equals", "user.name"),
        ("equals", "user.length"),
        ("length", "user"),
        ("equals", "user[0]"),
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_spelling_of_a_predicate_is_one(name: str) -> None:
    values: list[Any] = [True, 1, "a", [1], {"value": 1, "within": 1}, {"where": 1, "equals": 1}]
    read: list[Check] = []
    for value in values:
        try:
            read += checks({"$.a": {name: value}})
        except InvalidCase:
            continue
    assert read
    assert not {it.field for it in read} - {"a"}


def test_the_table_has_a_predicate_for_each_kind() -> None:
    kinds = {it for it in CHECK_KINDS if not it.startswith(("mysql_", "sse_"))}

    assert {it.kind for it in PREDICATES} == kinds - {"status_code", "openapi"}


_names = st.sampled_from(["a", "b c", "length", "not", 'q"', "\\", "名", "$x"])
_scalars = (
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["x", "", "{{ v }}", "list"])
)
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_names, inner, max_size=2),
    max_leaves=4,
)
_conditions = st.recursive(
    _values,
    lambda inner: st.dictionaries(
        st.sampled_from(
            [
                *("each", "any", "none", "has", "length", "contains_all", "in_any_order", "count"),
                *("equals", "not_equals", "less_than", "starts_with", "not_ends_with", "is_uuid"),
                *("in", "contains", "exists", "is_empty", "not", "sku", "type", "$..x"),
            ]
        ),
        inner | st.lists(inner, max_size=2) | st.just({"where": 1, "at_least": 1}),
        max_size=3,
    ),
    max_leaves=6,
)
_selectors = st.sampled_from(
    [
        *("$", "$.a", "$.a[0].b", '$["odd key"]', "$..a", "$.a[*] | count", "header X-A", "status"),
        *("body", "cookie a[Path]", "jmespath a.b", "duration", "$.a | first | to_int", "url"),
    ]
)
_expects = st.dictionaries(_selectors, _conditions, max_size=3)


@pytest.mark.verifies("cases#5.7")
@settings(max_examples=300, deadline=None)
@given(_expects)
def test_the_plain_reader_reads_as_the_full_one(expect: dict[str, Any]) -> None:
    data = case(expect=expect, capture={"id": "$.id"})

    plain = plain_case(data)
    full, findings = read_full(data)

    assert (plain is None) == bool(findings.problems)
    if plain is not None:
        assert plain == full


@pytest.mark.verifies("cases#3.1")
@settings(max_examples=300, deadline=None)
@example({"$": {"has": {"sku": 1}, "$..x": {"where": 1, "at_least": 1}}})
@example({"$": {"each": 1, "sku": 2, "any": 3}})
@example({"body": {"each": {}, "sku": {"where": 1, "at_least": 1}, "any": {"where": 1}}})
@example({"$..a": {"each": 1, "has": {"a": None}, "any": 2}})
@example({"$": {"not": None, "not_equals": {"a": 1}}})
@example({"$": {"not": {"not_contains": 1}, "contains": 2}})
@example({"$.a": {"$.type": "list", "each": {"type": {"equals": "string"}}}})
@example({"$.a": {"has": 1, "$.sku[0].price": {"exists": True, "b": 7}, "none": 3}})
@given(_expects)
def test_a_case_under_expect_is_written_so_that_it_reads_back(expect: dict[str, Any]) -> None:
    try:
        read = read_data(case(expect=expect))
    except InvalidCase:
        return
    try:
        text = to_yaml(read)
    except BadValue as error:
        assert "two selectors name the same value" in str(error)
        assert len(expect) > 1
        return

    back = read_case(text, "x")

    assert case_fingerprint(back) == case_fingerprint(read)
    assert to_data(back) == to_data(read)


@given(st.text(max_size=60))
def test_any_text_is_a_selector_or_a_reasoned_refusal(text: str) -> None:
    try:
        selector = parse_selector(text)
    except BadValue as refused:
        assert refused.message.endswith(".")
    else:
        assert selector.source == "json" or selector.source in {*WORDS, *WITH_ARGUMENT}


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_is_read_with_its_arguments(name: str) -> None:
    samples = {"N": "-1", "TEXT": '", "', "FORMAT": "'%d'", "PATTERN": '"a|b"', "PATH": "'$.a'"}
    takes = FILTERS[name][0].split()
    written = " ".join([name, *(samples.get(it, '"a"') for it in takes)])

    source, (found,) = filters_of(f"$.a | {written}")

    assert source == "$.a"
    assert found.name == name
    assert len(found.arguments) == len(takes)


def test_a_bar_of_a_query_language_is_its_own() -> None:
    assert parse_selector("regex a | b").argument == "a | b"
    assert parse_selector("jmespath a | b").argument == "a | b"
    assert parse_selector("jmespath a | b | count").filters[0].name == "count"


def test_the_path_of_a_selector_is_the_path_of_a_field() -> None:
    for text in ("$", "$.a", "$[0].b", '$["a.b"][1]'):
        selector = parse_selector(text)
        assert selector.field is not None
        assert parse_path(selector.field) == selector.path
