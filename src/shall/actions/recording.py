"""Records what a run reports while it goes on, so that a killed process loses little of it."""

import math
import os
import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from shall.engine.stop import Stop
from shall.errors import ShallError
from shall.log import Log
from shall.results.events import CaseFinished, Event, RunFinished, RunStarted
from shall.results.records import CaseResult, RunStatus, RunSummary
from shall.store.records import RunOrigin
from shall.workspace.head import head_commit
from shall.workspace.workspace import Workspace

if TYPE_CHECKING:
    from shall.actions.evidence import Fact
    from shall.store.base import Evidence

LATEST_S = 0.1
"""A result is written this long after its case ended, where the disk is quick."""

SLOWEST_S = 1.0
"""A result is written this long after its case ended, however slow the disk is."""

LARGEST = 500
"""Results that are written at a time."""

LOOK_S = 1.0
"""A run looks this often whether it was asked to stop; one that is shorter never does."""

_log = Log(__name__)


class Recorder:
    """Writes the events of one run to the store, in batches, and its evidence at the end.

    What cannot be written is reported once in the log and in ``faults``, and not tried again: the
    run and its results remain valid. ``proves`` False: it writes no evidence. ``stop`` ends the run
    where somebody requested that in the store. ``seen`` is what was recorded when the run began;
    None: what is when its first case ends. ``is_dirty``: the files differed from the commit where
    it ran.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        proves: bool = True,
        stop: Stop | None = None,
        seen: "Collection[Evidence] | None" = None,
        is_dirty: bool = False,
    ) -> None:
        self.faults: list[str] = []
        self._stop = stop
        self._run_id = ""
        self._look_at = math.inf
        self._proves = proves
        self._workspace = workspace
        self._store = workspace.store
        self._batch: list[CaseFinished] = []
        self._due_at = 0.0
        self._facts: list[Fact] = []
        self._seen = seen
        self._is_dirty = is_dirty

    def take(self, event: Event) -> None:
        """Handle an event; a case is written with those that end soon after it."""
        if type(event) is CaseFinished:
            self._take_case(event)
        elif type(event) is RunStarted:
            self._try(lambda: self._start(event))
        elif type(event) is RunFinished:
            self._try(lambda: self._finish(event.summary))
            self._keep_evidence(event.summary)

    def _take_case(self, event: CaseFinished) -> None:
        case = event.figures
        if case.criteria and self._proves:
            from shall.actions import evidence  # it imports what reads requirements

            if not self._facts and self._seen is None:
                self._seen = evidence.read_ahead(self._workspace)
            self._facts.append(evidence.fact_of(case))
        if self._store is not None:
            self._batch.append(event)
            if len(self._batch) >= LARGEST:
                self._flush()

    def tick(self, now: float) -> float | None:
        """Write what waited long enough, and look for a request to stop; return when to again."""
        if now >= self._look_at:
            self._look(now)
        due = self._look_at
        if self._batch:
            if now >= self._due_at:
                self._flush()
            else:
                due = min(due, self._due_at)
        return due if due < math.inf else None

    def close(self) -> None:
        """Write what is left of a run that was broken off."""
        self._flush()

    def _start(self, run: RunStarted) -> None:
        if self._store is not None:
            commit = head_commit(self._workspace.root)
            origin = RunOrigin(commit, host=os.uname().nodename)
            self._store.start_run(run.run_id, run.started_at, run.total, run.environment, origin)
            self._run_id = run.run_id
            self._look_at = math.inf if self._stop is None else time.monotonic() + LOOK_S

    def _finish(self, run: RunSummary) -> None:
        """Write the last cases with the end of the run: one transaction waits once for the disk."""
        results, encoded = self._taken()
        if self._store is not None:
            self._store.finish_run(run.run_id, run.status, run.duration_s, results, encoded)

    def _look(self, now: float) -> None:
        self._look_at = now + LOOK_S
        if self._store is None or self._stop is None:
            self._look_at = math.inf
            return
        try:
            is_asked = self._store.is_asked_to_stop(self._run_id)
        except ShallError:  # what cannot be read now may be in a moment
            return
        if is_asked:
            self._look_at = math.inf
            _log.warning("the run %s was asked to stop", self._run_id)
            self._stop.request()

    def _flush(self) -> None:
        results, encoded = self._taken()
        if results and self._store is not None:
            store = self._store
            began = time.monotonic()
            self._try(lambda: store.save_cases(results, encoded))
            ended = time.monotonic()
            # A disk that takes long to sync must not take more than a tenth of the run.
            self._due_at = ended + min(max(LATEST_S, 9 * (ended - began)), SLOWEST_S)

    def _taken(self) -> tuple[list[CaseResult], list[bytes | None]]:
        """Return the cases that wait, and each as it was encoded already; they wait no longer."""
        batch, self._batch = self._batch, []
        return [it.figures for it in batch], [it.encoded for it in batch]

    def _try(self, write: Callable[[], None]) -> None:
        try:
            write()
        except ShallError as error:
            self._store = None
            self._batch = []
            fault = f"the results of this run are not stored: {error}"
            _log.warning("%s", fault)
            self.faults.append(fault)

    def _keep_evidence(self, run: RunSummary) -> None:
        if not self._facts:
            return
        from shall.actions.evidence import (  # as above
            append_evidence,
            note_outages,
            of_all_rows,
            sound_facts,
        )

        whole = run.status is RunStatus.COMPLETE
        note_outages(self._workspace, self._facts, run.run_id)
        sound = sound_facts(self._facts, is_whole=whole)
        facts = [fact.evidence(run.run_id) for fact in of_all_rows(sound)]
        self.faults += append_evidence(
            self._workspace,
            [it for each in facts for it in each],
            seen=self._seen,
            is_dirty=self._is_dirty,
        )
