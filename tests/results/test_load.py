"""The sums of a load: percentiles and reasons in a bounded memory."""

import math
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shall.results.histogram import Histogram
from shall.results.load import MOST_REASONS, LoadTally
from shall.results.records import CaseResult, ExchangeRecord, Outcome, StepResult, Timings

DURATIONS = st.lists(st.floats(1e-6, 86_400), min_size=1, max_size=50)


@pytest.mark.verifies("load#1.6")
@given(durations=DURATIONS, percent=st.sampled_from([50, 90, 95, 99, 100]))
def test_a_percentile_is_at_most_one_percent_too_long(durations: list[float], percent: int) -> None:
    histogram = Histogram()
    for seconds in durations:
        histogram.add(seconds)

    exact = sorted(durations)[max(1, math.ceil(len(durations) * percent / 100)) - 1]
    found = histogram.percentile(percent)

    assert exact * (1 - 1e-9) <= found <= exact * 1.01 * (1 + 1e-9)
    assert found <= max(durations)


@pytest.mark.verifies("load#1.6")
@pytest.mark.repeats
def test_the_memory_does_not_grow_with_durations_and_reasons() -> None:
    histogram = Histogram()
    for number in range(20_000):
        histogram.add(number / 1000)
    tally = LoadTally(lambda case: case.name)
    for number in range(1000):
        tally.add(case(str(number)), 0.0, 1.0)

    assert sys.getsizeof(histogram._buckets) < 100_000
    errors = tally.errors()
    assert len(errors) == MOST_REASONS + 1
    assert (errors[-1].reason, errors[-1].count) == ("Other reasons.", 1000 - MOST_REASONS)


@pytest.mark.verifies("load#1.2")
def test_the_first_request_of_a_case_counts_from_when_the_case_was_to_start() -> None:
    steps = tuple(
        StepResult(
            name,
            path,
            outcome,
            9.0,
            exchange=ExchangeRecord("GET", "/", timings=Timings(total_s=0.5)),
        )
        for name, path, outcome in (
            ("first", "steps[0]", Outcome.PASSED),
            ("page [1]", "steps[1]", Outcome.PASSED),
            ("page [2]", "steps[1]", Outcome.FAILED),
        )
    )
    tally = LoadTally(lambda case: case.name)

    tally.add(case("bad", steps), 2.0, 3.5)

    first, page = tally.requests()
    assert (first.step, first.durations.max_s, first.durations.errors) == ("first", 2.5, 0)
    assert (page.step, page.durations.count, page.durations.errors) == ("page", 2, 1)
    assert page.durations.max_s == 0.5


def test_nothing_that_was_measured_has_no_percentiles() -> None:
    assert Histogram().percentile(99) == 0.0


def case(name: str, steps: tuple[StepResult, ...] = ()) -> CaseResult:
    at = datetime.now(UTC)
    return CaseResult("1", "tests/cases/a.yaml", name, Outcome.FAILED, at, 0, 0, steps)
