"""A disk that can be filled and freed again while a server works on it."""

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class SmallDisk:
    """A file system of 4 MB in memory; only root can mount one."""

    reason = "No space left on device"

    def __init__(self, folder: Path) -> None:
        self._ballast = folder / "ballast"

    def fill(self, pid: int) -> None:
        """Leave no room."""
        del pid
        with self._ballast.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))

    def free(self, pid: int) -> None:
        """Return the room back."""
        del pid
        self._ballast.unlink()


class SmallFiles:
    """What anybody can do to a process: its files may not grow, as if the disk were full."""

    reason = "File too large"

    def fill(self, pid: int) -> None:
        """Leave no room."""
        self._bound(pid, 0)

    def free(self, pid: int) -> None:
        """Return the room back."""
        self._bound(pid, resource.RLIM_INFINITY)

    def _bound(self, pid: int, soft: int) -> None:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, resource.RLIM_INFINITY))


@contextmanager
def small_disk(
    folder: Path, kind: type[SmallDisk | SmallFiles]
) -> Iterator[SmallDisk | SmallFiles]:
    """Make the folder a disk that can be full; where nobody may mount one, its files may be."""
    folder.mkdir()
    if kind is SmallFiles or not _mounted(folder):
        yield SmallFiles()
        return
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _mounted(folder: Path) -> bool:
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        return False
    command = [mount, "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True).returncode == 0
