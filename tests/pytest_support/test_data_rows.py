"""Cases with rows of data as items of pytest."""

from typing import Any

import pytest
from tests.pytest_support.sessions import run

CASE = """testcase:
  name: the {name} case
  host: {host}
  data: {data}
  steps:
    - GET: "/{{{{ row.path }}}}"
"""

pytestmark = pytest.mark.usefixtures("measured")


@pytest.mark.verifies("cases#6.8")
def test_each_row_of_data_is_an_item(pytester: pytest.Pytester, service: Any) -> None:
    folder = pytester.path / "tests/cases"
    folder.mkdir(parents=True)
    for name, data in {"rows": "rows.csv", "none": "[]", "unread": "missing.csv"}.items():
        text = CASE.format(name=name, data=data, host=service.url)
        (folder / f"{name}.yaml").write_text(text)
    (pytester.path / "tests/cases/rows.csv").write_text("path,name\necho,fine\nstatus/500,down\n")
    result = run(pytester, "-rA")
    result.assert_outcomes(passed=1, failed=2, skipped=1)
    result.stdout.fnmatch_lines_random(
        [
            "PASSED tests/cases/rows.yaml::the rows case[[]1 fine[]]",
            "FAILED tests/cases/rows.yaml::the rows case[[]2 down[]]*",
            "*tests/cases/missing.csv*",
        ]
    )


@pytest.mark.verifies("cases#9.6")
def test_needed_cases_run_first_and_once(pytester: pytest.Pytester, service: Any) -> None:
    folder = pytester.path / "tests/cases"
    folder.mkdir(parents=True)
    for name, path, needs in (
        ("a", "echo/a", "[d]"),
        ("b", "echo/b", "[c]"),
        ("c", "status/500", "[]"),
        ("d", "echo/d", "[]"),
    ):
        (folder / f"{name}.yaml").write_text(
            f"testcase: {{name: {name}, host: '{service.url}',\n"
            f"  needs: {needs},\n  steps: [{{GET: /{path}}}]}}\n"
        )
    result = run(pytester, "-rs")
    result.assert_outcomes(passed=2, failed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED *it needs `c`, which did not pass"])
    asked = [call.rpartition("/")[2] for call in service.log.calls]
    assert asked == ["d", "a", "500"]
