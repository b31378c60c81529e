"""The drawing of when cases ran."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.made_results import STARTED

from shall.pages.links import Links
from shall.pages.timeline import bars_of, timeline
from shall.results.listing import CaseLine, line_of
from shall.results.records import CaseResult

Make = Callable[..., CaseResult]


def lines(make_case: Make, *spans: tuple[float, float], **more: Any) -> list[CaseLine]:
    cases = (
        make_case(started_at=STARTED + timedelta(seconds=start), duration_s=length, **more)
        for start, length in spans
    )
    return [line_of(case, number) for number, case in enumerate(cases, 1)]


def drawn(shown: list[CaseLine], total: int | None = None) -> str:
    return timeline(shown, total or len(shown), STARTED, "r1", Links(), "en")


@pytest.mark.verifies("run-pages#1.4")
def test_cases_of_the_same_time_are_in_different_lanes_and_a_lane_is_used_again(
    make_case: Make,
) -> None:
    bars = bars_of(lines(make_case, (0, 2), (1, 2), (2, 1), (2.5, 1)), STARTED)
    assert [(it.line.number, it.lane) for it in bars] == [(1, 0), (2, 1), (3, 0), (4, 2)]


def test_each_shard_has_lanes_of_its_own(make_case: Make) -> None:
    first = lines(make_case, (0, 1), shard=1)
    second = lines(make_case, (5, 1), shard=2)
    assert [it.lane for it in bars_of([*second, *first], STARTED)] == [0, 1]


@pytest.mark.verifies("run-pages#1.12")
def test_each_worker_has_a_band_of_lanes(make_case: Make) -> None:
    first = lines(make_case, (0, 2), (1, 2), worker=1)
    second = lines(make_case, (4, 1), worker=2)
    assert [it.lane for it in bars_of([*second, *first], STARTED)] == [0, 1, 2]
    text = drawn([*first, *second])
    [band] = re.findall(r'<rect class="band" x="0" y="([^"]+)" width="1000" height="([^"]+)"', text)
    assert band == ("28.0", "14.0")
    assert "Run by 2 worker processes, each in a band of its own." in text
    assert "a user signs in: passed, 1.00 s (worker 2)" in text


def test_a_run_of_one_process_has_no_bands(make_case: Make) -> None:
    text = drawn(lines(make_case, (0, 2), (1, 2)))
    assert "band" not in text
    assert "worker" not in text


def test_more_cases_than_lanes_still_have_a_place(make_case: Make) -> None:
    bars = bars_of(lines(make_case, *[(0, 1)] * 100), STARTED)
    assert len(bars) == 100
    assert {it.lane for it in bars} == set(range(64))


def test_a_bar_begins_and_ends_with_its_case(make_case: Make) -> None:
    text = drawn(lines(make_case, (0, 1), (1, 3)))

    bars = re.findall(r'<rect class="(\w+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"', text)
    assert bars == [("passed", "0.0", "0.0", "250.0"), ("passed", "250.0", "0.0", "750.0")]
    assert '<a href="#case-2" aria-label="a user signs in: passed, 3.00 s" tabindex="-1">' in text
    assert "At most 1 at the same time." in text
    assert "<span>4.00 s</span>" in text


@pytest.mark.verifies("run-pages#1.3")
def test_the_longest_cases_are_drawn_where_there_are_too_many(make_case: Make) -> None:
    text = drawn(lines(make_case, *((number, 1 + number / 1000) for number in range(600))))

    assert text.count("<rect") == 500
    assert 'href="#case-101"' in text
    assert 'href="#case-100"' not in text
    assert "The 500 longest of 600 cases." in text


def test_a_single_case_is_not_drawn(make_case: Make) -> None:
    assert drawn(lines(make_case, (0, 1))) == ""
    assert drawn(lines(make_case, (0, 0), (0, 0))) == ""
