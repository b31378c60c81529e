"""Requirements that Markdown takes for something else are read or reported, never dropped."""

import time

import pytest

from shall.specs.reader import read_document

HEAD = "# Cart\n\n### Requirement 1: Prices\n\n#### Acceptance Criteria\n\n"


@pytest.mark.verifies("tracing#1.33")
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("    1. THE shop SHALL add prices.\n", 7),
        ("<ol>\n<li>THE shop SHALL add prices.</li>\n</ol>\n", 8),
        ("```json\n{}\n\n1. THE shop SHALL add prices.\n", 10),
        ("```json\n{}\n~~~\n\n1. THE shop SHALL add prices.\n```text\n", 11),
        ("<!-- a note\n\n1. THE shop SHALL add prices.\n", 9),
        ("```\nx\n\n1. THE shop SHALL add prices.\n\n```json\n{}\n```\n", 10),
        ("<!-- a note --> 1. THE shop SHALL add prices.\n", 7),
        ("<!--\n-->1. THE shop SHALL add prices.\n", 8),
        ("<pre>\n1. THE shop SHALL add prices.\n", 8),
        ("~~~\n- 当用户付款时，系统应显示总价。\n", 8),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_sentence_that_is_hidden_is_reported(text: str, line: int, end: str) -> None:
    document = read_document((HEAD + text).replace("\n", end), "f", "x")
    assert not list(document.criteria())
    assert [(it.code, it.span and it.span.line) for it in document.unread] == [
        ("spec.unread-hidden", line)
    ]


@pytest.mark.verifies("tracing#1.33")
@pytest.mark.parametrize(
    "text",
    [
        "```\nTHE shop SHALL sing.\n```\n",
        "<!-- THE shop SHALL sing. -->\n",
        "    the shop must sing\n",
        "<pre>\nTHE shop SHALL sing.\n</pre>\n",
        "<div>\n<!-- THE shop SHALL sing. -->\n</div>\n",
        "````\n```json\nTHE shop SHALL sing.\n```\n````\n",
        "2. THE shop SHALL wait:\n\n        THE shop SHALL sing.\n",
        "<details>\n<summary>More</summary>\n\n</details>\n",
        "2. THE shop SHALL wait:\n\n    - THE shop SHALL sing.\n\n    THE shop SHALL dance.\n",
    ],
)
def test_what_is_meant_as_code_or_comment_is_not_reported(text: str) -> None:
    document = read_document(f"{HEAD}1. THE shop SHALL add prices.\n\nNotes\n\n{text}", "f", "x")
    assert [it.code for it in document.unread] == []


@pytest.mark.verifies("tracing#1.34")
def test_what_lies_between_two_rules_is_read() -> None:
    text = f"---\n{HEAD}1. THE shop SHALL add prices.\n\n---\n\nMore.\n"
    assert [it.key for it in read_document(text, "f", "x").criteria()] == ["x#1.1"]
    matter = "---\ntitle: Cart\ntags:\n  - a\n- b\n# text\n\n...: x\n---\n"
    [criterion] = read_document(f"{matter}{HEAD}1. THE shop SHALL add.\n", "f", "x").criteria()
    assert criterion.span.line == 16
    empty = read_document(f"---\n---\n{HEAD}1. THE shop SHALL add.\n", "f", "x")
    assert [it.key for it in empty.criteria()] == ["x#1.1"]


@pytest.mark.verifies("tracing#1.33")
@pytest.mark.repeats
def test_tags_that_are_never_closed_take_time_by_their_number_alone() -> None:
    def seconds(tags: int) -> float:
        text = HEAD + "<!-- --> " + "<!-- " * tags
        started = time.process_time()
        read_document(text, "f", "x")
        return time.process_time() - started

    small, large = seconds(1_000), seconds(16_000)
    assert large < 100 * max(small, 0.001)  # linear is 16 times, quadratic 256
