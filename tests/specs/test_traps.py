"""What real documents do that a reader falls for: each with the keys and lines to be found."""

import pytest

from shall.specs.reader import read_document

KIRO = ".kiro/specs/shop/requirements.md"
BUGFIX = ".kiro/specs/shop/bugfix.md"
SPEC_WORKFLOW = ".spec-workflow/specs/shop/requirements.md"
NATIVE = "specs/shop/requirements.md"
SPEC_KIT = "specs/001-shop/spec.md"
OPENSPEC = "openspec/specs/shop/spec.md"

SPLIT_BY_SUB_HEADINGS = """\
### Requirement 1: Cart
#### Acceptance Criteria
##### Adding
1. WHEN a book is added, THE shop SHALL show it
2. WHEN it is added again, THE shop SHALL count it
##### Removing
3. WHEN a book is removed, THE shop SHALL drop it
#### Acceptance Criteria
4. THE shop SHALL keep the cart for a day
"""
LABELS_BETWEEN_LISTS = """\
### 需求 1：购物车
#### 验收标准
**加入**
1. 当读者加入一本书时，系统应显示该书
**移出**
2. 当读者移出一本书时，系统应不再显示该书
"""
SUB_HEADINGS_LIKE_CRITERIA = """\
### Requirement 7
#### 7.1 Top shelf
##### Acceptance Criteria
1. THE shop SHALL show new books
2. THE shop SHALL show three of them
#### 7.2 Bottom shelf
##### Acceptance Criteria
3. THE shop SHALL show old books
"""
PARTS_WITH_LISTS_OF_THEIR_OWN = """\
### 需求 3：书架
#### 3.1 上层
- 系统应显示新书
**验收标准**
- [ ] 新书排在最前
- [ ] 每页十本
#### 3.2 下层
**验收标准**
- [ ] 旧书按年份排列
"""
PARTS_THAT_COUNT_ANEW = """\
### Requirement 2
#### 2.1 Window
##### Acceptance Criteria
1. THE shop SHALL light the window
#### 2.2 Door
##### Acceptance Criteria
1. THE shop SHALL lock the door
"""
LABEL_BELOW_OTHER_LINES = """\
## 1. Stories
### 1.1 Lend a book
**As a** reader
**I want** to borrow a book
**Priority**: high
**Acceptance Criteria** (EARS):
- WHEN a book is lent, THEN the shelf shows a gap
- IF no copy is left, THEN the reader joins a queue
### 1.2 Return a book
**Priority**: low
**验收标准：**
当读者还书时，系统应更新库存
"""
IDS_BELOW_A_HEADING_WITH_AN_ID = """\
## FR-2: Shelves
### FR-2.1: Order
**Acceptance Criteria:**
- Shelves are sorted by author
### NFR-1: Speed
- **NFR-1.1**: A page in 200 ms
- **NFR-1.2**: A search in 1 s
### Security Requirements
- **S-1**: Cards leave no trace in logs
### Compared models
- GLM-4.7-Flash (fast)
"""
IDS_IN_HEADINGS = """\
## REQ-001: Search
The shop SHALL find books by title.

## REQ-API-Search-02: Sort
The shop SHALL sort by price.
- Owner: search team
"""
BARE_NUMBERS_AS_HEADINGS = """\
### 3
#### Acceptance Criteria
1. THE shop SHALL sell books
### 4
#### Acceptance Criteria
1. THE shop SHALL buy books
"""
ID_PARAGRAPHS = """\
### Requirement 1
**REQ-1.1** THE shop SHALL sell books
**REQ-1.2** THE shop SHALL buy books

REQ-1.3: THE shop SHALL rent books
REQ-1.4: THE shop SHALL lend books
"""
INTERLEAVED_BUGS = """\
## Bug 1
### Current Behavior
1.1 WHEN a cart is empty THEN the shop crashes
### Expected Behavior
2.1 WHEN a cart is empty THEN the shop SHALL say so
## Bug 2
### Current Behavior
1.2 WHEN a card is old THEN the shop must be started again
### Expected Behavior
2.2 WHEN a card is old THEN the shop SHALL refuse it
### Unchanged Behavior
3.1 WHEN a card is good THEN the shop SHALL CONTINUE TO take it
"""
BUGFIX_WITH_CRITERIA = (
    INTERLEAVED_BUGS
    + """
## Acceptance Criteria
1. The log SHALL name the card's type
2. No cart is lost
"""
)
UNDER_REQUIREMENTS = """\
# Pacing
## Requirements
1. The page opens with the newest book
2. When a reader comes back, the page opens where they left
   - on every device
## Non-Requirements
- This changes no price
"""
MUST_BULLETS = """\
## Requirements
- The shop MUST sell books
- The shop MUST NOT sell shoes
## Risks
- The bank must not fail
"""
CRITERIA_OF_THE_DOCUMENT = """\
## User Stories
- As a reader, I want to find books
## Acceptance Criteria
- [ ] The search page opens
- [x] No error is logged
"""
LISTS_THAT_ARE_NONE = """\
### Requirement 1
#### Acceptance Criteria
1. THE shop SHALL sell books
#### Test Cases
1. Open the page
#### Status
- [x] Sold
#### Success Metrics
1. 100 books a day
"""
STRUCK_WITH_LIVE_REMARK = """\
### Requirement 1
#### Acceptance Criteria
1. THE shop SHALL sell books
2. ~~THE shop SHALL sing~~ — replaced by 3
3. ~~THE shop SHALL hum~~ THE shop SHALL be silent
4. THE shop SHALL close at eight
"""
RISKS_WITH_IDS = """\
## FR1: Search
The shop SHALL find books.
## Risk Assessment
### R1: High
- The bank fails
"""
SECOND_LIST_REPEATS_A_NUMBER = """\
### User Story 1 - Pay
**Acceptance Scenarios**:
1. **Given** a cart, **When** I pay, **Then** it ships
2. **Given** no cart, **When** I pay, **Then** nothing happens

---
2. **Given** an old card, **When** I pay, **Then** it is refused
3. **Given** a new card, **When** I pay, **Then** it is taken
"""
TIGHT_HEADINGS = """\
## Requirements
### Requirement:Sign out
The shop SHALL forget the reader. It MUST keep the cart. It SHALL NOT keep the card.

**Rationale:** shared computers must be safe.
#### Scenario:Signing out twice
- **WHEN** a reader signs out
- **WHEN** they do it again
- **THEN** nothing happens
###Requirement:Sign in
The shop SHALL greet the reader.
"""
THREE_LINES_AN_ITEM = """\
### User Story 1 - Pay (Priority: P1)
**Acceptance Scenarios**:
1. **Given** a full
   cart, **When** I pay,
   **Then** it ships
2. **Given** an empty cart, **Then** paying is off
#### Refunds
3. **Given** a receipt, **When** I ask, **Then** I am paid back
### Functional Requirements
- **FR-001**: The shop MUST
  take cards
  of all kinds
"""
STORIES_WITHOUT_A_LABEL = """\
### US-1: Browse (P0)

**As** a reader,
**I want** to browse.

**Given** I am signed out,
**When** the page loads,
**Then** I see the newest books.

**Given** I am signed in, **When** the page loads, **Then** I see my books.
"""
REQUIREMENTS_IN_A_TABLE = """\
### Functional Requirements
| ID | Requirement | Priority |
|----|-------------|----------|
| FR-01 | The list shows new books first | P0 |
| FR-02 | Search by title | P1 |
### Checks
| ID | Test |
|----|------|
| FR-01 | automated |
| BUG-7 | by hand |
"""
RIGHT_TO_LEFT = """\
### Requirement 1
#### Acceptance Criteria
1. WHEN a reader types \u202eשלום\u202c, THE shop SHALL show it
"""


