"""Reading ``data`` and files of rows."""

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from shall.cases.data_file import read_rows
from shall.cases.data_table import row_name
from shall.cases.early_fields import EARLY, Early, early_fields
from shall.cases.fingerprint import case_fingerprint
from shall.cases.named_files import named_files
from shall.cases.reader import read_case
from shall.cases.yaml_writer import to_yaml
from shall.errors import InvalidCase

CASE = "testcase:\n  name: a\n  data: {data}\n  steps:\n    - GET: '/a/{{{{ row.item }}}}'\n"


def case_with(data: str) -> str:
    return CASE.format(data=data)


def rows_of(text: str, file: str = "rows.csv") -> list[object]:
    rows = read_rows(text, file)
    return [rows.row(number) for number in range(len(rows))]


@pytest.mark.verifies("cases#6.2")
@pytest.mark.parametrize(
    "data", ["rows.csv", "[{item: book, qty: 2}, {item: '{{ uuid() }}'}]", "[]"]
)
def test_a_case_with_rows_is_read_and_written_alike(data: str) -> None:
    case = read_case(case_with(data), "a.yaml")
    assert case.data is not None
    assert read_case(to_yaml(case), "a.yaml") == case
    assert yaml.safe_load(to_yaml(case))["data"] == yaml.safe_load(data)


def test_rows_count_to_the_fingerprint_and_their_file_is_named() -> None:
    first, second = (read_case(case_with(it), "a.yaml") for it in ("[{item: 1}]", "[{item: 2}]"))
    assert case_fingerprint(first) != case_fingerprint(second)
    in_file = read_case(case_with("rows.csv"), "a.yaml")
    assert named_files(in_file, "tests/cases/a.yaml") == ("tests/cases/rows.csv",)


@pytest.mark.verifies("cases#6.3")
@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("rows.txt", "a.yaml:3:9: data: `data` must be rows, or the path of a file of rows"),
        ("'{{ x }}.csv'", "a.yaml:3:9: data: `data` must be rows, or the path of a file of rows"),
        ("{item: 1}", "a.yaml:3:9: data: `data` must be a list of rows or the path of a file"),
        ("[{item: 1}, 2]", "a.yaml:3:21: data[1]: A row of `data` must be a mapping, not a number"),
        ("[{item: '{{ x'}]", "a.yaml:3:17: data[0].item: `{{` is not closed"),
    ],
)
def test_data_that_is_wrong_is_reported_at_its_place(data: str, said: str) -> None:
    with pytest.raises(InvalidCase) as raised:
        read_case(case_with(data), "a.yaml")
    assert str(raised.value).startswith(said)


@pytest.mark.parametrize(
    "more",
    ["variables: {row: 1}", "teardowns: [{id: row, GET: /a}]", "steps: [{id: row, GET: /a}]"],
)
def test_nothing_else_is_named_row_in_a_case_with_rows(more: str) -> None:
    text = f"testcase:\n  name: a\n  data: [{{a: 1}}]\n  {more}\n"
    if not more.startswith("steps"):
        text += "  steps: [{GET: /a}]\n"
    with pytest.raises(InvalidCase, match="the row of data"):
        read_case(text, "a.yaml")
    read_case(text.replace("  data: [{a: 1}]\n", ""), "a.yaml")


def test_words_of_other_tools_lead_to_data() -> None:
    with pytest.raises(InvalidCase, match=r"Write `data: rows\.csv`"):
        read_case(case_with("[]").replace("data:", "parametrize:"), "a.yaml")


@pytest.mark.verifies("cases#6.2")
def test_csv_with_a_mark_quotes_and_blank_lines_is_read() -> None:
    text = '\ufeffitem, qty\r\n"a ""b"", c",2\r\n\r\n"two\nlines",\r\n图书,3'
    assert rows_of(text) == [
        {"item": 'a "b", c', "qty": "2"},
        {"item": "two\nlines", "qty": ""},
        {"item": "图书", "qty": "3"},
    ]
    assert rows_of("item\n") == []


@pytest.mark.verifies("cases#6.2")
def test_rows_of_json_and_yaml_have_types() -> None:
    expected = [{"item": "book", "qty": 2}, {"tags": ["a"], "is_new": True}]
    assert (
        rows_of('[{"item": "book", "qty": 2}, {"tags": ["a"], "is_new": true}]', "a.json")
        == expected
    )
    assert rows_of("- {item: book, qty: 2}\n- {tags: [a], is_new: true}\n", "a.yml") == expected


@pytest.mark.verifies("cases#6.3")
@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("a.csv", "", "a.csv:1:1: The file has no header."),
        ("a.csv", "\n\na,,b\n", "a.csv:3:1: Column 2 has no name."),
        ("a.csv", "a,b,a\n", "a.csv:1:1: The column `a` occurs twice."),
        ("a.csv", "a;b\n1;2\n", "a.csv:1:1: The only column is `a;b`. Columns are separated"),
        (
            "a.csv",
            'a,b\n"x\ny",2\n1\n',
            "a.csv:4:1: The row has 1 values for 2 columns. Missing: b.",
        ),
        ("a.csv", "a,b\n1,2,3\n", "a.csv:2:1: The row has 3 values for 2 columns. A value with a"),
        ("a.csv", 'a\n"b" c\n', "a.csv:2:1: The line is not CSV"),
        ("a.json", "[\n{},]", "a.json:2:"),
        ("a.json", '{"a": 1}', "a.json:1:1: A file of rows must be a list, not a mapping."),
        ("a.json", "[NaN]", "a.json:1:1: The file is not JSON"),
        ("a.json", "[" * 100_000, "a.json:1:1: The file is not JSON"),
        ("a.yaml", "- {a: 1}\n- 2\n", "a.yaml:1:1: Row 2 must be a mapping, not a number."),
        ("a.yaml", "- {a: 1, a: 2}\n", "a.yaml:1:"),
    ],
)
def test_a_file_of_rows_that_is_wrong_is_reported_with_its_line(
    file: str, text: str, said: str
) -> None:
    with pytest.raises(InvalidCase) as raised:
        read_rows(text, file)
    assert str(raised.value).startswith(said)


