"""Events as they are passed on: with figures alone, and as whole results."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from shall.messages import Message
from shall.results.encoding import decode_case, encode_case, figures_of
from shall.results.events import CaseFinished, event_to_json
from shall.results.records import CaseResult, CheckResult, Outcome, StepResult


def case_with(outcome: Outcome) -> CaseResult:
    check = CheckResult("status_code", "steps[0].assert[0]", outcome, None, 200, 500)
    step = StepResult("login", "steps[0]", outcome, 0.1, (check,))
    at = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
    return CaseResult("run", "a.yaml", "a", outcome, at, 0.5, 1, (step,), (step,), outcome)


@pytest.mark.parametrize("outcome", [Outcome.PASSED, Outcome.FAILED])
def test_an_event_with_figures_alone_has_the_whole_result_too(outcome: Outcome) -> None:
    case = case_with(outcome)
    encoded = encode_case(case)
    event = CaseFinished(decode_case(figures_of(case, encoded)), 3, encoded)

    assert event.result == case
    assert event_to_json(event) == event_to_json(CaseFinished(case, 3))


def test_the_figures_of_a_case_are_those_of_its_result() -> None:
    case = replace(case_with(Outcome.PASSED), teardowns=(), name=',"steps":[],"teardowns":[]')
    encoded = encode_case(case)
    figures = decode_case(figures_of(case, encoded))

    assert figures.steps == ()
    names = [it for it in CaseResult.__struct_fields__ if it not in ("steps", "teardowns")]
    assert [getattr(figures, it) for it in names] == [getattr(case, it) for it in names]


def test_a_case_that_did_not_pass_is_read_whole() -> None:
    failed = case_with(Outcome.FAILED)

    assert decode_case(figures_of(failed, encode_case(failed))) == failed


@pytest.mark.parametrize("changes", [{"retries": 1}, {"teardown_outcome": Outcome.FAILED}, {}])
def test_a_case_with_steps_to_be_read_is_read_whole(changes: dict[str, Any]) -> None:
    case = replace(case_with(Outcome.PASSED), **changes)

    assert decode_case(figures_of(case, encode_case(case))) == case


def test_what_a_service_sent_is_not_taken_for_the_end_of_the_steps() -> None:
    sent = {"a": [1], "teardowns": [], "steps": []}
    check = CheckResult("equals", "steps[0].assert[0]", Outcome.PASSED, "a", sent, sent)
    step = StepResult("a", "steps[0]", Outcome.PASSED, 0.1, (check, check))
    case = replace(case_with(Outcome.PASSED), steps=(step, step), teardowns=(), tags=("],",))

    figures = decode_case(figures_of(case, encode_case(case)))

    assert figures == replace(case, steps=())


def test_figures_of_a_result_with_what_json_has_not_are_read() -> None:
    check = CheckResult("equals", "steps[0].assert[0]", Outcome.PASSED, "a", "\ud800", "\ud800")
    step = StepResult("a", "steps[0]", Outcome.PASSED, 0.1, (check,), error=Message("x", {}))
    at = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
    case = CaseResult("run", "a.yaml", "a", Outcome.PASSED, at, 0.5, 1, (step,))
    encoded = encode_case(case)

    figures = decode_case(figures_of(case, encoded))
    assert figures.checks_executed == 1
    assert CaseFinished(figures, 0, encoded).result == case
