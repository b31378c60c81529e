from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from shall.actions.cases import delete_case, write_case
from shall.actions.documents import MAX_BYTES, create_file, read_file
from shall.bootstrap import open_workspace
from shall.errors import AlreadyExists, BadValue, FileMissing, OutsideWorkspace
from shall.settings import Settings
from shall.workspace.workspace import Workspace


def test_a_file_that_was_created_can_be_read(workspace: Workspace) -> None:
    assert create_file(workspace, "specs/design.md", "# Design\n").path == "specs/design.md"
    assert read_file(workspace, "specs/design.md") == "# Design\n"


def test_an_existing_file_is_kept_unless_told_otherwise(workspace: Workspace) -> None:
    create_file(workspace, "docs/notes.md", "first")
    with pytest.raises(AlreadyExists):
        create_file(workspace, "docs/notes.md", "second")
    assert read_file(workspace, "docs/notes.md") == "first"
    create_file(workspace, "docs/notes.md", "second", overwrite=True)
    assert read_file(workspace, "docs/notes.md") == "second"


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../out.txt",
        "specs/../../out.txt",
        ".git/hooks/pre-commit",
        "sub/.git/config",
        ".shall/local/shall.db",
        "~/x",
        "a\0b",
    ],
)
def test_nothing_outside_the_workspaces_own_files_is_touched(
    workspace: Workspace, path: str
) -> None:
    with pytest.raises(OutsideWorkspace):
        create_file(workspace, path, "x", overwrite=True)
    with pytest.raises(OutsideWorkspace):
        read_file(workspace, path)


def test_a_missing_file_is_reported(workspace: Workspace) -> None:
    with pytest.raises(FileMissing):
        read_file(workspace, "specs/gone.md")


def test_a_file_over_the_limit_is_refused(workspace: Workspace) -> None:
    with pytest.raises(BadValue, match="1 MiB"):
        create_file(workspace, "docs/big.txt", "x" * (MAX_BYTES + 1))
    (workspace.root / "big.txt").write_text("x" * (MAX_BYTES + 1))
    with pytest.raises(BadValue, match="1 MiB"):
        read_file(workspace, "big.txt")


@pytest.mark.verifies("engine#5.9")
@pytest.mark.parametrize(
    "path",
    [
        "shall.yaml",
        "./shall.yaml",
        "SHALL.yaml",
        "sh\u200ball.yaml",
        "api/shall.yaml",
        ".env",
        ".env.local",
        ".envrc",
        "api/.shall/local/shall.db",
        ".shall/x.yaml",
        ".git/config",
    ],
)
def test_what_is_the_operators_is_not_written_by_tools(workspace: Workspace, path: str) -> None:
    case = {"name": "x", "steps": [{"id": "a", "path": "/", "method": "GET"}]}
    with pytest.raises(OutsideWorkspace):
        create_file(workspace, path, "targets: {allow: []}", overwrite=True)
    with pytest.raises(OutsideWorkspace):
        write_case(workspace, path, case)
    with pytest.raises(OutsideWorkspace):
        delete_case(workspace, path)
    assert not (workspace.root / path).exists()


def test_files_that_look_much_the_same_are_written(workspace: Workspace) -> None:
    for path in ("docs/my-shall.yaml", "docs/shall.yaml.md", "docs/env/shall.md"):
        assert create_file(workspace, path, "x").path == path


@pytest.mark.verifies("workspace#2.7")
@pytest.mark.parametrize("path", [".env", ".env.local", "backend/.ENV"])
def test_a_file_of_environment_variables_is_not_read(workspace: Workspace, path: str) -> None:
    file = workspace.root / path
    file.parent.mkdir(exist_ok=True)
    file.write_text("MCP_AUTH_TOKEN=secret")
    with pytest.raises(OutsideWorkspace, match="may contain secrets"):
        read_file(workspace, path)


def test_an_example_of_one_is_read(workspace: Workspace) -> None:
    (workspace.root / ".env.example").write_text("MCP_AUTH_TOKEN=")
    assert read_file(workspace, ".env.example") == "MCP_AUTH_TOKEN="


@pytest.mark.verifies("workspace#2.7")
@pytest.mark.parametrize(
    "setting", ["token_file", "tls_key", "tls_client_ca", "log_file", "calls_log"]
)
@pytest.mark.parametrize("folder", [".", "keys"])
def test_a_file_of_the_server_is_neither_read_nor_written(
    tmp_path: Path, setting: str, folder: str
) -> None:
    kept = tmp_path / "keys" / "kept.md"
    kept.parent.mkdir()
    kept.write_text("secret")
    (tmp_path / "link").symlink_to(kept)  # as a mounted secret is one
    link = tmp_path / "link"
    kept_at: dict[str, Any] = {setting: str(link) if setting == "calls_log" else link}
    settings = replace(Settings(), writable=("*",), **kept_at)
    space = open_workspace(tmp_path / folder, settings)
    path = str(kept.relative_to(space.root))
    try:
        with pytest.raises(OutsideWorkspace, match="belongs to the server"):
            read_file(space, path)
        with pytest.raises(OutsideWorkspace, match="belongs to the server"):
            create_file(space, path, "mine", overwrite=True)
    finally:
        space.files.close()
        assert space.store is not None
        space.store.close()
    assert kept.read_text() == "secret"


@pytest.mark.verifies("workspace#2.7")
@pytest.mark.parametrize(
    "name", ["", "-20261121T120000Z.jsonl", "-20261121T120000Z-1.jsonl", ".jsonl.1", ".jsonl.torn"]
)
def test_a_call_log_is_neither_read_nor_written_also_when_it_was_rotated(
    tmp_path: Path, name: str
) -> None:
    path = f"logs/mcp_calls{name or '.jsonl'}"
    (tmp_path / "logs").mkdir()
    (tmp_path / path).write_text("what was done")
    space = open_workspace(tmp_path, replace(Settings(), writable=("*",), logs_root=Path("logs")))
    try:
        with pytest.raises(OutsideWorkspace, match="belongs to the server"):
            read_file(space, path)
        with pytest.raises(OutsideWorkspace, match="belongs to the server"):
            create_file(space, path, "nothing", overwrite=True)
        create_file(space, "logs/notes.md", "mine")
    finally:
        space.files.close()
        assert space.store is not None
        space.store.close()
    assert (tmp_path / path).read_text() == "what was done"
