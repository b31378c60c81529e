from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shall.actions.workspaces import Workspaces
from shall.errors import FolderNotFound, OutsideWorkspace
from shall.joining import open_workspace, open_workspaces
from shall.settings import Settings


@contextmanager
def opened(
    allowed: list[Path], current: Path, home: Path, interpreters: list[Path] | None = None
) -> Iterator[Workspaces]:
    workspaces = Workspaces(
        allowed, current, home, lambda root: open_workspace(root, Settings()), interpreters or []
    )
    yield workspaces
    workspaces.close()


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    made = {name: tmp_path / name for name in ("home", "shop", "other")}
    for folder in made.values():
        folder.mkdir()
    return made


def test_without_an_argument_the_first_allowed_folder_is_taken(folders: dict[str, Path]) -> None:
    with opened([folders["shop"], folders["other"]], folders["home"], folders["home"]) as spaces:
        assert spaces.choose(None).root == folders["shop"]


@pytest.mark.verifies("workspace#2.4")
@pytest.mark.parametrize("argument", ["", "  ", "${workspace}", "${workspaceFolder}"])
def test_the_literal_of_old_client_files_counts_as_absent(
    folders: dict[str, Path], argument: str
) -> None:
    with opened([folders["shop"]], folders["home"], folders["home"]) as spaces:
        assert spaces.choose(argument).root == folders["shop"]


def test_a_folder_inside_an_allowed_one_may_be_named(folders: dict[str, Path]) -> None:
    inner = folders["shop"] / "backend"
    inner.mkdir()
    with opened([folders["shop"]], folders["home"], folders["home"]) as spaces:
        assert spaces.choose(str(inner)).root == inner
        assert spaces.choose("backend").root == inner


@pytest.mark.verifies("workspace#2.3")
@pytest.mark.parametrize("argument", ["/", "../other", "/etc", "bad\0path", "n" * 300])
def test_any_other_folder_is_refused_with_the_line_to_add(
    folders: dict[str, Path], argument: str
) -> None:
    with (
        opened([folders["shop"]], folders["home"], folders["home"]) as spaces,
        pytest.raises(OutsideWorkspace) as refused,
    ):
        spaces.choose(argument)
    if argument.startswith(("/", "..")):
        assert "--workspace" in str(refused.value)
        assert "SHALL_WORKSPACES=" in str(refused.value)


def test_a_link_that_leads_out_is_refused(folders: dict[str, Path]) -> None:
    (folders["shop"] / "door").symlink_to(folders["other"])
    with (
        opened([folders["shop"]], folders["home"], folders["home"]) as spaces,
        pytest.raises(OutsideWorkspace),
    ):
        spaces.choose("door")


@pytest.mark.verifies("workspace#2.6")
@pytest.mark.parametrize(
    "argument",
    [".git", ".git/hooks", "backend/.GIT", ".hg", ".shall", ".shall/local", "backend/.shall"],
)
def test_no_folder_that_tools_may_not_write_becomes_a_workspace(
    folders: dict[str, Path], argument: str
) -> None:
    (folders["shop"] / argument).mkdir(parents=True)
    with (
        opened([folders["shop"]], folders["home"], folders["home"]) as spaces,
        pytest.raises(OutsideWorkspace, match="version-control folder or a state folder"),
    ):
        spaces.choose(argument)


@pytest.mark.verifies("workspace#2.6")
@pytest.mark.parametrize("argument", ["logs/shall", "logs/shall/evidence", "backend/logs/shall"])
def test_nor_does_a_state_folder_of_another_name(folders: dict[str, Path], argument: str) -> None:
    (folders["shop"] / argument).mkdir(parents=True)
    (folders["shop"] / "logs").mkdir(exist_ok=True)
    settings = Settings(workspaces=(folders["shop"],), state_dir=Path("logs/shall"))
    spaces = open_workspaces(settings)
    try:
        with pytest.raises(OutsideWorkspace, match="state folder"):
            spaces.choose(argument)
        assert spaces.choose("logs").root == folders["shop"] / "logs"
    finally:
        spaces.close()


def test_a_missing_folder_is_named_and_not_made(folders: dict[str, Path]) -> None:
    with (
        opened([folders["shop"]], folders["home"], folders["home"]) as spaces,
        pytest.raises(FolderNotFound),
    ):
        spaces.choose("gone")
    assert not (folders["shop"] / "gone").exists()


def test_the_clients_roots_count_where_the_operator_names_none(folders: dict[str, Path]) -> None:
    with opened([], folders["home"], folders["home"]) as spaces:
        assert spaces.takes_client_roots
        assert spaces.choose(None, [folders["shop"]]).root == folders["shop"]


def test_the_clients_roots_do_not_widen_what_the_operator_allows(
    folders: dict[str, Path],
) -> None:
    with opened([folders["shop"]], folders["home"], folders["home"]) as spaces:
        assert not spaces.takes_client_roots
        with pytest.raises(OutsideWorkspace):
            spaces.choose(str(folders["other"]), [folders["other"]])


@pytest.mark.verifies("workspace#2.1")
def test_else_the_current_folder_is_the_workspace(folders: dict[str, Path]) -> None:
    with opened([], folders["shop"], folders["home"]) as spaces:
        assert spaces.choose(None).root == folders["shop"]


@pytest.mark.verifies("workspace#2.2")
def test_neither_the_root_nor_the_home_folder_is_ever_taken_by_default(
    folders: dict[str, Path],
) -> None:
    for current in (Path("/"), folders["home"]):
        with opened([], current, folders["home"]) as spaces:
            for roots in ([], [Path("/")], [folders["home"]]):
                with pytest.raises(OutsideWorkspace, match="--workspace"):
                    spaces.choose(None, roots)


@pytest.mark.verifies("workspace#2.5")
def test_an_interpreter_counts_only_in_the_workspaces_environment(
    folders: dict[str, Path],
) -> None:
    venv = folders["shop"] / ".venv"
    (venv / "bin").mkdir(parents=True)
    python = venv / "bin" / "python3.11"
    python.write_text("")
    script = folders["shop"] / "script.py"
    script.write_text("")
    with opened([folders["shop"]], folders["home"], folders["home"]) as spaces:
        workspace = spaces.choose(None)
        with pytest.raises(OutsideWorkspace):  # there is no pyvenv.cfg yet
            spaces.check_interpreter(str(python), workspace)
        (venv / "pyvenv.cfg").write_text("")
        assert spaces.check_interpreter(str(python), workspace) == python
        assert spaces.check_interpreter(".venv/bin/python3.11", workspace) == python
        assert spaces.check_interpreter(None, workspace) is None
        for refused in (
            str(script),
            "/usr/bin/python3",
            "../other/python",
            "/any/script",
            "/python",
            "n" * 300,
        ):
            with pytest.raises(OutsideWorkspace, match="SHALL_INTERPRETERS"):
                spaces.check_interpreter(refused, workspace)


def test_an_interpreter_that_the_operator_allows_may_be_named(folders: dict[str, Path]) -> None:
    allowed = Path("/usr/bin/python3")
    with opened([folders["shop"]], folders["home"], folders["home"], [allowed]) as spaces:
        assert spaces.check_interpreter(str(allowed), spaces.choose(None)) == allowed
