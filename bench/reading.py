"""Reads 200 three-step cases: read_case against PyYAML's C loader alone, in the same run.

python bench/reading.py
"""

from collections.abc import Callable
from time import perf_counter

import yaml
import yaml_rs

from shall.cases.reader import read_case

CASE = """\
testcase:
  name: order_{i}
  host: http://127.0.0.1:18080
  steps:
    - id: login
      path: /login
      method: POST
      data: {{username: user{i}, password: pw}}
      assert:
        - {{type: status_code, expected: 200}}
        - {{type: equals, field: token_type, expected: bearer}}
        - {{type: equals, field: user.id, expected: {i}}}
        - {{type: equals, field: user.name, expected: user{i}}}
    - id: user
      path: /users/{i}
      method: GET
      headers: {{Authorization: "Bearer {{{{ login.token }}}}"}}
      assert:
        - {{type: status_code, expected: 200}}
        - {{type: equals, field: id, expected: {i}}}
        - {{type: equals, field: email, expected: user{i}@example.com}}
        - {{type: equals, field: address.city, expected: Paris}}
    - id: order
      path: /orders
      method: POST
      headers: {{Authorization: "Bearer {{{{ login.token }}}}"}}
      data: {{item: book, qty: 2, user_id: {i}}}
      assert:
        - {{type: status_code, expected: 201}}
        - {{type: equals, field: status, expected: created}}
        - {{type: equals, field: user_id, expected: {i}}}
        - {{type: equals, field: qty, expected: 2}}
"""

TEXTS = [CASE.format(i=i) for i in range(200)]

READERS = {
    "PyYAML CSafeLoader alone": lambda text: yaml.load(text, Loader=yaml.CSafeLoader),
    "yaml_rs alone": yaml_rs.loads,
    "read_case": lambda text: read_case(text, "case.yaml"),
}


def best_of(reader: Callable[[str], object], rounds: int = 7) -> float:
    """Return the best time of one case, in microseconds."""
    best = float("inf")
    for _ in range(rounds):
        started = perf_counter()
        for text in TEXTS:
            reader(text)
        best = min(best, perf_counter() - started)
    return best / len(TEXTS) * 1e6


if __name__ == "__main__":
    times = {name: best_of(reader) for name, reader in READERS.items()}
    base = times["PyYAML CSafeLoader alone"]
    for name, microseconds in times.items():
        print(f"{name:26} {microseconds:7.0f} us a case  {microseconds / base:5.2f}x")
