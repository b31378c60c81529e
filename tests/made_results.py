"""A run made by hand: every outcome, fixed times and ids."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from shall.engine.differences import differences
from shall.messages import Message
from shall.pages.frame import Look
from shall.pages.report import Beside, criterion_texts, run_file
from shall.report.wording import Places
from shall.results.collected import Collected
from shall.results.encoding import encode_case
from shall.results.events import CaseFinished
from shall.results.listing import CaseLine, line_of
from shall.results.records import (
    CaseResult,
    CheckResult,
    CriterionRef,
    ExchangeRecord,
    Outcome,
    RunResult,
    RunStatus,
    StepResult,
    Timings,
)
from shall.results.summary import summary_of
from shall.span import Span
from shall.specs.matrix import Matrix, Row, UnknownLink
from shall.specs.model import Criterion, Link, LinkKind
from shall.specs.status import Latest, LinkOutcome, Status

STARTED = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
FILE = "tests/cases/users/login.yaml"


def html_page(
    run: RunResult,
    matrix: Matrix | None = None,
    language: str = "en",
    places: Places | None = None,
    now: datetime | None = None,
    *,
    note: str = "",
) -> str:
    """Write a run, and the coverage matrix if there is one, as one HTML page.

    ``now`` is aware UTC, and where ages are counted from; None: when the run began. ``note`` is a
    sentence about the matrix: of which time it is, or why there is none.
    """
    texts = criterion_texts(matrix, language)
    look = Look(language, now or run.started_at)
    return run_file(run, look, Beside(matrix, note, texts, places))


def lines_of(run: RunResult) -> list[CaseLine]:
    """Return the line of each case of a run, in the order of the run."""
    return [line_of(case, number) for number, case in enumerate(run.cases, start=1)]


def collected_from(run: RunResult) -> RunResult:
    """Return a run as its listener gathers it, cases of worker processes among the others."""
    collected = Collected()
    for number in reversed(range(len(run.cases))):
        case = run.cases[number]
        encoded = encode_case(case) if number % 2 else None
        collected.take(CaseFinished(case, number, encoded))
    result = collected.result(summary_of(run))
    return replace(result, shard=run.shard)


def case_result(**changes: Any) -> CaseResult:
    values: dict[str, Any] = {
        "run_id": "r1",
        "case_key": FILE,
        "name": "a user signs in",
        "outcome": Outcome.PASSED,
        "started_at": STARTED,
        "duration_s": 0.042,
        "checks_executed": 1,
    }
    return CaseResult(**{**values, **changes})


def run_result(*cases: CaseResult, **changes: Any) -> RunResult:
    values: dict[str, Any] = {
        "run_id": "r1",
        "started_at": STARTED,
        "duration_s": 0.42,
        "status": RunStatus.COMPLETE,
        "cases": cases,
    }
    return RunResult(**{**values, **changes})


def exchange(**changes: Any) -> ExchangeRecord:
    values: dict[str, Any] = {
        "method": "POST",
        "url": "http://shop.test/login",
        "request_headers": (("Content-Type", "application/json"), ("Authorization", "***")),
        "request_body": '{"name":"ada","password":"***"}',
        "status": 200,
        "response_headers": (("Content-Type", "application/json"),),
        "response_body": '{"code":0,"data":{"id":7,"roles":["user"],"score":1.10}}',
        "response_size_bytes": 1056,
        "timings": Timings(0.001, 0.004, 0.004, 0.010, 0.012),
    }
    return ExchangeRecord(**{**values, **changes})


def step(*checks: CheckResult, **changes: Any) -> StepResult:
    values: dict[str, Any] = {
        "id": "login",
        "path": "steps[0]",
        "outcome": Outcome.PASSED,
        "duration_s": 0.012,
        "checks": checks,
        "exchange": exchange(),
    }
    return StepResult(**{**values, **changes})


def failed_check(expected: Any, actual: Any, **changes: Any) -> CheckResult:
    values: dict[str, Any] = {
        "kind": "equals",
        "path": "steps[0].assert[1]",
        "outcome": Outcome.FAILED,
        "field": "data.id",
        "expected": expected,
        "actual": actual,
        "message": Message("check.differs", {"expected": str(expected), "actual": str(actual)}),
        "differences": differences(expected, actual) if isinstance(expected, dict) else UNSET,
    }
    return CheckResult(**{**values, **changes})


def failing_case(*checks: CheckResult, **changes: Any) -> CaseResult:
    steps = (step(*checks, outcome=Outcome.FAILED),)
    return case_result(**{"outcome": Outcome.FAILED, "steps": steps, **changes})


def whole_run() -> RunResult:
    status = CheckResult("status_code", "steps[0].assert[0]", Outcome.PASSED, None, 200, 200)
    missing = failed_check(
        "ada",
        None,
        field="data.name",
        found=False,
        path="steps[0].assert[2]",
        message=Message("check.not_found", {"expected": '"ada"', "reason": "data has no name"}),
    )
    roles = failed_check(
        {"roles": ["admin", "user", "auditor"], "address": {"city": "London", "street": "Strand"}},
        {"roles": ["user", "auditor"], "address": {"city": "Paris", "street": "Strand"}},
        field="data",
        path="steps[0].assert[3]",
    )
    unreachable = Message("step.unreachable", {"reason": "connection refused by shop.test:80"})
    return run_result(
        case_result(steps=(step(status),), criteria=(CriterionRef("users#1.1", "f1"),)),
        failing_case(
            status,
            failed_check(7, "7"),
            missing,
            roles,
            name="the answer tells who signed in",
            case_key="tests/cases/users/answer.yaml",
            criteria=(CriterionRef("users#1.2", "f2"), CriterionRef("users#1.3")),
            tags=("smoke",),
        ),
        case_result(
            name="下单后库存减少",
            case_key="tests/cases/orders/stock.yaml",
            outcome=Outcome.ERROR,
            steps=(
                step(
                    outcome=Outcome.ERROR,
                    error=unreachable,
                    exchange=exchange(status=None, timings=Timings(total_s=0.003)),
                ),
                step(
                    id="stock",
                    path="steps[1]",
                    outcome=Outcome.SKIPPED,
                    error=Message("step.skipped", {"after": "login"}),
                    exchange=None,
                ),
            ),
        ),
        case_result(
            name="an order is undone",
            case_key="tests/cases/orders/undo.yaml",
            teardown_outcome=Outcome.FAILED,
            data_row="2",
            attempt=2,
            teardowns=(
                step(
                    CheckResult(
                        "status_code",
                        "teardowns[0]",
                        Outcome.FAILED,
                        actual=500,
                        implicit=True,
                        message=Message("check.error_status", {"actual": 500}),
                    ),
                    id="remove",
                    path="teardowns[0]",
                    outcome=Outcome.FAILED,
                    exchange=exchange(method="DELETE", status=500, response_body="Server fault"),
                ),
            ),
        ),
        case_result(
            name="not reached",
            case_key="tests/cases/zz.yaml",
            outcome=Outcome.SKIPPED,
            error=Message("run.not_started", {}),
        ),
        environment="staging",
    )


def coverage() -> Matrix:
    def row(key: str, status: Status, *links: LinkOutcome) -> Row:
        place = Span("specs/users/requirements.md", 9)
        text = "When the password is wrong, the API shall answer 401."
        return Row(Criterion(key, text, place, "f"), status, links)

    def link(source: str, outcome: str | None) -> LinkOutcome:
        kind = LinkKind.TEST if "::" in source else LinkKind.CASE
        latest = outcome and Latest("users#1.1", source, outcome, "run-1", "f", "", at=STARTED)
        status = {"passed": Status.PROVED, "failed": Status.FAILING}.get(outcome or "")
        made = Link("users#1.1", kind, source, Span(source, 3))
        return LinkOutcome(made, status or Status.NOT_RUN, latest or None)

    return Matrix(
        rows=(
            row("users#1.1", Status.PROVED, link(FILE, "passed")),
            row("users#1.2", Status.FAILING, link("tests/test_a.py::test_b", "failed")),
            row("users#1.3", Status.NOT_RUN, link("tests/cases/users/answer.yaml", None)),
            row("users#1.4", Status.UNTESTED),
        ),
        unknown=(UnknownLink(link("tests/cases/old.yaml", None).link, ("users#1.2",)),),
    )


@pytest.fixture
def sample() -> RunResult:
    return whole_run()


@pytest.fixture
def matrix() -> Matrix:
    return coverage()


@pytest.fixture
def make_case() -> Callable[..., CaseResult]:
    return case_result


@pytest.fixture
def make_failing() -> Callable[..., CaseResult]:
    return failing_case


@pytest.fixture
def make_run() -> Callable[..., RunResult]:
    return run_result


@pytest.fixture
def make_step() -> Callable[..., StepResult]:
    return step


@pytest.fixture
def make_exchange() -> Callable[..., ExchangeRecord]:
    return exchange


@pytest.fixture
def make_check() -> Callable[..., CheckResult]:
    return failed_check


@pytest.fixture
def places() -> dict[tuple[str, str], Span]:
    file = "tests/cases/users/answer.yaml"
    return {
        (file, ""): Span(file, 2),
        (file, "steps[0]"): Span(file, 8, 5),
        (file, "steps[0].assert[1]"): Span(file, 14, 9),
        ("tests/cases/orders/undo.yaml", "teardowns[0]"): Span("tests/cases/orders/undo.yaml", 30),
    }


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare a text with a file below tests/golden; delete the file to have it written anew."""

    def compare(name: str, text: str) -> None:
        file = Path(__file__).parent / "golden" / name
        if not file.exists():
            file.write_text(text, encoding="utf-8")
            pytest.fail(f"{file} was written: read it, then run again")
        assert text == file.read_text(encoding="utf-8")

    return compare
