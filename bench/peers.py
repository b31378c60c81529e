"""One workload in the formats of several runners: N cases of login, user, order, and 12 checks."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from workload import CONFTEST

SHALL = """\
testcase:
  name: case {n}
  host: {host}{verifies}
  steps:
    - id: login
      path: /login
      method: POST
      json: {{username: user{n}, password: secret}}
      assert:
        - {{type: status_code, expected: 200}}
        - {{type: equals, field: token_type, expected: bearer}}
        - {{type: equals, field: user.id, expected: {n}}}
        - {{type: equals, field: user.name, expected: user{n}}}
    - id: user
      path: /users/{n}
      method: GET
      headers: {{Authorization: "Bearer {{{{ login.token }}}}"}}
      assert:
        - {{type: status_code, expected: 200}}
        - {{type: equals, field: id, expected: {n}}}
        - {{type: equals, field: email, expected: user{n}@example.com}}
        - {{type: equals, field: address.city, expected: Paris}}
    - id: order
      path: /orders
      method: POST
      headers: {{Authorization: "Bearer {{{{ login.token }}}}"}}
      json: {{item: book, qty: 2, user_id: {n}}}
      assert:
        - {{type: status_code, expected: 201}}
        - {{type: equals, field: status, expected: created}}
        - {{type: equals, field: user_id, expected: {n}}}
        - {{type: equals, field: qty, expected: 2}}
"""

HURL = """\
POST {host}/login
{{"username": "user{n}", "password": "secret"}}
HTTP 200
[Captures]
token: jsonpath "$.token"
[Asserts]
jsonpath "$.token_type" == "bearer"
jsonpath "$.user.id" == {n}
jsonpath "$.user.name" == "user{n}"

GET {host}/users/{n}
Authorization: Bearer {{{{token}}}}
HTTP 200
[Asserts]
jsonpath "$.id" == {n}
jsonpath "$.email" == "user{n}@example.com"
jsonpath "$.address.city" == "Paris"

POST {host}/orders
Authorization: Bearer {{{{token}}}}
{{"item": "book", "qty": 2, "user_id": {n}}}
HTTP 201
[Asserts]
jsonpath "$.status" == "created"
jsonpath "$.user_id" == {n}
jsonpath "$.qty" == 2
"""

TEST = """\
def test_case_{n}(client):
    answer = client.post("/login", json={{"username": "user{n}", "password": "secret"}})
    assert answer.status_code == 200
    login = answer.json()
    assert login["token_type"] == "bearer"
    assert login["user"]["id"] == {n}
    assert login["user"]["name"] == "user{n}"
    headers = {{"Authorization": f"Bearer {{login['token']}}"}}
    answer = client.get("/users/{n}", headers=headers)
    assert answer.status_code == 200
    user = answer.json()
    assert user["id"] == {n}
    assert user["email"] == "user{n}@example.com"
    assert user["address"]["city"] == "Paris"
    order = {{"item": "book", "qty": 2, "user_id": {n}}}
    answer = client.post("/orders", headers=headers, json=order)
    assert answer.status_code == 201
    made = answer.json()
    assert made["status"] == "created"
    assert made["user_id"] == {n}
    assert made["qty"] == 2


"""

TAVERN = """\
---
test_name: case {n}
strict: false
stages:
  - name: login
    request: {{url: "{host}/login", method: POST, json: {{username: user{n}, password: secret}}}}
    response:
      status_code: 200
      json: {{token_type: bearer, user: {{id: {n}, name: user{n}}}}}
      save: {{json: {{token: token}}}}
  - name: user
    request:
      url: "{host}/users/{n}"
      method: GET
      headers: {{Authorization: "Bearer {{token}}"}}
    response:
      status_code: 200
      json: {{id: {n}, email: user{n}@example.com, address: {{city: Paris}}}}
  - name: order
    request:
      url: "{host}/orders"
      method: POST
      headers: {{Authorization: "Bearer {{token}}"}}
      json: {{item: book, qty: 2, user_id: {n}}}
    response:
      status_code: 201
      json: {{status: created, user_id: {n}, qty: 2}}
"""

STEP_CI = """\
  case{n}:
    steps:
      - name: login
        http:
          url: {host}/login
          method: POST
          json: {{username: user{n}, password: secret}}
          captures: {{token: {{jsonpath: $.token}}}}
          check:
            status: 200
            jsonpath: {{$.token_type: bearer, $.user.id: {n}, $.user.name: user{n}}}
      - name: user
        http:
          url: {host}/users/{n}
          method: GET
          headers: {{Authorization: "Bearer ${{{{captures.token}}}}"}}
          check:
            status: 200
            jsonpath: {{$.id: {n}, $.email: user{n}@example.com, $.address.city: Paris}}
      - name: order
        http:
          url: {host}/orders
          method: POST
          headers: {{Authorization: "Bearer ${{{{captures.token}}}}"}}
          json: {{item: book, qty: 2, user_id: {n}}}
          check:
            status: 201
            jsonpath: {{$.status: created, $.user_id: {n}, $.qty: 2}}
