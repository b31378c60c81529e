import io
from collections.abc import Callable

import pytest

from shall.report.progress import Progress, ProgressBar
from shall.results.events import CaseFinished, CaseStarted, RunFinished, RunStarted
from shall.results.records import CaseResult, Outcome, RunResult
from shall.results.summary import summary_of


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def started(sample: RunResult) -> RunStarted:
    return RunStarted("r1", sample.started_at, total=4)


def test_the_line_shows_how_far_the_run_is_and_what_went_wrong(
    started: RunStarted, make_case: Callable[..., CaseResult]
) -> None:
    progress = Progress()
    for event in (
        started,
        CaseFinished(make_case()),
        CaseFinished(make_case(outcome=Outcome.FAILED)),
        CaseFinished(make_case(outcome=Outcome.ERROR)),
        CaseStarted("r1", "a.yaml", "下单\x1b[2J"),
    ):
        progress.take(event)

    line = progress.line(3.2, 100)

    assert line == f"[{'#' * 18}{'-' * 6}] 3/4  1 failed  1 error  3.20 s  下单\\x1b[2J"
    assert progress.line(3.2, 40) == f"[{'#' * 18}{'-' * 6}] 3/4  1 fai..."


def test_a_run_of_nothing_has_an_empty_bar() -> None:
    assert Progress().line(1, 80) == f"[{'-' * 24}] 0/0  1.00 s"


def test_nothing_is_written_when_the_stream_is_no_terminal(
    started: RunStarted, make_case: Callable[..., CaseResult], sample: RunResult
) -> None:
    stream, clock = io.StringIO(), Clock()
    bar = ProgressBar(stream, clock)
    for event in (started, CaseFinished(make_case()), RunFinished(summary_of(sample))):
        clock.now += 60
        bar.take(event)

    assert stream.getvalue() == ""


def test_a_run_that_ends_soon_shows_no_bar(started: RunStarted, sample: RunResult) -> None:
    stream, clock = Terminal(), Clock()
    bar = ProgressBar(stream, clock)
    bar.take(started)
    clock.now += 0.9
    bar.take(CaseStarted("r1", "a.yaml", "a"))
    bar.take(RunFinished(summary_of(sample)))

    assert stream.getvalue() == ""


@pytest.mark.verifies("reports#1.3")
def test_a_long_run_is_drawn_at_most_ten_times_a_second_and_taken_away_at_the_end(
    started: RunStarted, sample: RunResult
) -> None:
    stream, clock = Terminal(), Clock()
    bar = ProgressBar(stream, clock, width=50)
    bar.take(started)
    clock.now += 1
    for _ in range(20):
        bar.take(CaseStarted("r1", "a.yaml", "a long name " * 9))
        clock.now += 0.05

    drawings = stream.getvalue().split("\r")[1:]
    assert 9 <= len(drawings) <= 10
    assert all(len(it.removesuffix("\x1b[K")) <= 49 for it in drawings)

    bar.take(RunFinished(summary_of(sample)))
    bar.clear()

    assert stream.getvalue().endswith("...\x1b[K\r\x1b[K")
