"""Lists of tasks: what is read, which is next, and how a box is ticked."""

import pytest

from shall.specs.passages import prose_lines
from shall.specs.tasks import Task, next_task, read_tasks, with_state

KIRO = """\
# Plan

- [x] 1. Store
  - _Requirements: 1.1_
- [-] 2. Show
  - [x] 2.1 Draw it
    - with ink
    - _Requirements: 1.2, 1.4-1.5_
  - [ ]* 2.2 Test it
    - **Validates: Requirements 1.2**
  - [ ] 2.3 Print it
    - [ ] in black

## Done when

- [ ] all of it works
"""
SPEC_KIT = """\
## Phase 3: User story 1

- [X] T011 [P] [US1] Write `a.py`
- [ ] T012 [US2] Write `b.py` (optional)
- [ ] T013 Polish
"""
OPENSPEC = """\
## 1. Server

- [x] 1.1 Add the route
- [ ] 1.2 **Answer** with 201
"""


def read(text: str) -> tuple[Task, ...]:
    return read_tasks(text, "tasks.md")


@pytest.mark.verifies("tracing#9.4")
def test_tasks_are_read_with_their_numbers_states_lines_and_references() -> None:
    tasks = read(KIRO)
    assert [(it.number, it.state, it.span.line, it.end_line) for it in tasks] == [
        ("1", "x", 3, 4),
        ("2", "-", 5, 5),
        ("2.1", "x", 6, 8),
        ("2.2", " ", 9, 10),
        ("2.3", " ", 11, 12),
    ]
    assert [it.references for it in tasks] == [
        ("1.1",),
        (),
        ("1.2", "1.4", "1.5"),
        ("1.2",),
        (),
    ]
    assert [it.number for it in tasks if it.is_optional] == ["2.2"]


@pytest.mark.verifies("tracing#9.4")
def test_tasks_of_spec_kit_and_openspec_are_read() -> None:
    kit = read(SPEC_KIT)
    assert [(it.number, it.title, it.is_done, it.references) for it in kit] == [
        ("T011", "Write `a.py`", True, ("US1",)),
        ("T012", "Write `b.py` (optional)", False, ("US2",)),
        ("T013", "Polish", False, ()),
    ]
    assert [it.is_optional for it in kit] == [False, True, False]
    assert [(it.number, it.title) for it in read(OPENSPEC)] == [
        ("1.1", "Add the route"),
        ("1.2", "**Answer** with 201"),
    ]
    assert [it.title for it in read("- [ ] Write it\n- [ ] 50MB at most\n")] == [
        "Write it",
        "50MB at most",
    ]


@pytest.mark.verifies("tracing#9.5")
@pytest.mark.parametrize(
    "text",
    [
        "```\n- [ ] 1. a\n```\n",
        "- text\n\n  ~~~~md\n  - [ ] 1. a\n  ~~~\n  - [ ] 2. b\n  ~~~~\n",
        "<!--\n- [ ] 1. a\n-->\n",
        "- [ ] ~~1. a~~\n",
        "- [a] 1. a\n- [ ](b) c\n",
    ],
)
def test_code_comments_and_struck_items_hold_no_task(text: str) -> None:
    assert read(text) == ()


@pytest.mark.verifies("tracing#9.5")
def test_what_follows_a_comment_or_a_fence_is_read_again() -> None:
    text = "<!-- a --> b\n```x\nc\n``\n```\nd"
    assert list(prose_lines(text)) == [(1, "           b"), (6, "d")]


@pytest.mark.verifies("mcp#2.12")
def test_subtasks_come_before_their_parent_and_optional_ones_never() -> None:
    text = KIRO
    order = []
    while (task := next_task(read(text))) is not None:
        order.append(task.number)
        text = with_state(text, task, "x")
    assert order == ["2.3", "2"]
    assert "[ ]* 2.2" in text
    numbered = "- [ ] 1. a\n- [ ] 1.1 b\n- [ ] 2. c\n"
    task = next_task(read(numbered))
    assert task is not None
    assert task.number == "1.1"
