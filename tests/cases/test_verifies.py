"""Edits of the list `verifies`: one splice, whatever the file looks like."""

import pytest

from shall.cases.reader import read_case
from shall.cases.verifies import add_criterion, rename_criteria
from shall.errors import BadValue, InvalidCase

STEPS = "  steps:\n  - {id: s, method: GET, url: 'http://h/'} # ask\n"


@pytest.mark.verifies("tracing#6.1")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  name: a # first\n", "  name: a # first\n  verifies: [auth#1.2]\n"),
        ("  name: |\n    a\n", "  verifies: [auth#1.2]\n  name: |\n    a\n"),
        (
            "  verifies: ['auth#1.1' , x#1] # why\n  name: a\n",
            "  verifies: ['auth#1.1' , x#1, auth#1.2] # why\n  name: a\n",
        ),
        ("  verifies: [ ]\n  name: a\n", "  verifies: [auth#1.2 ]\n  name: a\n"),
        (
            "  verifies: [\n    auth#1.1,\n    ]\n  name: a\n",
            "  verifies: [\n    auth#1.1, auth#1.2,\n    ]\n  name: a\n",
        ),
        (
            "  verifies:\n  - auth#1.1 # one\n  # done\n  name: a\n",
            "  verifies:\n  - auth#1.1 # one\n  - auth#1.2\n  # done\n  name: a\n",
        ),
        ("  name: a\n  verifies:\n", "  name: a\n  verifies: [auth#1.2]\n"),
        ("  name: 名 🙂\n", "  name: 名 🙂\n  verifies: [auth#1.2]\n"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_criterion_is_added_and_nothing_else_changes(
    before: str, after: str, newline: str
) -> None:
    text = f"# head\ntestcase:\n{before}{STEPS}".replace("\n", newline)
    expected = f"# head\ntestcase:\n{after}{STEPS}".replace("\n", newline)
    assert add_criterion(text, "a.yaml", "auth#1.2") == expected


@pytest.mark.verifies("tracing#6.1")
def test_a_case_on_one_line_and_one_without_a_last_line_break_are_edited() -> None:
    text = "testcase: {name: a, steps: [{id: s, method: GET, url: 'http://h/'}]}"
    edited = add_criterion(text, "a.yaml", "用户#1.2")
    assert edited == text.replace("{name", '{verifies: ["用户#1.2"], name')
    again = add_criterion(edited, "a.yaml", "auth#1.1")
    assert read_case(again, "a.yaml").verifies == ("用户#1.2", "auth#1.1")
    text = f"testcase:\n{STEPS}  name: a"
    assert add_criterion(text, "a.yaml", "a#1") == f"{text}\n  verifies: [a#1]"


@pytest.mark.verifies("tracing#6.1")
def test_a_list_that_other_fields_share_is_refused() -> None:
    text = f"testcase:\n  name: a\n  tags: &t [x]\n  verifies: *t\n{STEPS}"
    with pytest.raises(BadValue, match="cannot be edited"):
        add_criterion(text, "a.yaml", "auth#1.2")
    with pytest.raises(InvalidCase):
        add_criterion("testcase: [", "a.yaml", "auth#1.2")


@pytest.mark.verifies("tracing#6.2")
def test_criteria_are_renamed_all_at_once_in_the_quotes_they_have() -> None:
    text = f"testcase:\n  name: a\n  verifies: ['a#1', \"a#2\", a#3, a#4]\n{STEPS}"
    names = {"a#1": "a#2", "a#2": "a#1", "a#3": "b c#3"}
    edited = rename_criteria(text, "a.yaml", names)
    assert edited == text.replace("'a#1', \"a#2\", a#3", '\'a#2\', "a#1", "b c#3"')
