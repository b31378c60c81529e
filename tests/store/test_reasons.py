"""Why the cases of a run did not pass: counted right, also where there are very many reasons."""

from collections.abc import Callable
from datetime import datetime

import pytest
from tests.made_results import lines_of

from shall.messages import Message
from shall.pages.groups import counted, grouped
from shall.results.reason import Reason
from shall.results.records import (
    CaseResult,
    CheckResult,
    Outcome,
    RunResult,
    RunStatus,
    StepResult,
)
from shall.store import reasons
from shall.store.sqlite import SqliteStore

Fail = Callable[..., CaseResult]


@pytest.fixture
def fail(now: datetime) -> Fail:
    """Make a case whose error is a message, or whose check has it."""

    def make(message: Message | None, check: str = "") -> CaseResult:
        path = "steps[0].assert[0]"
        found = CheckResult(check, path, Outcome.FAILED, "id", message=message)
        step = StepResult("s", "steps[0]", Outcome.FAILED, 0.1, (found,))
        error, steps = (None, (step,)) if check else (message, ())
        return CaseResult(
            "r1", "a.yaml", "a", Outcome.FAILED, now, 0.1, 1, steps=steps, error=error
        )

    return make


def different(fail: Fail) -> list[CaseResult]:
    """Return cases of many reasons that are few for a reader."""
    differs = [fail(Message("check.differs", {"actual": n}), "equals") for n in range(5)]
    status = [fail(Message("check.status", {"actual": n}), "status_code") for n in (500, 404, 500)]
    down = [
        fail(Message("x.down", {"address": "h:1", "why": "refused", "url": n})) for n in range(4)
    ]
    return [*differs, *status, *down, fail(None, "equals"), fail(Message("case.broken", {}))]


@pytest.mark.verifies("run-pages#1.9")
def test_very_many_reasons_are_those_of_their_groups(
    store: SqliteStore, now: datetime, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = different(fail)
    store.start_run("r1", now, len(cases), "")
    store.save_cases(cases)
    every = grouped(store.reasons("r1").counts)
    monkeypatch.setattr(reasons, "MOST_REASONS", 8)

    found = store.reasons("r1")

    assert [(it.count, it.first, it.varies) for it in found.counts] == [
        (5, 1, True),
        (2, 6, False),
        (1, 7, False),
        (4, 9, True),
        (1, 13, False),
        (1, 14, False),
    ]
    assert grouped(found.counts) == every
    run = RunResult("r1", now, 1.0, RunStatus.COMPLETE, tuple(cases))
    assert every == grouped(counted(lines_of(run)))
    assert found.others == 0


@pytest.mark.verifies("run-pages#1.9")
def test_reasons_of_fewer_cases_are_counted_only(
    store: SqliteStore, now: datetime, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [fail(Message("case.broken", {"n": n}), "") for n in (1, 2, 3, 4, 5, 5)]
    store.start_run("r1", now, len(cases), "")
    store.save_cases(cases)
    monkeypatch.setattr(reasons, "MOST_REASONS", 2)

    found = store.reasons("r1")

    assert [(it.reason, it.count, it.first) for it in found.counts] == [
        (Reason(Message("case.broken", {"n": 1})), 1, 1),
        (Reason(Message("case.broken", {"n": 5})), 2, 5),
    ]
    assert found.others == 3
