import subprocess
import sys

import pytest
from tests.pytest_support.sessions import WITHOUT, run, status_of_first, write_test

pytestmark = pytest.mark.usefixtures("measured")


@pytest.mark.verifies("tracing#4.12", "tracing#4.22")
def test_what_a_test_uses_counts_when_it_is_recorded(pytester: pytest.Pytester) -> None:
    write_test(
        pytester,
        "from helpers import total\n@pytest.mark.verifies('default#1.1')\n"
        "def test_a(price):\n    assert total(price) == 3\n",
    )
    (pytester.path / "conftest.py").write_text(
        "import pytest\n@pytest.fixture\ndef price(): return 2\n"
    )
    helper = pytester.path / "helpers.py"
    helper.write_text("def total(price): return price + 1\n")
    run(pytester).assert_outcomes(passed=1)
    assert status_of_first(pytester) == "proved"
    helper.write_text("def total(price): return price * 2 - 1\n")
    assert status_of_first(pytester) == "stale"
    helper.write_text(
        "from pathlib import Path\n"
        "def total(price):\n    Path(__file__).touch()\n    return price + 1\n"
    )
    result = run(pytester)
    result.stdout.fnmatch_lines(["shall: helpers.py was written while the tests ran*"])
    assert status_of_first(pytester) == "stale"


@pytest.mark.verifies("tracing#4.38")
def test_a_data_file_counts_when_a_test_is_recorded(pytester: pytest.Pytester) -> None:
    write_test(
        pytester,
        "@pytest.mark.verifies('default#1.1')\ndef test_a():\n"
        "    assert open('tests/price.txt').read() == '3\\n'\n"
        "    assert open('tax.txt').read() == '1'\n",
    )
    for name, text in (("test_other.py", ""), ("price.txt", "3\n")):
        path = pytester.path / "tests" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    (pytester.path / "tax.txt").write_text("1")
    run(pytester, "test_marked.py").assert_outcomes(passed=1)
    assert status_of_first(pytester) == "proved"
    (pytester.path / "tests/price.txt").write_bytes(b"3\r\n")
    assert status_of_first(pytester) == "proved"
    (pytester.path / "tests/price.txt").write_text("4\n")
    assert status_of_first(pytester) == "stale"
    (pytester.path / "tests/price.txt").write_text("3\n")
    (pytester.path / "tax.txt").unlink()
    assert status_of_first(pytester) == "stale"


@pytest.mark.verifies("tracing#4.30")
def test_without_assertions_nothing_is_proved(pytester: pytest.Pytester) -> None:
    write_test(
        pytester,
        "from helpers import check\n@pytest.mark.verifies('default#1.1')\ndef test_a():\n"
        "    check(1)\n",
    )
    (pytester.path / "helpers.py").write_text("def check(it):\n    assert it == 2\n")
    command = [sys.executable, "-O", "-m", "pytest", *WITHOUT]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert "1 passed" in done.stdout
    assert "recorded as skipped: python -O leaves out assertions." in done.stdout
    assert status_of_first(pytester) == "skipped"
