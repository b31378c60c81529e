import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from shall.cases.json_schema import json_schema

Shall = Callable[..., Any]

MARK = "# yaml-language-server: $schema="


@pytest.mark.verifies("cases#5.11")
def test_init_writes_a_case_whose_schema_editors_find_beside_it(
    shall: Shall, project: Path
) -> None:
    made = shall("init")

    case = project / "tests/cases/health.yaml"
    line, _, rest = case.read_text().partition("\n")
    schema = json.loads((case.parent / line.removeprefix(MARK)).read_text())
    assert line.startswith(MARK)
    assert "created  tests/cases/case.schema.json" in made.stdout
    assert jsonschema_rs.Draft202012Validator(schema).is_valid(yaml.safe_load(rest))
    assert shall("list").stdout.count("health.yaml") == 1


@pytest.mark.verifies("cases#5.11")
def test_the_schema_is_renewed_in_the_folder_of_cases_of_the_project(
    shall: Shall, project: Path
) -> None:
    folder = project / "test_cases"
    folder.mkdir(parents=True)
    (folder / "case.schema.json").write_text("{}")

    written = shall("schema", "--write")

    text = (folder / "case.schema.json").read_text()
    assert written.returncode == 0
    assert written.stdout == "Written: test_cases/case.schema.json.\n"
    assert json.loads(text) == json_schema()
    assert len(text) < 30_000
