"""Waits for sockets: epoll where there is one, else whatever ``selectors`` has (kqueue on macOS).

Both take descriptors of any number, unlike ``select()``. Plain epoll costs a third of what
``selectors`` costs for each event.
"""

import select
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shall.transport.ports import Poller

READ = 1
WRITE = 2
FAILED = 4

_WATCHED = READ | WRITE


if sys.platform == "linux":
    _EVENTS = (0, select.EPOLLIN, select.EPOLLOUT, select.EPOLLIN | select.EPOLLOUT)
    """What epoll waits for, by mask."""

    def _mask(events: int) -> int:
        return (
            (READ if events & select.EPOLLIN else 0)
            | (WRITE if events & select.EPOLLOUT else 0)
            | (FAILED if events & (select.EPOLLERR | select.EPOLLHUP) else 0)
        )

    class EpollPoller:
        """Waits with epoll(7).

        One that is waited for no longer stays where it is until something happens on it: the next
        request most often goes over the same connection, and needs one system call then, not two.
        """

        def __init__(self) -> None:
            self._epoll = select.epoll()
            self._watched: dict[int, int] = {}

        def watch(self, mask: int, fd: int, _multi: object = None, _data: object = None) -> None:
            """Wait for this descriptor, too, or no longer."""
            mask &= _WATCHED
            before = self._watched.get(fd)
            if before is None:
                if not mask:
                    return
                self._epoll.register(fd, _EVENTS[mask])
            elif mask and mask != before:
                try:
                    self._epoll.modify(fd, _EVENTS[mask])
                except FileNotFoundError:  # closed since then, and opened again
                    self._epoll.register(fd, _EVENTS[mask])
            self._watched[fd] = mask

        def wait(self, timeout_s: float | None) -> Iterator[tuple[int, int]]:
            """Return the descriptors that are ready, and for what."""
            for fd, events in self._epoll.poll(timeout_s):
                if not self._watched.get(fd):
                    self._drop(fd)
                else:
                    yield fd, READ if events == select.EPOLLIN else _mask(events)

        def _drop(self, fd: int) -> None:
            self._watched.pop(fd, None)
            with suppress(OSError):  # closed: the kernel forgot it
                self._epoll.unregister(fd)

        def close(self) -> None:
            """Close epoll's descriptor."""
            self._epoll.close()


class SelectorPoller:
    """Waits with the best that ``selectors`` knows, whose READ and WRITE are the same as ours."""

    def __init__(self) -> None:
        import selectors  # not where there is epoll

        self._selector = selectors.DefaultSelector()

    def watch(self, mask: int, fd: int, _multi: object = None, _data: object = None) -> None:
        """Wait for this descriptor, too, or no longer."""
        mask &= _WATCHED
        is_known = fd in self._selector.get_map()
        if is_known and mask:
            self._selector.modify(fd, mask)
        elif is_known:
            self._selector.unregister(fd)
        elif mask:
            self._selector.register(fd, mask)

    def wait(self, timeout_s: float | None) -> Iterator[tuple[int, int]]:
        """Return the descriptors that are ready, and for what."""
        for key, events in self._selector.select(timeout_s):
            yield key.fd, events & (READ | WRITE)

    def close(self) -> None:
        """Close what the selector holds."""
        self._selector.close()


def make_poller() -> "Poller":
    """Return the fastest poller of this system."""
    return EpollPoller() if sys.platform == "linux" else SelectorPoller()
