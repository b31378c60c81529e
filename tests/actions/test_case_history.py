"""Since when a case fails, and what changed then."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shall.actions.case_history import case_past
from shall.actions.history import history_of
from shall.actions.past_runs import past_runs_together
from shall.errors import BadValue, CaseNotFound
from shall.messages import Message
from shall.results.records import CaseResult, CriterionRef, Outcome, RunStatus, StepResult
from shall.store.records import RunOrigin
from shall.workspace.workspace import Workspace

START = datetime.now(UTC) - timedelta(days=1)
P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED
KEY = "tests/cases/a.yaml"
DOWN = Message("step.unreachable", {"reason": "no", "address": "a:1", "why": "refused"})


def store_runs(workspace: Workspace, outcomes: Sequence[Outcome], **fields: Sequence[Any]) -> None:
    """Store a run for each outcome; ``fields`` have a value for each run."""
    store = workspace.store
    assert store is not None
    commits = fields.pop("commit", [None] * len(outcomes))
    for number, outcome in enumerate(outcomes):
        at, run_id = START + timedelta(minutes=number), f"r{number}"
        named = {name: values[number] for name, values in fields.items()}
        store.start_run(run_id, at, 1, "", RunOrigin(commits[number]))
        plain: dict[str, Any] = {
            "duration_s": 0.1,
            "checks_executed": 1,
            "case_fingerprint": "f",
            "name": "a",
        }
        store.save_cases([CaseResult(run_id, KEY, outcome=outcome, started_at=at, **plain | named)])
        store.finish_run(run_id, RunStatus.COMPLETE, 1.0)


@pytest.mark.verifies("history-pages#2.1")
@pytest.mark.parametrize(
    ("outcomes", "failed", "passed", "fixed"),
    [
        ((P, F, P, P, F, E), "r4", "r3", None),
        ((F, F), "r0", None, None),
        ((P, F, F, P), "r1", "r0", "r3"),
        ((P, S, F, S), "r2", "r0", None),
    ],
)
def test_the_first_failing_run_is_the_first_of_the_last_failures(
    workspace: Workspace,
    outcomes: Sequence[Outcome],
    failed: str,
    passed: str | None,
    fixed: str | None,
) -> None:
    store_runs(workspace, outcomes)

    first = case_past(workspace, KEY).first

    assert first is not None
    ids = [None if it is None else it.run_id for it in (first.failed, first.passed, first.fixed)]
    assert ids == [failed, passed, fixed]


@pytest.mark.verifies("history-pages#2.3")
def test_outages_and_other_environments_say_nothing(workspace: Workspace) -> None:
    down = StepResult("s", "steps[0]", E, 0.1, error=DOWN)
    store_runs(
        workspace,
        (P, P, E, F, P),
        steps=[(), (), (down,), (), ()],
        environment=["prod", "stage", "prod", "prod", "stage"],
    )

    first = case_past(workspace, KEY).first

    assert first is not None
    assert first.passed is not None
    assert (first.failed.run_id, first.passed.run_id, first.fixed) == ("r3", "r0", None)


@pytest.mark.verifies("history-pages#2.2")
def test_what_changed_before_the_first_failing_run_is_said(workspace: Workspace) -> None:
    refs = [(CriterionRef("a#1", it), CriterionRef("a#2", "x")) for it in ("x", "y")]
    store_runs(workspace, (P, F), case_fingerprint=["f", "g"], criteria=refs, commit=["c1", "c1"])

    between = case_past(workspace, KEY).between

    assert between is not None
    assert (between.case, between.commit, between.criteria) == (True, False, ["a#1"])
    assert between.before is not None
    assert (between.before.run_id, between.before.commit) == ("r0", "c1")


@pytest.mark.verifies("history-pages#2.2")
def test_what_is_not_known_is_not_called_unchanged(workspace: Workspace) -> None:
    store_runs(workspace, (P, F), case_fingerprint=["", ""], commit=[None, "c2"])

    between = case_past(workspace, KEY).between

    assert between is not None
    assert (between.case, between.commit, between.criteria) == (None, None, [])


def test_a_case_has_rows_and_one_that_no_run_has_is_refused(workspace: Workspace) -> None:
    store_runs(workspace, (P, F), data_row=["1", "2"])

    past = case_past(workspace, KEY)

    assert (past.rows, past.history.data_row, past.first) == (["1", "2"], "1", None)
    assert case_past(workspace, KEY, "2").first is not None
    for key, row in ((KEY, "3"), ("b", None)):
        with pytest.raises(CaseNotFound):
            case_past(workspace, key, row)


@pytest.mark.verifies("history-pages#2.4")
def test_flaky_and_slow_cases_of_the_newest_runs_are_those_of_the_history(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = workspace.store
    assert store is not None
    for run in range(4):
        at = START + timedelta(hours=run)
        store.start_run(f"r{run}", at, 60, "")
        plain: dict[str, Any] = {"started_at": at, "checks_executed": 1, "case_fingerprint": "f"}
        store.save_cases(
            [
                CaseResult(
                    f"r{run}",
                    f"c{case:02}",
                    "c",
                    F if case < 3 and run == case else P,
                    duration_s=9.0 if case == 40 and run == 1 else case / 100,
                    **plain,
                )
                for case in range(60)
            ]
        )
    expected = history_of(workspace, 4)

    found = past_runs_together(workspace, 4)

    assert found.flaky == expected.flaky()
    assert [it.case_key for it in found.flaky] == ["c00", "c01", "c02"]
    assert found.slow == expected.slow()[:50]
    assert (found.flaky_total, found.slow_total) == (3, 60)
    assert (found.trend[0].run.run_id, found.trend[0].p50_s) == ("r3", 0.29)
    monkeypatch.setattr("shall.actions.past_runs.MOST_RESULTS", 130)
    assert len(past_runs_together(workspace, 4).trend) == 2
    with pytest.raises(BadValue):
        past_runs_together(workspace, 0)
