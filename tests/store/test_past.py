"""How cases ended in the newest runs."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from shall.messages import Message
from shall.results.listing import PastCases, PastFilter
from shall.results.records import (
    CaseResult,
    CriterionRef,
    Outcome,
    StepResult,
    is_bad,
    outage_of,
)
from shall.store.sqlite import SqliteStore

DOWN = Message("step.unreachable", {"reason": "no", "address": "a:1", "why": "refused"})


@pytest.fixture
def cases(full_case: CaseResult) -> list[CaseResult]:
    """Cases that met an outage, or did not, in every place where a result says so."""
    down = StepResult("s", "steps[0]", Outcome.ERROR, 0.1, error=DOWN)
    late = Message("run.timed_out", {"timeout_s": 1})
    outcome = Outcome.ERROR
    return [
        full_case,
        replace(full_case, outcome=Outcome.PASSED, error=None, name="renamed"),
        replace(full_case, outcome=outcome, error=None, steps=(down,)),
        replace(full_case, outcome=outcome, error=DOWN, data_row="row 2"),
        replace(full_case, outcome=outcome, error=late, steps=(down,)),
        replace(full_case, outcome=outcome, error=late, criteria=()),
        replace(full_case, outcome=Outcome.SKIPPED, error=Message("case.draft"), case_key="b"),
        replace(full_case, error=DOWN, criteria=(CriterionRef("auth#1.20"),)),
    ]


@pytest.fixture
def filled(store: SqliteStore, now: datetime, cases: Sequence[CaseResult]) -> SqliteStore:
    for number in range(3):
        store.start_run(f"r{number}", now + timedelta(seconds=number), len(cases), "")
        named = [replace(case, run_id=f"r{number}", name=f"{case.name} {number}") for case in cases]
        store.save_cases(named)
    return store


def ended(found: PastCases) -> list[tuple[str, int]]:
    """Runs and positions of what was found, in its order."""
    return [(it.run_id, it.number) for case in found.cases for it in case.outcomes]


def test_outcomes_are_those_of_the_results(filled: SqliteStore, cases: list[CaseResult]) -> None:
    found = filled.past_cases(2, PastFilter())

    assert found.run_ids == ["r2", "r1"]
    assert [(it.case_key, it.data_row) for it in found.cases] == [
        ("b", "row 1"),
        ("cases/登录.yaml", "row 1"),
        ("cases/登录.yaml", "row 2"),
    ]
    assert ended(found)[2:8] == [("r2", number) for number in (1, 2, 3, 5, 6, 8)]
    assert found.cases[1].name == "登录 2"
    for past in (it for case in found.cases for it in case.outcomes):
        case = cases[past.number - 1]
        assert (past.outcome, past.is_bad) == (case.outcome, is_bad(case))
        assert past.is_outage == (outage_of(case) is not None), past.number
        assert (past.started_at, past.duration_s) == (case.started_at, case.duration_s)
        assert (past.environment, past.fingerprint) == (case.environment, case.case_fingerprint)


def test_the_cases_of_a_key_a_name_or_a_criterion_are_found(filled: SqliteStore) -> None:
    of_key = filled.past_cases(9, PastFilter(case_key="b"))
    assert ended(of_key) == [("r2", 7), ("r1", 7), ("r0", 7)]
    assert ended(filled.past_cases(9, PastFilter(case="b"))) == ended(of_key)
    assert ended(filled.past_cases(9, PastFilter(case="renamed 1"))) == [("r1", 2)]
    assert ended(filled.past_cases(1, PastFilter(criterion="auth#1.20"))) == [("r2", 8)]
    assert {
        number for _, number in ended(filled.past_cases(1, PastFilter(criterion="auth#9")))
    } == {
        *range(1, 6),
        7,
    }
    for nothing in (PastFilter(case_key=""), PastFilter(case=""), PastFilter(criterion="auth#")):
        assert filled.past_cases(9, nothing).cases == []
    assert filled.past_cases(0, PastFilter()).run_ids == []