@pytest.mark.verifies("tracing#1.2", "tracing#1.15", "tracing#1.16")
@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (KIRO, SPLIT_BY_SUB_HEADINGS, {"1.1": 4, "1.2": 5, "1.3": 7, "1.4": 9}),
        (KIRO, LABELS_BETWEEN_LISTS, {"1.1": 4, "1.2": 6}),
        (KIRO, SUB_HEADINGS_LIKE_CRITERIA, {"7.1": 4, "7.2": 5, "7.3": 8}),
        (KIRO, PARTS_WITH_LISTS_OF_THEIR_OWN, {"3.1.1": 5, "3.1.2": 6, "3.2.1": 9}),
        (KIRO, PARTS_THAT_COUNT_ANEW, {"2.1.1": 4, "2.2.1": 7}),
        (KIRO, LABEL_BELOW_OTHER_LINES, {"1.1.1": 7, "1.1.2": 8, "1.2.1": 12}),
        (
            KIRO,
            IDS_BELOW_A_HEADING_WITH_AN_ID,
            {"FR-2.1.1": 4, "NFR-1.1": 6, "NFR-1.2": 7, "S-1": 9},
        ),
        (KIRO, IDS_IN_HEADINGS, {"REQ-001": 1, "REQ-API-Search-02": 4}),
        (KIRO, BARE_NUMBERS_AS_HEADINGS, {"3.1": 3, "4.1": 6}),
        (KIRO, ID_PARAGRAPHS, {"REQ-1.1": 2, "REQ-1.2": 3, "REQ-1.3": 5, "REQ-1.4": 6}),
        (BUGFIX, INTERLEAVED_BUGS, {"2.1": 5, "2.2": 10, "3.1": 12}),
        (KIRO, BUGFIX_WITH_CRITERIA, {"1": 15, "2": 16, "2.1": 5, "2.2": 10, "3.1": 12}),
        (KIRO, UNDER_REQUIREMENTS, {"1": 3, "2": 4}),
        (KIRO, MUST_BULLETS, {"1": 2, "2": 3}),
        (KIRO, CRITERIA_OF_THE_DOCUMENT, {"1": 4, "2": 5}),
        (KIRO, LISTS_THAT_ARE_NONE, {"1.1": 3}),
        (KIRO, STRUCK_WITH_LIVE_REMARK, {"1.1": 3, "1.3": 5, "1.4": 6}),
        (KIRO, RISKS_WITH_IDS, {"FR1": 1}),
        (OPENSPEC, TIGHT_HEADINGS, {"sign-out": 2, "sign-out/signing-out-twice": 6, "sign-in": 10}),
        (SPEC_KIT, THREE_LINES_AN_ITEM, {"FR-001": 10, "US1.AS1": 3, "US1.AS2": 6, "US1.AS3": 8}),
        (SPEC_KIT, STORIES_WITHOUT_A_LABEL, {"US1.AS1": 6, "US1.AS2": 10}),
        (SPEC_KIT, REQUIREMENTS_IN_A_TABLE, {"FR-01": 4, "FR-02": 5}),
        (KIRO, RIGHT_TO_LEFT, {"1.1": 3}),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_criteria_have_the_keys_and_lines_that_their_author_meant(
    path: str, text: str, expected: dict[str, int], end: str
) -> None:
    document = read_document(text.replace("\n", end), path, "shop")
    assert {it.local: it.span.line for it in document.criteria()} == expected


