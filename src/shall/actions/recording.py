"""Keeps what a run tells while it goes on, so that a killed process loses nothing it reported."""

import asyncio
import logging
from types import TracebackType
from typing import Self

from shall.errors import ShallError
from shall.results.events import CaseFinished, Event, RunFinished, RunStarted
from shall.results.records import CaseResult
from shall.store.base import Store

_log = logging.getLogger(__name__)


class Recorder:
    """Writes the events of one run to the store, in batches, off the event loop.

    A case is written as soon as the batch before it is: few cases in flight, many in a batch. A
    store that fails is told once, in the log and in ``fault``, and then left alone: the run and its
    results stand.
    """

    def __init__(self, store: Store | None) -> None:
        self.fault: str | None = None
        self._store = store
        self._waiting: list[RunStarted | CaseResult | RunFinished] = []
        self._woken = asyncio.Event()
        self._done = False
        self._writer: asyncio.Task[None] | None = None

    def take(self, event: Event) -> None:
        """Take an event; what need not be kept is passed over."""
        if self._store is None:
            return
        match event:
            case RunStarted() | RunFinished():
                self._waiting.append(event)
            case CaseFinished(result):
                self._waiting.append(result)
            case _:
                return
        self._woken.set()

    async def __aenter__(self) -> Self:
        if self._store is not None:
            self._writer = asyncio.create_task(self._write_all(self._store))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done = True
        self._woken.set()
        if self._writer is not None:
            await asyncio.shield(self._writer)

    async def _write_all(self, store: Store) -> None:
        while True:
            batch, self._waiting = self._waiting, []
            try:
                if batch:
                    await asyncio.to_thread(_write, store, batch)
            except ShallError as error:
                self.fault = f"the results of this run are not kept: {error}"
                _log.warning("%s", self.fault)
                return
            if not self._waiting:
                if self._done:
                    return
                await self._woken.wait()
                self._woken.clear()


def _write(store: Store, batch: list[RunStarted | CaseResult | RunFinished]) -> None:
    results: list[CaseResult] = []
    for item in batch:
        match item:
            case CaseResult():
                results.append(item)
            case RunStarted():
                store.start_run(item.run_id, item.started_at, item.total, item.environment)
            case RunFinished(result):
                if results:
                    store.save_cases(results)
                    results = []
                store.finish_run(result.run_id, result.status, result.duration_s)
    if results:
        store.save_cases(results)
