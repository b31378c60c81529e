"""Which YAML files pytest collects as cases, in either form."""

import textwrap
from typing import Any

import pytest
from tests.pytest_support.sessions import run


@pytest.mark.verifies("cases#4.6", "cases#7.3", "cases#7.4")
def test_cases_without_a_root_are_collected_and_files_of_other_tools_are_not(
    pytester: pytest.Pytester, service: Any
) -> None:
    bare = f"name: b\nhost: {service.url}\nsteps:\n- GET: /echo\n  expect: {{status: 200}}\n"
    folder = pytester.path / "tests/cases"
    folder.mkdir(parents=True)
    (folder / "wrapped.yml").write_text("testcase:\n" + textwrap.indent(bare, "  "))
    (folder / "bare.yaml").write_text(bare)
    (folder / "shared").mkdir()
    (folder / "shared/login.yaml").write_text("steps:\n- GET: /echo\n")
    one_line = (
        f'{{"name": "j", "host": "{service.url}", "steps": [{{"GET": "/echo", "expect": 200}}]}}'
    )
    (folder / "one_line.yaml").write_text(one_line)
    (folder / "wrapped_line.yaml").write_text(f'\n{{"testcase": {one_line}}}')
    (folder / "shared/case.yaml").write_text(bare.replace("name: b\n", "name: c\nverifies: [a]\n"))
    (folder / "ci.yml").write_text("steps:\n- script: ls\n")
    (folder / "rows.yaml").write_text('{"tests": [], "steps": []}')
    (pytester.path / "azure-pipelines.yml").write_text("steps:\n- checkout: self\n  path: /a\n")
    result = run(pytester, "-v")
    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines(["*tests/cases/bare.yaml::b PASSED*"])


@pytest.mark.verifies("cases#4.7")
def test_a_case_without_steps_is_an_error(pytester: pytest.Pytester) -> None:
    folder = pytester.path / "tests/cases"
    folder.mkdir(parents=True)
    (folder / "lost.yaml").write_text("name: c\nstepz:\n- GET: /echo\n")
    (folder / "people.yaml").write_text("name: a\nage: 3\n")
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*`steps` is missing.*"])


def test_a_case_with_a_key_of_another_tool_is_an_error_as_it_is_for_shall_run(
    pytester: pytest.Pytester,
) -> None:
    folder = pytester.path / "tests/cases"
    folder.mkdir(parents=True)
    (folder / "a.yaml").write_text("version: 1\nname: a\nsteps:\n- GET: /echo\n  expect: 200\n")
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*`version` belongs to a document of another tool.*"])
