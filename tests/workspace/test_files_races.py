import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from shall.errors import AlreadyExists, FileMissing, FileUnavailable, OutsideWorkspace
from shall.workspace.files import Files


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def files(root: Path) -> Iterator[Files]:
    opened = Files(root)
    yield opened
    opened.close()


def put(source: Path, target: Path) -> None:
    """Rename, also over a folder that a writer made there meanwhile."""
    for _ in range(1000):
        try:
            source.rename(target)
        except OSError:
            shutil.rmtree(target, ignore_errors=True)
        else:
            return
    raise AssertionError(f"{source} cannot be put at {target}")


def swap(folder: Path, kept: Path, link: Path, stop: threading.Event) -> None:
    """Put a link in the place of a folder and take it back, until told to stop."""
    while not stop.is_set():
        put(folder, kept)
        put(link, folder)
        put(folder, link)
        put(kept, folder)


@pytest.mark.verifies("workspace#1.2")
@pytest.mark.repeats
def test_a_link_swapped_in_between_never_leads_out(files: Files, root: Path) -> None:
    outside = root.parent / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    (root / "d").mkdir()
    (root / "d" / "secret.txt").write_text("inside")
    (root / "link").symlink_to(outside)
    outcomes = {"inside": 0, "refused": 0}
    stop = threading.Event()
    swapping = threading.Thread(target=swap, args=(root / "d", root / "kept", root / "link", stop))
    swapping.start()
    try:
        for number in range(20_000):
            try:
                if number % 20:
                    outcomes[files.read_text("d/secret.txt")] += 1
                else:
                    files.write_text("d/new.txt", "x", overwrite=number % 40 == 0)
            except (OutsideWorkspace, FileMissing, FileUnavailable, AlreadyExists):
                outcomes["refused"] += 1
    finally:
        stop.set()
        swapping.join()

    assert outcomes["inside"] > 0
    assert outcomes["refused"] > 0
    assert [entry.name for entry in outside.iterdir()] == ["secret.txt"]
    assert (outside / "secret.txt").read_text() == "secret"


REWRITE = """
import itertools, sys
from pathlib import Path
from shall.workspace.files import Files
files = Files(Path(sys.argv[1]))
for number in itertools.count():
    files.write_text("a.txt", str(number % 10) * 300_000)
    print(number, flush=True)
"""


@pytest.mark.verifies("cases#3.3", "workspace#1.4")
@pytest.mark.process
def test_a_writer_that_is_killed_leaves_no_torn_file(files: Files, root: Path) -> None:
    for _ in range(8):
        command = [sys.executable, "-c", REWRITE, str(root)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            for _ in range(25):
                assert writer.stdout.readline()
            writer.kill()
        text = files.read_text("a.txt")
        assert text == text[0] * 300_000
