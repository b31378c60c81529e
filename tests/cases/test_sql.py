"""SQL in cases: what is read, refused and written."""

import pytest

from shall.cases.reader import read_case, read_data
from shall.cases.sql import older_query
from shall.cases.writer import to_data
from shall.errors import BadValue, InvalidCase

CASE = """\
testcase:
  name: an order is stored
  steps:
    - sql:
        database: shop
        query: SELECT id, state FROM orders WHERE id = :id
        parameters: {id: "{{ Global.order }}"}
      timeout_s: 2.5
      capture: {state: $.row.state, count: rows | count}
      until: {rowcount: 1, fails_if: {value: 7}, every: 10 ms}
      expect: {$.row.state: paid, rows | count: 1, value: {greater_than: 0}}
  teardowns:
    - sql: {query: DELETE FROM orders}
      expect: {rowcount: 1}
"""


@pytest.mark.verifies("databases#1.4")
def test_an_sql_step_is_written_as_it_is_read() -> None:
    case = read_case(CASE, "a.yaml")

    data = to_data(case)

    assert read_data(data) == case
    step, teardown = data["steps"][0], data["teardowns"][0]
    assert step["capture"] == {"state": "$.row.state", "count": "rows | count"}
    assert list(step["until"]) == ["rowcount", "fails_if", "every"]
    assert teardown == {"sql": {"query": "DELETE FROM orders"}, "expect": {"rowcount": 1}}


def step_with(lines: str) -> str:
    return f"testcase:\n  name: a\n  steps:\n    - {lines}\n"


@pytest.mark.verifies("databases#1.2")
@pytest.mark.parametrize(
    ("step", "reported"),
    [
        (
            'sql: {query: "SELECT {{ id }}"}',
            "4:20: steps[0].sql.query: `query` contains an expression, which could change the "
            'statement. Write `:name` in it, and `parameters: {name: "{{ ... }}"}`.',
        ),
        (
            "sql: {query: 'SELECT :id', parameters: {di: 1, id_: 2}}",
            "steps[0].sql.query: `:id` has no value. Did you mean `:",
        ),
        (
            "sql: {query: 'SELECT :id'}",
            "Write it under `parameters`, or `\\:id` where a colon is meant.",
        ),
        (
            "sql: {query: SELECT 1, parameters: {id: 1}}",
            "4:43: steps[0].sql.parameters.id: `id` is not used in the query.",
        ),
        ("sql: {query: 'SELECT :a', parameters: {a: [1]}}", "`a` must be one value, not a list."),
        ("sql: {querry: SELECT 1}", "Unknown field `querry`. Did you mean `query`?"),
        ("sql: {database: shop}", "steps[0].sql: `query` is missing."),
        ("sql: SELECT 1", "`sql` must be a mapping, not a text. Write `sql: {query: SELECT ...}`."),
    ],
)
def test_what_is_wrong_with_a_query_is_reported(step: str, reported: str) -> None:
    with pytest.raises(InvalidCase) as error:
        read_case(step_with(step), "a.yaml")

    assert reported in str(error.value)


@pytest.mark.verifies("databases#1.3")
@pytest.mark.parametrize(
    ("fields", "reported"),
    [
        ("GET: /", "`GET` cannot be combined with `sql`. Write a request as another step."),
        ("headers: {a: b}", "`headers` cannot be combined with `sql`."),
        (
            "assert: [{type: status_code, expected: 200}]",
            "`assert` cannot be combined with `sql`. Write `exp",
        ),
        ("expect: {status: 200}", "An SQL step has no `status`. Write `row`, `rows`, `value`"),
        ("capture: {a: header X}", "capture.a: An SQL step has no `header`."),
        ("expect: {row_count: 1}", "Unknown selector `row_count` of an SQL step. Did you mean `r"),
        ("until: {fails_if: {cookie a: 1}, value: 1}", "An SQL step has no `cookie`."),
    ],
)
def test_what_only_a_request_has_is_refused_beside_sql(fields: str, reported: str) -> None:
    with pytest.raises(InvalidCase) as error:
        read_case(step_with(f"{{sql: {{query: SELECT 1}}, {fields}}}"), "a.yaml")

    assert reported in str(error.value)


@pytest.mark.verifies("databases#1.3")
@pytest.mark.parametrize("word", ["row", "rows", "rowcount"])
def test_a_request_has_no_rows(word: str) -> None:
    with pytest.raises(InvalidCase, match=f"Unknown selector `{word}`"):
        read_case(step_with(f"{{GET: /, expect: {{{word}: 1}}}}"), "a.yaml")


@pytest.mark.parametrize(
    "query",
    ["SELECT '12:30'", "SELECT now()::date", r"SELECT 'a \:b'", "SELECT a[1:2] FROM t"],
)
def test_a_colon_that_names_no_value_is_left_alone(query: str) -> None:
    case = read_data({"name": "a", "steps": [{"sql": {"query": query}}]})

    assert case.steps[0].sql is not None
    assert case.steps[0].sql.query == query


@pytest.mark.verifies("databases#1.6")
@pytest.mark.parametrize(
    ("query", "text", "values"),
    [
        ("WHERE id = {{ a.id }}", "WHERE id = :value_1", ["{{ a.id }}"]),
        ("WHERE n = '{{ a.n }}'", "WHERE n = :value_1", ["{{ a.n }}"]),
        ('LIKE "%{{ a.n }}%"', "LIKE :value_1", ["%{{ a.n }}%"]),
        (
            "IN ({{ a }}, '{{ b }}', 'c:d')",
            r"IN (:value_2, :value_1, 'c\:d')",
            ["{{ b }}", "{{ a }}"],
        ),
        ("= 'it''s {{ a }}'", "= :value_1", ["it's {{ a }}"]),
        ("at > '10:00'", r"at > '10\:00'", []),
    ],
)
def test_an_expression_of_an_older_query_becomes_a_bound_value(
    query: str, text: str, values: list[str]
) -> None:
    read = older_query(query)

    assert (read.query, list(read.parameters.values())) == (text, values)


@pytest.mark.verifies("databases#1.6")
@pytest.mark.parametrize("query", ["FROM `{{ t }}`", "FROM t_{{ n }}", "FROM s.{{ t }}"])
def test_an_older_query_whose_expression_names_a_table_is_refused(query: str) -> None:
    with pytest.raises(BadValue, match="where no value can be bound"):
        older_query(query)
