from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shall.errors import FileUnavailable, FolderNotFound, OutsideWorkspace, StoreUnavailable
from shall.server_bootstrap import open_workspaces, serve_workspace
from shall.settings import Settings
from shall.store.base import Evidence
from shall.workspace.workspaces import MOST_IN_USE, MOST_OPEN, Workspaces

FACT = Evidence(
    at=datetime(2026, 11, 21, tzinfo=UTC),
    criterion="a#1.1",
    source="a.yaml",
    kind="case",
    outcome="passed",
    run_id="r1",
    criterion_fingerprint=None,
    source_fingerprint="",
    checks_executed=1,
    duration_s=0.1,
)


@contextmanager
def opened(
    allowed: list[Path], current: Path, home: Path, interpreters: list[Path] | None = None
) -> Iterator[Workspaces]:
    workspaces = Workspaces(
        allowed,
        current,
        home,
        lambda root, folder: serve_workspace(root, folder, Settings()),
        interpreters or [],
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


@pytest.mark.verifies("defences#7.1")
@pytest.mark.parametrize("marker", ["shall.yaml", ".git"])
def test_a_folder_belongs_to_the_nearest_project(folders: dict[str, Path], marker: str) -> None:
    inner = folders["shop"] / "backend"
    (inner / "tests" / "cases").mkdir(parents=True)
    with opened([folders["shop"]], folders["home"], folders["home"]) as spaces:
        assert spaces.choose("backend").root == folders["shop"]
        assert spaces.choose("backend/tests/cases").root == folders["shop"]
        (inner / marker).touch()
        for argument in (str(inner), "backend", "backend/tests/cases", "backend/../backend"):
            assert spaces.choose(argument).root == inner
        assert spaces.choose(None).root == folders["shop"]


@pytest.mark.verifies("workspace#2.8", "workspace#2.9")
def test_a_state_folder_alone_makes_no_project_and_the_log_says_so_once(
    folders: dict[str, Path], caplog: pytest.LogCaptureFixture
) -> None:
    inner = folders["shop"] / "backend"
    (inner / ".shall").mkdir(parents=True)
    with opened([folders["shop"]], folders["home"], folders["home"]) as spaces:
        assert spaces.choose("backend").root == folders["shop"]
        assert spaces.choose("backend").root == folders["shop"]
    assert [it.getMessage() for it in caplog.records] == [
        f"{inner}/.shall is not used: the workspace is {folders['shop']}; create "
        f"{inner}/shall.yaml to make the folder a project of its own, it may be empty"
    ]


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
        assert spaces.choose("logs").root == folders["shop"]
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


def open_descriptors() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def make_projects(folder: Path, count: int) -> list[str]:
    names = [f"p{number}" for number in range(count)]
    for name in names:
        (folder / name).mkdir()
        (folder / name / "shall.yaml").touch()
    return names


@pytest.mark.verifies("defences#7.2", "defences#7.4")
@pytest.mark.repeats
def test_named_folders_use_up_no_descriptors_and_are_left_as_they_are(
    folders: dict[str, Path],
) -> None:
    shop = folders["shop"]
    for number in range(300):
        (shop / f"d{number}").mkdir()
    projects = make_projects(shop, 300)
    with opened([shop], folders["home"], folders["home"]) as spaces:
        before = open_descriptors()
        for number in range(300):
            with spaces.in_use():
                assert spaces.choose(f"d{number}").root == shop
        assert open_descriptors() <= before + 1
        for name in projects:
            with spaces.in_use():
                assert spaces.choose(name).store is not None
        assert len(spaces.opened) <= MOST_OPEN + 1
        assert open_descriptors() <= before + MOST_OPEN + 1
    assert list(shop.rglob(".shall")) == []


@pytest.mark.verifies("defences#7.2", "defences#7.3")
def test_a_project_that_is_in_use_stays_open_and_is_closed_later(
    folders: dict[str, Path],
) -> None:
    names = make_projects(folders["shop"], MOST_OPEN + 2)
    with opened([folders["shop"]], folders["home"], folders["home"]) as spaces:
        with spaces.in_use():
            used = spaces.choose(names[0])
            used.make_state()
            for name in names[1:]:
                spaces.choose(name)
            used.files.write_text("a.md", "a")
            assert used.store is not None
            assert used.store.runs(1) == []
            assert used.state_warning is None
        for name in names[1:]:
            with spaces.in_use():
                spaces.choose(name)
        assert used not in spaces.opened
        with pytest.raises(FolderNotFound, match="closed"):
            used.files.fileno()
        assert spaces.choose(names[0]).files.read_text("a.md") == "a"


@pytest.mark.verifies("defences#7.2")
def test_more_projects_than_can_be_in_use_are_refused(folders: dict[str, Path]) -> None:
    *names, last = make_projects(folders["shop"], MOST_IN_USE + 1)
    with opened([folders["shop"]], folders["home"], folders["home"]) as spaces:
        with spaces.in_use():
            for name in names:
                spaces.choose(name)
            with pytest.raises(FileUnavailable, match="64 workspaces"):
                spaces.choose(last)
        assert spaces.choose(last).root.name == last


@pytest.mark.verifies("defences#8.1")
def test_a_project_whose_folder_was_replaced_is_opened_anew(folders: dict[str, Path]) -> None:
    project = folders["shop"] / "p0"
    make_projects(folders["shop"], 1)
    with opened([folders["shop"]], folders["home"], folders["home"]) as spaces:
        first = spaces.choose("p0")
        project.rename(folders["shop"] / "old")
        make_projects(folders["shop"], 1)
        second = spaces.choose("p0")
        second.files.write_text("a.md", "new")
        assert first is not second
        assert (project / "a.md").exists()


@pytest.mark.verifies("defences#8.2")
@pytest.mark.parametrize("part", [".shall", ".shall/local", ".shall/evidence"])
def test_a_state_that_is_reached_through_a_link_is_refused(
    folders: dict[str, Path], part: str
) -> None:
    link = folders["shop"] / part
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(folders["other"])
    with opened([folders["shop"]], folders["home"], folders["home"]) as spaces:
        space = spaces.choose(None)
        space.make_state()
        if part != ".shall/evidence":
            assert space.state_warning is not None
        assert space.evidence is not None
        with suppress(StoreUnavailable):
            space.evidence.append([FACT])
    assert list(folders["other"].iterdir()) == []
