"""Writes docs/internals/acceptance.md: each promise, the tests named after it, what came of them.

``scripts/acceptance-table`` runs the tests and gives their JUnit report to this program.
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from junitparser import JUnitXml

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs/internals/acceptance.md"
ADVICE = ROOT / "docs/operations"
HEAD = """\
# Acceptance

What the documents of the two earlier servers promise, and what proves it here. O is the operations
document of `api-auto-test-mcp`, D the deployment guide of `mcp_server_spec`. The tests lie in
`tests/acceptance` and run with the real programs. This page is written by
`scripts/acceptance-table` from their results. A row is open while a test of it waits for its part.

{counts}

| row | promise | state | tests |
| --- | --- | --- | --- |
"""
GREEN, FAILED, OPEN = "green", "**failed**", "open"


def rows() -> dict[str, dict[str, str]]:
    """Return the promises by the name of their row."""
    read: dict[str, dict[str, str]] = yaml.safe_load((HERE / "rows.yaml").read_text("utf-8"))
    return read


def rows_of(test: str) -> list[str]:
    """Return the rows that a test is named after: ``test_o6_d7_...`` is O6 and D7."""
    found = re.match(r"test((?:_[od]\d+)+)_", test)
    return found[1].upper().split("_")[1:] if found else []


def tests(folder: Path = HERE) -> dict[str, list[str]]:
    """Return the tests of each row, without those that wait for their part."""
    found: dict[str, list[str]] = {}
    for file in sorted(folder.glob("test_*.py")):
        for name in _functions(file):
            for row in rows_of(name):
                found.setdefault(row, []).append(name)
    return found


def _functions(file: Path) -> Iterator[str]:
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def outcomes(report: Path) -> dict[str, bool]:
    """Report of each test of a JUnit report whether all its parameters passed."""
    passed: dict[str, bool] = {}
    for suite in JUnitXml.fromfile(str(report)):
        for case in suite:
            name = case.name.partition("[")[0]
            passed[name] = passed.get(name, True) and case.is_passed
    return passed


def state_of(row: Mapping[str, str], names: list[str], passed: Mapping[str, bool]) -> str:
    """Say how a row stands."""
    if not all(passed.get(name, False) for name in names):
        return FAILED
    if "open" in row:
        return f"{OPEN}: waits for {row['open']}"
    advice = f"[documented advice](../operations/{row['advice']})" if "advice" in row else ""
    return ", ".join(it for it in (GREEN if names else "", advice) if it) or OPEN


def page(passed: Mapping[str, bool]) -> str:
    """Write the page."""
    by_row = tests()
    states, lines = [], []
    for name, row in rows().items():
        named = by_row.get(name, [])
        states.append(state_of(row, named, passed))
        shown = ", ".join(f"`{it}`" for it in named)
        lines.append(f"| {name} | {row['promise']} | {states[-1]} | {shown} |\n")
    kept = sum(not it.startswith((OPEN, FAILED)) for it in states)
    counts = f"{kept} of {len(states)} rows are green or documented advice."
    return HEAD.format(counts=counts) + "".join(lines)


def main(arguments: list[str]) -> Any:
    """Write the page from the report that is named; the exit status tells whether a test failed."""
    text = page(outcomes(Path(arguments[0])))
    PAGE.write_text(text, "utf-8")
    return int(FAILED in text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
