"""Headings in languages whose sentences are not parsed."""

from typing import Literal
from unicodedata import normalize

import pytest

from shall.specs.reader import read_document

KIRO = ".kiro/specs/shop/requirements.md"
SPEC_KIT = "specs/001-shop/spec.md"


@pytest.mark.verifies("tracing#1.23")
@pytest.mark.parametrize(
    ("requirement", "criteria"),
    [
        ("Exigence 1 : Panier", "Critères d'acceptation"),
        ("Requirement 1: Cart", "Critères d’acceptation :"),
        ("Anforderung 1: Korb", "Akzeptanzkriterien"),
        ("Requirement 1", "Abnahmekriterien (EARS)"),
        ("Requisito 1: Carrito", "Criterios de aceptación"),
        ("Requisito 1: Carrinho", "Critérios de Aceitação"),
        ("Requisito 1", "Critérios de aceite"),
        ("Requisito 1: Carrello", "Criteri di accettazione"),
        ("Vereiste 1: Mand", "Acceptatiecriteria"),
        ("Wymaganie 1: Koszyk", "Kryteria akceptacji"),
        ("Požadavek 1: Košík", "Akceptační kritéria"),
        ("Krav 1: Korg", "Acceptanskriterier"),
        ("Krav 1: Kurv", "Acceptkriterier"),
        ("Krav 1: Kurv", "Akseptansekriterier"),
        ("Requirement 1: Kori", "Hyväksymiskriteerit"),
        ("Gereksinim 1: Sepet", "Kabul Kriterleri"),
        ("Persyaratan 1: Keranjang", "Kriteria Penerimaan"),
        ("Yêu cầu 1: Giỏ hàng", "Tiêu chí chấp nhận"),
        ("Требование 1: Корзина", "Критерии приёмки"),
        ("Требование 1: Корзина", "Критерии приемки"),
        ("Вимога 1: Кошик", "Критерії приймання"),
        ("要件 1：かご", "受け入れ基準"),
        ("요구사항 1: 장바구니", "인수 조건"),
        ("요구 사항 1: 장바구니", "수락 기준"),
        ("Requirement 1: سلة", "معايير القبول"),
        ("المتطلب 1: سلة", "معايير القبول"),
        ("Requirement 1: סל", "קריטריוני קבלה"),
        ("דרישה 1: סל", "קריטריוני קבלה"),
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("label", ["#### {}", "**{}**"])
def test_a_list_below_acceptance_criteria_in_another_language_is_read(
    requirement: str, criteria: str, form: Literal["NFC", "NFD"], label: str
) -> None:
    text = f"### {requirement}\n\n{label.format(criteria)}\n\n1. aaa bbb\n2. ccc ddd\n"
    document = read_document(normalize(form, text), KIRO, "shop")
    assert {it.local: it.span.line for it in document.criteria()} == {"1.1": 5, "1.2": 6}
    assert document.unread == ()


@pytest.mark.verifies("tracing#1.23")
@pytest.mark.parametrize(
    ("story", "label"),
    [
        ("Historia de Usuario 1 - Pagar (Prioridad: P1)", "Escenarios de Aceptación"),
        ("História de Usuário 1 - Pagar", "Cenários de Aceitação"),
        ("Histoire utilisateur 1 - Payer", "Scénarios d'acceptation"),
        ("Пользовательская история 1 - Оплата", "Сценарии приёмки"),
        ("사용자 스토리 1 - 결제", "인수 시나리오"),
    ],
)
def test_a_story_in_another_language_has_its_scenarios(story: str, label: str) -> None:
    text = f"### {story}\n\n**{label}**:\n\n1. **X** a, **Y** b, **Z** c\n"
    document = read_document(text, SPEC_KIT, "shop")
    assert [it.local for it in document.criteria()] == ["US1.AS1"]


@pytest.mark.verifies("tracing#1.12")
def test_an_id_may_have_parts_below_a_letter() -> None:
    text = "- **FR-005a**: The desk MUST open\n- **FR-005a.1**: The desk MUST close\n"
    document = read_document(text, SPEC_KIT, "shop")
    assert {it.local: it.span.line for it in document.criteria()} == {"FR-005a": 1, "FR-005a.1": 2}


UNKNOWN_HEADING = (
    "### Requirement 1\n\n#### Vastuvõtukriteeriumid\n\n1. Ostja näeb korvi\n2. Tühi\n"
)
UNKNOWN_HEADING_OF_BULLETS = "### Requirement 1\n\n#### Mahitaji\n\n- Mnunuzi anaona\n- Tupu\n"
BESIDE_A_DUTY = "### Requirement 1\n\nThe shop SHALL open.\n\n#### Mahitaji\n\n1. Tupu\n"
UNKNOWN_STORY = """\
### Kasutajalugu 1 - Maksmine

1. **Antud** korv, **Kui** ostja maksab, **Siis** arve tuleb
2. **Antud** korv, **Kui** ostja lahkub, **Siis** korv jääb

- **FR-001**: Pood PEAB avanema
"""
PARTLY_READ = """\
### FR-01 Cart

1. A name
2. A price

Rules:

1. The cart shows a sum
2. The cart shall keep it
3. The cart is emptied
"""
UNDER_NO_STORY = "### Etwas\n\n**Akzeptanzkriterien**:\n\n1. Der Korb ist leer\n2. Voll\n"


@pytest.mark.verifies("tracing#1.24")
@pytest.mark.parametrize(
    ("path", "text", "lines"),
    [
        (KIRO, UNKNOWN_HEADING, [5]),
        (KIRO, UNKNOWN_HEADING_OF_BULLETS, [5]),
        (KIRO, BESIDE_A_DUTY, [7]),
        (SPEC_KIT, UNKNOWN_STORY, [3]),
        (SPEC_KIT, UNDER_NO_STORY, [5]),
    ],
)
def test_a_list_that_may_be_the_criteria_is_listed(path: str, text: str, lines: list[int]) -> None:
    document = read_document(text, path, "shop")
    found = [(it.code, it.span.line) for it in document.unread if it.span]
    assert found == [("spec.unread-list", line) for line in lines]


@pytest.mark.verifies("tracing#1.32")
def test_the_other_items_of_a_list_of_criteria_are_listed() -> None:
    document = read_document(PARTLY_READ, KIRO, "shop")
    assert [it.local for it in document.criteria()] == ["FR-01.2"]
    assert [(it.code, it.span.line) for it in document.unread if it.span] == [
        ("spec.unread-list", 8)
    ]


@pytest.mark.verifies("tracing#1.24", "tracing#1.32")
@pytest.mark.parametrize(
    "text",
    [
        "### FR-01 Cart\n\nThe cart shall open:\n\n1. Click\n2. Wait\n",
        "### FR-01 Cart\n\n1. Click\n\n#### Acceptance Criteria\n\n1. A shall b\n",
        "### Requirement 1\n#### Acceptance Criteria\n1. A shall b\n#### Flow\n1. Click\n2. Wait\n",
        "### Requirement 1\n1. A shall b\n#### Notes\n1. Ask first\n",
        "### Requirement 1\n- A shall b\n\n- Owner: desk\n",
    ],
)
def test_a_list_beside_the_criteria_is_not_listed(text: str) -> None:
    assert read_document(text, KIRO, "shop").unread == ()
