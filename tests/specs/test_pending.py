"""Open and archived changes of OpenSpec: what they remove, rename and add."""

import csv
import io
from collections.abc import Iterator
from datetime import date

import pytest

from shall.rules import GateRules
from shall.span import Span
from shall.specs.export import to_chain, to_csv, to_json, to_markdown, to_text
from shall.specs.gate import Verdict, judge
from shall.specs.matrix import Matrix, build_matrix, with_archived
from shall.specs.model import Feature, Link, LinkKind, Operation, SpecSet
from shall.specs.pending import Archived, archived
from shall.specs.reader import join_features, read_document
from shall.specs.status import Latest, Status
from shall.specs.titled import read_titled

SPEC = "openspec/specs/shop/cart/spec.md"
DELTA = "openspec/changes/tidy-cart/specs/shop/cart/spec.md"
CURRENT = """\
### Requirement: Paying by fax
The shop SHALL take orders by fax.
#### Scenario: Fax arrives
- **WHEN** a fax arrives
- **THEN** an order is made
### Requirement: Paying
The shop SHALL take cards.
#### Scenario: Card
- **WHEN** a card is shown
- **THEN** it is charged
"""
CHANGE = """\
## REMOVED Requirements
### Requirement: Paying by fax
**Reason**: nobody does
## RENAMED Requirements
- FROM: `### Requirement: Paying`
- TO: `### Requirement: Paying by card`
## MODIFIED Requirements
### Requirement: Paying by card
The shop SHALL take cards and nothing else.
## ADDED Requirements
### Requirement: Refunds
The shop SHALL refund.
"""
FAX, FAX_ARRIVES = "shop/cart#paying-by-fax", "shop/cart#paying-by-fax/fax-arrives"
PAYING, CARD, REFUNDS = "shop/cart#paying", "shop/cart#paying/card", "shop/cart#refunds"


def specs(change: str = CHANGE) -> SpecSet:
    documents = {SPEC: CURRENT, DELTA: change}
    return join_features(
        [read_document(text, path, "shop/cart") for path, text in documents.items()]
    )


def link(criterion: str, source: str = "a.yaml") -> Link:
    return Link(criterion, LinkKind.CASE, source, Span(source, 4))


def proof(key: str, outcome: str = "passed") -> Latest:
    fingerprints = {it.key: it.fingerprint for it in specs().criteria()}
    return Latest(key, "a.yaml", outcome, "run-1", fingerprints[key], "")


def traced(*outcomes: Latest) -> Matrix:
    return build_matrix(specs(), [link(it.criterion) for it in outcomes], outcomes)


@pytest.mark.verifies("tracing#11.1")
def test_a_requirement_that_an_open_change_removes_is_not_missing() -> None:
    matrix = traced(proof(PAYING), proof(CARD), proof(REFUNDS))
    assert {row.criterion.key: row.status for row in matrix.rows} == {
        FAX: Status.REMOVED,
        FAX_ARRIVES: Status.REMOVED,
        PAYING: Status.PROVED,
        CARD: Status.PROVED,
        REFUNDS: Status.PROVED,
    }
    assert matrix.proved_percent == 100
    judged = {it.rule: it.verdict for it in judge(matrix, GateRules(), proof(PAYING).at)}
    assert judged["minimum"] is Verdict.PASSED


@pytest.mark.verifies("tracing#11.1")
def test_a_requirement_that_is_removed_and_fails_is_shown_as_failing() -> None:
    matrix = traced(proof(FAX, "failed"))
    assert matrix.rows[0].status is Status.FAILING
    judged = {it.rule: it.verdict for it in judge(matrix, GateRules(), proof(PAYING).at)}
    assert judged["minimum"] is Verdict.FAILED


