"""What a process hands over to those that were forked from it before."""

import os
import sys
from collections.abc import Callable
from contextlib import closing

import pytest

from shall.engine.process_future import ProcessFuture

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")


def in_fork(work: Callable[[], bool]) -> int:
    """Start a process that ends with 0 where the work says so; return its id."""
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(not work())
        finally:
            os._exit(2)
    return pid


@pytest.mark.verifies("engine#6.10")
def test_every_process_gets_the_bytes() -> None:
    data = bytes(range(256)) * 4096

    def gets() -> bool:
        future.begin_waiting()
        return future.result() == data and future.done() and future.result() == data

    with closing(ProcessFuture()) as future:
        assert not future.done()
        pids = [in_fork(gets) for _ in range(2)]
        future.set_result(data)
        assert [os.waitpid(pid, 0)[1] for pid in pids] == [0, 0]


@pytest.mark.verifies("engine#6.11")
def test_nobody_waits_for_a_process_that_ended_without_them() -> None:
    def gets_none() -> bool:
        future.begin_waiting()
        with pytest.raises(BrokenPipeError):
            future.result()
        return True

    with closing(ProcessFuture()) as future:
        pids = [in_fork(gets_none) for _ in range(2)]
    assert [os.waitpid(pid, 0)[1] for pid in pids] == [0, 0]
