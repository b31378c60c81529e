import shutil
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shall.errors import StoreUnavailable
from shall.store.state import prepare_state
from shall.store.state_key import sealing_key


def test_the_state_folder_is_made_with_what_git_needs(tmp_path: Path) -> None:
    state = tmp_path / "a" / ".shall"
    for _ in range(2):
        prepare_state(state)

    assert (state / ".gitignore").read_text() == "local/\n"
    assert (state / ".gitattributes").read_text() == (
        "evidence/*.jsonl merge=union\nbaseline.jsonl merge=union\n"
    )
    assert stat.S_IMODE((state / "local").stat().st_mode) == 0o700


def test_what_exists_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*\n")
    prepare_state(tmp_path)

    assert (tmp_path / ".gitignore").read_text() == "*\n"


def test_a_state_folder_that_cannot_be_made_is_named_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreUnavailable, match=r"file/\.shall cannot be .*: Not a directory.*DIR"):
        prepare_state(tmp_path / "file" / ".shall")


@pytest.mark.verifies("tracing#2.5")
@pytest.mark.process
def test_git_merges_two_branches_evidence_and_ignores_local(tmp_path: Path) -> None:
    git = shutil.which("git")
    assert git is not None

    def run(*arguments: str) -> str:
        settings = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        command = [git, *settings, "-C", str(tmp_path), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    evidence = tmp_path / ".shall" / "evidence" / "2026-11.jsonl"
    run("init", "-q", "-b", "main")
    prepare_state(tmp_path / ".shall")
    (tmp_path / ".shall" / "local" / "shall.db").write_text("")
    evidence.parent.mkdir()
    evidence.write_text("0\n")
    run("add", ".")
    run("commit", "-qm", "start")
    run("switch", "-qc", "other")
    evidence.write_text("0\nother\n")
    run("commit", "-qam", "other")
    run("switch", "-q", "main")
    evidence.write_text("0\nmain\n")
    run("commit", "-qam", "main")
    run("merge", "-q", "other")

    assert sorted(evidence.read_text().split()) == ["0", "main", "other"]
    assert "local" not in run("ls-files")


@pytest.mark.verifies("serve#5.5")
def test_servers_that_share_a_state_share_its_key(tmp_path: Path) -> None:
    prepare_state(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: sealing_key(tmp_path), range(64)))
    [key] = keys
    assert len(key) == 32
    [made] = (tmp_path / "local").glob("sealing*")
    assert made.stat().st_mode & 0o777 == 0o600
    other = tmp_path / "other"
    prepare_state(other)
    assert sealing_key(other) != key
    with pytest.raises(StoreUnavailable, match="cannot be read"):
        sealing_key(tmp_path / "none")
