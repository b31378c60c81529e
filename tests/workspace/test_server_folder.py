from collections.abc import Mapping
from pathlib import Path

import pytest

from shall.errors import StoreUnavailable
from shall.workspace.account import Account, current_account
from shall.workspace.server_folder import Origin, ServerFolder, make_own_folder, server_folder

ROOT = Path("/")


def folder_at(
    current: Path,
    home: Path | None,
    environ: Mapping[str, str] | None = None,
    *,
    is_service: bool = False,
) -> ServerFolder:
    return server_folder(current, Account(home, is_service), environ or {}, "shall.yaml")


@pytest.mark.verifies("defences#10.1")
def test_at_the_root_the_state_directory_of_systemd_is_the_workspace(tmp_path: Path) -> None:
    environ = {"STATE_DIRECTORY": "/var/lib/a:/var/lib/b", "XDG_DATA_HOME": "/data"}
    found = folder_at(ROOT, tmp_path, environ)
    assert found == ServerFolder(Path("/var/lib/a"), Origin.OWN)


@pytest.mark.verifies("defences#10.1")
def test_else_the_data_folder_of_the_account_is_the_workspace(tmp_path: Path) -> None:
    assert folder_at(ROOT, tmp_path, {"XDG_DATA_HOME": "/data"}).path == Path("/data/shall")
    own = tmp_path / ".local/share/shall"
    for relative in ("", "data"):
        assert folder_at(ROOT, tmp_path, {"XDG_DATA_HOME": relative}) == ServerFolder(
            own, Origin.OWN
        )


@pytest.mark.verifies("defences#10.2")
@pytest.mark.parametrize("environ", [{}, {"STATE_DIRECTORY": "/"}, {"XDG_DATA_HOME": "//"}])
@pytest.mark.parametrize("home", [None, ROOT, Path("/nonexistent-home")])
def test_no_workspace_is_found_that_would_have_to_be_made_in_the_root(
    environ: dict[str, str], home: Path | None
) -> None:
    assert folder_at(ROOT, home, environ) == ServerFolder(ROOT, Origin.NONE)


@pytest.mark.verifies("defences#10.4")
def test_a_home_folder_is_taken_where_nobody_logs_in_to_the_account(tmp_path: Path) -> None:
    assert folder_at(tmp_path, tmp_path) == ServerFolder(tmp_path, Origin.NONE)
    found = folder_at(tmp_path, tmp_path, is_service=True)
    assert found == ServerFolder(tmp_path, Origin.CURRENT)


@pytest.mark.verifies("defences#10.4")
def test_a_home_folder_is_taken_where_it_is_a_project(tmp_path: Path) -> None:
    (tmp_path / ".shall").mkdir()  # a run by accident leaves it
    assert folder_at(tmp_path, tmp_path).origin is Origin.NONE
    (tmp_path / "shall.yaml").touch()
    assert folder_at(tmp_path, tmp_path).origin is Origin.CURRENT


def test_any_other_folder_is_taken(tmp_path: Path) -> None:
    found = folder_at(tmp_path, tmp_path.parent, {"STATE_DIRECTORY": "/var/lib/a"})
    assert found == ServerFolder(tmp_path, Origin.CURRENT)


def test_an_account_of_no_database_is_a_services(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 4_000_000)
    monkeypatch.setattr("os.getuid", lambda: 4_000_000)
    monkeypatch.delenv("HOME", raising=False)
    assert current_account() == Account(None, is_service=True)
    monkeypatch.setenv("HOME", "/app")
    assert current_account() == Account(Path("/app"), is_service=True)


@pytest.mark.verifies("defences#10.1")
def test_a_folder_of_its_own_is_readable_by_the_server_only(tmp_path: Path) -> None:
    folder = tmp_path / "data/shall"
    make_own_folder(folder)
    make_own_folder(folder)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_of_its_own_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match=r"file/shall.*StateDirectory="):
        make_own_folder(tmp_path / "file/shall")


@pytest.mark.verifies("defences#10.2")
def test_a_folder_of_its_own_is_not_made_in_the_root() -> None:
    folder = Path("/shall-test-no-such-folder/state")
    try:
        with pytest.raises(StoreUnavailable, match="there is no /shall-test-no-such-folder"):
            make_own_folder(folder)
        assert not folder.parent.exists()
    finally:
        if folder.exists():
            folder.rmdir()
            folder.parent.rmdir()
