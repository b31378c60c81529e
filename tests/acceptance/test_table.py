"""The page that lists every promise says what the tests here are."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def table() -> ModuleType:
    spec = importlib.util.spec_from_file_location("acceptance_table", HERE / "table.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.verifies("deploy#2.1")
def test_the_page_is_what_the_tests_make_of_it(table: ModuleType) -> None:
    passing = dict.fromkeys((it for named in table.tests().values() for it in named), True)
    written = table.PAGE.read_text("utf-8")
    assert written == table.page(passing), "run scripts/acceptance-table"


@pytest.mark.verifies("deploy#2.1")
def test_every_promise_has_a_row_and_every_test_a_promise(table: ModuleType) -> None:
    names = [*(f"O{it}" for it in range(1, 29)), *(f"D{it}" for it in range(1, 63))]
    assert list(table.rows()) == names
    assert set(table.tests()) <= set(names)


def test_advice_leads_to_a_heading(table: ModuleType) -> None:
    for row in table.rows().values():
        if "advice" in row:
            file, _, anchor = row["advice"].partition("#")
            text = (table.ADVICE / file).read_text("utf-8")
            headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
            assert anchor in {it.lower().replace(" ", "-") for it in headings}, anchor


def test_a_test_that_fails_or_did_not_run_fails_its_row(table: ModuleType, tmp_path: Path) -> None:
    report = tmp_path / "junit.xml"
    report.write_text(
        '<testsuites><testsuite name="t"><testcase name="test_o1_a[x]"/>'
        '<testcase name="test_o1_a[y]"><failure/></testcase>'
        '<testcase name="test_d7_b"/></testsuite></testsuites>'
    )
    passed = table.outcomes(report)
    assert passed == {"test_o1_a": False, "test_d7_b": True}
    assert table.state_of({}, ["test_o1_a"], passed) == table.FAILED
    assert table.state_of({}, ["test_d7_b", "test_d7_not_run"], passed) == table.FAILED
    assert table.state_of({}, ["test_d7_b"], passed) == table.GREEN
    assert table.state_of({}, [], passed) == table.OPEN
    assert "waits for" in table.state_of({"open": "a part"}, ["test_d7_b"], passed)
