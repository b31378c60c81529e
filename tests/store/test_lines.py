"""Pages of the cases of a run, and of runs."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.made_results import lines_of
from tests.store.case_lists import EVERY_CASE, page_of

from shall.errors import StoreUnavailable
from shall.messages import Message
from shall.results.encoding import encode_case
from shall.results.listing import (
    BAD,
    EVERY_RUN,
    CaseFilter,
    CaseOrder,
    CasePage,
    RunFilter,
    search_words,
)
from shall.results.reason import Reason
from shall.results.records import CaseResult, CriterionRef, Outcome, RunResult, RunStatus
from shall.store import fill_columns
from shall.store.copies import recover_database
from shall.store.migrate import migrate
from shall.store.records import RunOrigin
from shall.store.rows import case_row, time_text
from shall.store.sqlite import SqliteStore

OpenStore = Callable[..., SqliteStore]


def one(case: CaseResult, **changes: Any) -> CaseResult:
    """A case that passed, with some fields set."""
    plain: dict[str, Any] = {
        "outcome": Outcome.PASSED,
        "error": None,
        "teardown_outcome": None,
        "steps": (),
        "teardowns": (),
        "criteria": (),
        "tags": (),
        "data_row": None,
        "case_key": "cases/a.yaml",
        "name": "a",
    }
    return replace(case, **{**plain, **changes})


@pytest.fixture
def cases(full_case: CaseResult) -> list[CaseResult]:
    torn = full_case.teardowns
    refs = (CriterionRef("shop#1.2"), CriterionRef("shop-2#1"), CriterionRef("shop#3"))
    return [
        one(full_case, name="Order 100%", tags=("smoke", "a,b")),
        one(full_case, name="order_2", criteria=refs, tags=('x,"smoke"',)),
        full_case,
        one(full_case, name="torn", teardowns=torn, teardown_outcome=Outcome.ERROR),
        one(full_case, name="登录", outcome=Outcome.SKIPPED, error=Message("case.draft")),
        one(full_case, name='a\\b "c"', data_row="row 9", duration_s=9.0, retries=2),
        one(full_case, case_key="cases/\udcff.yaml", criteria=refs[1:2], tags=("smoke", "smoke")),
        one(full_case, criteria=(CriterionRef('q"#1'), CriterionRef("auth#1.2"))),
    ]


@pytest.fixture
def filled(store: SqliteStore, now: datetime, cases: list[CaseResult]) -> SqliteStore:
    store.start_run("r1", now, len(cases), "")
    store.save_cases(cases[:3])
    store.start_run("r2", now, 1, "")
    store.save_cases([replace(cases[2], run_id="r2")])
    store.save_cases(cases[3:])
    return store


def page(store: SqliteStore, wanted: CaseFilter = EVERY_CASE, **changes: Any) -> CasePage:
    asked = {"order": CaseOrder.BAD_FIRST, "limit": 500, "offset": 0, **changes}
    return store.case_page("r1", wanted, **asked)


def numbers(found: CasePage) -> list[int]:
    return [line.number for line in found.lines]


@pytest.mark.verifies("history-pages#1.1")
def test_cases_that_did_not_pass_come_first_with_their_reason(filled: SqliteStore) -> None:
    found = page(filled)

    assert numbers(found) == [3, 4, 1, 2, 5, 6, 7, 8]
    failed, torn, *_ = found.lines
    assert failed.reason == Reason(Message("case.broken"))
    assert torn.reason is not None
    assert (torn.reason.step, torn.reason.path) == ("logout", "teardowns[0]")
    assert torn.reason.message == Message("step.unreachable", {"url": "x"})
    assert (torn.outcome, torn.shown_outcome) == (Outcome.PASSED, Outcome.ERROR)
    assert filled.case_page("r9", EVERY_CASE, CaseOrder.NUMBER, 9, 0) == CasePage()


@pytest.mark.verifies("history-pages#1.1")
def test_pages_follow_one_another_and_no_page_has_more_than_500_lines(
    store: SqliteStore, now: datetime, full_case: CaseResult
) -> None:
    store.start_run("r1", now, 501, "")
    store.save_cases([one(full_case, duration_s=float(number)) for number in range(501)])

    first, second = page(store, limit=9999), page(store, offset=500)
    assert (numbers(first), numbers(second)) == ([*range(1, 501)], [501])
    assert (first.matching, second.matching) == (501, 501)
    assert numbers(page(store, order=CaseOrder.SLOWEST, limit=2)) == [501, 500]
    assert numbers(page(store, limit=-1)) == numbers(page(store, offset=501)) == []


@pytest.mark.verifies("history-pages#1.1")
def test_a_case_is_found_by_its_number(filled: SqliteStore, cases: list[CaseResult]) -> None:
    assert [filled.case_at("r1", number) for number in range(1, 9)] == cases
    assert filled.case_at("r2", 1) == replace(cases[2], run_id="r2")
    assert filled.case_at("r1", 9) is filled.case_at("r1", 0) is filled.case_at("r9", 1) is None


@pytest.mark.verifies("history-pages#1.2")
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (CaseFilter(outcome=BAD), [3, 4]),
        (CaseFilter(outcome="error"), [4]),
        (CaseFilter(outcome="passed"), [1, 2, 6, 7, 8]),
        (CaseFilter(outcome="skipped"), [5]),
        (CaseFilter(outcome="' OR 1"), []),
        (CaseFilter(tag="smoke"), [3, 1, 7]),
        (CaseFilter(tag="b"), []),
        (CaseFilter(tag='x,"smoke"'), [2]),
        (CaseFilter(feature="shop"), [2]),
        (CaseFilter(feature="shop-2"), [2, 7]),
        (CaseFilter(feature="auth"), [3, 8]),
        (CaseFilter(feature='q"'), [8]),
        (CaseFilter(slower_than_s=0.75), [6]),
        (CaseFilter(("ORDER",)), [1, 2]),
        (CaseFilter(("%",)), [1]),
        (CaseFilter(("_",)), [2]),
        (CaseFilter(("\\b",)), [6]),
        (CaseFilter(('"',)), [6, 8]),
        (CaseFilter(('","',)), []),
        (CaseFilter(("登录",)), [3, 5]),
        (CaseFilter(("\udcff",)), [7]),
        (CaseFilter(("row",)), [3, 6]),
        (CaseFilter(("#1",)), [3, 2, 7, 8]),
        (CaseFilter(("order", "shop#3")), [2]),
        (CaseFilter((), ("cases/a",)), [3, 7]),
        (CaseFilter(("order",), ("%",), outcome="passed"), [2]),
    ],
)
def test_cases_are_found_by_what_is_set_in_the_store_as_in_memory(
    filled: SqliteStore,
    now: datetime,
    cases: list[CaseResult],
    wanted: CaseFilter,
    expected: list[int],
) -> None:
    run = RunResult("r1", now, 1.0, RunStatus.COMPLETE, tuple(cases))

    found, here = page(filled, wanted), page_of(lines_of(run), wanted)

    assert numbers(found) == numbers(here) == expected
    assert found.matching == here.matching == len(expected)
    assert found.counts.outcomes == here.counts.outcomes
    assert found.counts.tags == here.counts.tags
    assert found.counts.features == here.counts.features


def test_lines_in_memory_are_those_of_the_store(
    filled: SqliteStore, now: datetime, cases: list[CaseResult]
) -> None:
    cases[6] = replace(cases[6], case_key="cases/\\udcff.yaml")  # as a database holds it
    run = RunResult("r1", now, 1.0, RunStatus.COMPLETE, tuple(cases))

    assert page(filled, order=CaseOrder.NUMBER).lines == tuple(lines_of(run))


@pytest.mark.verifies("history-pages#1.1")
def test_reasons_are_counted(filled: SqliteStore, full_case: CaseResult) -> None:
    filled.save_cases([full_case])

    found = filled.reasons("r1").counts

    assert [(it.count, it.first) for it in found] == [(2, 3), (1, 4)]
    assert found[0].reason == Reason(Message("case.broken"))


@pytest.mark.verifies("history-pages#1.3")
def test_runs_of_an_older_release_have_the_same_lines(
    open_store: OpenStore, path: Path, now: datetime, cases: list[CaseResult], tmp_path: Path
) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    migrate(connection, newest=4)
    run = (1, "r1", time_text(now), "complete", 1, 1.0, "", "")
    connection.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", run)
    for number, case in enumerate(cases, start=1):
        row = (number, 1, *case_row(case, encode_case(case)))
        connection.execute(f"INSERT INTO cases VALUES ({', '.join('?' * len(row))})", row)
    connection.execute("UPDATE cases SET document = '{' WHERE id = 1")  # must not prevent opening
    connection.close()
    today = SqliteStore(tmp_path / "today.db", max_runs=9, max_age_days=9)
    today.start_run("r1", now, 1, "")
    today.save_cases(cases)

    found, expected = page(open_store()), page(today)
    today.close()

    assert len(found.lines) == len(cases)
    whole = [line for line in found.lines if line.number != 1]
    assert whole == [line for line in expected.lines if line.number != 1]
    assert found.counts.outcomes == expected.counts.outcomes
    assert found.counts.features == expected.counts.features
    [run_line] = open_store().run_page(EVERY_RUN, 9, 0).lines
    assert (run_line.commit, run_line.is_dirty, run_line.host) == (None, None, None)


@pytest.mark.verifies("run-pages#1.12")
def test_the_process_that_ran_a_case_is_stored_and_recovered(
    store: SqliteStore, path: Path, now: datetime, full_case: CaseResult
) -> None:
    store.start_run("r1", now, 2, "")
    store.save_cases([one(full_case, worker=2), full_case])
    assert [line.worker for line in page(store).lines] == [None, 2]
    store.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE cases SET worker = 9")
        fill_columns.fill(connection)
        found = connection.execute("SELECT worker FROM cases ORDER BY id").fetchall()
    assert found == [(2,), (None,)]


@pytest.mark.verifies("history-pages#1.4")
def test_runs_are_listed_with_their_counts_and_where_they_ran(
    filled: SqliteStore, now: datetime, full_case: CaseResult
) -> None:
    origin = RunOrigin("ab12", is_dirty=True, host="box")
    filled.start_run("r3", now + timedelta(seconds=1), 2, "staging", origin)
    filled.save_cases([one(full_case, run_id="r3")])
    filled.finish_run("r3", RunStatus.COMPLETE, 2.5)

    found = filled.run_page(EVERY_RUN, 9, 0)

    assert [line.run_id for line in found.lines] == ["r3", "r2", "r1"]
    assert (found.total, found.matching, found.environments) == (3, 3, ["", "staging"])
    newest, _, oldest = found.lines
    assert (newest.commit, newest.is_dirty, newest.host) == ("ab12", True, "box")
    assert (newest.total, newest.duration_s, newest.status) == (2, 2.5, RunStatus.COMPLETE)
    assert newest.outcomes == {Outcome.PASSED: 1}
    assert oldest.outcomes == {"error": 1, "failed": 1, "passed": 5, "skipped": 1}
    assert (oldest.bad_total, oldest.status) == (2, RunStatus.RUNNING)


@pytest.mark.verifies("history-pages#1.4")
def test_runs_are_found_by_environment_and_outcome(
    filled: SqliteStore, now: datetime, full_case: CaseResult
) -> None:
    filled.start_run("r3", now + timedelta(seconds=1), 1, "staging")
    filled.save_cases([one(full_case, run_id="r3")])
    filled.finish_run("r3", RunStatus.COMPLETE, 2.5)

    def found(**wanted: str) -> list[str]:
        return [line.run_id for line in filled.run_page(RunFilter(**wanted), 9, 0).lines]

    assert found(environment="staging") == found(outcome="passed") == ["r3"]
    assert found(environment="") == found(outcome=BAD) == ["r2", "r1"]
    assert found(environment="staging", outcome=BAD) == []
    assert filled.run_page(RunFilter(outcome=BAD), 1, 1).matching == 2


@pytest.mark.verifies("history-pages#1.5")
def test_counts_of_a_repaired_database_are_those_of_its_cases(
    filled: SqliteStore, path: Path, tmp_path: Path
) -> None:
    filled.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE cases SET document = '{' WHERE name = 'order_2'")
        connection.execute("UPDATE cases SET tags = '[' WHERE name = 'torn'")

    recover_database(path, tmp_path / "new.db")

    store = SqliteStore(tmp_path / "new.db", max_runs=9, max_age_days=0)
    found = page(store)
    store.close()
    assert numbers(found) == [3, 4, 1, 5, 6, 7, 8]
    assert found.counts.total == found.matching == 7
    assert found.counts.features == {"auth": 2, 'q"': 1, "shop-2": 1}


@pytest.mark.verifies("history-pages#1.6")
@pytest.mark.parametrize("column", ["tags", "verifies", "reason", "outcome", "started_at"])
def test_a_damaged_line_is_reported(filled: SqliteStore, path: Path, column: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE cases SET {column} = '[' WHERE number = 3")

    with pytest.raises(StoreUnavailable, match="cannot be read"):
        page(filled)


@pytest.mark.parametrize(
    ("text", "words", "excluded"),
    [
        ("", (), ()),
        ("order  -slow", ("order",), ("slow",)),
        ('"not found" -"is slow" x', ("not found", "x"), ("is slow",)),
        ('- -- "', (), ("-",)),
        ("a" * 500, ("a" * 200,), ()),
        ("a " * 50, ("a",) * 10, ()),
    ],
)
def test_a_search_is_split_into_words(
    text: str, words: tuple[str, ...], excluded: tuple[str, ...]
) -> None:
    assert search_words(text) == (words, excluded)