@pytest.mark.verifies("tracing#1.4")
def test_a_second_list_that_repeats_a_number_is_a_problem_with_both_places() -> None:
    document = read_document(SECOND_LIST_REPEATS_A_NUMBER, SPEC_KIT, "shop")
    assert [it.local for it in document.criteria()] == ["US1.AS1", "US1.AS2", "US1.AS2", "US1.AS3"]
    assert [it.span.line for it in document.problems if it.span] == [7]


@pytest.mark.parametrize(
    ("path", "text", "lines"),
    [
        (KIRO, MUST_BULLETS, [5]),
        (KIRO, "# Notes\n\nWe met on Monday.\n", [1]),
        (KIRO, "## Requirement 1\n1. A shall b\n## 验收标准\n- 一切正常\n- 没有错误\n", [4]),
        (OPENSPEC, "# Notes\n\nNothing yet.\n", [1]),
        (OPENSPEC, "### Requirement: A\nA SHALL b\n#### Why A MUST NOT c\nIt is slow.\n", [3]),
        (KIRO, PARTS_WITH_LISTS_OF_THEIR_OWN, [3]),
        (KIRO, "## Requirement 1\n1. A shall b\n## Limits\n- NFR-1: A page in 200 ms\n", [4]),
        (KIRO, "## Requirement 1\n1. A shall b\n## Risks\n- **T-1**: It must not fail\n", [4]),
    ],
)
@pytest.mark.verifies("tracing#1.10")
def test_what_looks_like_a_requirement_and_is_none_is_listed(
    path: str, text: str, lines: list[int]
) -> None:
    document = read_document(text, path, "shop")
    assert [it.span.line for it in document.unread if it.span] == lines


BESIDE_A_LIST = """\
### Requirement 1: Lending

**User Story:** As a reader, I want to borrow books, so that I must not buy them.

Readers like short queues.

#### Acceptance Criteria

1. WHEN a reader borrows a book, THE library SHALL print a receipt.

   The receipt MUST name the book.

The library MUST store the date.

> The library SHALL send a reminder.

**Note:** The library MUST accept paper cards.

#### Security

The library MUST lock its doors.
"""
BESIDE_A_CHINESE_LIST = """\
### 需求 1：借阅

**用户故事：** 作为读者，我想借书，以便不必购买。

#### 验收标准

1. 当读者借书时，系统应打印凭条。

系统必须记录借阅日期。

> 系统应当发送到期提醒。

**备注：** 系统必须接受纸质借书证。

#### 安全

系统不得公开读者姓名。
"""
BELOW_A_HEADING_WITH_AN_ID = """\
### REQ-7: Renewal

The library MUST extend the loan.

#### Acceptance Criteria

1. WHEN a reader renews a book, THE library SHALL print a receipt.
"""
BELOW_A_RATIONALE = """\
### Requirement: Fines

The library SHALL ask for a fine.

**Note:** Staff MUST accept coins.

- A fine MUST be rounded.

#### Scenario: Late

- **WHEN** a book is late
- **THEN** a fine is due
"""
ABOVE_SCENARIOS = """\
### User Story 1 - Borrow (Priority: P1)

Given a card, When a reader borrows a book, Then the loan is stored.

**Acceptance Scenarios**:

1. **Given** a card, **When** a reader borrows a book, **Then** a receipt is printed

The receipt MUST show:
"""


