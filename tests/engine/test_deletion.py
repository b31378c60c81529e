"""Teardowns that delete files of the workspace."""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from shall.messages import render
from shall.results.records import CaseResult, Outcome

pytestmark = pytest.mark.anyio

RunOne = Callable[..., Awaitable[CaseResult]]


@pytest.fixture
def delete(run_one: RunOne, service: Any) -> Callable[..., Awaitable[CaseResult]]:
    """Runs a case with one step, and a teardown that deletes files."""

    async def run(paths: Any, status: int = 200, **options: Any) -> CaseResult:
        step = {"GET": f"{service.url}/echo/report.csv", "expect": {"status": status}}
        case = {"teardowns": [{"id": "undo", "delete_files": paths}]}
        return await run_one([step], case, **{"scratch": ("out",), **options})

    return run


Delete = Callable[..., Awaitable[CaseResult]]


def file_at(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("left behind")
    return path


def files_below(folder: Path) -> set[Path]:
    return {it for it in folder.rglob("*") if it.is_file()}


@pytest.mark.verifies("engine#3.15")
@pytest.mark.parametrize("status", [200, 404])
async def test_files_are_deleted_whatever_the_steps_did(
    delete: Delete, tmp_path: Path, status: int
) -> None:
    first, second = file_at(tmp_path / "out/a.csv"), file_at(tmp_path / "out/b/report.csv")
    other = file_at(tmp_path / "out/b/other.csv")

    result = await delete(
        ["out/a.csv", "./out/b/{{ Global.name }}", "out/none.csv", "out/no/a.csv"],
        status,
        variables={"name": "report.csv"},
    )

    assert result.outcome is (Outcome.PASSED if status == 200 else Outcome.FAILED)
    assert result.teardown_outcome is Outcome.PASSED
    assert [(it.id, it.outcome) for it in result.teardowns] == [("undo", Outcome.PASSED)]
    assert (first.exists(), second.exists(), other.exists()) == (False, False, True)


@pytest.mark.verifies("engine#3.15")
async def test_an_expression_alone_may_be_a_list_of_paths(delete: Delete, tmp_path: Path) -> None:
    left = [file_at(tmp_path / "out" / name) for name in "ab"]
    result = await delete("{{ Global.files }}", variables={"files": ["out/a", "out/b"]})
    assert result.teardown_outcome is Outcome.PASSED
    assert not any(it.exists() for it in left)


@pytest.mark.verifies("engine#3.16")
@pytest.mark.parametrize(
    "path",
    [
        "src/app.py",
        "out",
        "outer/a.csv",
        "out/../shall.yaml",
        "out/shall.yaml",
        "out/.env",
        "out/.git/config",
        "out/.GIT/hooks/x",
        "out/.shall/baseline.jsonl",
        "out/tests/cases/a.yaml",
        "out/specs/a/requirements.md",
        "out/Specs/a.md",
        "/etc/hostname",
        "~/a.csv",
    ],
)
async def test_nothing_else_is_deleted_nor_what_is_named_before_it(
    delete: Delete, tmp_path: Path, path: str
) -> None:
    harmless = file_at(tmp_path / "out/a.csv")
    if ".." not in path and path[0] not in "/~" and path != "out":
        file_at(tmp_path / path)
    before = files_below(tmp_path)

    result = await delete(["out/a.csv", "{{ Global.path }}"], variables={"path": path})

    assert (result.outcome, result.teardown_outcome) == (Outcome.PASSED, Outcome.ERROR)
    assert result.teardowns[0].error is not None
    assert files_below(tmp_path) == before
    assert harmless.exists()


@pytest.mark.verifies("engine#3.16")
async def test_links_and_folders_and_what_they_lead_to_stay(
    delete: Delete, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = file_at(tmp_path_factory.mktemp("outside") / "a.csv")
    (tmp_path / "out/folder").mkdir(parents=True)
    (tmp_path / "out/linked").symlink_to(outside.parent)
    (tmp_path / "out/link.csv").symlink_to(outside)
    os.link(outside, tmp_path / "out/hard.csv")

    for path in ("out/folder", "out/linked/a.csv", "out/link.csv", "out/hard.csv"):
        result = await delete(path)
        assert result.teardown_outcome is Outcome.ERROR, path

    assert outside.exists()
    assert len(list((tmp_path / "out").iterdir())) == 4


@pytest.mark.verifies("engine#3.16")
async def test_without_the_setting_nothing_is_deleted_and_the_error_says_how(
    delete: Delete, tmp_path: Path
) -> None:
    left = file_at(tmp_path / "out/a.csv")
    result = await delete("out/a.csv", scratch=())
    error = result.teardowns[0].error
    assert error is not None
    assert render(error) == (
        "out/a.csv is not deleted: `scratch` names no folder. "
        "The operator names folders for it in shall.yaml, such as `scratch: [out]`."
    )
    assert left.exists()


@pytest.mark.verifies("engine#3.16")
@pytest.mark.parametrize("value", [7, None, {"a": 1}, [["out/a"]], ["out/a", ""], ["out/a"] * 1001])
async def test_what_is_no_path_deletes_nothing(delete: Delete, tmp_path: Path, value: Any) -> None:
    left = file_at(tmp_path / "out/a")
    result = await delete("{{ Global.files }}", variables={"files": value})
    assert result.teardown_outcome is Outcome.ERROR
    assert left.exists()
