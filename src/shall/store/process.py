"""Which process a run belongs to, told apart from a later one with the same number."""

import os
import platform
import subprocess
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def this_process() -> str:
    """Name this process: its number and when it started."""
    return _named(os.getpid())


def is_alive(process: str) -> bool:
    """Tell whether the process of that name still runs on this machine."""
    number = process.partition("@")[0]
    return number.isdigit() and _named(int(number)) == process


def _named(number: int) -> str:
    return f"{number}@{_started(number)}"


def _started(number: int) -> str:
    """Give when a process started, in the words of the system; empty when there is none."""
    if platform.system() == "Linux":
        try:
            stat = Path(f"/proc/{number}/stat").read_text("latin-1")
        except OSError:
            return ""
        # proc(5): the name, in parentheses, may hold anything; field 22 is the start time
        fields = stat.rpartition(")")[2].split()
        return "" if fields[0] in "ZX" else fields[19]
    return _started_by_ps(number)


def _started_by_ps(number: int) -> str:
    told = subprocess.run(  # noqa: S603 - argv only, a number
        ["/bin/ps", "-o", "lstart=", "-p", str(number)],
        capture_output=True,
        text=True,
        check=False,
    )
    return "-".join(told.stdout.split())
