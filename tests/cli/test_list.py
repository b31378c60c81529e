"""``shall list``: the cases that a run would carry out."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Shall

WriteCase = Callable[..., None]


@pytest.fixture
def suite(write_case: WriteCase) -> None:
    write_case("b", more="tags: [smoke]\n  verifies: ['shop#1.1']")
    write_case("a", more="skip: the service is being moved")
    write_case("c", more="tags: [smoke, slow]")


@pytest.mark.verifies("cli#6.10")
@pytest.mark.usefixtures("suite")
def test_cases_are_listed_with_tags_criteria_and_skips(shall: Shall) -> None:
    ended = shall("list")

    assert ended.returncode == 0
    lines = [" ".join(line.split()) for line in ended.stdout.splitlines()]
    assert lines == [
        "tests/cases/a.yaml a skip: the service is being moved",
        "tests/cases/b.yaml b smoke shop#1.1",
        "tests/cases/c.yaml c smoke, slow",
        "Cases: 3.",
    ]


@pytest.mark.verifies("cli#6.10")
@pytest.mark.usefixtures("suite")
@pytest.mark.parametrize(
    ("flags", "names"),
    [
        (["--tag", "smoke and not slow"], ["b"]),
        (["-k", "a.yaml or c.yaml"], ["a", "c"]),
        (["tests/cases/c.yaml"], ["c"]),
        (["--shuffle", "3", "--tag", "nothing"], []),
        (["--last-failed"], ["a", "b", "c"]),
    ],
)
def test_flags_choose_cases_as_those_of_a_run(
    shall: Shall, flags: list[str], names: list[str]
) -> None:
    found = json.loads(shall("list", "--format", "json", *flags).stdout)

    assert [it["name"] for it in found["cases"]] == names
    assert found["total"] == len(names)
    if names == ["b"]:
        assert found["cases"][0] == {
            "path": "tests/cases/b.yaml",
            "name": "b",
            "tags": ["smoke"],
            "verifies": ["shop#1.1"],
            "skip": None,
            "problems": [],
        }


@pytest.mark.verifies("cli#6.10")
@pytest.mark.usefixtures("suite")
def test_each_part_is_the_one_that_a_run_has(shall: Shall) -> None:
    paths: list[str] = []
    for part in ("1/2", "2/2"):
        printed = shall("list", "--shard", part, "--format", "json").stdout
        paths += [it["path"] for it in json.loads(printed)["cases"]]

    assert sorted(paths) == [f"tests/cases/{name}.yaml" for name in "abc"]


@pytest.mark.verifies("cli#6.10")
def test_a_file_that_cannot_be_read_is_reported(
    shall: Shall, project: Path, write_case: WriteCase
) -> None:
    write_case("a")
    (project / "tests/cases/bad.yaml").write_text("testcase: {name: bad}\n")

    ended = shall("list")

    assert ended.returncode == 2
    assert "tests/cases/bad.yaml:1:" in ended.stderr
    assert "`steps` is missing" in ended.stderr
    assert ended.stdout.endswith("Cases: 1.\n")
