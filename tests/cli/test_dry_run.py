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
