"""Watches the runs that go on while there are listeners: once for all of them.

The store is what workers, other servers and commands share, so it is polled. Where nobody listens,
nothing is done at all.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from shall.errors import ShallError
from shall.results.listing import LiveRun
from shall.results.records import RunStatus

RUNNING_S = 1.0
"""How often the store is looked at while a run goes on, in seconds."""

IDLE_S = 5.0
"""How often it is while none does."""

MOST_ENDED = 50
"""Runs that ended while somebody listened, and are remembered."""

Read = Callable[[Collection[str]], Awaitable[Sequence[LiveRun]]]
"""Reads the runs that go on from a store, and those that are named."""


class Watch:
    """The runs of one store, for all who listen. Belongs to one event loop."""

    def __init__(self, read: Read) -> None:
        self.runs: dict[str, LiveRun] = {}
        """The runs that go on, and the newest of those that ended since the first one listened."""
        self.changed = asyncio.Event()
        """Is set at the next change; then there is another one."""
        self.listeners = 0
        self._read = read
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look at the store."""
        self._task = asyncio.create_task(self._poll(), name="shall-live")

    def end(self) -> None:
        """Stop following."""
        if self._task is not None:
            self._task.cancel()

    async def _poll(self) -> None:
        while True:
            with suppress(ShallError):  # a store that cannot be read now may be in a moment
                asked = self._going_on()
                self._take(await self._read(asked), asked)
            await asyncio.sleep(RUNNING_S if self._going_on() else IDLE_S)

    def add(self, found: Iterable[LiveRun]) -> None:
        """Add runs that a listener read: those that go on are followed until they end.

        Else one that ends before the store is looked at would never be seen again.
        """
        self._set({**{it.line.run_id: it for it in found if is_live(it)}, **self.runs})

    def _take(self, found: Iterable[LiveRun], asked: Collection[str]) -> None:
        now = {it.line.run_id: it for it in found}
        runs = {**self.runs, **now}
        for run_id in {*asked} - now.keys():
            runs.pop(run_id, None)  # it was deleted
        ended = [run_id for run_id, it in runs.items() if not is_live(it)]
        for run_id in ended[:-MOST_ENDED]:
            del runs[run_id]
        self._set(runs)

    def _set(self, runs: dict[str, LiveRun]) -> None:
        if runs != self.runs:
            self.runs = runs
            self.changed.set()
            self.changed = asyncio.Event()

    def _going_on(self) -> set[str]:
        return {run_id for run_id, it in self.runs.items() if is_live(it)}


class LiveRuns:
    """The stores that somebody listens to, by the roots of their workspaces."""

    def __init__(self) -> None:
        self._watches: dict[Path, Watch] = {}

    def __len__(self) -> int:
        return sum(watch.listeners for watch in self._watches.values())

    @contextmanager
    def listen(self, root: Path, read: Read) -> Iterator[Watch]:
        """Return the runs of a workspace's store, which is looked at until the block ends."""
        watch = self._watches.get(root)
        if watch is None:
            watch = self._watches[root] = Watch(read)
            watch.start()
        watch.listeners += 1
        try:
            yield watch
        finally:
            watch.listeners -= 1
            if not watch.listeners:
                del self._watches[root]
                watch.end()


def is_live(run: LiveRun) -> bool:
    """Return whether a run goes on."""
    return run.line.status is RunStatus.RUNNING
