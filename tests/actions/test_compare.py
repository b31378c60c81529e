"""What differs between two stored runs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shall.actions.compare import Difference, compare_runs
from shall.errors import RunNotFound
from shall.results.records import CaseResult, Outcome, RunStatus
from shall.workspace.workspace import Workspace

START = datetime.now(UTC) - timedelta(days=1)
P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED


def store_run(workspace: Workspace, run_id: str, hours: int, *cases: dict[str, Any]) -> None:
    store = workspace.store
    assert store is not None
    at = START + timedelta(hours=hours)
    plain: dict[str, Any] = {"name": "a", "outcome": P, "duration_s": 0.1, "case_fingerprint": "f"}
    store.start_run(run_id, at, len(cases), "")
    store.save_cases(
        [
            CaseResult(run_id=run_id, started_at=at, checks_executed=1, **{**plain, **case})
            for case in cases
        ]
    )
    store.finish_run(run_id, RunStatus.COMPLETE, 1.0)


@pytest.fixture
def two_runs(workspace: Workspace) -> Workspace:
    before: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("new", {}, {"outcome": F}),
        ("new after skipped", {"outcome": S}, {"outcome": E}),
        ("torn", {}, {"teardown_outcome": E}),
        ("still", {"outcome": F}, {"outcome": E}),
        ("fixed", {"outcome": F}, {}),
        ("other", {"outcome": F}, {"outcome": S}),
        ("changed", {}, {"case_fingerprint": "g"}),
        ("unknown", {"case_fingerprint": ""}, {}),
        ("slower", {}, {"duration_s": 0.25}),
        ("a little slower", {"duration_s": 0.01}, {"duration_s": 0.05}),
        ("faster", {"duration_s": 9.0}, {}),
        ("skipped", {"outcome": S}, {"outcome": S, "duration_s": 9.0}),
        ("row", {"data_row": "1"}, {"data_row": "2", "outcome": F}),
    ]
    store_run(workspace, "r1", 1, *({"case_key": key, **it} for key, it, _ in before))
    store_run(workspace, "r2", 2, *({"case_key": key, **it} for key, _, it in before))
    return workspace


@pytest.mark.verifies("history-pages#3.1", "history-pages#3.2")
def test_every_case_that_differs_is_listed_once_by_what_became_of_it(two_runs: Workspace) -> None:
    found = compare_runs(two_runs)

    assert [(it.kind.value, it.case_key) for it in found.cases] == [
        ("new", "new"),
        ("new", "new after skipped"),
        ("new", "torn"),
        ("still", "still"),
        ("fixed", "fixed"),
        ("other", "other"),
        ("added", "row"),
        ("removed", "row"),
        ("changed", "changed"),
        ("slower", "slower"),
        ("faster", "faster"),
    ]
    assert found.same == 3
    assert (found.counts()[Difference.NEW], found.counts()[Difference.ADDED]) == (3, 1)
    added = found.cases[6]
    assert added.before is None
    assert added.after is not None
    assert (added.data_row, added.after.number) == ("2", 13)


@pytest.mark.verifies("history-pages#3.1")
def test_the_order_of_the_runs_says_what_is_fixed(two_runs: Workspace) -> None:
    found = compare_runs(two_runs, "r2", "r1")

    assert (found.before.run_id, found.after.run_id) == ("r2", "r1")
    assert [it.case_key for it in found.cases if it.kind is Difference.FIXED] == ["new", "torn"]
    assert {it.kind for it in compare_runs(two_runs, "r1", "r1").cases} == {Difference.STILL}


@pytest.mark.verifies("history-pages#3.3")
def test_a_run_that_is_not_stored_is_named(workspace: Workspace) -> None:
    with pytest.raises(RunNotFound, match="Too few runs"):
        compare_runs(workspace)
    store_run(workspace, "r1", 1)
    with pytest.raises(RunNotFound, match="Too few runs"):
        compare_runs(workspace)
    with pytest.raises(RunNotFound, match="the id r9"):
        compare_runs(workspace, "r1", "r9")