@pytest.mark.parametrize(
    ("path", "text", "criteria", "lines"),
    [
        (KIRO, BESIDE_A_LIST, ["1.1"], [13, 15, 17, 21]),
        (SPEC_WORKFLOW, BESIDE_A_LIST, ["1.1"], [13, 15, 17, 21]),
        (NATIVE, BESIDE_A_CHINESE_LIST, ["1.1"], [9, 11, 13, 17]),
        (KIRO, BELOW_A_HEADING_WITH_AN_ID, ["REQ-7.1"], [3]),
        (OPENSPEC, BELOW_A_RATIONALE, ["fines", "fines/late"], [5, 7]),
        (SPEC_KIT, ABOVE_SCENARIOS, ["US1.AS1"], [3, 9]),
    ],
)
@pytest.mark.verifies("tracing#1.21")
def test_a_duty_beside_the_criteria_of_a_requirement_is_listed(
    path: str, text: str, criteria: list[str], lines: list[int]
) -> None:
    document = read_document(text, path, "shop")
    assert [it.local for it in document.criteria()] == criteria
    assert [it.span.line for it in document.unread if it.span] == lines


@pytest.mark.verifies("tracing#1.21")
def test_paragraphs_of_a_requirement_without_a_list_are_criteria_and_not_listed() -> None:
    text = "### Requirement 1: Desk\n\nThe desk MUST open.\n\nThe desk MUST close.\n"
    document = read_document(text, KIRO, "shop")
    assert [it.local for it in document.criteria()] == ["1.1", "1.2"]
    assert document.unread == ()


METADATA_BELOW_AN_ID = """\
### FR-AUTH-002: Signing in

- **Priority**: High
- **Status**: {}
- Owner: desk team

The desk SHALL ask for a card.

- The card SHALL be valid.
"""
CHINESE_METADATA = "### REQ-7：入馆\n\n- **优先级**：高\n- 状态：{}\n\n系统必须检查证件。\n"


@pytest.mark.verifies("tracing#1.25")
@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (KIRO, METADATA_BELOW_AN_ID, "The desk SHALL ask for a card. - The card SHALL be valid."),
        (
            SPEC_KIT,
            METADATA_BELOW_AN_ID,
            "The desk SHALL ask for a card. - The card SHALL be valid.",
        ),
        (KIRO, CHINESE_METADATA, "系统必须检查证件。"),
    ],
)
def test_priority_status_and_owner_are_no_part_of_a_criterion(
    path: str, text: str, expected: str
) -> None:
    criteria = [
        next(read_document(text.format(status), path, "shop").criteria())
        for status in ("Open", "Done")
    ]
    assert [it.text for it in criteria] == [expected, expected]
    assert criteria[0].fingerprint == criteria[1].fingerprint


DUTY_BELOW_SCENARIOS = """\
### User Story 1 - Borrow (Priority: P1)

**Acceptance Scenarios**:

1. **Given** a card, **When** a reader borrows a book, **Then** a receipt is printed

The library MUST store the date.
"""


@pytest.mark.verifies("tracing#1.21")
def test_a_duty_below_the_scenarios_of_a_story_is_no_scenario() -> None:
    document = read_document(DUTY_BELOW_SCENARIOS, SPEC_KIT, "shop")
    assert [it.local for it in document.criteria()] == ["US1.AS1"]
    assert [it.span.line for it in document.unread if it.span] == [7]


@pytest.mark.verifies("tracing#1.31")
def test_a_user_story_with_an_id_in_its_heading_is_no_criterion() -> None:
    text = (
        "## User Stories\n\n### US1: As a reader\nI want large letters\nSo that I see them\n\n"
        "### US2: As an editor\n\n**Acceptance Criteria:**\n- Drafts are kept\n- Undo works\n\n"
        "### US3: Search\nThe shop SHALL find books by title.\n"
    )
    document = read_document(text, KIRO, "shop")

    assert {it.local: it.span.line for it in document.criteria()} == {
        "US2.1": 10,
        "US2.2": 11,
        "US3": 13,
    }
