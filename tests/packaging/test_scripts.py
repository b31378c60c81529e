"""The scripts behind make: what they say when they cannot, and that they do nothing twice."""

import json
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
    assert "python0.1 was not found" in done.stderr
    assert "3.11" in done.stderr


def test_without_ensurepip_root_installs_it_and_others_see_how(checkout: Path) -> None:
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
    files = "scripts/install-test-services scripts/npm/*.txt scripts/npm/*/package-lock.json"
    script_sum = subprocess.run(
        ["sh", "-c", f"cat {files} | cksum"], cwd=checkout, check=True, capture_output=True
    ).stdout.strip()
    services = checkout / ".services"
    services.mkdir()
    names = re.findall(r"^once (\w+)$", script.read_text(), re.MULTILINE)
    assert "node" in names
    for name in names:
        (services / f".{name}").write_bytes(script_sum + b"\n")
    return script


@pytest.mark.verifies("packaging#1.1")
def test_services_that_are_there_are_not_installed_again(checkout: Path) -> None:
    done = subprocess.run([stamp_services(checkout)], check=False, capture_output=True, text=True)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def fake_command(checkout: Path, name: str, prints: str) -> None:
    file = checkout / name
    file.write_text(f"#!/bin/sh\necho '{prints}'\n", encoding="utf-8")
    file.chmod(0o755)


def install_services(checkout: Path) -> subprocess.CompletedProcess[str]:
    fake_command(checkout, "docker-compose", "1.29.2")  # the real one starts Python
    return subprocess.run(
        [stamp_services(checkout)],
        env={"PATH": f"{checkout}:/usr/bin:/bin"},
        check=False,
        capture_output=True,
        text=True,
    )


def test_packages_that_are_missing_are_installed_with_one_update_or_named(checkout: Path) -> None:
    script = checkout / "scripts" / "install-test-services"
    text = script.read_text().replace("nginx>=1.22=nginx", "other>=1.2=nginx")
    script.write_text(text.replace("ab>=2.3=", "another>=2.3="), encoding="utf-8")
    (checkout / "apt-get").write_text(
        f'#!/bin/sh\necho "$@" >>{checkout}/asked\n'
        f"for name in other another; do printf '#!/bin/sh\\necho 9.9\\n' >{checkout}/$name; done\n"
        f"chmod +x {checkout}/other {checkout}/another\n"
    )

    done = install_services(checkout)

    install = "install -y --no-install-recommends nginx apache2-utils"
    if os.geteuid() == 0:
        assert done.returncode == 0, done.stderr
        assert (checkout / "asked").read_text() == f"update\n{install}\n"
    else:
        assert done.returncode == 1
        assert f"apt-get update && apt-get {install}" in done.stderr


@pytest.mark.parametrize(
    ("prints", "says"),
    [
        ("curl 7.87.9 (x86_64)", "curl 7.87.9 is too old. The tests need 7.88 or later."),
        ("curl 7", "curl 7 is too old. The tests need 7.88 or later."),
        ("no number", "curl does not print its version. The tests need 7.88 or later."),
        ("curl 7.88.1 (x86_64)", ""),
        ("curl 8.2.0", ""),
        ("curl 10.0", ""),
    ],
)
def test_a_system_command_that_is_too_old_is_named_with_what_is_needed(
    checkout: Path, prints: str, says: str
) -> None:
    fake_command(checkout, "curl", prints)

    done = install_services(checkout)

    assert done.returncode == (1 if says else 0), done.stderr
    assert done.stderr.startswith(says) if says else done.stderr == ""


def test_what_npm_installs_is_locked_by_hash_and_names_no_registry() -> None:
    for folder in (ROOT / "scripts/npm").iterdir():
        if folder.is_dir():
            wanted = json.loads((folder / "package.json").read_text())["dependencies"]
            packages = json.loads((folder / "package-lock.json").read_text())["packages"]
            assert packages.pop("")["dependencies"] == wanted
            assert all(version[0].isdigit() for version in wanted.values()), wanted
            assert [name for name, it in packages.items() if "integrity" not in it] == []
            assert [name for name, it in packages.items() if "resolved" in it] == []


@pytest.mark.parametrize(
    ("status", "printed"), [(0, "50 of 50 proved\n"), (1, "failing: a#1.1\n49 of 50 proved\n")]
)
def test_make_test_fails_where_a_requirement_is_not_proved(
    checkout: Path, status: int, printed: str
) -> None:
    shutil.copy(ROOT / "Makefile", checkout)
    programs = checkout / ".venv" / "bin"
    programs.mkdir(parents=True)
    fake_command(programs, "coverage", "covered")
    (programs / "shall").write_text(
        f"#!/bin/sh\nprintf 'failing: a#1.1\\n%s of 50 proved\\n' {50 - status}\nexit {status}\n"
    )
    (programs / "shall").chmod(0o755)

    done = subprocess.run(
        ["make", "--old-file=services", "test"],
        cwd=checkout,
        # This suite is itself started by make, whose flags would print what make enters and leaves.
        env={
            name: it for name, it in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))
        },
        check=False,
        capture_output=True,
        text=True,
    )

    assert (done.returncode != 0) is (status != 0), done.stderr
    assert done.stdout.split("covered\n")[-1] == printed


def renew_npm_locks(checkout: Path, ci: str) -> subprocess.CompletedProcess[str]:
    """Run lock-npm with an npm that writes new locks, and ends with ``ci`` where it checks one."""
    npm = checkout / ".services/bin/npm"
    npm.parent.mkdir(parents=True)
    npm.write_text(
        "#!/bin/sh\nfor last; do :; done\n"
        f'case $1 in install) echo new >"$last/package-lock.json" ;; ci) {ci} ;; esac\n',
        encoding="utf-8",
    )
    npm.chmod(0o755)
    return subprocess.run(
        [checkout / "scripts/lock-npm"], check=False, capture_output=True, text=True
    )


def npm_locks(checkout: Path) -> list[str]:
    locks = sorted(checkout.glob("scripts/npm/*/package-lock.json"))
    return [it.read_text(encoding="utf-8") for it in locks]


@pytest.mark.verifies("packaging#1.8")
def test_a_lock_that_npm_cannot_install_is_restored(checkout: Path) -> None:
    before = npm_locks(checkout)
    done = renew_npm_locks(checkout, ci="echo Missing: a@ from lock file; exit 1")
    assert done.returncode == 1
    assert done.stderr.count("Missing: a@ from lock file") == len(before)
    assert "scripts/npm/axe/package-lock.json was not renewed" in done.stderr
    assert npm_locks(checkout) == before


def test_a_lock_that_npm_can_install_is_renewed(checkout: Path) -> None:
    done = renew_npm_locks(checkout, ci="true")
    assert (done.returncode, done.stderr) == (0, "")
    assert set(npm_locks(checkout)) == {"new\n"}
