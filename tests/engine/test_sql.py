"""Cases that ask a real SQLite database."""

import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from shall.database_source import databases
from shall.messages import render
from shall.report.failures import case_text
from shall.results.encoding import result_to_json
from shall.results.records import CaseResult, CheckResult, Outcome

pytestmark = pytest.mark.anyio

RunOne = Callable[..., Awaitable[CaseResult]]

SHOP = databases({"shop": "sqlite:///shop.db"})


@pytest.fixture(autouse=True)
def shop(tmp_path: Path) -> Path:
    """A database with two orders."""
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER, state TEXT, price NUMERIC, note BLOB)")
        rows = [(1, "paid", 9.5, b"\x01\xff"), (2, "it's :new", 20, None)]
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", rows)
    connection.close()
    return path


def rows_of(path: Path, query: str) -> list[Any]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def sql(query: str, **parameters: Any) -> dict[str, Any]:
    return {"sql": {"query": query, "parameters": parameters}}


@pytest.mark.verifies("databases#1.1")
async def test_rows_are_checked_and_captured_as_a_response_is(run_one: RunOne, shop: Path) -> None:
    first = {
        **sql("SELECT * FROM orders WHERE id >= :least ORDER BY id", least="{{ Global.least }}"),
        "capture": {"state": "$.rows[1].state", "first": "value"},
        "expect": {
            "rowcount": 2,
            "value": 1,
            "row": {"state": "paid", "price": {"close_to": {"value": 9.5, "within": 0.01}}},
            "$.row.note": "01ff",
            "rows": {"length": 2, "each": {"id": {"greater_than": 0}}, "any": {"note": None}},
            "rows | count": 2,
            "duration": {"less_than": "20 s"},
        },
    }
    second = {
        **sql(
            "UPDATE orders SET state = :state WHERE id = :id", state="{{ state }}", id="{{ first }}"
        ),
        "expect": {"rowcount": 1, "row": {"exists": False}},
    }
    third = {
        **sql("SELECT count(*) FROM orders WHERE state = :state", state="{{ s0.rows[1].state }}"),
        "expect": {"value": 2},
    }

    result = await run_one([first, second, third], databases=SHOP, variables={"least": 1})

    assert result.outcome is Outcome.PASSED, case_text(result)
    assert result.checks_executed == 13
    assert rows_of(shop, "SELECT state FROM orders") == [("it's :new",), ("it's :new",)]
    assert result.steps[0].exchange is not None
    assert (result.steps[0].exchange.method, result.steps[0].exchange.url) == ("SQL", "shop")
    assert result.steps[0].exchange.status is None


@pytest.mark.verifies("databases#1.1")
async def test_a_parameter_is_never_a_part_of_the_statement(run_one: RunOne, shop: Path) -> None:
    step = sql("SELECT id FROM orders WHERE state = :state", state="{{ Global.state }}")
    evil = "x' OR '1'='1'; DROP TABLE orders; --"

    result = await run_one(
        [{**step, "expect": {"rowcount": 0}}], databases=SHOP, variables={"state": evil}
    )

    assert result.outcome is Outcome.PASSED
    assert rows_of(shop, "SELECT count(*) FROM orders") == [(2,)]


async def test_a_failed_check_of_a_row_is_reported_like_any_other(run_one: RunOne) -> None:
    step = {**sql("SELECT state FROM orders"), "expect": {"row": {"state": "open"}, "rowcount": 1}}

    result = await run_one([step], databases=SHOP)

    text = case_text(result)
    assert result.outcome is Outcome.FAILED
    assert "    row state\n" in text
    assert "SQL shop" in text
    assert "no response" not in text
    assert "curl" not in text


@pytest.mark.verifies("databases#1.13")
async def test_a_missing_row_says_that_there_are_no_rows(run_one: RunOne) -> None:
    step = {**sql("SELECT state FROM orders WHERE id > 9"), "expect": {"row": {"state": "open"}}}

    result = await run_one([step], databases=SHOP)

    assert "there is no row: rows is empty" in case_text(result)


