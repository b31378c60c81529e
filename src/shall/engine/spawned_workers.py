"""Starts the worker processes of a large run for a program that has threads, as a server has.

Forking such a program is not safe. Each worker is a program of its own: it reads what to do from a
file without a name, and takes and answers cases as a forked one does. It has no terminal and is in
a process group of its own: only its parent stops it. For Linux.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from msgspec import Struct

from shall.engine.options import RunOptions
from shall.engine.shared import Shared
from shall.engine.worker_processes import Ends, Process

NOT_FROM_HERE = "-P"
"""Python's flag that nothing is imported from the working folder, which callers write to."""


class Assignment(Struct, frozen=True):
    """What the workers of a run do.

    ``settings`` and ``root`` say how the workspace is opened, ``python`` is the interpreter that
    the call named for unit cases. ``needs`` says which cases need others, and ``joined`` which stay
    with the one before them. ``known`` maps the ways to name a criterion to its key and
    fingerprint; None: it was not needed yet.
    """

    settings: Any
    root: Path
    python: Path | None
    keys: Sequence[str]
    rows: Sequence[int]
    shared: Mapping[str, Shared]
    needs: Any
    joined: frozenset[int]
    known: Mapping[str, tuple[str, str | None]] | None
    options: RunOptions
    count: int


class WorkerProgram(Struct, frozen=True):
    """The module that is the program of a worker, and the settings it works with.

    ``free`` is held by the run whose workers exist: one at a time has some, so that their number
    and memory are bounded.
    """

    module: str
    settings: Any
    free: Lock


class Starter:
    """Starts the workers of one assignment, which is a file in memory until this is closed."""

    def __init__(self, program: WorkerProgram, assignment: Assignment, folder: int) -> None:
        """Write the assignment; ``folder`` is the open root of the workspace."""
        self._command = (sys.executable, NOT_FROM_HERE, "-m", program.module)
        self._folder = folder
        self._file = os.memfd_create("shall-run")
        with open(self._file, "wb", closefd=False) as file:
            pickle.dump(assignment, file)

    def __call__(self, number: int, ends: Ends) -> Process:
        """Start a worker."""
        handed = (self._file, self._folder, ends.shares, ends.lifetime, ends.results)
        return subprocess.Popen(  # noqa: S603 - this Python, and numbers
            [*self._command, str(number), *map(str, handed)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=handed,
            process_group=0,
        )

    def close(self) -> None:
        """Free the memory of the assignment."""
        os.close(self._file)


def assignment_of(file: int) -> Assignment:
    """Read what a worker was started for. Its parent alone can write that file."""
    data = os.pread(file, os.fstat(file).st_size, 0)  # the offset is that of all workers
    assignment: Assignment = pickle.loads(data)  # noqa: S301 - our parent wrote it
    return assignment
