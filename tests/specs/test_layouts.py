"""Each layout with its keys, on documents of our own wording."""

import pytest

from shall.specs.model import Criterion, Kind, Operation, Standing
from shall.specs.reader import join_features, read_document

STORIES = """# Feature Specification: Library cards

### User Story 1 - Ask for a card (Priority: P1)

**Acceptance Scenarios**:

1. **Given** a reader without a card, **When** she asks for one, **Then** she gets a number
2. **Given** a reader with a card, **Then** no second one is made

### 用户故事 2 - 还书（优先级：P2）

**验收场景**：

1. **给定** 书已借出，**当** 读者归还，**那么** 借阅记录关闭

## Requirements *(mandatory)*

### Functional Requirements

- **FR-001**: System MUST print cards.
- **FR-002**：系统必须记录每次借阅。
- **FR-003**: ~~System MUST sing~~ — later
- **FR-004**: System MUST greet in
  the reader's language,
  [NEEDS CLARIFICATION: which languages?]
- The system MUST be quick.

### Key Entities

- **Card**: MUST belong to one reader.

## Success Criteria

- **SC-001**: 95 % of readers get a card within a minute.
"""

TITLED = """# lending Specification

## Requirements

### Requirement:User login
The desk SHALL ask for a card. It MUST NOT ask for a name.

Rationale: names are private.

#### Scenario: Valid card (chip)
- **WHEN** the card is read
- **THEN** the account is shown
- **AND** the light is green

### 需求：归还图书
系统应记录归还时间。

#### 场景：逾期
- **当** 已逾期
- **那么** 显示罚款
"""

DELTA = """## ADDED Requirements

### Requirement: Reservations
The desk SHALL take reservations.

## MODIFIED Requirements

### Requirement: User login
The desk SHALL ask for a card or a phone.

## RENAMED Requirements

- FROM: `### Requirement: Fines`
- TO: `### Requirement: Late fees`
"""

BUGFIX = """# Bugfix

## Bug Analysis

### Current Behavior (Defect)
1.1 WHEN a book is returned THEN the system keeps the loan open
1.2 WHEN two are returned THEN the system closes one

### Expected Behavior
2.1 WHEN a book is returned THEN the system SHALL close the loan
2.2 WHEN two are returned THEN the system SHALL close both

### Unchanged Behavior
3.1 WHEN a book is lent THEN the system SHALL CONTINUE TO open a loan
"""

CHINESE = """# 需求文档

### 需求 1：借书

**用户故事：** 作为读者，我想借书。

#### 验收标准

**借阅**
1. 当读者扫码时，系统应登记借阅
2. WHEN 库存为零 THEN 系统 SHALL 提示"已借完"

**归还**
3. 如果逾期，那么系统应当计算罚款

### 需求二：查询

#### 验收标准

1.当关键字为空时，应返回全部图书
2.系统不得显示已下架的图书
"""


def found(text: str, file: str, feature: str) -> dict[str, Criterion]:
    return {it.key: it for it in read_document(text, file, feature).criteria()}


@pytest.mark.verifies("tracing#1.12", "tracing#1.10")
def test_spec_kit_criteria_are_known_by_story_and_by_id() -> None:
    document = read_document(STORIES, "specs/003-cards/spec.md", "003-cards")
    criteria = {it.local: it for it in document.criteria()}
    assert {local: it.span.line for local, it in criteria.items()} == {
        "US1.AS1": 7,
        "US1.AS2": 8,
        "US2.AS1": 14,
        "FR-001": 20,
        "FR-002": 21,
        "FR-004": 23,
        "SC-001": 34,
    }
    assert criteria["FR-004"].is_open
    assert criteria["FR-004"].end_line == 25
    assert criteria["SC-001"].kind is Kind.METRIC
    assert [step.keyword for step in criteria["US2.AS1"].steps] == ["given", "when", "then"]
    [struck] = [it for requirement in document.requirements for it in requirement.retired]
    assert (struck.local, struck.standing) == ("FR-003", Standing.WITHDRAWN)
    assert [it.span.line for it in document.unread if it.span] == [26]


