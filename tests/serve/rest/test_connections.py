import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shall.store.connections import MAX_PER_PRINCIPAL

Start = Callable[..., Any]
BOB = {"X-As": "bob read"}


def connected(running: Any, **headers: str) -> str:
    answer = running.http.post("/connect", json={"client_info": {"name": "t"}}, headers=headers)
    assert answer.status_code == 200
    found: str = answer.json()["connection_id"]
    return found


def age(project: Path, seconds: float) -> None:
    """Let every connection have been silent for longer."""
    database = sqlite3.connect(project / ".shall/local/shall.db")
    with database:
        database.execute("UPDATE connections SET heard_s = heard_s - ?", (seconds,))
    database.close()


def test_a_secret_that_a_client_shows_of_itself_is_not_kept(running: Any) -> None:
    canary = "canary-12345"
    shown = {"name": "t", "password": canary, "note": canary}
    assert running.http.post("/connect", json={"client_info": shown}).status_code == 200
    listed = running.http.get("/connections").text
    assert '"name":"t"' in listed
    assert canary not in listed


@pytest.mark.verifies("rest#2.1")
def test_a_client_connects_beats_and_leaves(running: Any) -> None:
    body = {"client_info": {"name": "t", "remote_addr": "forged"}}
    answer = running.http.post("/connect", json=body, headers={"MCP-Protocol-Version": "2.2"})
    shown = answer.json()
    wanted = shown["connection_id"]
    assert len(bytes.fromhex(wanted)) * 8 >= 128
    assert wanted != connected(running)
    assert shown["protocol_version"] == "2.2"
    assert shown["server_info"] == {"name": "shall", "version": shown["server_info"]["version"]}

    beat = running.http.post(f"/heartbeat/{wanted}")
    assert (beat.status_code, beat.json()["status"]) == (200, "ok")
    assert datetime.fromisoformat(beat.json()["timestamp"]).utcoffset() is not None

    listed = running.http.get("/connections").json()
    assert listed["total"] == 2
    [mine] = [it for it in listed["connections"] if it["id"] == wanted]
    assert mine["protocol_version"] == "2.2"
    assert mine["created_at"] < mine["last_heartbeat"]
    assert mine["client_info"]["name"] == "t"
    assert mine["client_info"]["remote_addr"] == "127.0.0.1"  # ours wins over what is claimed

    left = running.http.delete(f"/disconnect/{wanted}")
    assert (left.status_code, left.json()) == (200, {"status": "disconnected"})
    for answer in (
        running.http.post(f"/heartbeat/{wanted}"),
        running.http.delete(f"/disconnect/{wanted}"),
    ):
        assert answer.status_code == 404
        assert answer.json()["code"] == "MCP_CONNECTION_NOT_FOUND"


def test_a_client_need_not_say_who_it_is(running: Any) -> None:
    assert running.http.post("/connect").status_code == 200
    assert running.http.post("/connect", json={}).status_code == 200


@pytest.mark.verifies("rest#2.2")
def test_three_instances_know_the_same_connections(start: Start) -> None:
    one, two, three = (start() for _ in range(3))
    wanted = connected(one)
    assert two.http.post(f"/heartbeat/{wanted}").status_code == 200
    assert three.http.get("/connections").json()["total"] == 1
    assert three.http.delete(f"/disconnect/{wanted}").status_code == 200
    assert one.http.post(f"/heartbeat/{wanted}").status_code == 404


@pytest.mark.verifies("rest#2.3", "rest#2.4")
def test_silence_is_counted_and_a_heartbeat_forgives_it(running: Any, project: Path) -> None:
    wanted = connected(running)

    def errors() -> list[int]:
        return [it["errors"] for it in running.http.get("/connections").json()["connections"]]

    assert errors() == [0]
    age(project, 65)
    assert errors() == [1]
    age(project, 30)
    assert errors() == [2]
    assert running.http.post(f"/heartbeat/{wanted}").status_code == 200
    assert errors() == [0]
    age(project, 121)
    assert running.http.post(f"/heartbeat/{wanted}").status_code == 404
    assert errors() == []


@pytest.mark.verifies("rest#2.7")
@pytest.mark.parametrize("hours", [-1, 1])
def test_a_date_that_was_changed_drops_nobody(running: Any, project: Path, hours: int) -> None:
    wanted = connected(running)
    then = (datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="microseconds")
    database = sqlite3.connect(project / ".shall/local/shall.db")
    with database:  # as if the machine's date had been another when these were written
        database.execute("UPDATE connections SET created_at = ?1, last_heartbeat = ?1", (then,))
    database.close()
    [mine] = running.http.get("/connections").json()["connections"]
    assert (mine["errors"], mine["last_heartbeat"]) == (0, then)
    assert running.http.post(f"/heartbeat/{wanted}").status_code == 200


@pytest.mark.verifies("rest#2.5")
def test_a_connection_belongs_to_who_opened_it(running: Any) -> None:
    wanted = connected(running, **{"X-As": "alice read"})
    assert running.http.post(f"/heartbeat/{wanted}", headers=BOB).status_code == 404
    assert running.http.delete(f"/disconnect/{wanted}", headers=BOB).status_code == 404
    alice = {"X-As": "alice read"}
    assert running.http.post(f"/heartbeat/{wanted}", headers=alice).status_code == 200


@pytest.mark.verifies("rest#2.6")
@pytest.mark.repeats
def test_connects_without_end_are_refused_and_nobody_else_notices(running: Any) -> None:
    mine = connected(running, **BOB)

    def connect(_: int) -> int:
        status: int = running.http.post("/connect", headers={"X-As": "greedy read"}).status_code
        return status

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(connect, range(MAX_PER_PRINCIPAL + 50)))
    assert statuses.count(200) == MAX_PER_PRINCIPAL
    assert statuses.count(429) == 50
    refused = running.http.post("/connect", headers={"X-As": "greedy read"})
    assert refused.json()["code"] == "MCP_TOO_MANY_CONNECTIONS"
    assert int(refused.headers["Retry-After"]) > 0
    assert running.http.post(f"/heartbeat/{mine}", headers=BOB).status_code == 200
    connected(running, **BOB)
