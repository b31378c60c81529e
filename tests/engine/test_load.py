"""The open loop, on a clock that only the loop moves."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from shall.cases.reader import read_data
from shall.engine.job import Job
from shall.engine.load import Arrivals, LoadContext, LoadEnd, run_load
from shall.engine.options import RunOptions
from shall.engine.ports import Turns
from shall.engine.stop import Stop
from shall.messages import Message
from shall.results.load import LoadTally
from shall.results.records import CaseResult, Outcome, RunStatus
from shall.transport.waits import Pause, Stopped, Work


class Task:
    is_done = False

    def __init__(self, work: Work[Any]) -> None:
        self.work = work
        self.at = 0.0
        self.is_stopped = False


class VirtualLoop:
    """A loop in which work waits for pauses only, and no time passes otherwise."""

    turns: Turns | None = None

    def __init__(self) -> None:
        self.now = 100.0
        self.tasks: list[Task] = []
        self.started_at: list[float] = []
        self.at: dict[float, Callable[[], None]] = {}

    def start(self, work: Work[Any]) -> Task:
        task = Task(work)
        self.started_at.append(round(self.now - 100.0, 6))
        self._go_on(task, partial(work.send, None))
        return task

    def step(self, until: float | None = None) -> None:
        waiting = [it.at for it in self.tasks if not it.is_done] + list(self.at)
        self.now = max(self.now, min([*waiting, *([] if until is None else [until])]))
        for when in [it for it in self.at if it <= self.now]:
            self.at.pop(when)()
        for task in [it for it in self.tasks if it.at <= self.now]:
            self.tasks.remove(task)
            self._go_on(
                task,
                partial(task.work.throw, Stopped())
                if task.is_stopped
                else partial(task.work.send, None),
            )

    def run(self, work: Work[Any]) -> Any:
        raise NotImplementedError  # a load starts work and steps

    def stop(self, task: Task, grace_s: float = 0.0) -> None:  # noqa: ARG002
        task.is_stopped, task.at = True, self.now

    def _go_on(self, task: Task, resume: Callable[[], Any]) -> None:
        try:
            pause = resume()
        except StopIteration:
            task.is_done = True
        else:
            task.at = self.now + pause.seconds
            self.tasks.append(task)

    def wake(self) -> None: ...

    def close(self) -> None: ...


class Files:
    def read_bytes(self, path: str) -> bytes:
        raise AssertionError(path)

    def stamp(self, path: str) -> tuple[int, ...] | None:
        raise NotImplementedError

    def path_of(self, path: str) -> str:
        raise AssertionError(path)

    def upload(self, path: str) -> bytes:
        raise AssertionError(path)

    def delete_scratch(self, paths: Sequence[str], folders: Sequence[str]) -> None:
        raise AssertionError(paths, folders)


def job_of(seconds: float, key: str = "tests/cases/a.yaml", bad: bool = False) -> Job:
    """Return a job whose case takes so long."""

    def run(job: Job, options: RunOptions, why: Callable[[], Message]) -> Work[CaseResult]:
        error = None
        try:
            yield Pause(seconds)
        except Stopped:
            error = why()
        outcome = Outcome.ERROR if error or bad else Outcome.PASSED
        at = datetime.now(UTC)
        return CaseResult(options.run_id, job.key, "a", outcome, at, 0, 0, error=error)

    return Job(key, read_data({"name": "a", "steps": [{"GET": "/"}]}), run=run)


def measure(
    jobs: list[Job], loop: VirtualLoop, stop: Stop | None = None, **how: Any
) -> tuple[LoadEnd, LoadTally]:
    tally = LoadTally(lambda case: case.error.code if case.error else "bad")
    arrivals = Arrivals(how.pop("rate", 10), how.pop("duration_s", 1))
    options = RunOptions(run_id="1", request_timeout_s=5, **{"concurrency": 100, **how})
    context = LoadContext(loop, Files(), tally, stop or Stop(), lambda: loop.now)
    return run_load(jobs, arrivals, options, context), tally


@pytest.mark.verifies("load#1.1")
def test_cases_start_in_turn_at_their_times_while_earlier_ones_still_run() -> None:
    loop = VirtualLoop()

    end, tally = measure([job_of(3.0, "a"), job_of(3.0, "b", bad=True)], loop)

    assert loop.started_at == [it / 10 for it in range(10)]
    assert (end.status, tally.passed, tally.missed) == (RunStatus.COMPLETE, 5, 0)
    assert [(it.case_key, it.count) for it in tally.errors()] == [("b", 5)]
    assert end.duration_s == pytest.approx(3.9)


@pytest.mark.verifies("load#1.2", "load#1.3")
def test_a_case_that_waits_for_its_turn_is_measured_from_when_it_was_to_start() -> None:
    loop = VirtualLoop()

    _, tally = measure([job_of(0.26)], loop, concurrency=1)

    # One ends each 0.26 s; each starts 0.16 s later after its time than the one before it.
    assert loop.started_at == [0, 0.26, 0.52, 0.78]
    assert tally.latest_start_s == pytest.approx(0.78 - 0.3)
    assert tally.missed == 6
    cases = tally.cases()
    assert (cases.count, cases.errors) == (10, 6)
    assert cases.max_s == pytest.approx(0.78 + 0.26 - 0.3)
    assert [(it.reason, it.count) for it in tally.errors()] == [
        ("Not started: too many cases ran.", 6)
    ]


@pytest.mark.verifies("load#1.9")
def test_a_stop_ends_what_runs_and_counts_what_had_ended() -> None:
    loop, stop = VirtualLoop(), Stop()
    loop.at[100.45] = stop.request

    end, tally = measure([job_of(0.2)], loop, stop)

    assert (end.status, end.cut) == (RunStatus.INTERRUPTED, 2)
    assert end.duration_s == pytest.approx(0.45)
    assert (tally.passed, tally.cases().errors, tally.missed) == (3, 0, 0)
    assert all(it.is_done for it in loop.tasks)


@pytest.mark.verifies("load#1.13")
@pytest.mark.parametrize(("concurrency", "cut", "missed"), [(100, 4, 0), (1, 1, 4)])
def test_a_case_that_the_stop_kept_from_starting_is_no_error(
    concurrency: int, cut: int, missed: int
) -> None:
    loop, stop = VirtualLoop(), Stop()

    def stop_late() -> None:
        loop.now = 100.45  # the case of 0.4 s is due, and not started
        stop.request()

    loop.at[100.39] = stop_late

    end, tally = measure([job_of(9.0)], loop, stop, concurrency=concurrency)

    assert (end.status, end.cut) == (RunStatus.INTERRUPTED, cut)
    assert (tally.cases().errors, tally.missed) == (missed, missed)


@pytest.mark.verifies("load#1.12")
def test_cases_that_do_not_end_are_stopped_after_the_timeout_of_a_request() -> None:
    loop = VirtualLoop()

    end, tally = measure([job_of(99.0)], loop)

    assert end.status is RunStatus.TIMED_OUT
    assert end.duration_s == pytest.approx(6.0)
    assert [(it.reason, it.count) for it in tally.errors()] == [("run.timed_out", 10)]
    assert tally.cases().max_s == pytest.approx(6.0)


def test_at_least_one_case_starts() -> None:
    loop = VirtualLoop()

    measure([job_of(0.1)], loop, rate=0.1)

    assert loop.started_at == [0]