@pytest.mark.verifies("tracing#1.12")
def test_the_short_name_of_a_spec_kit_feature_counts_where_it_is_unique() -> None:
    one = read_document(STORIES, "specs/003-cards/spec.md", "003-cards")
    two = read_document(STORIES, "specs/004-cards/spec.md", "004-cards")
    assert join_features([one]).aliases() == {"cards": "003-cards"}
    assert join_features([one, two]).aliases() == {}


@pytest.mark.verifies("tracing#1.13")
def test_openspec_criteria_are_known_by_the_slugs_of_their_titles() -> None:
    criteria = found(TITLED, "openspec/specs/lending/spec.md", "lending")
    assert {key: it.span.line for key, it in criteria.items()} == {
        "lending#user-login": 5,
        "lending#user-login/valid-card-chip": 10,
        "lending#归还图书": 15,
        "lending#归还图书/逾期": 18,
    }
    assert criteria["lending#user-login"].text.endswith("It MUST NOT ask for a name.")
    assert len(criteria["lending#user-login"].clauses) == 2
    steps = criteria["lending#user-login/valid-card-chip"].steps
    assert [step.keyword for step in steps] == ["when", "then", "and"]


@pytest.mark.verifies("tracing#1.13")
@pytest.mark.parametrize(
    "lines",
    [
        "**Given** a reader\n**When** they return:\n  - a book\n  - a map\n**Then** both are free",
        "~~**Given** a guest~~\n**Given** a reader\n**When** a book is back\n**Then** it is free",
    ],
)
def test_an_outcome_behind_a_list_or_a_struck_line_is_a_step(lines: str) -> None:
    text = f"### Requirement: Return\n\nIt SHALL do.\n\n#### Scenario: Done\n\n{lines}\n"
    document = read_document(text, "openspec/specs/lending/spec.md", "lending")
    steps = list(document.criteria())[1].steps
    assert [it.keyword for it in steps] == ["given", "when", "then"]
    assert steps[0].text == "a reader"
    assert steps[2].text.endswith("free")


@pytest.mark.verifies("tracing#1.13")
def test_an_openspec_change_adds_at_once_and_modifies_when_it_is_archived() -> None:
    main = read_document(TITLED, "openspec/specs/lending/spec.md", "lending")
    path = "openspec/changes/phones/specs/lending/spec.md"
    delta = read_document(DELTA, path, "lending")
    specs = join_features([main, delta])
    assert specs.problems == ()
    counted = {it.key: it.change for it in specs.criteria()}
    added = counted["lending#reservations"]
    assert added is not None
    assert (added.name, added.operation) == ("phones", Operation.ADDED)
    assert counted["lending#user-login"] is None
    assert [it.key for it in specs.proposed()] == ["lending#reservations", "lending#user-login"]
    [rename] = delta.renames
    assert (rename.old, rename.new) == ("fines", "late-fees")


@pytest.mark.verifies("tracing#1.14")
def test_a_bugfix_counts_what_shall_be_and_not_the_defect() -> None:
    document = read_document(BUGFIX, ".kiro/specs/returns/bugfix.md", "returns")
    assert {it.key: it.span.line for it in document.criteria()} == {
        "returns#2.1": 10,
        "returns#2.2": 11,
        "returns#3.1": 14,
    }
    retired = [it for requirement in document.requirements for it in requirement.retired]
    assert [(it.local, it.standing) for it in retired] == [
        ("1.1", Standing.DEFECT),
        ("1.2", Standing.DEFECT),
    ]


@pytest.mark.verifies("tracing#1.30")
def test_a_bugfix_may_hold_requirements_with_further_numbers() -> None:
    text = BUGFIX + (
        "\n## Reminders\n\n### By letter\n\n"
        "4.1 WHEN a loan is late THEN the system SHALL print a letter\n\n"
        "4.2 WHEN it is printed THEN the system SHALL note the day\n\n### By mail\n\n"
        "10.1 WHEN a loan is late THEN the system SHALL send a mail\n\n## Cause\n\n"
        "2.1 The system SHALL count copies.\n\nIt must not happen again.\n"
    )
    document = read_document(text, ".kiro/specs/returns/bugfix.md", "returns")

    assert [(it.number, it.title) for it in document.requirements[3:]] == [
        ("4", "By letter"),
        ("10", "By mail"),
    ]
    assert [(it.local, it.span.line) for it in list(document.criteria())[3:]] == [
        ("4.1", 20),
        ("4.2", 22),
        ("10.1", 26),
    ]
    assert document.problems == ()
    assert [it.span.line for it in document.unread if it.span] == [30, 32]


