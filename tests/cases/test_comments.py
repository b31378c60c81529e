"""Comments of a case file survive a change of the case."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from shall.cases.comments import with_comments
from shall.cases.reader import read_case
from shall.cases.yaml_writer import to_yaml

BEFORE = """\
# yaml-language-server: $schema=case.schema.json
testcase:
  name: orders  # as the shop calls them
  # the service of the shop
  host: http://h
  steps:
    # first a book
    - POST: /orders
      json: {note: "no # comment", item: book}
      text_of: x
    - GET: /orders#top
      # it must be there
      expect:
        status: 200  # created before
        $.note: |
          a
          # not one either
    - DELETE: /orders/7  # clean up
# the end
""".replace("      text_of: x\n", "")


def lines_after(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


@pytest.mark.verifies("cases#3.6")
def test_comments_stay_at_their_values() -> None:
    case = read_case(BEFORE, "a.yaml")
    written = with_comments(BEFORE, to_yaml(replace(case, description="new")))

    lines = lines_after(written)
    assert read_case(written, "a.yaml") == replace(case, description="new")
    assert lines[0] == "# yaml-language-server: $schema=case.schema.json"
    assert "name: orders  # as the shop calls them" in lines
    assert lines[lines.index("# the service of the shop") + 1].startswith("host:")
    assert lines[lines.index("# first a book") + 1] == "- POST: /orders"
    assert lines[lines.index("# it must be there") + 1].startswith("expect:")
    assert "status: 200  # created before" in lines
    assert lines[-1] == "# the end"
    assert any("DELETE" in line and line.endswith("# clean up") for line in lines)
    assert written.count("# ") == BEFORE.count("# ")


@pytest.mark.verifies("cases#3.6")
def test_comments_follow_steps_that_moved_and_outlive_those_that_are_gone() -> None:
    case = read_case(BEFORE, "a.yaml")
    book, _, delete = case.steps
    other = replace(book, id="step 1", request=replace(book.request, url="/baskets"))

    moved = lines_after(
        with_comments(
            BEFORE,
            to_yaml(replace(case, steps=(other, replace(book, id="step 2"), delete))),
        )
    )

    assert moved[moved.index("# first a book") + 1] == "- POST: /orders"
    gone = moved.index("# it must be there")
    assert moved[gone + 1] == "# created before"
    assert "DELETE: /orders/7" in " ".join(moved[gone + 2 :])


@pytest.mark.verifies("cases#3.6")
def test_a_text_that_is_no_yaml_leaves_the_new_one_as_it_is() -> None:
    after = to_yaml(read_case(BEFORE, "a.yaml"))

    assert with_comments("testcase: [ # no\n", after) == after
    assert with_comments("# only\n", after) == after
    assert with_comments("", after) == after


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(BEFORE.splitlines()), max_size=12))
@pytest.mark.verifies("cases#3.6")
def test_whatever_was_there_the_case_that_is_written_is_the_same(before: list[str]) -> None:
    case = read_case(BEFORE, "a.yaml")

    written = with_comments("\n".join(before), to_yaml(case))

    assert read_case(written, "a.yaml") == case
