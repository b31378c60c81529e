"""Stops coverage's tracer for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

import coverage


@contextmanager
def untraced() -> Iterator[None]:
    """Stop measuring coverage in this thread, if it is measured.

    Only its collector is stopped: ``Coverage.start`` would set the environment again that makes
    processes measure theirs (see ``process_coverage``), and look at the files of all modules.
    """
    measuring = coverage.Coverage.current()
    collector = None if measuring is None else measuring._collector
    if collector is None:
        yield
        return
    collector.stop()
    try:
        yield
    finally:
        collector.start()