@pytest.mark.verifies("tracing#1.2", "tracing#1.15")
def test_chinese_requirements_have_the_same_keys() -> None:
    criteria = found(CHINESE, ".kiro/specs/借阅/requirements.md", "借阅")
    assert {key: it.span.line for key, it in criteria.items()} == {
        "借阅#1.1": 10,
        "借阅#1.2": 11,
        "借阅#1.3": 14,
        "借阅#2.1": 20,
        "借阅#2.2": 21,
    }
    first = criteria["借阅#1.1"].clause
    assert first is not None
    assert (first.conditions[0].text, first.subject, first.response) == (
        "读者扫码",
        "系统",
        "登记借阅",
    )
    assert criteria["借阅#2.2"].kind is Kind.PROHIBITION


@pytest.mark.verifies("tracing#1.4")
def test_a_number_that_stands_twice_in_a_list_shifts_no_other() -> None:
    head = "### Requirement 1\n\n#### Acceptance Criteria\n\n"
    text = f"{head}1. A shall b\n2. C shall d\n2. E shall f\n3. G shall h\n"
    document = read_document(text, "f", "x")
    assert [it.key for it in document.criteria()] == ["x#1.1", "x#1.2", "x#1.2", "x#1.3"]
    assert [it.span.line for it in document.problems if it.span] == [7]


def test_sub_headings_with_numbers_leave_the_numbers_of_criteria_alone() -> None:
    listed = "##### Acceptance Criteria\n\n"
    text = (
        f"### Requirement 7\n\n#### 7.1 Top\n\n{listed}1. A shall b\n2. C shall d\n\n"
        f"#### 7.2 Foot\n\n{listed}3. E shall f\n"
    )
    assert list(found(text, "f", "x")) == ["x#7.1", "x#7.2", "x#7.3"]


def test_a_heading_with_an_id_is_the_criterion_of_the_sentence_below() -> None:
    text = (
        "# Doc\n\n### FR-001: Search [done]\n\nThe shop MUST search titles.\n\n"
        "### FR-002: Sort\n\n- **Priority**: P1\n"
    )
    criteria = found(text, "f", "x")
    assert {key: (it.span.line, it.text) for key, it in criteria.items()} == {
        "x#FR-001": (3, "The shop MUST search titles."),
        "x#FR-002": (7, "Sort"),
    }


def test_status_and_test_lists_are_no_criteria_and_are_listed() -> None:
    text = (
        "### Requirement 1\n\n#### Acceptance Criteria\n\n1. A shall b\n\n"
        "#### Test Cases\n\n1. C shall d\n2. open the page\n"
    )
    document = read_document(text, "f", "x")
    assert [it.key for it in document.criteria()] == ["x#1.1"]
    assert [it.code for it in document.unread] == ["spec.unread-sentence"]


def test_a_table_row_with_an_id_is_a_criterion_and_one_without_is_listed() -> None:
    text = (
        "### Requirement 1\n\n| id | text |\n| --- | --- |\n| AC-1 | The shop shall open |\n"
        "| note | The shop shall close |\n\n| id | test |\n| --- | --- |\n| AC-1 | automated |\n"
    )
    document = read_document(text, "f", "x")
    assert [(it.key, it.span.line) for it in document.criteria()] == [("x#AC-1", 5)]
    assert [it.code for it in document.unread] == ["spec.unread-row"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_change_nothing(end: str) -> None:
    plain = found(CHINESE, "f", "x")
    other = found(CHINESE.replace("\n", end), "f", "x")
    assert {k: (it.span, it.fingerprint) for k, it in plain.items()} == {
        k: (it.span, it.fingerprint) for k, it in other.items()
    }
