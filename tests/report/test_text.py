from collections.abc import Callable

import pytest

from shall.messages import Message
from shall.report.failures import SHOWN_CASES, case_text, headline
from shall.report.text import summary
from shall.results.records import CaseResult, Outcome, RunResult, RunStatus
from shall.span import Span

Places = dict[tuple[str, str], Span]
Make = Callable[..., CaseResult]
MakeRun = Callable[..., RunResult]
Golden = Callable[[str, str], None]


def test_the_summary_reads_as_the_golden_file(
    sample: RunResult, places: Places, golden: Golden
) -> None:
    golden("summary.en.txt", summary(sample, places=places))
    golden("summary.zh.txt", summary(sample, "zh", places=places))


def test_the_summary_of_fifty_passing_cases_is_two_lines(
    make_run: MakeRun, make_case: Make
) -> None:
    text = summary(make_run(*[make_case()] * 50))

    assert text == "run r1\n50 passed, 0 failed, 0 errors, 0 skipped in 0.42 s\n"


@pytest.mark.verifies("reports#1.2")
def test_colours_change_nothing_but_the_colour(sample: RunResult, places: Places) -> None:
    plain, coloured = summary(sample, places=places), summary(sample, colour=True, places=places)

    assert "\x1b" not in plain
    for code in ("[0m", "[1m", "[2m", "[31m", "[32m", "[33m", "[35m"):
        assert f"\x1b{code}" in coloured
        coloured = coloured.replace(f"\x1b{code}", "")
    assert coloured == plain


@pytest.mark.verifies("reports#1.6")
def test_a_response_cannot_paint_the_terminal(
    make_run: MakeRun, make_failing: Make, make_check: Callable[..., object]
) -> None:
    hostile = "\x1b[2J\r\u202eevil\0\ud800\nPASSED"
    case = make_failing(
        make_check(hostile, {hostile: 1}, field=hostile), name=hostile, case_key=hostile
    )

    text = summary(make_run(case, run_id=hostile))

    text.encode()  # half a surrogate pair would not encode
    assert not [it for it in text if it < " " and it != "\n"]
    assert "\u202e" not in text
    assert not [line for line in text.splitlines() if line.startswith("PASSED")]


def test_when_everything_fails_the_first_cases_are_reported_and_the_others_counted(
    make_run: MakeRun, make_failing: Make, make_check: Callable[..., object]
) -> None:
    run = make_run(*[make_failing(make_check(1, 2))] * (SHOWN_CASES + 30))

    text = summary(run)

    assert text.count("FAILED") == SHOWN_CASES
    assert "... and 30 more" in text


def test_a_run_that_was_stopped_says_so(make_run: MakeRun, make_case: Make) -> None:
    text = summary(make_run(make_case(), status=RunStatus.INTERRUPTED))

    assert text.startswith("The run was interrupted; this is what ran.\n")


def test_every_line_of_the_problems_of_a_case_is_shown(make_case: Make) -> None:
    problems = "a.yaml:3:1: no steps\na.yaml:9:5: unknown check"
    case = make_case(outcome=Outcome.ERROR, error=Message("case.invalid", {"problems": problems}))

    assert case_text(case).splitlines()[2:] == [
        "  a.yaml:3:1: no steps",
        "  a.yaml:9:5: unknown check",
    ]


def test_a_check_that_compares_with_nothing_shows_no_expected_value(
    make_failing: Make, make_check: Callable[..., object]
) -> None:
    message = Message("check.not_none", {"actual": "3"})
    text = case_text(make_failing(make_check(None, 3, kind="is_none", message=message)))

    assert "expected null, got 3" in text
    assert "      actual    3" in text
    assert "      expected  " not in text


@pytest.mark.verifies("reports#1.18")
def test_the_line_of_a_case_is_about_a_step_that_did_not_pass(
    make_case: Make, make_step: Make, make_check: Callable[..., object]
) -> None:
    skipped = make_step(id="step 1", outcome=Outcome.SKIPPED, error=Message("step.condition", {}))
    failing = make_step(make_check(1, 2), id="step 2", outcome=Outcome.FAILED)
    case = make_case(outcome=Outcome.FAILED, steps=(skipped, failing))

    assert headline(case) == "step 2: data.id equals: expected 1, actual 2"
