import re
from collections.abc import Callable

import pytest

from shall.messages import LANGUAGES, Message, catalogue
from shall.report.case_wording import place_of, shown_outcome
from shall.report.wording import duration, message_text
from shall.results.records import CaseResult
from shall.span import Span


@pytest.mark.parametrize(
    ("seconds", "said_as"),
    [
        (0.0, "0 ms"),
        (0.0004, "< 1 ms"),
        (0.0123, "12 ms"),
        (0.42, "0.42 s"),
        (59.99, "59.99 s"),
        (59.996, "1 min 00 s"),
        (125.4, "2 min 05 s"),
    ],
)
def test_a_length_of_time_is_said_as_a_person_says_it(seconds: float, said_as: str) -> None:
    assert duration(seconds) == said_as


def test_a_message_of_a_newer_release_is_shown_as_its_code_and_parameters() -> None:
    assert (
        message_text(Message("check.new", {"actual": 1, "of": "x"}), "en")
        == "check.new (actual=1, of=x)"
    )
    assert message_text(Message("check.new"), "en") == "check.new"


def test_a_message_that_lacks_a_parameter_is_shown_as_its_code_and_parameters() -> None:
    assert (
        message_text(Message("check.status", {"expected": 1}), "zh") == "check.status (expected=1)"
    )


def test_every_label_has_the_same_parameters_in_every_language() -> None:
    english = {code: text for code, text in catalogue("en").items() if code.startswith("report.")}
    assert len(english) > 50
    for language in LANGUAGES:
        labels = {
            code: text for code, text in catalogue(language).items() if code.startswith("report.")
        }
        assert _parameters(labels) == _parameters(english)


def _parameters(labels: dict[str, str]) -> dict[str, set[str]]:
    return {code: set(re.findall(r"\{(\w+)[:}]", text)) for code, text in labels.items()}


def test_the_place_of_a_part_that_has_none_is_that_of_the_part_around_it() -> None:
    places = {("a.yaml", ""): Span("a.yaml", 1), ("a.yaml", "steps[0]"): Span("a.yaml", 5)}

    assert place_of(places, "a.yaml", "steps[0].assert[3]") == Span("a.yaml", 5)
    assert place_of(places, "a.yaml", "steps[1].assert[3]") == Span("a.yaml", 1)
    assert place_of(places, "b.yaml", "steps[0]") is None


def test_a_failed_teardown_never_hides_the_outcome_of_the_case(
    make_case: Callable[..., CaseResult],
) -> None:
    assert shown_outcome(make_case(outcome="failed", teardown_outcome="error")) == "failed"
    assert shown_outcome(make_case(outcome="passed", teardown_outcome="failed")) == "error"
    assert shown_outcome(make_case(outcome="skipped", teardown_outcome="passed")) == "skipped"
