"""The scripts behind make: what they say when they cannot, and that they do nothing twice."""

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.process


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The scripts, pyproject.toml and the locks in a folder, and an apt-get that only notes."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    apt = tmp_path / "apt-get"
    apt.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\nexit 1\n', encoding="utf-8")
    apt.chmod(0o755)
    return tmp_path


def make_venv(checkout: Path, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [checkout / "scripts" / "make-venv", ".venv", "run"],
        env={"PYTHON": python, "PATH": f"{checkout}:/usr/bin:/bin"},
        check=False,
        capture_output=True,
        text=True,
    )


def fake_python(folder: Path, body: str) -> str:
    file = folder / "fake-python"
    file.write_text(f'#!/bin/sh\n{body}\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    file.chmod(0o755)
    return str(file)


def test_a_missing_python_is_named_with_what_to_do(checkout: Path) -> None:
    done = make_venv(checkout, "python0.1")

    assert done.returncode == 1
    assert "python0.1 is not there" in done.stderr
    assert "3.11" in done.stderr


def test_without_ensurepip_root_installs_it_and_others_are_told_how(checkout: Path) -> None:
    python = fake_python(checkout, 'case "$*" in *ensurepip*) exit 1 ;; esac')

    done = make_venv(checkout, python)

    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr
    assert (checkout / "asked").exists() is (os.geteuid() == 0)
    assert not (checkout / ".venv").exists()


@pytest.mark.verifies("packaging#1.2")
def test_an_old_python_is_refused(checkout: Path) -> None:
    python = fake_python(checkout, 'case "$*" in *version_info*) exit 1 ;; esac')

    done = make_venv(checkout, python)

    assert done.returncode == 1
    assert "too old" in done.stderr


def stamp_venv(checkout: Path) -> None:
    """Let the virtual environment of the checkout hold what pyproject.toml and the lock say."""
    installed = [checkout / "pyproject.toml", checkout / "requirements" / "run.txt"]
    stamp = checkout / ".venv" / "bin" / ".installed-run"
    stamp.write_bytes(b"".join(file.read_bytes() for file in installed))


@pytest.mark.verifies("packaging#1.1")
@pytest.mark.parametrize("file", ["pyproject.toml", "requirements/run.txt"])
def test_pip_is_called_only_when_pyproject_or_the_lock_changed(checkout: Path, file: str) -> None:
    venv.create(checkout / ".venv", symlinks=True, with_pip=False)  # a call of pip must fail
    stamp_venv(checkout)

    unchanged = make_venv(checkout)
    (checkout / file).write_text("changed", encoding="utf-8")
    changed = make_venv(checkout)

    assert (unchanged.returncode, unchanged.stdout, unchanged.stderr) == (0, "", "")
    assert changed.returncode == 1
    assert "No module named pip" in changed.stderr


def test_a_virtual_environment_that_was_moved_is_made_anew(checkout: Path) -> None:
    (checkout / ".venv" / "bin").mkdir(parents=True)
    stamp_venv(checkout)
    (checkout / ".venv" / "bin" / "python").symlink_to(sys.executable)  # not of this folder
    python = fake_python(checkout, 'case "$*" in *ensurepip*) exit 1 ;; esac')

    done = make_venv(checkout, python)

    assert "making it anew" in done.stdout
    assert not (checkout / ".venv").exists()


def stamp_services(checkout: Path) -> Path:
    """Let the services that lie in the checkout be installed already; gives their script."""
    script = checkout / "scripts" / "install-test-services"
    script_sum = subprocess.run(
        ["cksum"], input=script.read_text(), check=True, capture_output=True, text=True
    ).stdout.strip()
    services = checkout / ".services"
    services.mkdir()
    names = re.findall(r"^once (\w+)$", script.read_text(), re.MULTILINE)
    assert "node" in names
    for name in names:
        (services / f".{name}").write_text(f"{script_sum}\n", encoding="utf-8")
    return script


@pytest.mark.verifies("packaging#1.1")
def test_services_that_are_there_are_not_installed_again(checkout: Path) -> None:
    done = subprocess.run([stamp_services(checkout)], check=False, capture_output=True, text=True)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_packages_that_are_missing_are_installed_with_one_update_or_named(checkout: Path) -> None:
    script = checkout / "scripts" / "install-test-services"
    text = script.read_text().replace("nginx=nginx", "no-nginx=nginx").replace("ab=", "no-ab=")
    script.write_text(text, encoding="utf-8")
    (checkout / "apt-get").write_text(f'#!/bin/sh\necho "$@" >>{checkout}/asked\n')
    env = {"PATH": f"{checkout}:/usr/bin:/bin"}

    done = subprocess.run(
        [stamp_services(checkout)], env=env, check=False, capture_output=True, text=True
    )

    install = "install -y --no-install-recommends nginx apache2-utils"
    if os.geteuid() == 0:
        assert done.returncode == 0, done.stderr
        assert (checkout / "asked").read_text() == f"update\n{install}\n"
    else:
        assert done.returncode == 1
        assert f"apt-get update && apt-get {install}" in done.stderr
