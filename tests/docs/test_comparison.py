"""The comparison claims nothing of ours that no test shows."""

import ast
import re

import pytest
from tests.docs.transcripts import ROOT

PAGE = (ROOT / "docs/comparison.md").read_text("utf-8")
RIVALS = (
    *("spec-kit", "Kiro", "OpenSpec", "spec-workflow-mcp", "cc-sdd", "atipspec"),
    *("StrictDoc", "doorstop", "sphinx-needs", "OpenFastTrace", "elspais"),
)


def section(heading: str) -> list[list[str]]:
    """Return the cells of the rows of the table below a heading, without its head."""
    text = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in (rows[0], *rows[2:])]


RUNNERS = (
    *("Tavern", "hurl", "Step", "Bruno", "newman", "Schemathesis", "Robot", "runn", "Karate"),
    "api-auto-test-mcp",
)
OURS = [
    *section("shall")[1:],
    *(row[:3] for row in section("Tools that test APIs")[1:] if row[1] != "no"),
    *(row[:3] for row in section("Reports of a run")[1:] if row[1] != "no"),
]


@pytest.mark.verifies("deploy#3.5")
@pytest.mark.parametrize("row", OURS, ids=lambda row: row[0])
def test_what_the_comparison_says_of_us_names_tests_that_exist(row: list[str]) -> None:
    wanted, ours, shown = row
    assert wanted
    assert ours
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", shown)
    assert named
    assert re.sub(r"`[^`]+`(, )?", "", shown) == ""
    for file, name in named:
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        functions = [
            it.name for it in tree.body if isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        assert name in functions, f"{file}::{name}"


def test_every_tool_has_a_cell_in_every_row() -> None:
    tables = [section(it) for it in ("Tools that write specifications", "Tools for traceability")]
    heads = [name for head, *_ in tables for name in head[1:]]
    assert [name.split()[0] for name in heads] == list(RIVALS)
    runners = section("Tools that test APIs")
    assert [name.split()[0] for name in runners[0][3:]] == list(RUNNERS)
    for head, *rows in [*tables, runners]:
        assert rows
        assert all(len(row) == len(head) and all(row) for row in rows)
