"""A stored run of 100,000 cases: the CPU time of storing it and of each page, in milliseconds."""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from shall.messages import Message
from shall.results.encoding import encode_case
from shall.results.listing import BAD, EVERY_CASE, EVERY_RUN, CaseFilter, CaseOrder
from shall.results.records import (
    CaseResult,
    CheckResult,
    CriterionRef,
    ExchangeRecord,
    Outcome,
    RunStatus,
    StepResult,
    Timings,
)
from shall.store.sqlite import SqliteStore

BATCH = 500
PASSED, FAILED = Outcome.PASSED, Outcome.FAILED


def make_case(number: int, run_id: str, at: datetime) -> CaseResult:
    """Make a case of two steps with five checks each; one of fifty fails."""
    is_bad = number % 50 == 7
    outcome, status = (FAILED, 500) if is_bad else (PASSED, 200)
    why = Message("check.status", {"expected": 200, "actual": 500}) if is_bad else None
    checks = [
        CheckResult(
            "status", "steps[0].assert[0]", outcome, "status_code", 200, status, message=why
        )
    ]
    checks += [
        CheckResult("equals", f"steps[0].assert[{it}]", PASSED, f"data.items[{it}].id", it, it)
        for it in range(1, 5)
    ]
    body = '{"error": "no"}' * 10 if is_bad else ""
    timings = Timings(0.1, 0.2, 0.3, 0.4, 0.5)
    exchange = ExchangeRecord(
        "POST",
        f"http://shop.test/orders/{number}",
        status=status,
        response_body=body,
        timings=timings,
    )
    feature = f"feature-{number % 40}"
    return CaseResult(
        run_id,
        f"tests/cases/{feature}/case-{number:06}.yaml",
        f"order {number} is stored",
        outcome,
        at,
        0.01 * (number % 97),
        10,
        tuple(
            StepResult(f"step{it}", f"steps[{it}]", outcome, 0.2, tuple(checks), exchange)
            for it in (0, 1)
        ),
        environment="staging",
        criteria=(CriterionRef(f"{feature}#{number % 9 + 1}.{number % 7 + 1}", "ab12" * 16),),
        case_fingerprint="2:" + "cd34" * 16,
        tags=("smoke", "orders") if number % 3 else ("slow",),
    )


def fill(store: SqliteStore, run_id: str, count: int) -> float:
    """Store a run; return the microseconds of CPU time of a case, encoding not counted."""
    at = datetime.now(UTC)
    store.start_run(run_id, at, count, "staging")
    spent = 0.0
    for start in range(0, count, BATCH):
        cases = [make_case(it, run_id, at) for it in range(start, min(start + BATCH, count))]
        encoded = [encode_case(case) for case in cases]
        began = time.process_time()
        store.save_cases(cases, encoded)
        spent += time.process_time() - began
    store.finish_run(run_id, RunStatus.COMPLETE, 1.0)
    return spent / count * 1e6


def questions(
    store: SqliteStore, run_id: str, count: int
) -> Iterator[tuple[str, Callable[[], object]]]:
    """Return what pages ask, by name."""

    def page(
        wanted: CaseFilter = EVERY_CASE, order: CaseOrder = CaseOrder.BAD_FIRST, offset: int = 0
    ) -> Callable[[], object]:
        return lambda: store.case_page(run_id, wanted, order, BATCH, offset)

    yield "first page", page()
    yield "last page", page(offset=count - BATCH)
    yield "slowest", page(order=CaseOrder.SLOWEST)
    yield "search", page(CaseFilter(("order 9",)))
    yield "search that excludes", page(CaseFilter(("feature-7", "9"), ("4",)))
    yield "search that finds nothing", page(CaseFilter(("zzz",)))
    yield "a criterion", page(CaseFilter(("feature-7#3.",)))
    yield "a tag", page(CaseFilter(tag="slow"))
    yield "a feature", page(CaseFilter(feature="feature-7"))
    yield "bad", page(CaseFilter(outcome=BAD))
    yield "reasons", lambda: store.reasons(run_id)
    yield "one case", lambda: store.case_at(run_id, count // 2)
    yield "runs", lambda: store.run_page(EVERY_RUN, 50, 0)


def main() -> None:
    """Print the figures as text or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shall.db"
        store = SqliteStore(path, max_runs=100, max_age_days=0)
        figures = {"storing a case (us)": fill(store, "r1", arguments.cases)}
        for name, ask in questions(store, "r1", arguments.cases):
            spent = []
            for _ in range(arguments.rounds):
                began = time.process_time()
                ask()
                spent.append((time.process_time() - began) * 1000)
            figures[name] = min(spent)
        store.close()
    if arguments.json:
        print(json.dumps({name: round(it, 2) for name, it in figures.items()}, indent=2))
    else:
        for name, it in figures.items():
            print(f"{name:28} {it:8.1f}")


if __name__ == "__main__":
    main()
