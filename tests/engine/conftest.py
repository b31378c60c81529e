from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from shall.actions.files import Files
from shall.cases.reading import read_data
from shall.engine.job import Job, RunOptions
from shall.engine.run import run_jobs
from shall.results.events import Event
from shall.results.records import CaseResult, RunResult
from shall.transport.http.sender import CurlSender

Run = Callable[..., Awaitable[RunResult]]
RunOne = Callable[..., Awaitable[CaseResult]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs cases given as data; options and an event listener by name."""

    async def run_cases(
        cases: Sequence[dict[str, Any]],
        emit: Callable[[Event], None] = lambda _: None,
        **options: Any,
    ) -> RunResult:
        jobs = [
            Job(f"tests/cases/{number}.yaml", read_data({"name": f"case {number}", **case}, "x"))
            for number, case in enumerate(cases)
        ]
        sender, files = CurlSender(), Files(tmp_path)
        try:
            return await run_jobs(jobs, RunOptions("run-1", **options), sender, files, emit)
        finally:
            sender.close()
            files.close()

    return run_cases


@pytest.fixture
def run_one(run: Run) -> RunOne:
    """Runs one case given by its steps; other fields of the case under ``case``."""

    async def run_case(
        steps: Sequence[dict[str, Any]], case: dict[str, Any] | None = None, **options: Any
    ) -> CaseResult:
        with_ids = [{"id": f"s{number}", **step} for number, step in enumerate(steps)]
        result = await run([{**(case or {}), "steps": with_ids}], **options)
        return result.cases[0]

    return run_case
