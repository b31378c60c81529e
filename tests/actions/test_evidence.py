"""Which outcomes of a run become evidence."""

import pytest
from msgspec.structs import replace

from shall.actions.evidence import Fact, sound_facts
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
    assert sound_facts([passed, failed, down, elsewhere]) == [failed, elsewhere]
    assert sound_facts([passed, failed]) == [passed, failed]


@pytest.mark.verifies("tracing#4.16")
def test_a_row_of_data_that_passed_proves_nothing_where_the_run_was_interrupted() -> None:
    passed = fact(Outcome.PASSED, "1")
    failed = fact(Outcome.FAILED, "2")
    skipped = fact(Outcome.SKIPPED, "3")
    alone = replace(passed, source="b.yaml", data_row=None)
    assert sound_facts([passed, failed, skipped, alone], is_whole=False) == [failed, alone]
