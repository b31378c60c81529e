import sys
from pathlib import Path

import pytest

import shall
from shall.import_path import remove_folders, remove_working_folder


@pytest.mark.verifies("defences#1.1")
def test_the_working_folder_and_relative_entries_leave_the_import_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    kept = [str(tmp_path), str(tmp_path / "here/venv"), "/usr/lib/python311.zip"]
    ways_here = ["", ".", "lib", str(tmp_path / "here"), str(tmp_path / "link")]
    monkeypatch.setattr(sys, "path", [*ways_here, *kept])
    remove_working_folder()
    assert sys.path == kept


@pytest.mark.verifies("defences#1.1")
def test_workspaces_leave_the_import_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path / "a"), str(tmp_path / "b"), "/usr/lib"])
    remove_folders(tmp_path / "a", str(tmp_path / "b"))
    assert sys.path == ["/usr/lib"]


def test_a_server_in_its_own_source_folder_finds_itself_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = str(Path(shall.__file__).parents[1])
    monkeypatch.chdir(source)
    monkeypatch.setattr(sys, "path", ["", source, "/usr/lib"])
    remove_working_folder()
    assert sys.path == ["/usr/lib", source]


def test_a_working_folder_that_was_deleted_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    monkeypatch.setattr(sys, "path", ["", "/usr/lib"])
    remove_working_folder()
    assert sys.path == ["/usr/lib"]
