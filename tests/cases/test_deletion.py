"""The field `delete_files` of a teardown: what is read, refused and written."""

import pytest

from shall.cases.reader import read_case, read_data
from shall.cases.writer import to_data
from shall.errors import InvalidCase

CASE = """\
testcase:
  name: a report is exported
  steps: [{GET: /exports}]
  teardowns:
    - WRITTEN
"""


@pytest.mark.verifies("engine#3.15")
@pytest.mark.parametrize(
    ("written", "data"),
    [
        ("delete_files: out/a.csv", {"delete_files": ["out/a.csv"]}),
        ("delete_files: [out/a, 'out/{{ x }}']", {"delete_files": ["out/a", "out/{{ x }}"]}),
        ("{id: undo, delete_files: '{{ f }}'}", {"id": "undo", "delete_files": "{{ f }}"}),
    ],
)
def test_a_teardown_is_written_as_it_is_read(written: str, data: dict[str, object]) -> None:
    case = read_case(CASE.replace("WRITTEN", written), "a.yaml")
    found = to_data(case)
    assert found["teardowns"] == [data]
    assert read_data(found) == case


@pytest.mark.verifies("engine#3.17")
@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            "{delete_files: out/a, GET: /x}",
            "5:34: teardowns[0].GET: `GET` cannot be combined with `delete_files`. "
            "Write another teardown.",
        ),
        (
            "{delete_files: out/a, expect: {status: 200}}",
            "`expect` cannot be combined with `delete_files`.",
        ),
        (
            "delete_files: {a: 1}",
            "5:21: teardowns[0].delete_files: `delete_files` must be a path or a list of paths, "
            "not a mapping. Write `delete_files: out/report.csv`.",
        ),
        ("delete_files: []", "`delete_files` must not be empty."),
        ("delete_files: ''", "An item of `delete_files` must be a text that is not empty."),
        ("delete_files: [7]", "An item of `delete_files` must be a text that is not empty."),
        ("{delete_files: '{{ later'}", "`{{` is not closed"),
        ("{operation_type: file, path: /x}", "Write `delete_files: PATH` alone."),
    ],
)
def test_what_is_no_list_of_paths_is_refused_at_its_place(written: str, said: str) -> None:
    with pytest.raises(InvalidCase) as refused:
        read_case(CASE.replace("WRITTEN", written), "a.yaml")
    assert said in str(refused.value)


@pytest.mark.verifies("engine#3.17")
def test_a_step_deletes_nothing() -> None:
    text = CASE.replace("{GET: /exports}", "{delete_files: out/a}").replace("WRITTEN", "GET: /x")
    with pytest.raises(InvalidCase, match="Unknown field `delete_files`"):
        read_case(text, "a.yaml")
