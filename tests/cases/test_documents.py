import re
from collections.abc import Callable
from pathlib import Path

import pytest

from shall.cases.functions import FUNCTIONS
from shall.cases.model import CHECK_KINDS
from shall.cases.reader import read_case
from shall.cases.reference import filter_table, predicate_table, selector_table
from shall.cases.shared_steps import read_shared

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [
    "reference/case-format.md",
    "guides/variables.md",
    "guides/checks.md",
    "guides/connections.md",
    "guides/contract.md",
    "guides/databases.md",
    "guides/protocols.md",
]

OF_SETTINGS = {"before_run", "databases", "environments", "scratch"}


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_of_a_page_can_be_read(page: str) -> None:
    examples = re.findall(r"```yaml\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)

    assert examples
    for example in examples:
        roots = re.findall(r"^(\w+):", example, re.MULTILINE)
        if roots[0] not in OF_SETTINGS:
            read = read_case if {"name", "testcase"} & {*roots} else read_shared
            assert read(example, page).steps


@pytest.mark.verifies("cases#5.19")
def test_the_cases_of_the_shop_take_half_of_what_they_took_in_the_older_form() -> None:
    files = DOCS.parent.glob("examples/shop/tests/cases/**/*.yaml")
    size = sum(len(it.read_bytes().replace(b"\r\n", b"\n")) for it in files)

    assert size <= 9_823 / 2
    figures = f"{size:,} bytes, {size / 98.23:.1f} % of the 9,823"
    assert figures in (DOCS / "reference/case-format.md").read_text("utf-8")


@pytest.mark.parametrize("table", [selector_table, predicate_table, filter_table])
def test_the_page_of_checks_has_the_tables_of_the_code(table: Callable[[], str]) -> None:
    assert table() in (DOCS / "guides/checks.md").read_text("utf-8")


def test_the_pages_name_every_check_and_function() -> None:
    checks = (DOCS / "guides/checks.md").read_text("utf-8")
    variables = (DOCS / "guides/variables.md").read_text("utf-8")

    assert [k for k in CHECK_KINDS if not k.startswith("sse_") and f"`{k}`" not in checks] == []
    assert [name for name in FUNCTIONS if f"`{name}`" not in variables] == []
