"""Plain Markdown is read without markdown-it-py, and as it reads it."""

from itertools import chain

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shall.specs.block import Block, Leaf
from shall.specs.markdown import LINE_END, parsed
from shall.specs.plain_markdown import read_plain

PIECES = st.sampled_from(
    [
        *("a", "open the door", "开门", "**b**", "a|b", "`c`", "\\", "#a", "-a", "==", "\u3000"),
        *("# ", "## a ##", "#", "- ", "* ", "+ ", "1. ", "2. ", "10) ", "01. ", "1.", "- - "),
        *("-", "---", "* * *", "_ _ _", " ", "  ", "   ", "    ", "     ", "|", "<", "```", ">"),
        *("\n", "\n", "\n", "\n\n", "\r\n", "\t", "\xa0"),
    ]
)


def with_plain_ids(leaves: list[Leaf | Block]) -> list[Leaf | Block]:
    """Return the leaves with their lists numbered in order, whatever their ids were."""
    ids: dict[tuple[str, int], int] = {}
    return [
        it._replace(list_id=ids.setdefault((it.kind, it.list_id), len(ids)))
        if isinstance(it, Leaf)
        else it
        for it in leaves
    ]


@given(st.lists(PIECES, max_size=16).map("".join))
@example("1. a\n   - b\n\n     c\n2. d\n\n3. e\n\nf\n2. g\n- h\n")
@example("- a\n- b\n\n1. c\n1) d\n\n# e #\n\n---\nf\n   g\n")
def test_plain_markdown_is_read_as_by_a_whole_parser(text: str) -> None:
    lines = LINE_END.split(text)
    found = read_plain(lines)

    if found is not None:
        assert with_plain_ids([*found]) == with_plain_ids([*parsed(text, lines)])


@pytest.mark.parametrize(
    "line", ["```", "- ~~~", "> a", "1. <b>", "| a |", "--- | ---", "\ta", "===", "    a", "a\n---"]
)
def test_what_is_not_plain_is_left_to_the_whole_parser(line: str) -> None:
    assert read_plain(LINE_END.split(f"a\n\n{line}\n")) is None


def test_a_list_of_criteria_is_plain() -> None:
    text = "# A\n\n### Requirement 1: B\n\n1. WHEN a, THE b SHALL c\n   - d\n2. THE b SHALL e\n"

    found = read_plain(text.split("\n"))

    assert found is not None
    texts = list(chain.from_iterable((it.content, it.start) for it in found))
    assert texts == [
        *("A", 0, "Requirement 1: B", 2),
        *("WHEN a, THE b SHALL c", 4, "d", 5, "THE b SHALL e", 6),
    ]
