"""Waiting for descriptors that are forgotten, closed and used again."""

import os
from collections.abc import Callable

import pytest

from shall.transport.poller import READ, SelectorPoller, make_poller
from shall.transport.ports import Poller


@pytest.fixture(params=[make_poller, SelectorPoller])
def poller(request: pytest.FixtureRequest) -> Poller:
    make: Callable[[], Poller] = request.param
    return make()


def test_a_forgotten_descriptor_is_reported_no_more(poller: Poller) -> None:
    reader, writer = os.pipe()
    poller.watch(READ, reader)
    poller.watch(0, reader)
    os.write(writer, b"x")

    assert list(poller.wait(0)) == []
    assert list(poller.wait(0)) == []

    poller.watch(READ, reader)

    assert list(poller.wait(0)) == [(reader, READ)]
    poller.close()
    os.close(reader)
    os.close(writer)


def test_a_descriptor_that_was_closed_and_opened_again_is_watched(poller: Poller) -> None:
    reader, writer = os.pipe()
    poller.watch(READ, reader)
    poller.watch(0, reader)
    os.close(reader)
    again, new_writer = os.pipe()
    assert again == reader

    poller.watch(READ, again)
    os.write(new_writer, b"x")

    assert list(poller.wait(0)) == [(again, READ)]
    poller.close()
    for each in (writer, again, new_writer):
        os.close(each)