@pytest.mark.verifies("tracing#11.2")
def test_every_form_of_the_matrix_names_the_open_change() -> None:
    matrix = traced(proof(PAYING))
    operations = {
        it["key"]: it.get("change", {}).get("operation") for it in to_json(matrix)["criteria"]
    }
    assert operations == {
        FAX: Operation.REMOVED,
        FAX_ARRIVES: Operation.REMOVED,
        PAYING: Operation.RENAMED,
        CARD: Operation.RENAMED,
        REFUNDS: Operation.ADDED,
    }
    rows = csv.DictReader(io.StringIO(to_csv(matrix)))
    assert {it["criterion"]: (it["change"], it["operation"]) for it in rows}[REFUNDS] == (
        "tidy-cart",
        "added",
    )
    assert "(added by tidy-cart) The shop SHALL refund." in to_markdown(matrix)
    text = to_text(matrix, 90)
    assert "(renamed) The shop SHALL" in text
    assert "Open change tidy-cart: 1 added, 0 modified, 2 removed, 2 renamed." in text
    assert "未归档的变更 tidy-cart：新增 1" in to_text(matrix, 90, language="zh")
    assert "(removed by tidy-cart)" in to_chain(matrix.rows[0], proof(PAYING).at)


@pytest.mark.verifies("tracing#11.2")
def test_criteria_without_an_open_change_are_shown_as_before() -> None:
    matrix = build_matrix(specs(change=""), [], [])
    assert all("change" not in it for it in to_json(matrix)["criteria"])
    assert "tidy-cart" not in to_markdown(matrix) + to_text(matrix)


def archive(*deltas: tuple[str, str]) -> Archived:
    def features() -> Iterator[tuple[str, Feature]]:
        for change, text in deltas:
            found, renamed, _ = read_titled(text, "spec.md", "shop/cart", change)
            yield change, Feature("shop/cart", "spec.md", found, renames=renamed)

    return archived(features())


REMOVES_FAX = "## REMOVED Requirements\n### Requirement: Paying by fax\n"
ADDS_FAX = "## ADDED Requirements\n### Requirement: Paying by fax\nThe shop SHALL fax.\n"


@pytest.mark.verifies("tracing#11.3")
def test_an_archived_change_explains_what_it_removed_with_its_scenarios() -> None:
    found = archive(("2026-05-01-no-fax", REMOVES_FAX))
    assert found.removal_of(FAX) == "2026-05-01-no-fax"
    assert found.removal_of(FAX_ARRIVES, date(2026, 5, 1)) == "2026-05-01-no-fax"
    assert found.removal_of(PAYING) == ""


@pytest.mark.verifies("tracing#11.3")
def test_what_was_added_or_proved_after_a_removal_was_not_removed_by_it() -> None:
    found = archive(("2026-05-01-no-fax", REMOVES_FAX), ("2026-06-01-fax", ADDS_FAX))
    assert found.removal_of(FAX) == ""
    assert archive(("2026-05-01-no-fax", REMOVES_FAX)).removal_of(FAX, date(2026, 5, 2)) == ""


def renames(old: str, new: str) -> str:
    return (
        f"## RENAMED Requirements\n- FROM: `### Requirement: {old}`\n"
        f"- TO: `### Requirement: {new}`\n"
    )


@pytest.mark.verifies("tracing#11.4")
def test_links_to_a_renamed_requirement_and_its_scenarios_have_moved() -> None:
    matrix = build_matrix(specs(""), [link("shop/cart#buying"), link("shop/cart#buying/card")], [])
    changes = archive(
        ("2026-01-01-a", renames("Buying", "Shopping")),
        ("2026-02-01-b", renames("Shopping", "Paying")),
    )
    moved = with_archived(matrix, changes).moved
    assert [(it.old_key, it.new_key, it.sources) for it in moved] == [
        ("shop/cart#buying", PAYING, ("a.yaml",)),
        ("shop/cart#buying/card", CARD, ("a.yaml",)),
    ]


@pytest.mark.verifies("tracing#11.4")
def test_a_name_that_is_given_back_ends() -> None:
    found = archive(
        ("2026-01-01-a", renames("Buying", "Paying")), ("2026-02-01-b", renames("Paying", "Buying"))
    )
    assert found.present_key("shop/cart#buying") == "shop/cart#buying"
    assert found.present_key(PAYING) == "shop/cart#buying"
