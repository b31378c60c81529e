"""CPU, memory and open files of the processes of this server, as ``process_*``."""

import os
import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from prometheus_client import ProcessCollector
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

_OF_A_PROCESS = re.compile(r"_(\d+)\.db$")

_ONE_OF_ALL = {"process_start_time_seconds": min, "process_max_fds": max}
"""What is not a sum over the processes."""


class ProcessesCollector(Collector):
    """Sums over the workers that share a folder and live; without one, figures of this process.

    Linux only: elsewhere there is no ``/proc``, and nothing is reported.
    """

    def __init__(self, shared: Path | None) -> None:
        self._shared = shared

    def collect(self) -> Iterable[Metric]:
        """Read ``/proc``."""
        joined: dict[str, Metric] = {}
        for pid in self._pids():
            for metric in ProcessCollector(pid=partial(int, pid), registry=None).collect():
                known = joined.setdefault(metric.name, metric)
                if known is not metric:
                    _add(known, metric)
        return joined.values()

    def _pids(self) -> Iterator[int]:
        own, parent = os.getpid(), os.getppid()
        yield own
        names = self._shared.glob("*.db") if self._shared is not None else ()
        found = {int(match[1]) for it in names if (match := _OF_A_PROCESS.search(it.name))}
        # The number of a worker that ended may be another program's by now.
        yield from (pid for pid in found - {own} if parent_of(pid) == parent)


def parent_of(pid: int) -> int | None:
    """Return the process that started another; None where that has ended or cannot be asked."""
    fields = stat_fields(pid)
    return int(fields[1]) if fields else None


def stat_fields(pid: int) -> list[str]:
    """Return the fields of ``/proc/PID/stat`` from the third on; none without ``/proc``."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()  # a program's name may hold spaces


def _add(known: Metric, more: Metric) -> None:
    join = _ONE_OF_ALL.get(known.name)
    known.samples = [
        one._replace(value=join(one.value, two.value) if join else one.value + two.value)
        for one, two in zip(known.samples, more.samples, strict=True)
    ]
