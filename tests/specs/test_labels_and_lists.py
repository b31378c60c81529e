"""Criteria behind a label, in lists below an id, in tables, and in another layout's form."""

import pytest

from shall.specs.reader import read_document

KIRO = ".kiro/specs/shop/requirements.md"
BUGFIX = ".kiro/specs/shop/bugfix.md"
NATIVE = "specs/shop/requirements.md"
SPEC_KIT = "specs/001-shop/spec.md"
OPENSPEC = "openspec/specs/shop/spec.md"

ON_THE_LINE_OF_A_LABEL = """\
### Requirement 1: Bell

**Acceptance Criteria**: WHEN the button is pressed, THE bell SHALL ring.

### Requirement 2: Door

- **User Story**: As a guest, I want a door, so that I can enter.
- **Acceptance Criteria**: WHEN the door is open, THE lamp SHALL glow.
- **Priority**: High
- **Remark**: The lamp is new.

### 需求 3：电梯

**验收标准：** 当电梯停止时，系统应开门
"""
BELOW_NO_REQUIREMENT = """\
## Shop

**Acceptance Criteria**: THE shop SHALL open at eight

- THE shop SHALL close at six
"""
ADVICE_ABOUT_CRITERIA = """\
## How to write

1. **Overview**: Say what it is
2. **Acceptance Criteria**: Keep them short
3. **Scope**: Say what is left out
"""


@pytest.mark.verifies("tracing#1.26")
@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (KIRO, ON_THE_LINE_OF_A_LABEL, {"1.1": 3, "2.1": 8, "3.1": 14}),
        (NATIVE, BELOW_NO_REQUIREMENT, {"1": 3, "2": 5}),
        (NATIVE, ADVICE_ABOUT_CRITERIA, {}),
    ],
)
def test_a_sentence_on_the_line_of_a_label_is_a_criterion(
    path: str, text: str, expected: dict[str, int]
) -> None:
    document = read_document(text, path, "shop")
    assert {it.local: it.span.line for it in document.criteria()} == expected


@pytest.mark.verifies("tracing#1.26")
def test_a_sentence_on_the_line_of_a_label_begins_behind_it() -> None:
    first = next(read_document(ON_THE_LINE_OF_A_LABEL, KIRO, "shop").criteria())
    assert first.text == "WHEN the button is pressed, THE bell SHALL ring."
    assert first.span.column == len("**Acceptance Criteria**: ") + 1


BELOW_IDS = """\
### Requirement 4: Lift

4.1. WHEN it stops, THE lift SHALL do one of:

1. open its {};
2. ring, and it SHALL be heard.

4.2. THE lift SHALL rest:
- by day
  - at noon
- by night

**FR-4.1**: THE ride SHALL be quiet
- No music

The lift is grey.
- It is new.
"""
BELOW_IDS_OF_A_BUGFIX = """\
### Current Behavior (Defect)

**1.1** The lift stops between floors

### 期望行为（正确）

**类别 1：停靠**

**2.1** Stops
WHEN a button is pressed
THEN the lift SHALL show:
  - the floor
  - the {}

### 不变行为（回归预防）

3.1 当电梯空闲时，系统应该继续关灯
"""


@pytest.mark.verifies("tracing#1.27", "tracing#1.14")
@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            KIRO,
            BELOW_IDS,
            {"4.1": (3, 6), "4.2": (8, 11), "FR-4.1": (13, 14)},
        ),
        (BUGFIX, BELOW_IDS_OF_A_BUGFIX, {"2.1": (9, 13), "3.1": (17, 17)}),
    ],
)
def test_a_list_below_a_paragraph_with_an_id_belongs_to_it(
    path: str, text: str, expected: dict[str, tuple[int, int]]
) -> None:
    document, changed = (read_document(text.format(it), path, "shop") for it in ("door", "time"))
    assert {it.local: (it.span.line, it.end_line) for it in document.criteria()} == expected
    assert document.problems == ()
    first, again = next(document.criteria()), next(changed.criteria())
    assert first.fingerprint != again.fingerprint


HEADED_TABLE = """\
## 驗收條件

| ID | 驗收條件 | 量測方式 |
|----|----------|----------|
| AC-001 | 搜尋成功率 ≥ 99% | 一百次搜尋 |
| AC-002 | 付款後寄出收據 | 不得遺漏任何一筆 |

| 规则编号 | 规则描述 | 优先级 |
|----|----|----|
| RULE-SHOP-001 | 每单最多十本 | 高 |
"""
TABLE_WITHOUT_A_KNOWN_HEAD = """\
| Id | What | Note |
|----|------|------|
| FR-1 | The shop MUST open at eight | must be agreed |
| FR-2 | Closes at six | see the board |
| X-3 | Painted green | none |
"""


@pytest.mark.verifies("tracing#1.28")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            HEADED_TABLE,
            {
                "AC-001": "搜尋成功率 ≥ 99%",
                "AC-002": "付款後寄出收據",
                "RULE-SHOP-001": "每单最多十本",
            },
        ),
        (
            TABLE_WITHOUT_A_KNOWN_HEAD,
            {"FR-1": "The shop MUST open at eight", "FR-2": "Closes at six"},
        ),
    ],
)
@pytest.mark.parametrize("path", [KIRO, SPEC_KIT])
def test_each_row_of_a_table_of_requirements_is_read(
    path: str, text: str, expected: dict[str, str]
) -> None:
    document = read_document(text, path, "shop")
    assert {it.local: it.text for it in document.criteria()} == expected


STORIES = """\
# Lending

The desk MUST be staffed.

### US-LEND-01 — Borrow

**Criterios de aceptación:**
- El lector recibe un recibo
- El plazo es de dos semanas

### US-LEND-02 — Return

**Acceptance Criteria:**
- THE desk SHALL take the book back
"""
NUMBERED = """\
# Lending

The desk MUST be staffed.

### Requirement 1: Borrow

#### Acceptance Criteria

1. THE desk SHALL print a receipt
"""


@pytest.mark.verifies("tracing#1.29")
@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (OPENSPEC, STORIES, {"US-LEND-01.1": 8, "US-LEND-01.2": 9, "US-LEND-02.1": 14}),
        (SPEC_KIT, NUMBERED, {"1.1": 9}),
    ],
)
def test_a_document_in_another_form_than_that_of_its_layout_is_read(
    path: str, text: str, expected: dict[str, int]
) -> None:
    document = read_document(text, path, "shop")
    assert {it.local: it.span.line for it in document.criteria()} == expected
    assert [it.span.line for it in document.unread if it.span] == [3]


@pytest.mark.verifies("tracing#1.29")
@pytest.mark.parametrize("path", [OPENSPEC, SPEC_KIT])
def test_notes_in_a_folder_of_a_layout_hold_no_criteria(path: str) -> None:
    document = read_document("# Notes\n\n- The shop MUST open.\n", path, "shop")
    assert list(document.criteria()) == []
    assert document.unread
