"""Which cases are flaky or slow over the stored runs."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shall.actions.history import CaseHistory, history_of
from shall.errors import BadValue, CaseNotFound
from shall.messages import Message
from shall.results.records import CaseResult, Outcome, RunStatus, StepResult
from shall.workspace.workspace import Workspace

START = datetime.now(UTC) - timedelta(days=1)  # runs of long ago are dropped
P, F, E = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR


def result(run: int, outcome: Outcome, **changes: Any) -> CaseResult:
    values: dict[str, Any] = {
        "run_id": f"r{run}",
        "case_key": "tests/cases/a.yaml",
        "name": "a",
        "outcome": outcome,
        "started_at": START + timedelta(hours=run),
        "duration_s": 0.1,
        "checks_executed": 1,
        "case_fingerprint": "f1",
    }
    return CaseResult(**{**values, **changes})


def stored(workspace: Workspace, results: Sequence[CaseResult]) -> CaseHistory:
    """Store each result as a run of its own; return the history of the case."""
    store = workspace.store
    assert store is not None
    for it in results:
        store.start_run(it.run_id, it.started_at, 1, it.environment)
        store.save_cases([it])
        store.finish_run(it.run_id, RunStatus.COMPLETE, 1.0)
    [case] = history_of(workspace, 20).cases
    return case


@pytest.mark.verifies("reports#4.1")
@pytest.mark.parametrize(
    ("outcomes", "is_flaky"),
    [((P, F, P), True), ((P, E), True), ((P, P), False), ((F, F), False)],
)
def test_a_case_that_passed_and_failed_unchanged_is_flaky(
    workspace: Workspace, outcomes: Sequence[Outcome], is_flaky: bool
) -> None:
    case = stored(workspace, [result(run, it) for run, it in enumerate(outcomes)])

    assert (case.is_flaky, bool(case.is_unchanged)) == (is_flaky, is_flaky)
    assert [it.outcome for it in case.outcomes] == [*reversed(outcomes)]


@pytest.mark.verifies("reports#4.1")
@pytest.mark.parametrize("name", ["case_fingerprint", "environment"])
def test_a_case_that_changed_or_ran_elsewhere_is_not_flaky(workspace: Workspace, name: str) -> None:
    case = stored(workspace, [result(1, F, **{name: "one"}), result(2, P, **{name: "two"})])

    assert not case.is_flaky


@pytest.mark.verifies("reports#4.2")
def test_of_a_case_without_a_fingerprint_it_is_not_known_whether_it_changed(
    workspace: Workspace,
) -> None:
    case = stored(workspace, [result(1, F, case_fingerprint=""), result(2, P, case_fingerprint="")])

    assert (case.is_flaky, case.is_unchanged) == (True, None)


@pytest.mark.verifies("reports#4.3")
def test_a_service_that_is_down_makes_no_case_flaky(workspace: Workspace) -> None:
    error = Message("step.unreachable", {"reason": "no", "address": "a:1", "why": "refused"})
    step = StepResult("s", "steps[0]", E, 0.1, error=error)
    case = stored(workspace, [result(1, E, steps=(step,)), result(2, P)])

    assert not case.is_flaky


@pytest.mark.verifies("reports#4.6")
def test_an_interrupted_run_makes_no_case_flaky(workspace: Workspace) -> None:
    interrupted = result(1, E, error=Message("run.interrupted", {}))
    case = stored(workspace, [interrupted, result(2, P)])

    assert case.outcomes[-1].is_interrupted
    assert not case.is_flaky
    assert stored(workspace, [result(3, E, error=Message("run.timed_out", {}))]).is_flaky


@pytest.mark.verifies("reports#4.4")
def test_percentiles_are_of_the_runs_that_passed(workspace: Workspace) -> None:
    durations = [0.1 * number for number in range(1, 11)]
    results = [result(run, P, duration_s=it) for run, it in enumerate(durations)]
    case = stored(workspace, [*results, result(10, F, duration_s=60.0)])

    assert (case.p50_s, case.p95_s) == (durations[4], durations[9])


def test_a_case_that_no_run_has_and_a_bad_number_are_refused(workspace: Workspace) -> None:
    stored(workspace, [result(1, P)])

    with pytest.raises(CaseNotFound):
        history_of(workspace, 20, "b")
    with pytest.raises(BadValue):
        history_of(workspace, 0)
