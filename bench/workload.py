"""The common workload, as cases of ours and as pytest tests written by hand."""

from pathlib import Path

CASE = """\
testcase:
  name: case {n}
  steps:
    - id: login
      path: /login
      method: POST
      json: {{username: user{n}, password: secret}}
      assert:
        - {{type: status_code, expected: 200}}
        - {{type: is_not_none, field: data.token}}
    - id: user
      path: /users/{n}
      method: GET
      headers: {{Authorization: "Bearer {{{{ login.data.token }}}}"}}
      assert:
        - {{type: status_code, expected: 200}}
        - {{type: equals, field: id, expected: {n}}}
    - id: order
      path: /orders
      method: POST
      headers: {{Authorization: "Bearer {{{{ login.data.token }}}}"}}
      json: {{item: book, quantity: 2, user_id: {n}}}
      assert:
        - {{type: is_not_none}}
"""

ONE_REQUEST = """\
testcase:
  name: case {n}
  steps:
    - id: user
      path: /users/{n}
      method: GET
      assert:
        - {{type: status_code, expected: 200}}
        - {{type: equals, field: id, expected: {n}}}
"""

CONFTEST = """\
import {library} as http
import pytest


@pytest.fixture(scope="session")
def client():
    with http.Client(base_url="{host}") as client:
        yield client
"""

TEST = """\
def test_case_{n}(client):
    login = client.post("/login", json={{"username": "user{n}", "password": "secret"}})
    assert login.status_code == 200
    token = login.json()["data"]["token"]
    assert token is not None
    headers = {{"Authorization": f"Bearer {{token}}"}}
    user = client.get("/users/{n}", headers=headers)
    assert user.status_code == 200
    assert user.json()["id"] == {n}
    order = client.post(
        "/orders", headers=headers, json={{"item": "book", "quantity": 2, "user_id": {n}}}
    )
    assert order.status_code < 400
    assert order.json() is not None


"""


def write_cases(folder: Path, count: int, template: str = CASE) -> Path:
    """Write a workspace with that many cases."""
    cases = folder / "tests" / "cases"
    cases.mkdir(parents=True)
    for n in range(1, count + 1):
        (cases / f"case_{n:04}.yaml").write_text(template.format(n=n), encoding="utf-8")
    return folder


def write_tests(folder: Path, count: int, library: str, host: str) -> Path:
    """Write as many pytest tests as one would by hand: ten a file, one client for all."""
    folder.mkdir(parents=True)
    (folder / "conftest.py").write_text(CONFTEST.format(library=library, host=host))
    for first in range(1, count + 1, 10):
        tests = "".join(TEST.format(n=n) for n in range(first, min(first + 10, count + 1)))
        (folder / f"test_{first:04}.py").write_text(tests)
    return folder
