import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shall.errors import ShallError
from shall.server_bootstrap import serve_workspace
from shall.settings import Settings
from shall.workspace.workspaces import Workspaces

EXCHANGE = """
import ctypes, os, sys
folder, link, stop = sys.argv[1:]
if sys.platform == "linux":
    renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    def exchange():
        renameat2(-100, folder.encode(), -100, link.encode(), 2)  # RENAME_EXCHANGE
else:
    def exchange():
        os.rename(folder, folder + "-kept"); os.rename(link, folder)
        os.rename(folder, link); os.rename(folder + "-kept", folder)
print("begun", flush=True)
for _ in range(5_000_000):
    exchange()
    if _ % 1000 == 0 and os.path.exists(stop):
        break
"""


@pytest.fixture
def exchanged(tmp_path: Path) -> Iterator[Path]:
    """An allowed folder in which a project and a link to an outside one change places."""
    shop, outside = tmp_path / "shop", tmp_path / "outside"
    for project, text in ((shop / "p", "inside"), (outside, "outside")):
        for folder in (project / ".shall/local/logs", project / "sub/.shall/local/logs"):
            folder.mkdir(parents=True)
        (project / "shall.yaml").touch()
        (project / "sub/shall.yaml").touch()
        for name in ("a.md", "sub/a.md"):
            (project / name).write_text(text)
    (shop / "q").symlink_to(outside)
    stop = tmp_path / "stop"
    command = [sys.executable, "-c", EXCHANGE, str(shop / "p"), str(shop / "q"), str(stop)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as exchanging:
        assert exchanging.stdout is not None
        assert exchanging.stdout.readline() == b"begun\n"
        yield shop
        stop.touch()
        exchanging.wait(30)


@pytest.mark.process
@pytest.mark.skipif(
    sys.platform == "linux" and not hasattr(ctypes.CDLL(None), "renameat2"), reason="no renameat2"
)
@pytest.mark.verifies("defences#8.1", "defences#8.3")
def test_a_folder_exchanged_for_a_link_is_never_opened_outside(exchanged: Path) -> None:
    outside = exchanged.parent / "outside"
    before = {path: path.stat().st_mtime_ns for path in outside.rglob("*")}
    identity = outside.stat().st_ino, (outside / "sub").stat().st_ino
    seen = {"inside": 0, "outside": 0, "refused": 0}
    for number in range(1500):
        spaces = Workspaces(
            [exchanged],
            exchanged,
            exchanged.parent / "home",
            lambda root, folder: serve_workspace(root, folder, Settings()),
        )
        try:
            space = spaces.choose("p/sub" if number % 2 else "p")
            if space.root == exchanged:
                continue
            seen[space.files.read_text("a.md")] += 1
            if os.fstat(space.files.fileno()).st_ino in identity:
                seen["outside"] += 1
            if number % 3 == 0:
                space.make_state()
        except ShallError:
            seen["refused"] += 1
        finally:
            spaces.close()

    assert seen["outside"] == 0
    assert seen["inside"] > 0
    assert {path: path.stat().st_mtime_ns for path in outside.rglob("*")} == before
