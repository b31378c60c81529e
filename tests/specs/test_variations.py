"""Further ways in which real documents write a requirement, beside those of ``labelled/``."""

import pytest

from shall.specs.model import Kind, Pattern, Standing
from shall.specs.reader import join_features, read_document

KIRO = ".kiro/specs/shop/requirements.md"
SPEC_KIT = "specs/001-shop/spec.md"
HEAD = "### Requirement 1\n\n#### Acceptance Criteria\n\n"


@pytest.mark.verifies("tracing#1.2", "tracing#1.15")
@pytest.mark.parametrize(
    ("item", "pattern", "kind"),
    [
        (
            "1. FOR ALL valid carts, saving and loading SHALL yield the same cart",
            None,
            Kind.PROPERTY,
        ),
        ("1. 在配备打印机的柜台上,系统应支持打印小票", Pattern.OPTIONAL, Kind.EARS),
        ("1. 如果赠品功能已启用，系统应显示赠品", Pattern.OPTIONAL, Kind.EARS),
        ("1. 系统应当（SHALL）为每个订单保存一个可选的 `note`。", Pattern.UBIQUITOUS, Kind.EARS),
        ("1. 已下架的商品应当始终不再出现在搜索结果中", Pattern.UBIQUITOUS, Kind.PROHIBITION),
        ("1. WHERE carts exist THE shop SHALL show them", Pattern.OPTIONAL, Kind.EARS),
        ("1. If the handler throws, the gate SHALL try again", Pattern.UNWANTED, Kind.EARS),
        ("1. The shop is pleasant to use", None, Kind.UNPARSED),
    ],
)
def test_a_criterion_has_the_pattern_of_its_words(
    item: str, pattern: Pattern | None, kind: Kind
) -> None:
    (criterion,) = read_document(HEAD + item, KIRO, "shop").criteria()
    assert (criterion.kind, criterion.local) == (kind, "1.1")
    assert pattern is None or criterion.pattern is pattern


def test_an_obligation_and_the_prohibition_behind_it_are_two_clauses() -> None:
    text = "- **FR-001**: 系统 MUST 把定价交给店长，任何导入工具均不得修改价格"
    (criterion,) = read_document(text, SPEC_KIT, "shop").criteria()
    said = [(it.subject, it.is_negative) for it in criterion.clauses]
    assert said == [("系统", False), ("任何导入工具", True)]


@pytest.mark.parametrize(
    ("item", "standing", "remark", "is_open"),
    [
        (
            "- **FR-020**: ~~The shop MUST sing~~ — **Deferred**.",
            Standing.WITHDRAWN,
            "Deferred",
            False,
        ),
        (
            "- **SC-002**: ~~Four views~~ — one view is enough",
            Standing.WITHDRAWN,
            "one view",
            False,
        ),
        ("- **FR-006**: The shop MUST use [NEEDS CLARIFICATION: a card?]", Standing.LIVE, "", True),
    ],
)
def test_withdrawn_and_open_items_are_what_they_are(
    item: str, standing: Standing, remark: str, is_open: bool
) -> None:
    (requirement,) = read_document(f"## Requirements\n\n{item}\n", SPEC_KIT, "shop").requirements
    (criterion,) = (*requirement.criteria, *requirement.retired)
    assert (criterion.standing, criterion.is_open) == (standing, is_open)
    assert remark in criterion.remark


@pytest.mark.parametrize(
    ("heading", "number", "title"),
    [
        ("### Requirement 1", "1", ""),
        ("### Requirement 2: Cart", "2", "Cart"),
        ("### Requirement 1 - 结账", "1", "结账"),
        ("### 需求 4 - 交易信號", "4", "交易信號"),
        ("### 需求 5：按日期筛选", "5", "按日期筛选"),
        ("### 要件1: カート", "1", "カート"),
        ("#### FR-001: 搜索 [已完成]", "FR-001", "搜索"),
        ("### REQ-002: Pay", "REQ-002", "Pay"),
    ],
)
def test_the_headings_of_requirements(heading: str, number: str, title: str) -> None:
    text = f"{heading}\n\n1. The shop SHALL open\n"
    found = [it for it in read_document(text, KIRO, "shop").requirements if it.number]
    assert [(it.number, it.title) for it in found] == [(number, title)]


@pytest.mark.verifies("tracing#1.4", "tracing#1.13")
@pytest.mark.parametrize(
    ("operation", "problems", "unread"),
    [("ADDED", ["spec.duplicate-key"], []), ("MODIFIED", [], ["spec.changed-twice"])],
)
def test_a_requirement_of_two_changes_is_listed_with_both_places(
    operation: str, problems: list[str], unread: list[str]
) -> None:
    text = f"## {operation} Requirements\n\n### Requirement: Pay\n\nThe shop SHALL take cards.\n"
    paths = [f"openspec/changes/{name}/specs/shop/spec.md" for name in ("cards", "coins")]
    specs = join_features([read_document(text, path, "shop") for path in paths])
    assert [it.code for it in specs.problems] == problems
    assert [it.code for it in specs.unread] == unread
    (shown,) = (*specs.problems, *specs.unread)
    assert shown.span is not None
    assert (shown.span.file, paths[0] in shown.message) == (paths[1], True)


@pytest.mark.verifies("tracing#11.7")
@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ("## ADDED Requirements\n\n### Requirement: Pay\n\nThe shop SHALL take coins.\n", 1),
        ("## ADDED Requirements\n\n### Requirement: Pay\n\nThe shop SHALL take cards.\n", 0),
        ("## MODIFIED Requirements\n\n### Requirement: Pay\n\nThe shop SHALL take coins.\n", 0),
        (
            "## REMOVED Requirements\n\n### Requirement: Pay\n\n"
            "## ADDED Requirements\n\n### Requirement: Pay\n\nThe shop SHALL take coins.\n",
            0,
        ),
        (
            "## RENAMED Requirements\n\n- FROM: `### Requirement: Pay`\n"
            "- TO: `### Requirement: Pay by card`\n\n"
            "## ADDED Requirements\n\n### Requirement: Pay\n\nThe shop SHALL take coins.\n",
            0,
        ),
    ],
)
def test_a_requirement_that_a_change_adds_and_that_is_there_is_a_duplicate(
    change: str, problems: int
) -> None:
    current = "## Requirements\n\n### Requirement: Pay\n\nThe shop SHALL take cards.\n"
    paths = ["openspec/specs/shop/spec.md", "openspec/changes/coins/specs/shop/spec.md"]
    texts = zip((current, change), paths, strict=True)
    specs = join_features([read_document(text, path, "shop") for text, path in texts])
    place = (f"shop#pay is at {paths[0]}:3:5 already.", paths[1])
    found = [(it.message, it.span and it.span.file) for it in specs.problems]
    assert found.count(place) == problems
