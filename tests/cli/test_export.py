"""``shall export``."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Shall


@pytest.mark.verifies("import#8.3")
def test_a_case_is_exported_and_what_it_needs_is_named(
    shall: Shall, project: Path, write_case: Callable[..., None]
) -> None:
    write_case("a", path="'/a/{{ token }}'", more="secrets: [token]")

    printed = shall("export", "tests/cases/a.yaml", "--to", "curl")
    assert printed.stdout.splitlines()[-1].startswith("curl ")
    assert "Set these environment variables: BASE_URL, TOKEN." in printed.stderr
    assert "Left out: checks, which curl has not." in printed.stderr

    ended = shall("export", "tests/cases/a.yaml", "--to", "pytest", "--output", "test_a.py")
    assert ended.stdout == ""
    assert "def test_a():" in (project / "test_a.py").read_text()


@pytest.mark.verifies("import#8.3")
def test_what_is_no_case_is_not_exported(shall: Shall, project: Path) -> None:
    (project / "tests/cases").mkdir(parents=True)
    (project / "tests/cases/a.yaml").write_text("testcase: {name: a}\n")

    broken = shall("export", "tests/cases/a.yaml", "--to", "curl")
    assert broken.returncode == 2
    assert "`steps` is missing" in broken.stderr
    assert shall("export", "tests/cases/none.yaml", "--to", "curl").returncode == 2
