from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from shall.actions.cases import delete_case, write_case
from shall.actions.documents import create_file
from shall.bootstrap import open_workspace
from shall.errors import OutsideWorkspace, WriteRefused
from shall.settings import Settings
from shall.workspace.workspace import Workspace

CASE = {"name": "x", "steps": [{"id": "a", "path": "/", "method": "GET"}]}

RUNS = (
    "mcp_server_spec/main.py",
    "mcp_server_spec/__init__.py",
    "yaml_rs.py",
    "sitecustomize.py",
    ".venv/lib/python3.11/site-packages/sitecustomize.py",
    "venv/lib/python3.11/site-packages/x.pth",
    "src/shall/__init__.py",
    "health_check.sh",
    ".mcp.json",
    "docs/conftest.py",
    "docs/CONFTEST.PY",
    "docs/x.py.",
    "docs/x.py\u200b",
    "docs/x.pth",
    "docs/x.so",
    "docs/x.pyc",
    "specs/run.sh",
    "specs/run",
    "specs/x.js",
    "specs/x.ini",
    "docs/pyvenv.cfg",
    "docs/Makefile",
    "docs/makefile.am.md",
    "docs/docker-compose.yml",
    "docs/compose.yaml",
    "docs/requirements.txt",
    "docs/requirements-dev.txt",
    "docs/CLAUDE.md",
    "docs/AGENTS.md",
    "docs/mcp.json",
    "docs/package.json",
    "docs/.hidden.md",
    "docs/.vscode/settings.json",
    "docs/node_modules/x/readme.md",
    "docs/venv/readme.md",
    "docs/x.dist-info/entry_points.txt",
    ".github/workflows/docs/x.yml",
    ".gitlab-ci.yml",
    ".vscode/specs/x.json",
    ".cursor/docs/x.md",
    ".kiro/settings/specs/x.json",
    ".kiro/hooks/x.md",
    ".git/docs/x.md",
    "docs/.git/x.md",
)


@contextmanager
def widened(root: Path, *globs: str) -> Iterator[Workspace]:
    space = open_workspace(root, replace(Settings(), writable=globs))
    try:
        yield space
    finally:
        space.close()


@pytest.mark.verifies("defences#1.3")
@pytest.mark.parametrize(
    "path",
    [
        "specs/requirements.md",
        "specs/shop/design.md",
        ".kiro/specs/shop/requirements.md",
        ".spec-workflow/specs/shop/tasks.md",
        "docs/guides/start.md",
        "tests/cases/data/order.json",
        "test_cases/order.feature",
        "tests/cases/order.http",
        "services/shop/specs/requirements.md",
    ],
)
def test_documents_are_written_below_the_folders_of_specs_cases_and_docs(
    workspace: Workspace, path: str
) -> None:
    assert create_file(workspace, path, "x").path == path
    assert (workspace.root / path).read_text() == "x"


@pytest.mark.verifies("defences#1.3")
@pytest.mark.parametrize("path", ["notes.md", "src/notes.md", "docs", "tests/a.md", "mydocs/a.md"])
def test_a_file_elsewhere_is_refused_with_what_is_allowed(workspace: Workspace, path: str) -> None:
    with pytest.raises(WriteRefused) as refused:
        create_file(workspace, path, "x")
    assert refused.value.code == "MCP_WRITE_REFUSED"
    assert str(refused.value).startswith(f"{path} is not written: ")
    assert "specs/, .kiro/specs/, .spec-workflow/, docs/, tests/cases/" in str(refused.value)
    assert refused.value.details["path"] == path
    assert "docs" in refused.value.details["allowed_folders"]
    assert not (workspace.root / path).exists()


@pytest.mark.verifies("defences#1.3")
def test_an_ending_that_is_no_document_is_refused_with_those_that_are(workspace: Workspace) -> None:
    with pytest.raises(WriteRefused, match=r"create_file writes \.adoc, .*\.md"):
        create_file(workspace, "docs/page.html", "x")


@pytest.mark.verifies("defences#1.4")
@pytest.mark.parametrize("path", RUNS)
@pytest.mark.repeats
def test_what_programs_run_or_are_configured_by_is_never_written(tmp_path: Path, path: str) -> None:
    with widened(tmp_path, "*") as space, pytest.raises(OutsideWorkspace):
        create_file(space, path, "x", overwrite=True)
    assert not (tmp_path / path).exists()


@pytest.mark.verifies("defences#1.4")
def test_a_virtual_environment_of_any_name_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "docs/env/lib").mkdir(parents=True)
    (tmp_path / "docs/env/pyvenv.cfg").write_text("home = /usr/bin\n")
    with widened(tmp_path, "*") as space:
        for path in ("docs/env/notes.md", "docs/env/lib/notes.md"):
            with pytest.raises(WriteRefused, match="virtual environment"):
                create_file(space, path, "x")


@pytest.mark.verifies("defences#1.5")
def test_the_operator_widens_what_is_written(tmp_path: Path) -> None:
    with widened(tmp_path, "src/*.java", "notes/*") as space:
        for path in ("src/shop/Order.java", "notes/a.log"):
            assert create_file(space, path, "x").path == path
        for path in ("src/a.md", "lib/Order.java"):
            with pytest.raises(WriteRefused):
                create_file(space, path, "x")


@pytest.mark.verifies("defences#1.3")
@pytest.mark.parametrize("path", ["api/login.yaml", "src/x.yml", "specs/login.yaml"])
def test_a_case_is_written_below_a_folder_of_cases_only(tmp_path: Path, path: str) -> None:
    with widened(tmp_path) as space:
        with pytest.raises(
            WriteRefused, match=f"{path} is not written: cases are written below tests/cases"
        ):
            write_case(space, path, CASE)
        write_case(space, f"services/shop/tests/cases/{path}", CASE)
    with widened(tmp_path, path) as space:
        write_case(space, path, CASE)
        assert delete_case(space, path) == [path]


@pytest.mark.verifies("defences#1.4")
@pytest.mark.parametrize("path", ["tests/cases/venv/a.yaml", "tests/cases/docker-compose.yml"])
def test_no_case_is_written_where_programs_look(tmp_path: Path, path: str) -> None:
    with widened(tmp_path, "*") as space, pytest.raises(WriteRefused):
        write_case(space, path, CASE)


@pytest.mark.verifies("defences#1.6")
@pytest.mark.parametrize(
    "path", [*RUNS, "docs/a.md", "tests/cases/a.yaml", "a/specs/a.md", ".kiro/specs/a.md"]
)
@pytest.mark.repeats
def test_a_caller_without_a_token_writes_nothing_but_specs(tmp_path: Path, path: str) -> None:
    with widened(tmp_path, "*") as space:
        with pytest.raises(OutsideWorkspace):
            create_file(space, path, "x", is_known=False)
        written = create_file(space, "specs/shop/design.md", "x", is_known=False)
        assert not written.is_overwritten
    assert not (tmp_path / path).exists()
