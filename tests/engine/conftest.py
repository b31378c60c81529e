import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from shall.cases.reader import read_data
from shall.engine.job import Job
from shall.engine.options import RunOptions
from shall.engine.run import RunContext, run_jobs
from shall.engine.stop import Stop
from shall.results.collected import Collected
from shall.results.events import Event
from shall.results.records import CaseResult, RunResult, RunSummary
from shall.transport.http.loop import CurlLoop
from shall.transport.target_policy import TargetPolicy
from shall.workspace.files import Files

Run = Callable[..., Awaitable[RunResult]]
RunOne = Callable[..., Awaitable[CaseResult]]


async def _ended(ended: asyncio.Future[RunSummary], stop: Stop) -> None:
    try:
        await asyncio.shield(ended)
    except asyncio.CancelledError:
        stop.request()
        await asyncio.wait([ended])
        raise


@pytest.fixture
def run_all(tmp_path: Path) -> Callable[..., Awaitable[RunResult]]:
    """Runs jobs in a thread; cancelling stops the run."""

    async def run_in_thread(
        jobs: Sequence[Job],
        options: RunOptions,
        emit: Callable[[Event], None] = lambda _: None,
        policy: TargetPolicy | None = None,
    ) -> RunResult:
        here, stop = asyncio.get_running_loop(), Stop()
        ended: asyncio.Future[RunSummary] = here.create_future()
        collected = Collected()

        def take(event: Event) -> None:
            collected.take(event)
            emit(event)

        def work() -> None:
            loop, files = CurlLoop(policy), Files(tmp_path)
            try:
                context = RunContext(loop, files, take, stop)
                summary = run_jobs(jobs, len(jobs), options, context)
            except BaseException as error:  # noqa: BLE001 - raised by the awaiting test
                here.call_soon_threadsafe(ended.set_exception, error)
            else:
                here.call_soon_threadsafe(ended.set_result, summary)
            finally:
                loop.close()
                files.close()

        thread = threading.Thread(target=work)
        thread.start()
        await _ended(ended, stop)
        await asyncio.to_thread(thread.join)
        return collected.result(ended.result())

    return run_in_thread


@pytest.fixture
def run(run_all: Callable[..., Awaitable[RunResult]]) -> Run:
    """Runs cases given as data; options and an event listener by name."""

    async def run_cases(
        cases: Sequence[dict[str, Any]],
        emit: Callable[[Event], None] = lambda _: None,
        policy: TargetPolicy | None = None,
        **options: Any,
    ) -> RunResult:
        jobs = [
            Job(f"tests/cases/{number}.yaml", read_data({"name": f"case {number}", **case}))
            for number, case in enumerate(cases)
        ]
        return await run_all(
            jobs, RunOptions(run_id="run-1", **{"keep": "all", **options}), emit, policy
        )

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
