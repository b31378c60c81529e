"""``shall run --dry-run``: what would be sent, and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Shall

CASE = """\
testcase:
  name: an order is read
  variables: {item: book}
  secrets: [card]
  steps:
    - id: login
      POST: /login
      json: {user: ann, password: planted-1, card: "{{ card }}"}
      capture: {token: $.token}
    - GET: "/orders/{{ login.data.id }}?item={{ item }}"
      headers: {Authorization: "Bearer {{ token }}", X-Key: "{{ api_key }}"}
    - POST: /basic
      auth: {basic: {user: ann, password: "{{ card }}"}}
  teardowns:
    - DELETE: "/orders/{{ login.data.id }}"
"""


@pytest.fixture
def written(project: Path, service: Any) -> Path:
    folder = project / "tests/cases"
    folder.mkdir(parents=True)
    (folder / "a.yaml").write_text(CASE)
    (project / "shall.yaml").write_text(
        f"host: {service.url}\nsecrets: {{api_key: {{command: [touch, touched]}}}}\n"
    )
    return folder


@pytest.mark.verifies("cli#6.11")
def test_requests_are_shown_and_neither_sent_nor_recorded(
    shall: Shall, project: Path, written: Path, service: Any
) -> None:
    (written / "b.yaml").write_text("testcase: {name: b, skip: moved, steps: [{GET: /b}]}")

    ended = shall("run", "--dry-run")

    assert ended.returncode == 0, ended.stdout + ended.stderr
    lines = [line.strip() for line in ended.stdout.splitlines()]
    assert "tests/cases/a.yaml: an order is read" in lines
    assert f"POST {service.url}/login" in lines
    assert f"GET {service.url}/orders/{{{{ login.data.id }}}}?item=book" in lines
    assert f"DELETE {service.url}/orders/{{{{ login.data.id }}}}" in lines
    assert "auth: basic" in lines
    assert "skipped: moved" in lines
    assert "Nothing was sent. Cases: 2. Requests: 4." in lines
    assert "planted" not in ended.stdout
    assert service.log.calls == []
    assert not (project / ".shall").exists()
    assert not (project / "touched").exists()


@pytest.mark.verifies("cli#6.11")
def test_a_request_that_cannot_be_made_is_reported(
    shall: Shall, written: Path, service: Any
) -> None:
    (written / "b.yaml").write_text("testcase: {name: b, steps: [{GET: '/{{ unknown }}'}]}")
    (written / "c.yaml").write_text("testcase: {name: c}")

    ended = shall("run", "--dry-run", "--format", "json", "--host", f"{service.url}/v1")

    assert ended.returncode == 2
    found = {it["name"]: it for it in json.loads(ended.stdout)["cases"]}
    assert "`unknown` is not defined." in found["b"]["requests"][0]["error"]
    assert found[""]["error"]
    first = found["an order is read"]["requests"][0]
    assert (first["method"], first["url"]) == ("POST", f"{service.url}/v1/login")
    assert json.loads(first["body"])["user"] == "ann"


@pytest.mark.verifies("cli#6.11")
def test_the_items_of_a_repeated_step_are_shown_as_their_expression(
    shall: Shall, written: Path
) -> None:
    (written / "a.yaml").write_text(
        "testcase: {name: a, steps: [{GET: '/a/{{ item }}', for each: [1, 2]}]}"
    )

    ended = shall("run", "--dry-run")

    assert ended.returncode == 0, ended.stdout
    assert "/a/{{ item }}" in ended.stdout


LOOPS = """\
testcase:
  name: orders are counted
  secrets: [pin]
  variables: {ids: [1, 2, 3]}
  steps:
    - sql:
        query: SELECT n FROM a WHERE b = :b AND p = :p
        parameters: {b: "{{ ids[0] }}", p: "{{ pin }}"}
    - GET: /a
      for each: "{{ ids }}"
    - GET: /b
      for each: [1, 2]
    - GET: /c
      repeat: {until: {status: 200}, at most: 7}
  teardowns:
    - sql: {query: DELETE FROM a}
"""


@pytest.mark.verifies("cli#6.15")
def test_queries_and_loops_are_shown_and_no_database_is_opened(shall: Shall, project: Path) -> None:
    folder = project / "tests/cases"
    folder.mkdir(parents=True)
    (folder / "a.yaml").write_text(LOOPS)
    (project / "shall.yaml").write_text(
        "host: http://127.0.0.1:9\ndatabases: {shop: {url: 'sqlite:///shop.db'}}\n"
    )

    ended = shall("run", "--dry-run", "--var", "pin=planted-pin")
    (folder / "a.yaml").write_text(LOOPS.replace(" FROM a}", " FROM a, database: other}"))
    wrong = shall("run", "--dry-run")

    lines = [line.strip() for line in ended.stdout.splitlines()]
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert lines.count("SQL shop") == 2
    assert '"query": "DELETE FROM a"' in ended.stdout
    assert '"b": 1' in ended.stdout
    assert "planted" not in ended.stdout
    assert "GET http://127.0.0.1:9/a (once for each item)" in lines
    assert "GET http://127.0.0.1:9/b (at most 2 times)" in lines
    assert "GET http://127.0.0.1:9/c (at most 7 times)" in lines
    assert "Queries of databases: 2." in lines
    assert "Cases: 1. Requests: 3." in ended.stdout
    assert not (project / "shop.db").exists()
    assert wrong.returncode == 2
    assert "other" in wrong.stdout


@pytest.mark.verifies("cli#6.16")
@pytest.mark.parametrize("source", ["{file: kept.txt}", "{environment: KEPT}"])
def test_a_secret_is_masked_in_a_file_that_would_be_sent(
    shall: Shall, project: Path, written: Path, source: str
) -> None:
    (project / "kept.txt").write_text("planted-5\n")
    (project / "sent.txt").write_text("key: planted-5\n")
    (project / "shall.yaml").write_text(
        f"host: http://127.0.0.1:9\nenvironments: {{staging: {{secrets: {{k: {source}}}}}}}\n"
    )
    (written / "a.yaml").write_text(
        "name: a file is sent\nsteps: [{POST: /a, body: {file: sent.txt}}]"
    )

    ended = shall("run", "--dry-run", KEPT="planted-5")

    assert "key: ***" in ended.stdout
    assert "planted" not in ended.stdout
