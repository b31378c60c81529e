"""Links to criteria are checked where they are written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

REQUIREMENTS = "### Requirement 1\n\n1. A shall b\n2. A shall c\n"


@pytest.fixture
def features(project: Path) -> None:
    for name in ("auth", "cart"):
        (project / "specs" / name).mkdir(parents=True)
        (project / "specs" / name / "requirements.md").write_text(REQUIREMENTS)


@pytest.mark.verifies("tracing#3.1")
@pytest.mark.usefixtures("features")
def test_a_run_reports_unknown_and_ambiguous_links_at_their_place(
    shall: Callable[..., Any], write_case: Callable[..., None], service: Any
) -> None:
    write_case("a", more='verifies: ["auth#1.1", "auth#1.9", "1.1"]')
    ended = shall("run", "--host", service.url)
    assert ended.returncode == 0
    unknown, ambiguous = ended.stderr.splitlines()
    assert unknown.startswith("tests/cases/a.yaml:3:26: verifies[1]: auth#1.9 is unknown. Did you")
    assert "auth#1.1" in unknown
    assert ambiguous == (
        "tests/cases/a.yaml:3:38: verifies[2]: 1.1 is ambiguous. Write one of auth#1.1, cart#1.1."
    )
    traced = shall("trace").stdout
    assert "verifies 1.1, which is ambiguous. Write one of auth#1.1, cart#1.1." in traced
    assert "verifies auth#1.9, which is unknown. Did you mean auth#1." in traced
    assert "tests/cases/a.yaml:3:26: " in traced
    assert "tests/cases/a.yaml:3:38: " in traced


@pytest.mark.verifies("tracing#3.1")
@pytest.mark.usefixtures("features")
def test_of_many_unknown_links_the_first_are_reported(
    shall: Callable[..., Any], write_case: Callable[..., None], service: Any
) -> None:
    keys = ", ".join(f'"auth#9.{number}"' for number in range(60))
    write_case("a", more=f"verifies: [{keys}]")
    shown = shall("run", "--host", service.url).stderr.splitlines()
    assert len(shown) == 21
    assert "`shall trace` lists them" in shown[-1]


@pytest.mark.verifies("tracing#3.4")
def test_a_number_in_verifies_is_to_be_quoted(
    shall: Callable[..., Any], write_case: Callable[..., None], service: Any
) -> None:
    write_case("a", more="verifies: [1.10]")
    ended = shall("run", "--host", service.url)
    assert ended.returncode == 2
    assert "Quote it: YAML reads it as the number 1.1." in " ".join(ended.stdout.split())


@pytest.mark.verifies("tracing#3.5")
def test_a_mark_whose_argument_is_no_plain_string_is_reported(
    shall: Callable[..., Any], project: Path
) -> None:
    (project / "tests").mkdir()
    (project / "tests/test_a.py").write_text(
        "import pytest\nKEY = 'auth#1.1'\n\n"
        "@pytest.mark.verifies(KEY, 'auth#1.2')\n@pytest.mark.verifies(1.1)\n"
        "@pytest.mark.verifies()\n@pytest.mark.verifies(criterion='auth#1.1')\n"
        "def test_a():\n    pass\n"
    )
    shown = shall("trace").stdout
    for place in ("4:23", "5:23", "6:2", "7:33"):
        assert f" --> tests/test_a.py:{place}\n" in shown
    assert shown.count("is not read") == 4
