import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shall.pytest_support.runner import CaseRunner
from shall.results.records import Outcome

HOUR_S = 3600
Make = Callable[[str], CaseRunner]


@pytest.fixture
def runner_of_case(tmp_path: Path, service: Any) -> Iterator[Make]:
    """Makes the runner of a session with one case, which asks a path of the service."""
    made: list[CaseRunner] = []

    def make(path: str) -> CaseRunner:
        file = tmp_path / "tests/cases/a.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(
            f"name: a\nsteps: [{{GET: {service.url}{path}, expect: {{status: 200}}}}]\n"
        )
        made.append(CaseRunner(tmp_path, None, keeps_state=False))
        return made[-1]

    yield make
    for it in made:
        it.close()


@pytest.mark.verifies("pytest#1.11")
def test_the_time_of_a_session_does_not_count_as_that_of_a_case(
    runner_of_case: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic
    with monkeypatch.context() as earlier:
        earlier.setattr(time, "monotonic", lambda: now() - HOUR_S)
        runner = runner_of_case("/echo")
    assert runner.run("tests/cases/a.yaml").outcome is Outcome.PASSED


@pytest.mark.verifies("pytest#1.11")
def test_a_case_that_takes_longer_than_a_run_may_is_stopped(
    runner_of_case: Make, tmp_path: Path
) -> None:
    (tmp_path / "shall.yaml").write_text("run_timeout_s: 0.2\n")
    runner = runner_of_case("/slow")
    _, why = runner.text_of(runner.run("tests/cases/a.yaml"))
    assert why == "stopped: the run took longer than its 0.2 s"