@pytest.mark.verifies("databases#1.1")
async def test_a_query_is_repeated_until_its_conditions_hold(run_one: RunOne, shop: Path) -> None:
    count = sql("UPDATE orders SET price = price + 1 WHERE id = 2 RETURNING price")
    step = {**count, "until": {"value": 23, "every": "10 ms", "within": "1 min"}}

    result = await run_one([step], databases=SHOP)

    assert result.outcome is Outcome.PASSED
    assert result.steps[0].exchange is not None
    assert result.steps[0].exchange.attempts == 3
    assert rows_of(shop, "SELECT price FROM orders WHERE id = 2") == [(23,)]


@pytest.mark.verifies("databases#1.5")
async def test_a_teardown_is_carried_out_after_a_failure(run_one: RunOne, shop: Path) -> None:
    teardowns = [
        {**sql("DELETE FROM orders WHERE id = :id", id="{{ id }}"), "expect": {"rowcount": 1}}
    ]
    step = {**sql("SELECT id FROM orders"), "capture": {"id": "value"}, "expect": {"value": 9}}

    result = await run_one([step], {"teardowns": teardowns}, databases=SHOP)

    assert (result.outcome, result.teardown_outcome) == (Outcome.FAILED, Outcome.PASSED)
    assert rows_of(shop, "SELECT id FROM orders") == [(2,)]


def older(kind: str, query: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "query": query, **fields}


@pytest.mark.verifies("databases#1.6")
async def test_checks_and_teardowns_of_the_earlier_format_are_carried_out(
    service: Any, run_one: RunOne, shop: Path
) -> None:
    checks = [
        {"type": "status_code", "expected": 200},
        older("mysql_query", "SELECT * FROM orders WHERE id = 1", field="state", expected="paid"),
        older("mysql_query", "SELECT price FROM orders WHERE id = {{ wanted }}", expected=20),
        older(
            "mysql_query",
            "SELECT id, price FROM orders WHERE id = 1",
            expected={"id": 1, "price": 9.5},
        ),
        older("mysql_query_exists", "SELECT 1 FROM orders WHERE state = '{{ state }}'"),
        older("mysql_query_exists", "SELECT 1 FROM orders WHERE id = 3", expected=False),
        older("mysql_query_true", "SELECT count(*) = 2 FROM orders"),
    ]
    step = {"method": "GET", "path": "/echo/a", "assert": checks}
    undo = {
        "id": "clean",
        "operation_type": "db",
        "query": "DELETE FROM orders WHERE id = {{ wanted }}",
    }
    variables = {"wanted": 2, "state": "it's :new"}

    result = await run_one(
        [step],
        {"teardowns": [undo], "variables": variables},
        host=service.url,
        databases=SHOP,
    )

    assert (result.outcome, result.teardown_outcome) == (Outcome.PASSED, Outcome.PASSED)
    assert result.checks_executed == 7
    assert rows_of(shop, "SELECT id FROM orders") == [(1,)]


@pytest.mark.verifies("databases#1.6")
async def test_a_check_of_the_earlier_format_fails_where_it_does_not_hold(
    service: Any, run_one: RunOne
) -> None:
    checks = [
        older("mysql_query", "SELECT state FROM orders", field="state", expected="open"),
        older("mysql_query_exists", "SELECT 1 FROM orders WHERE id = 3"),
        older("mysql_query_true", "SELECT 0"),
        older("mysql_query_exists", "SELECT 1 FROM nowhere"),
    ]

    result = await run_one([{"GET": "/echo/a", "assert": checks}], host=service.url, databases=SHOP)

    asked: tuple[CheckResult, ...] = result.steps[0].checks[-4:]
    assert [it.outcome for it in asked] == [*[Outcome.FAILED] * 3, Outcome.ERROR]
    assert [it.path for it in asked] == [f"steps[0].assert[{at}]" for at in range(4)]
    assert "no such table" in render(asked[3].message)  # type: ignore[arg-type]


ENDLESS = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"
MANY = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t LIMIT 10200) SELECT n FROM t"