def test_a_row_is_called_by_its_number_and_its_name() -> None:
    assert row_name(0, {"item": "book"}) == "1"
    assert row_name(1, {"name": " two \n books"}) == "2 two books"
    assert row_name(2, {"name": "{{ uuid() }}"}) == "3"
    assert len(row_name(3, {"name": "x" * 500})) == 62


@pytest.mark.parametrize(
    ("text", "is_early"),
    [
        (case_with("rows.csv"), True),
        ("# data\ntestcase: # x\n\n    # y\n    name: a\n    'data': [1]\n", True),
        ("testcase: {name: a, data: rows.csv}\n", True),
        ('{"testcase": {"name": "a", "data": []}}', True),
        ('{"name": "a", "data": [],\n"steps": []}', True),
        ("testcase:\n  <<: *data\n  name: a\n", True),
        ("testcase:\n  name: a\n  variables: &more {data: [1]}\n  <<: *more\n", True),
        ("testcase:\n  name: a\n  steps:\n    - path: /a\n      data: {a: 1}\n", False),
        ("testcase:\n  name: data\n  steps:\n  - data: 1\n", False),
        ("testcase:\n  name: a\n", False),
        ('{"testcase": {"name": "reused", "user": "only_1", "data": 1}}', True),
        ('{"testcase": {"name": "reused", "user": "only_1", "data_1": 1}}', False),
    ],
)
def test_only_cases_with_rows_are_read_before_the_run(text: str, is_early: bool) -> None:
    assert (early_fields(text) is not None) is is_early


_EARLY_VALUES = {
    "data": ["[{a: 1}]", "\n- a: 1", "a.csv", "\n  - {a: 1}"],
    "use": ["[login]", "\n- login", "login", "[login, a/b] # c"],
    "needs": ["[x]", "\n  - x"],
    "only": ["why", "'use: a'"],
    "description": ["|\n  data\n  use: [a]", '"use: [a]"', "needs", "|\n    data: x\n    only: y"],
    "tags": ["[data]", "\n- use"],
    "variables": ["{data: 1}", "\n  data: 1", "\n    use: 1"],
}
_early = st.sampled_from([(name, it) for name, of in _EARLY_VALUES.items() for it in of])
_HEADS = ["", "---\n", "# data: 1\n", "testcase:\n", "testcase: # c\n", "\ufefftestcase:\n"]
_HEADS += ["testcase:\n\n", "'testcase':\n", "testcase:\n  # use: [a]\n"]


@given(
    st.lists(_early, max_size=4, unique_by=lambda it: it[0]),
    st.just("testcase:\n") | st.sampled_from(_HEADS),
    st.sampled_from([2, 2, 4]),
    st.sampled_from(["", "'", '"']),
    st.sampled_from(["\n", "\n", "\r\n"]),
    st.sampled_from([False, False, True]),
)
@example([("data", "a.csv")], "testcase:\n", 2, "", "\n", False)
@example([("only", "why")], "testcase:\n", 2, '"', "\n", False)
@example([("needs", "[x]")], "", 2, "", "\n", True)
def test_what_a_case_needs_before_the_run_is_never_overlooked(
    fields: list[tuple[str, str]],
    head: str,
    indent: int,
    quote: str,
    line_break: str,
    is_flow: bool,
) -> None:
    lines = ["name: x", *(f"{quote}{name}{quote}: {it}" for name, it in fields)]
    lines += ["steps:", "- GET: /data", "  json: {use: 1}"]
    margin = " " * indent if "testcase" in head else ""
    text = head + "".join(
        f"{margin}{line}\n" for line in "\n".join(lines).replace(": \n", ":\n").split("\n")
    )
    if is_flow:
        text = yaml.safe_dump(yaml.safe_load(text), default_flow_style=True, width=40)
    text = text.replace("\n", line_break)
    case = read_case(text, "a.yaml")
    used = {name for name in EARLY if getattr(case, name)}
    found = early_fields(text)
    assert used <= (set() if found is None else found.fields)
    if found is not None and found.use:
        assert found.use == case.use


def test_shared_steps_that_stand_on_their_line_are_seen_at_a_glance() -> None:
    def glance(line: str) -> Early | None:
        return early_fields(f"testcase:\n  name: a\n  {line}\n  steps: []\n")

    found = glance("use: [login, admin/sign-in]  # both")
    assert found == Early(("login", "admin/sign-in"), frozenset({"use"}))
    assert glance("use: [login]\n  needs: [a]") == Early(fields=frozenset({"use", "needs"}))
    for line in ("use: login", "use:\n    - login", "use: *names", "use: [a]\n  data: rows.csv"):
        found = glance(line)
        assert found is not None
        assert (found.use, "use" in found.fields) == ((), True)


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
            min_size=2,
            max_size=2,
        ),
        max_size=5,
    )
)
def test_what_is_written_as_csv_is_read_again(values: list[list[str]]) -> None:
    lines = [",".join(f'"{it.replace(chr(34), chr(34) * 2)}"' for it in row) for row in values]
    text = "\n".join(["a,b", *lines])
    assert rows_of(text) == [{"a": first, "b": second} for first, second in values]
