from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shall.messages import Message
from shall.results.records import (
    CaseResult,
    CheckResult,
    CriterionRef,
    ExchangeRecord,
    Outcome,
    StepResult,
    Timings,
)
from shall.store.sqlite import SqliteStore

NOW = datetime.now(UTC).replace(microsecond=123456)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shall.db"


@pytest.fixture
def open_store(path: Path) -> Iterator[Callable[..., SqliteStore]]:
    """Open stores on the same file, closed at the end."""
    opened: list[SqliteStore] = []

    def open_one(max_runs: int = 100, max_age_days: int = 90) -> SqliteStore:
        opened.append(SqliteStore(path, max_runs=max_runs, max_age_days=max_age_days))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Callable[..., SqliteStore]) -> SqliteStore:
    return open_store()


@pytest.fixture
def full_case() -> CaseResult:
    """A case with a value in every field."""
    check = CheckResult(
        kind="equals",
        path="steps[0].assert[0]",
        outcome=Outcome.FAILED,
        field="data.items[0]",
        expected={"id": 1, "names": ["甲", None]},
        actual=1.5,
        found=False,
        implicit=True,
        message=Message("check.differs", {"expected": 1}),
    )
    exchange = ExchangeRecord(
        method="POST",
        url="http://shop.test/登录",
        request_headers=(("Accept", "*/*"), ("Accept", "text/html")),
        request_body="{}",
        status=500,
        response_headers=(("Server", "x"),),
        response_body="lone \ud800 surrogate",
        response_size_bytes=17,
        timings=Timings(0.1, 0.2, 0.3, 0.4, 0.5),
    )
    step = StepResult("login", "steps[0]", Outcome.FAILED, 0.25, (check,), exchange)
    undo = StepResult(
        "logout",
        "teardowns[0]",
        Outcome.ERROR,
        0.5,
        error=Message("step.unreachable", {"url": "x"}),
        retryable=True,
    )
    return CaseResult(
        run_id="r1",
        case_key="cases/登录.yaml",
        name="登录",
        outcome=Outcome.FAILED,
        started_at=NOW - timedelta(seconds=5),
        duration_s=0.75,
        checks_executed=1,
        steps=(step,),
        teardowns=(undo,),
        teardown_outcome=Outcome.ERROR,
        error=Message("case.broken"),
        data_row="row 1",
        attempt=2,
        shard=3,
        environment="staging",
        criteria=(CriterionRef("auth#1.2", "ab12"), CriterionRef("auth#9", None)),
        case_fingerprint="cd34",
        tags=("smoke", "登录"),
    )