@pytest.mark.verifies("databases#1.7")
@pytest.mark.parametrize(
    ("query", "fields", "reported"),
    [
        ("SELCT 1", {}, 'The query of shop failed: near "SELCT": syntax error.'),
        (ENDLESS, {"timeout_s": 0.05}, "The database shop did not answer within 0.05 s."),
        (MANY, {}, "The query of shop returns more than 10,000 rows. Select less, or count."),
        ("SELECT id, id FROM orders", {}, "two columns that are named id. Name them with AS."),
    ],
)
async def test_what_a_database_cannot_answer_is_an_error(
    run_one: RunOne, query: str, fields: dict[str, Any], reported: str
) -> None:
    result = await run_one([{**sql(query), **fields}], databases=SHOP)

    assert result.outcome is Outcome.ERROR
    assert result.steps[0].error is not None
    assert reported in render(result.steps[0].error)


@pytest.mark.verifies("databases#1.1")
@pytest.mark.parametrize(
    ("declared", "named", "reported"),
    [
        ({}, {}, "No database is declared."),
        ({"a": "sqlite:///shop.db", "b": "sqlite:///shop.db"}, {}, "declared are a, b."),
        ({"shop": "sqlite:///shop.db"}, {"database": "shpo"}, "Did you mean shop?"),
    ],
)
async def test_a_database_that_is_not_declared_is_an_error(
    run_one: RunOne, declared: dict[str, str], named: dict[str, str], reported: str
) -> None:
    step = {"sql": {"query": "SELECT 1", **named}}

    result = await run_one([step], databases=databases(declared))

    assert result.steps[0].error is not None
    assert reported in render(result.steps[0].error)


@pytest.mark.verifies("databases#2.3")
@pytest.mark.parametrize(
    ("url", "query", "reported"),
    [
        ("sqlite:///../out.db", "SELECT 1", "holds '..'"),
        ("sqlite:////etc/passwd", "SELECT 1", "is outside the workspace"),
        ("sqlite:///link.db", "SELECT 1", "is a symbolic link"),
        ("sqlite:///none.db", "SELECT 1", "none.db does not exist"),
        ("sqlite:///shop.db", "ATTACH 'other.db' AS other", "not authorized"),
        ("sqlite:///shop.db", "VACUUM INTO 'other.db'", "authorization denied"),
    ],
)
async def test_no_file_outside_is_opened(
    run_one: RunOne, tmp_path: Path, url: str, query: str, reported: str
) -> None:
    (tmp_path / "link.db").symlink_to("/etc/hostname")

    result = await run_one([sql(query)], databases=databases({"shop": url}))

    assert result.outcome is Outcome.ERROR
    assert result.steps[0].error is not None
    assert reported in render(result.steps[0].error)
    assert not (tmp_path / "other.db").exists()


@pytest.mark.verifies("databases#2.5")
async def test_the_password_of_a_database_is_masked_wherever_it_comes_back(
    run_one: RunOne,
) -> None:
    source = {"url": "sqlite:///shop.db", "password": {"environment": "SHOP_PASSWORD"}}
    step = {
        **sql("SELECT :word AS word", word="canary-{{ Global.half }}"),
        "expect": {"row": {"word": "none"}},
    }

    result = await run_one(
        [step, sql("SELCT 'canary-of-the-shop'")],
        databases=databases({"shop": source}),
        passwords={"databases.shop.password": "canary-of-the-shop"},
        variables={"half": "of-the-shop"},
    )

    assert "canary-of-the-shop" not in str(result_to_json(result))
    assert "***" in case_text(result)


@pytest.mark.verifies("databases#2.5")
async def test_a_password_that_cannot_be_read_is_reported_with_its_reason(run_one: RunOne) -> None:
    why = {"databases.shop.password": "has no value: the environment variable A is not set."}

    result = await run_one([sql("SELECT 1")], databases=SHOP, unavailable=why)

    assert result.steps[0].error is not None
    shown = "The password of the database shop has no value: the environment variable A is not set."
    assert render(result.steps[0].error) == shown


@pytest.mark.verifies("databases#2.4")
async def test_what_is_missing_is_reported_with_the_extra(
    run_one: RunOne, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "shall.transport.sql.connections", None)

    result = await run_one([sql("SELECT 1")], databases=SHOP)

    assert result.steps[0].error is not None
    assert "pip install 'shall[sql]'" in render(result.steps[0].error)
