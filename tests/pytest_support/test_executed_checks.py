"""Tests that pass without that a check of theirs was carried out."""

import pytest
from tests.pytest_support.sessions import run, status_of_first, statuses, write_test

MARK = '\n@pytest.mark.verifies("1.1")\n'


@pytest.mark.verifies("tracing#4.34")
@pytest.mark.parametrize(
    "body",
    [
        "def test_a():\n    for it in found():\n        assert it\n",
        "def test_a():\n    for it in found(): assert it\n",
        "def test_a():\n    if DEBUG: assert found() == 1\n",
        "def test_a():\n    '中文'; it = 1\n    while found(): it += 1; assert it\n",
        "def test_a():\n    try: found()\n    except ValueError as error: assert error.args == 1\n",
        "def test_a():\n    if DEBUG:\n        assert found() == 1\n",
        "def test_a():\n    if not found():\n        return\n    assert found() == 1\n",
        "def test_a():\n    try:\n        found()\n    except ValueError as error:\n"
        "        assert error.args == 1\n",
        "def test_a():\n    for it in found():\n        with pytest.raises(ValueError):\n"
        "            it()\n",
        "def test_a():\n    at = 0\n    while at < len(found()):\n        at += 1\n"
        "        check_item(at)\n",
        "@pytest.mark.parametrize('n', [1, 2])\ndef test_a(n):\n    for it in found():\n"
        "        assert it == n\n",
        "class TestA:\n    def test_a(self):\n        match found():\n            case [it]:\n"
        "                assert it\n",
        "import unittest\nclass TestA(unittest.TestCase):\n    def test_a(self):\n"
        "        for it in found():\n            self.assertEqual(it, 1)\n",
    ],
)
def test_a_test_whose_checks_were_all_left_out_is_vacuous(
    pytester: pytest.Pytester, body: str
) -> None:
    head, mark, rest = body.rpartition("class ") if "class " in body else ("", "", body)
    (pytester.path / "shop.py").write_text("def check_item(it): ...\n")
    write_test(
        pytester,
        f"from shop import check_item\nDEBUG = bool([])\ndef found(): return []\n"
        f"{head}{MARK}{mark}{rest}",
    )
    run(pytester, "test_marked.py").assert_outcomes(passed=2 if "'n'" in body else 1)
    assert status_of_first(pytester) == "vacuous"


@pytest.mark.verifies("tracing#4.34")
@pytest.mark.parametrize(
    "body",
    [
        "def test_a():\n    for it in [1]: assert it\n",
        "def test_a():\n    if not found(): it = found(); assert it == []\n",
        "def test_a():\n    for it in [1]:\n        if it > 1: raise AssertionError\n",
        "def test_a():\n    for it in [1]:\n        assert it\n",
        "def test_a():\n    for it in found():\n        pytest.fail(it)\n",
        "def test_a():\n    for _ in range(3):\n        if not found():\n            return\n"
        "    raise AssertionError\n",
        "def test_a():\n    try:\n        found()\n    except ValueError:\n        pass\n"
        "    else:\n        return\n    assert False\n",
        "def test_a():\n    for it in [1]:\n        if it > 1:\n            raise AssertionError\n",
        "def test_a():\n    def check(it):\n        assert it\n"
        "    with ThreadPoolExecutor() as pool:\n        list(pool.map(check, [1]))\n",
        "def test_a(checked):\n    for it in found():\n        assert it\n",
        "def test_a():\n    helper()\n    if found():\n        assert found()\n",
        "@pytest.mark.parametrize('n', [[], [1]])\ndef test_a(n):\n    for it in n:\n"
        "        assert it\n",
    ],
)
def test_a_test_that_carries_out_a_check_is_proved(pytester: pytest.Pytester, body: str) -> None:
    head = (
        "from concurrent.futures import ThreadPoolExecutor\ndef found(): return []\n"
        "def helper():\n    assert not found()\n"
        "@pytest.fixture\ndef checked():\n    yield\n    assert not found()\n"
    )
    write_test(pytester, f"{head}{MARK}{body}")
    run(pytester, "test_marked.py").assert_outcomes(passed=2 if "'n'" in body else 1)
    assert status_of_first(pytester) == "proved"


@pytest.mark.verifies("tracing#4.34")
def test_a_later_run_that_carries_out_a_check_is_recorded(pytester: pytest.Pytester) -> None:
    write_test(
        pytester,
        "import os\n" + MARK + "def test_a():\n    for it in os.environ.get('ITEMS', ''):\n"
        "        assert it == 'a'\n",
    )
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        for items in ("a", "", "aa"):
            patch.setenv("ITEMS", items)
            run(pytester, "test_marked.py", "-n", "1").assert_outcomes(passed=1)
            seen.append(status_of_first(pytester))
    assert seen == ["proved", "vacuous", "proved"]


TRACED = """
import coverage
measured = coverage.Coverage(data_file=None, source=["."], omit=OMIT)

def pytest_sessionstart():
    measured.start()

def pytest_sessionfinish():
    measured.stop()
    data = measured.get_data()
    lines = {it.rpartition("/")[2]: sorted(data.lines(it)) for it in data.measured_files()}
    assert lines["shop.py"] == [1, 2, 4, 5, 6]
    assert lines.get("test_marked.py", LINES) == LINES
"""


@pytest.mark.verifies("pytest#1.9")
@pytest.mark.parametrize("core", ["ctrace", "pytrace"])
@pytest.mark.parametrize("omitted", [["conftest.py", "test_*"], ["conftest.py"]])
def test_a_test_that_coverage_traces_is_watched_and_measured(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, core: str, omitted: list[str]
) -> None:
    monkeypatch.setenv("COVERAGE_CORE", core)
    (pytester.path / "shop.py").write_text(
        "def found():\n    for it in []:\n        yield it\n    yield from []\n"
        "def after():\n    return 1\n"
    )
    write_test(
        pytester,
        "import shop\n" + MARK + "def test_a():\n    for it in shop.found():\n"
        "        assert it\n" + MARK.replace("1.1", "1.2") + "def test_b():\n"
        "    for it in [shop.found()]:\n        assert it\n    shop.after()\n",
    )
    lines = [1, 2, 4, 5, 6, 9, 10, 11, 12, 13]
    conftest = TRACED.replace("OMIT", str(omitted)).replace("LINES", str(lines))
    (pytester.path / "conftest.py").write_text(conftest)
    run(pytester, "test_marked.py").assert_outcomes(passed=2)
    assert statuses(pytester)[:2] == ["vacuous", "proved"]


@pytest.mark.verifies("pytest#1.10")
def test_a_test_that_sets_a_tracer_of_its_own_is_not_watched_and_named(
    pytester: pytest.Pytester,
) -> None:
    write_test(
        pytester,
        "import sys\n"
        + MARK
        + "def test_a():\n    sys.settrace(None)\n    for it in []:\n        assert it\n"
        "    if len(sys.argv) == 0:\n        assert it\n",
    )
    result = run(pytester, "test_marked.py")
    result.assert_outcomes(passed=1)
    note = "shall: test_marked.py::test_a sets a tracer of its own: whether it reached a check is *"
    result.stdout.fnmatch_lines([note])
    assert status_of_first(pytester) == "proved"
