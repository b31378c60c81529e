"""Stops coverage's tracer where it would only see the same lines again.

On Python 3.11 a tracer makes all Python code of its thread two to three times as slow, that of
libraries too. So it is off while tests are collected, in the process that only hands tests out,
in what pytest itself does for each test, in tests that run our code in processes of their own,
where it is measured if they ask for it (see ``measured``), and in tests that repeat what other
tests have already run.
"""

import gc
import importlib
import os
import pkgutil
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import coverage
import pytest
from tests.untraced import untraced

import shall

_UNTRACED = ("hypothesis", "process", "repeats")
"""Marks of tests that run no lines of their own here; hypothesis sets the first one."""
_ENTRY_POINTS = ("shall.__main__", "shall.asgi")
"""They run when they are imported."""
_FIRST_WORKER = "gw0"
"""The worker that traces what modules of ours run when they are imported."""


def _only_hands_out(session: pytest.Session) -> bool:
    """Whether other processes run the tests of this session."""
    is_distributed = getattr(session.config.option, "dist", "no") != "no"
    return is_distributed and not hasattr(session.config, "workerinput")


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    is_first = os.getenv("PYTEST_XDIST_WORKER", _FIRST_WORKER) == _FIRST_WORKER
    if coverage.Coverage.current() is not None and is_first and not _only_hands_out(session):
        for module in pkgutil.walk_packages(shall.__path__, "shall."):
            if module.name not in _ENTRY_POINTS:
                importlib.import_module(module.name)  # the tracer must see the lines of modules
    gc.disable()  # what is collected lives to the end
    with untraced():
        return (yield)


def pytest_collection_finish() -> None:
    gc.freeze()  # else each full collection looks at all tests and modules again
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    with untraced() if _only_hands_out(session) else nullcontext():
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, object, object]:
    with untraced() if _only_hands_out(session) else nullcontext():
        return (yield)


def _tracer() -> Any:
    """Return the tracer of the thread that tests run in, which ``sys.settrace`` takes."""
    measuring = coverage.Coverage.current()
    collector = None if measuring is None else measuring._collector
    return collector.tracers[0] if collector is not None and collector.tracers else None


@contextmanager
def _traced() -> Iterator[None]:
    """Trace this thread again, where pytest's own work for a test is not traced."""
    if sys.gettrace() is not None or (tracer := _tracer()) is None:
        yield
        return
    sys.settrace(tracer)
    try:
        yield
    finally:
        sys.settrace(None)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """Trace what a test and its fixtures run; other threads are traced throughout."""
    if (tracer := _tracer()) is None or sys.gettrace() is not tracer:
        return (yield)
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(_tracer())


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_fixture_setup() -> Generator[None, object, object]:
    with _traced():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    with _traced():
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)  # before our plugin, which calls this tracer
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    with untraced() if any(map(item.get_closest_marker, _UNTRACED)) else _traced():
        return (yield)
