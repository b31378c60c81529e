"""Folders reached without following a link."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NONBLOCK


class Folder(Struct, frozen=True):
    """A folder that is opened anew each time it is used.

    ``names`` lead to it from ``base``, an open descriptor; none of them may be a link. Without a
    base it is ``path`` as the operator named it, and ``names`` are below that. ``path`` is where
    messages say that it is.
    """

    path: Path
    base: Callable[[], int] | None = None
    names: tuple[str, ...] = ()

    def below(self, *names: str) -> "Folder":
        """Return a folder in this one."""
        if self.base is None:
            return Folder(self.path.joinpath(*names))
        return Folder(self.path.joinpath(*names), self.base, (*self.names, *names))

    @contextmanager
    def opened(self, *, make: bool = False, mode: int = 0o777) -> Iterator[int]:
        """Open the folder, for as long as the block runs; ``make`` creates what is missing.

        Raises:
            OSError: It cannot be opened or created, or one of its names is a link.
        """
        if self.base is None:
            if make:
                self.path.mkdir(mode, parents=True, exist_ok=True)
            folder = os.open(self.path, _FLAGS)
        else:
            folder = walk(self.base(), self.names, make=make, mode=mode)
        try:
            yield folder
        finally:
            os.close(folder)


def walk(start: int, names: tuple[str, ...], *, make: bool = False, mode: int = 0o777) -> int:
    """Open the folder that names lead to from an open one. No name may be a link.

    Raises:
        OSError: It cannot be opened or created.
    """
    folder = os.open(".", _FLAGS, dir_fd=start)
    try:
        for name in names:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(name, mode, dir_fd=folder)
            below = os.open(name, _FLAGS | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = below
    except BaseException:
        os.close(folder)
        raise
    return folder


def exists(folder: int, name: str) -> bool:
    """Check whether an open folder has something of that name; a link counts, whole or not."""
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return False
    return True
