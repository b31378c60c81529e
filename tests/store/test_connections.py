import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shall.errors import TooManyConnections
from shall.store import connections
from shall.store.base import ConnectionRecord
from shall.store.connections import MAX_CONNECTIONS, MAX_PER_PRINCIPAL, errors_after
from shall.store.sqlite import SqliteStore

AT = datetime(2026, 11, 21, tzinfo=UTC)


class Machine:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 50_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    SqliteStore(tmp_path / "shall.db", max_runs=1, max_age_days=1).close()
    opened = sqlite3.connect(tmp_path / "shall.db", isolation_level=None)
    yield opened
    opened.close()


@pytest.fixture
def machine() -> Machine:
    return Machine()


def record(name: str = "c1", principal: str = "alice") -> ConnectionRecord:
    return ConnectionRecord(name, principal, "2.1", AT, AT, {"名": ["\ud800", None]})


@pytest.mark.verifies("rest#2.3")
@pytest.mark.parametrize(
    ("silent_s", "errors"),
    [(-5, 0), (0, 0), (59.9, 0), (60, 1), (89.9, 1), (90, 2), (119.9, 2), (120, 3), (9e9, 3)],
)
def test_errors_follow_from_the_silence(silent_s: float, errors: int) -> None:
    assert errors_after(silent_s) == errors


def test_a_connection_comes_back_as_it_was_kept(
    database: sqlite3.Connection, machine: Machine
) -> None:
    connections.insert(database, record(), machine)
    assert connections.everyone(database, machine) == [record()]


@pytest.mark.verifies("rest#2.3")
def test_the_third_error_ends_a_connection(database: sqlite3.Connection, machine: Machine) -> None:
    connections.insert(database, record(), machine)
    machine.now += 119
    assert [it.errors for it in connections.everyone(database, machine)] == [2]
    machine.now += 1
    assert not connections.touch(database, "c1", "alice", machine)
    assert connections.everyone(database, machine) == []


@pytest.mark.verifies("rest#2.4")
def test_heartbeats_keep_a_connection(database: sqlite3.Connection, machine: Machine) -> None:
    connections.insert(database, record(), machine)
    for _ in range(100):
        machine.now += 100
        assert connections.touch(database, "c1", "alice", machine)
    assert [it.errors for it in connections.everyone(database, machine)] == [0]


@pytest.mark.verifies("rest#2.8")
def test_after_a_new_start_of_the_machine_silence_counts_from_there(
    database: sqlite3.Connection, machine: Machine
) -> None:
    connections.insert(database, record("beats"), machine)
    connections.insert(database, record("silent"), machine)
    machine.now = 20.0
    assert [it.errors for it in connections.everyone(database, machine)] == [0, 0]
    assert connections.touch(database, "beats", "alice", machine)
    machine.now = 125.0
    assert [it.connection_id for it in connections.everyone(database, machine)] == ["beats"]


def test_a_clock_that_differs_a_little_between_processes_drops_nobody(
    database: sqlite3.Connection, machine: Machine
) -> None:
    connections.insert(database, record(), machine)
    machine.now -= 0.5
    assert [it.errors for it in connections.everyone(database, machine)] == [0]
    machine.now += 119
    assert connections.touch(database, "c1", "alice", machine)


@pytest.mark.verifies("rest#2.6")
@pytest.mark.repeats
def test_ten_thousand_connects_do_not_grow_without_end(
    database: sqlite3.Connection, machine: Machine
) -> None:
    refused = 0
    database.execute("BEGIN")
    for number in range(MAX_CONNECTIONS + 500):
        try:
            owner = f"p{number // MAX_PER_PRINCIPAL}"
            connections.insert(database, record(f"c{number}", owner), machine)
        except TooManyConnections:
            refused += 1
    assert refused == 500
    machine.now += 120  # all were silent: there is room again
    connections.insert(database, record("fresh"), machine)
    assert [it.connection_id for it in connections.everyone(database, machine)] == ["fresh"]
