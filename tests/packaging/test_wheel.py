"""What a user gets who has no checkout."""

import subprocess
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.process


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.verifies("packaging#1.3")
def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path, tracked: tuple[str, ...]) -> None:
    source = {name.removeprefix("src/") for name in tracked if name.startswith("src/")}

    assert source - names(wheel) == set()
    assert {"shall/py.typed", "mcp_server_spec/main.py"} <= source


@pytest.mark.verifies("packaging#1.3")
def test_the_migrations_of_the_store_are_in_the_wheel(wheel: Path) -> None:
    assert [name for name in names(wheel) if name.startswith("shall/") and name.endswith(".sql")]


@pytest.mark.verifies("packaging#1.3")
def test_the_example_shop_is_in_the_wheel_and_what_it_left_behind_is_not(
    wheel: Path, tracked: tuple[str, ...]
) -> None:
    shop = {f"shall/{name}" for name in tracked if name.startswith("examples/shop/")}

    assert len(shop) > 15
    assert shop - names(wheel) == set()
    assert not [name for name in names(wheel) if "__pycache__" in name or "/.shall/local" in name]


def test_nothing_but_the_two_packages_is_in_the_wheel(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in names(wheel)}

    assert tops == {"shall", "mcp_server_spec", "shall-0.1.0.dist-info"}


@pytest.mark.verifies("packaging#1.4")
@pytest.mark.parametrize(
    "command",
    [
        ("shall", "--version"),
        ("python", "-m", "shall", "--version"),
        ("python", "-m", "mcp_server_spec.main", "--version"),
        ("api-auto-test-mcp", "--version"),
    ],
)
def test_every_way_in_shows_its_version(
    installed: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [installed / command[0], *command[1:]],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "0.1.0" in done.stdout


def test_the_installed_package_is_the_one_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    code = "import shall, mcp_server_spec; print(shall.__file__); print(mcp_server_spec.__file__)"
    printed = subprocess.run(
        [installed / "python", "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout

    assert [Path(line).is_relative_to(installed.parent) for line in printed.split()] == [True] * 2


def test_the_demo_of_the_wheel_finds_its_shop(installed: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [installed / "shall", "demo"], cwd=tmp_path, check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "stock#2.3" in done.stdout
