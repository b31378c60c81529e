"""Reports of runs whose cases are in a temporary file."""

import os
import tempfile
import tracemalloc
from collections import deque
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.made_results import STARTED, case_result, collected_from, html_page, whole_run

from shall.cli import report
from shall.pages import report as pages
from shall.report.as_json import json_parts
from shall.report.junit import junit_parts
from shall.report.markdown import markdown
from shall.report.ndjson import ndjson_lines
from shall.report.tap import tap_lines
from shall.results import case_spool
from shall.results.collected import Collected
from shall.results.events import CaseFinished
from shall.results.records import CaseResult, ExchangeRecord, Outcome, RunResult, StepResult
from shall.results.summary import summary_of

FORMATS = ("json", "junit", "markdown", "tap", "ndjson", "concise", "gitlab", "sarif")
BODY_LENGTH = 20_000

WRITERS: dict[str, Callable[[RunResult], object]] = {
    "json": lambda run: deque(json_parts(run), maxlen=0),
    "junit": lambda run: deque(junit_parts(run), maxlen=0),
    "tap": lambda run: deque(tap_lines(run), maxlen=0),
    "ndjson": lambda run: deque(ndjson_lines(run), maxlen=0),
    "markdown": markdown,
    "html": html_page,
}


def texts_of(run: RunResult) -> list[str]:
    texts = [report.report_text(run, it, language) for it in FORMATS for language in ("en", "zh")]
    return [*texts, html_page(run), html_page(run, language="zh")]


@pytest.mark.verifies("reports#1.21")
@pytest.mark.parametrize("in_memory", [0, 3])
def test_reports_are_the_same_where_cases_are_in_a_file(
    monkeypatch: pytest.MonkeyPatch, in_memory: int
) -> None:
    sample = whole_run()
    monkeypatch.setattr(case_spool, "IN_MEMORY", in_memory)

    large = collected_from(sample)

    assert not isinstance(large.cases, tuple)
    assert list(large.cases[1:3]) == list(sample.cases[1:3])
    assert texts_of(large) == texts_of(sample)


@pytest.mark.verifies("reports#1.21")
@pytest.mark.parametrize("kind", WRITERS)
def test_the_memory_of_a_report_does_not_grow_with_what_cases_hold(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(case_spool, "IN_MEMORY", 10)
    monkeypatch.setattr(pages, "DETAILED_CASES", 10)
    monkeypatch.setattr(pages, "MOST_BAD", 10)
    WRITERS[kind](run_of(2))  # what is imported or made once

    few, many = (peak_of(kind, count) for count in (150, 600))

    assert many - few < 450 * BODY_LENGTH / 4


def peak_of(kind: str, count: int) -> int:
    """Return how many bytes are in use at most while a run is gathered and reported."""
    tracemalloc.start()
    try:
        WRITERS[kind](run_of(count))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def run_of(count: int) -> RunResult:
    """Return a run of cases that failed; each has a large response of its own."""
    collected = Collected()
    for number in range(count):
        collected.take(CaseFinished(failed(number), number))
    few = RunResult("r1", STARTED, 1.0, whole_run().status, ())
    return collected.result(summary_of(few))


def failed(number: int) -> CaseResult:
    body = f"{number:06} ".ljust(BODY_LENGTH, "x")
    exchange = ExchangeRecord("GET", "http://shop/a", status=200, response_body=body)
    step = StepResult("step 1", "steps[0]", Outcome.FAILED, 0.1, exchange=exchange)
    key = f"tests/cases/{number:04}.yaml"
    return case_result(case_key=key, outcome=Outcome.FAILED, steps=(step,))


@pytest.mark.verifies("reports#1.22")
def test_reports_are_written_where_no_temporary_file_can_be(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sample = whole_run()
    monkeypatch.setattr(case_spool, "IN_MEMORY", 0)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))

    assert texts_of(collected_from(sample)) == texts_of(sample)


@pytest.mark.verifies("reports#1.22")
def test_reports_are_whole_where_the_disk_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = whole_run()
    monkeypatch.setattr(case_spool, "IN_MEMORY", 0)
    pwrite, room = os.pwrite, [2_000]

    def into_little_room(descriptor: int, data: bytes, offset: int) -> int:
        written = pwrite(descriptor, data[: room[0]], offset)
        room[0] -= written
        return written

    monkeypatch.setattr(os, "pwrite", into_little_room)

    assert texts_of(collected_from(sample)) == texts_of(sample)
    assert room == [0]