"""

CRITERIA = 200
"""Criteria that the linked cases name, in turn."""


def write_shall(folder: Path, count: int, host: str, *, linked: bool = False) -> None:
    """Write cases; linked ones name the criteria of a requirements document beside them."""
    cases = _made(folder / "tests" / "cases")
    for n in range(1, count + 1):
        verifies = f"\n  verifies: [shop#1.{n % CRITERIA + 1}]" if linked else ""
        text = SHALL.format(n=n, host=host, verifies=verifies)
        (cases / f"case_{n:05}.yaml").write_text(text)
    if linked:
        document = _made(folder / "specs" / "shop") / "requirements.md"
        criteria = "".join(
            f"{n}. WHEN an order of kind {n} is placed, THE shop SHALL confirm it.\n"
            for n in range(1, CRITERIA + 1)
        )
        head = "# Shop\n\n### Requirement 1: Orders\n\n#### Acceptance Criteria\n\n"
        document.write_text(head + criteria)


def write_hurl(folder: Path, count: int, host: str) -> None:
    """Write a file for each case."""
    for n in range(1, count + 1):
        (_made(folder) / f"case_{n:05}.hurl").write_text(HURL.format(n=n, host=host))


def write_pytest(folder: Path, count: int, host: str) -> None:
    """Write tests as one would by hand: ten a file, one client for all."""
    conftest = CONFTEST.format(library="httpx", host=host)
    (_made(folder) / "conftest.py").write_text(conftest)
    _write_tens(folder, "test_{}.py", count, lambda n: TEST.format(n=n))


def write_tavern(folder: Path, count: int, host: str) -> None:
    """Write ten cases a file."""
    tavern = lambda n: TAVERN.format(n=n, host=host)  # noqa: E731
    _write_tens(_made(folder), "test_{}.tavern.yaml", count, tavern)


def write_step_ci(folder: Path, count: int, host: str) -> None:
    """Write one workflow, whose tests run side by side."""
    tests = "".join(STEP_CI.format(n=n, host=host) for n in range(1, count + 1))
    (_made(folder) / "workflow.yml").write_text(f'version: "1.1"\nname: bench\ntests:\n{tests}')


def write_newman(folder: Path, count: int, host: str) -> None:
    """Write one collection."""
    info = {
        "name": "bench",
        "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
    }
    items = [_newman_case(n, host) for n in range(1, count + 1)]
    (_made(folder) / "collection.json").write_text(json.dumps({"info": info, "item": items}))


def _newman_case(n: int, host: str) -> dict[str, object]:
    login = ("token_type", "user.id", "user.name")
    user = ("id", "email", "address.city")
    order = ("status", "user_id", "qty")
    bearer = [{"key": "Authorization", "value": "Bearer {{token}}"}]
    return {
        "name": f"case {n}",
        "item": [
            {
                "name": "login",
                "event": _script(200, zip(login, ("bearer", n, f"user{n}"), strict=True)),
                "request": _newman_request(
                    "POST", f"{host}/login", [], {"username": f"user{n}", "password": "secret"}
                ),
            },
            {
                "name": "user",
                "event": _script(200, zip(user, (n, f"user{n}@example.com", "Paris"), strict=True)),
                "request": _newman_request("GET", f"{host}/users/{n}", bearer, None),
            },
            {
                "name": "order",
                "event": _script(201, zip(order, ("created", n, 2), strict=True)),
                "request": _newman_request(
                    "POST", f"{host}/orders", bearer, {"item": "book", "qty": 2, "user_id": n}
                ),
            },
        ],
    }


def _newman_request(
    method: str, url: str, headers: list[dict[str, str]], body: object
) -> dict[str, object]:
    request: dict[str, object] = {"method": method, "url": url, "header": headers}
    if body is not None:
        json_type = {"key": "Content-Type", "value": "application/json"}
        request |= {
            "header": [*headers, json_type],
            "body": {"mode": "raw", "raw": json.dumps(body)},
        }
    return request


def _script(status: int, expected: Iterable[tuple[str, object]]) -> list[dict[str, object]]:
    lines = [
        "const body = pm.response.json();",
        f'pm.test("status", () => pm.response.to.have.status({status}));',
        *(
            f'pm.test("{path}", () => pm.expect(body.{path}).to.eql({json.dumps(value)}));'
            for path, value in expected
        ),
        'if (body.token) pm.environment.set("token", body.token);',
    ]
    return [{"listen": "test", "script": {"type": "text/javascript", "exec": lines}}]


def _write_tens(folder: Path, name: str, count: int, text_of: Callable[[int], str]) -> None:
    for first in range(1, count + 1, 10):
        numbers = range(first, min(first + 10, count + 1))
        (folder / name.format(f"{first:05}")).write_text("".join(map(text_of, numbers)))


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
