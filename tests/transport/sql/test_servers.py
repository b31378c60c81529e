"""The same statements, asked of PostgreSQL and MariaDB as they are."""

import json
import time
from typing import Any

import pytest
from tests.transport.sql.conftest import PASSWORD

from shall.database_source import databases
from shall.errors import QueryFailed, TargetDenied, TargetUnreachable, TimedOut
from shall.transport.http.loop import CurlLoop
from shall.transport.target_policy import TargetPolicy, read_policy
from shall.transport.waits import Statement, Stopped, Work

SERVERS = ["postgres", "mariadb"]


@pytest.fixture(params=SERVERS)
def url(request: pytest.FixtureRequest) -> str:
    value: str = request.getfixturevalue(request.param)
    return value


def statement(
    url: str, query: str, timeout_s: float = 20, password: str = PASSWORD, **values: Any
) -> Statement:
    return Statement(
        "shop", databases({"shop": url})["shop"], query, values, password, "", timeout_s
    )


def asked(url: str, *queries: Any, policy: TargetPolicy | None = None, **more: Any) -> list[Any]:
    """Return the answers to some queries over one loop: texts, or texts with values."""
    loop = CurlLoop(policy)

    def work() -> Work[list[Any]]:
        answers = []
        for each in queries:
            query, values = each if isinstance(each, tuple) else (each, {})
            response = yield statement(url, query, **{**more, **values})
            answers.append(json.loads(response.body))
        return answers

    try:
        answers: list[Any] = loop.run(work())
    finally:
        loop.close()
    return answers


@pytest.mark.verifies("databases#1.11", "databases#1.12")
def test_a_statement_that_leaves_a_connection_in_use_fails_alone(postgres: str) -> None:
    loop = CurlLoop(None)

    def work() -> Work[Any]:
        with pytest.raises(QueryFailed):
            yield statement(postgres, "COPY (SELECT 1) TO STDOUT")
        response = yield statement(postgres, "SELECT :n::int + 1 AS n", n="1")
        return json.loads(response.body)["value"]

    try:
        assert loop.run(work()) == 2
    finally:
        loop.close()


@pytest.mark.verifies("databases#1.8")
def test_rows_go_in_and_come_back(url: str) -> None:
    create = "CREATE TABLE orders (id INTEGER PRIMARY KEY, state VARCHAR(40), price NUMERIC(10, 2))"
    text = "it's 100% :new; --"
    insert = "INSERT INTO orders VALUES (:id, :state, 9.5)"

    try:
        _, inserted, found, changed, counted = asked(
            url,
            create,
            (insert, {"id": 1, "state": text}),
            ("SELECT * FROM orders WHERE id = :id AND state LIKE '%100%'", {"id": 1}),
            ("UPDATE orders SET state = :state", {"state": None}),
            "SELECT count(*) AS n FROM orders WHERE state IS NULL",
        )
    finally:
        asked(url, "DROP TABLE orders")

    row = {"id": 1, "state": text, "price": 9.5}
    assert inserted == {"rows": [], "rowcount": 1}
    assert found == {"rows": [row], "rowcount": 1, "row": row, "value": 1}
    assert changed["rowcount"] == 1
    assert counted["value"] == 1


@pytest.mark.verifies("databases#1.7")
@pytest.mark.parametrize("query", ["SELECT 1; DROP TABLE orders", "SELECT nothing FROM nowhere"])
def test_a_statement_that_the_server_refuses_is_an_error_of_its_words(url: str, query: str) -> None:
    with pytest.raises(QueryFailed, match="The query of shop failed: ") as failed:
        asked(url, query)

    assert "\n" not in str(failed.value)


def active(url: str) -> int:
    """Return how many other connections carry out a statement."""
    activity = (
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
        " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    if url.startswith("mysql"):
        activity = (
            "SELECT count(*) FROM information_schema.processlist"
            " WHERE command = 'Query' AND id <> connection_id()"
        )
    return int(asked(url, activity)[0]["value"])


@pytest.mark.verifies("databases#1.7")
def test_a_statement_that_takes_too_long_ends_in_the_server_too(url: str) -> None:
    sleep = "SELECT pg_sleep(30)" if url.startswith("postgres") else "SELECT sleep(30)"

    with pytest.raises(TimedOut, match=r"did not answer within 0.1 s"):
        asked(url, sleep, timeout_s=0.1)

    assert active(url) == 0


@pytest.mark.verifies("databases#2.5")
def test_a_wrong_password_is_reported_without_it(url: str) -> None:
    with pytest.raises(TargetUnreachable) as refused:
        asked(url, "SELECT 1", password="wrong-" + PASSWORD)

    assert "cannot be opened" in str(refused.value)
    assert PASSWORD not in str(refused.value) + str(refused.value.details)


@pytest.mark.verifies("databases#2.2")
@pytest.mark.parametrize(
    ("host", "allow", "deny", "why"),
    [
        ("localhost", (), ("localhost",), "listed"),
        ("localhost", (), ("127.0.0.0/8", "::1"), "listed"),
        ("169.254.169.254", (), (), "never"),
        ("localhost", ("db.example.com",), (), "unlisted"),
    ],
)
@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_no_connection_goes_where_the_policy_denies(
    kind: str, host: str, allow: tuple[str, ...], deny: tuple[str, ...], why: str
) -> None:
    with pytest.raises(TargetDenied) as denied:
        asked(f"{kind}://shop@{host}:9/shop", "SELECT 1", policy=read_policy(allow, deny))

    assert denied.value.details["why"] == why


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_a_server_that_is_not_there_is_unreachable(kind: str) -> None:
    with pytest.raises(TargetUnreachable) as refused:
        asked(f"{kind}://shop@127.0.0.1:9/shop", "SELECT 1")

    assert refused.value.details == {"address": "127.0.0.1:9", "why": "refused"}


@pytest.mark.verifies("databases#2.6")
def test_a_run_that_is_stopped_breaks_its_statement_off(postgres: str) -> None:
    loop, ended = CurlLoop(), list[str]()

    def work() -> Work[None]:
        try:
            yield statement(postgres, "SELECT pg_sleep(60)")
        except Stopped:
            ended.append("stopped")

    task = loop.start(work())
    while active(postgres) == 0:
        loop.step(time.monotonic())
    loop.stop(task)
    while not task.is_done:
        loop.step()
    loop.close()

    assert ended == ["stopped"]
    until = time.monotonic() + 60
    while active(postgres):
        assert time.monotonic() < until
