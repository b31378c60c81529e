"""Which outcomes of a run become evidence."""

import pytest
from msgspec.structs import replace

from shall.actions.evidence import Fact, of_all_rows, sound_facts
from shall.results.records import CriterionRef, Outcome


def fact(outcome: Outcome, data_row: str, unreached: str = "", environment: str = "") -> Fact:
    criteria = (CriterionRef("auth#1.1", "f"),)
    return Fact(criteria, "a.yaml", outcome, "t", 1, 0.1, environment, data_row, unreached)


@pytest.mark.verifies("tracing#5.1")
def test_a_row_of_data_that_passed_proves_nothing_where_another_did_not_reach_its_service() -> None:
    passed = fact(Outcome.PASSED, "1")
    failed = fact(Outcome.FAILED, "2")
    down = fact(Outcome.ERROR, "3", "127.0.0.1:9")
    elsewhere = fact(Outcome.PASSED, "1", environment="live")
    assert sound_facts([passed, failed, down, elsewhere], is_whole=True) == [failed, elsewhere]
    assert sound_facts([passed, failed], is_whole=True) == [passed, failed]


@pytest.mark.verifies("tracing#4.16")
def test_a_row_of_data_that_passed_proves_nothing_where_the_run_was_interrupted() -> None:
    passed = fact(Outcome.PASSED, "1")
    failed = fact(Outcome.FAILED, "2")
    skipped = fact(Outcome.SKIPPED, "3")
    alone = replace(passed, source="b.yaml", data_row=None)
    assert sound_facts([passed, failed, skipped, alone], is_whole=False) == [failed, alone]


@pytest.mark.verifies("cases#6.4")
def test_rows_are_one_fact_which_passed_only_when_all_are_there() -> None:
    first, second = (
        replace(fact(Outcome.PASSED, it), rows=2, checks_executed=int(it)) for it in "12"
    )
    [whole] = of_all_rows([first, second])
    assert (whole.outcome, whole.data_row, whole.checks_executed) == (Outcome.PASSED, None, 1)
    assert of_all_rows([first, first]) == []
    assert of_all_rows([first, replace(second, fingerprint="changed")]) == []
    for outcome in (Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED):
        [whole] = of_all_rows([first, replace(second, outcome=outcome)])
        assert whole.outcome is outcome
    [bad] = of_all_rows([replace(first, outcome=Outcome.FAILED)])
    assert bad.outcome is Outcome.FAILED


@pytest.mark.verifies("cli#6.13")
def test_repetitions_are_one_fact_which_passed_only_when_all_are_there() -> None:
    first, second = (
        replace(fact(Outcome.PASSED, "1"), data_row=None, attempt=it, repeats=2) for it in (1, 2)
    )
    assert [it.outcome for it in of_all_rows([first, second])] == [Outcome.PASSED]
    assert of_all_rows([first, first]) == []
    assert sound_facts([first, second], is_whole=False) == []
    failed = replace(second, outcome=Outcome.FAILED)
    assert [it.outcome for it in of_all_rows([first, failed])] == [Outcome.FAILED]
    assert sound_facts([first, failed], is_whole=False) == [failed]
    rows = [replace(it, data_row=row, rows=2) for it in (first, second) for row in "12"]
    assert [it.outcome for it in of_all_rows(rows)] == [Outcome.PASSED]
    assert of_all_rows(rows[:3]) == []
