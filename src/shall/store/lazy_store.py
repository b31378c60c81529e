"""A store that is opened when it is first needed, and made only when something is to be stored."""

from _thread import allocate_lock
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from shall.errors import ShallError, StoreUnavailable
from shall.store.records import UNKNOWN_ORIGIN, RunOrigin, RunRecord

if TYPE_CHECKING:  # a run that is stored needs no list
    from shall.results import listing
    from shall.results.records import CaseResult, RunStatus
    from shall.store.base import CallRecord, CallStatistics, ConnectionRecord, Store


class StoreOpenedLater:
    """Reads as an empty store while there is none.

    ``exists`` returns whether there is a store to open. ``open_store`` opens it, and makes it where
    there is none; that is done by ``make``, and by what stores runs and connections. ``may_make``
    False: never.
    """

    def __init__(
        self, exists: Callable[[], bool], open_store: Callable[[], "Store"], *, may_make: bool
    ) -> None:
        self._look = exists
        self._open = open_store
        self.may_make = may_make
        self._lock = allocate_lock()
        self._store: Store | None = None
        self._is_closed = False
        self.fault: str | None = None

    def exists(self) -> bool:
        """Check whether there is a store."""
        return self._store is not None or self._look()

    def make(self) -> None:
        """Open the store, or make it. Raises nothing: ``fault`` says why that failed."""
        try:
            self._made()
        except ShallError as error:
            self.fault = f"Results are not stored: {error}"

    def start_run(
        self,
        run_id: str,
        started_at: datetime,
        total: int,
        environment: str,
        origin: RunOrigin = UNKNOWN_ORIGIN,
    ) -> None:
        """Store that a run began."""
        self._made().start_run(run_id, started_at, total, environment, origin)

    def save_cases(
        self, results: Sequence["CaseResult"], encoded: Sequence[bytes | None] = ()
    ) -> None:
        """Store finished cases."""
        self._made().save_cases(results, encoded)

    def finish_run(
        self,
        run_id: str,
        status: "RunStatus",
        duration_s: float,
        results: Sequence["CaseResult"] = (),
        encoded: Sequence[bytes | None] = (),
    ) -> None:
        """Store the last cases and that a run ended."""
        self._made().finish_run(run_id, status, duration_s, results, encoded)

    def ask_to_stop(self, run_id: str) -> bool:
        """Request a run to stop."""
        store = self._existing()
        return store is not None and store.ask_to_stop(run_id)

    def is_asked_to_stop(self, run_id: str) -> bool:
        """Return whether a run was asked to stop."""
        store = self._existing()
        return store is not None and store.is_asked_to_stop(run_id)

    def live_runs(self, named: Collection[str] = ()) -> "list[listing.LiveRun]":
        """Return the runs that go on, and those that are named."""
        store = self._existing()
        return [] if store is None else store.live_runs(named)

    def runs(self, limit: int) -> list[RunRecord]:
        """Return the newest runs."""
        store = self._existing()
        return [] if store is None else store.runs(limit)

    def run(self, run_id: str) -> RunRecord | None:
        """Return one run."""
        store = self._existing()
        return None if store is None else store.run(run_id)

    def cases(self, run_id: str, case_key: str | None = None) -> list["CaseResult"]:
        """Return the cases of a run."""
        store = self._existing()
        return [] if store is None else store.cases(run_id, case_key)

    def run_page(self, wanted: "listing.RunFilter", limit: int, offset: int) -> "listing.RunPage":
        """Return some of the runs that a filter lists."""
        from shall.results.listing import RunPage  # only where lists are read, as below

        store = self._existing()
        return RunPage() if store is None else store.run_page(wanted, limit, offset)

    def run_line(self, run_id: str) -> "listing.RunLine | None":
        """Return one run as lists show it."""
        store = self._existing()
        return None if store is None else store.run_line(run_id)

    def case_page(
        self,
        run_id: str,
        wanted: "listing.CaseFilter",
        order: "listing.CaseOrder",
        limit: int,
        offset: int,
    ) -> "listing.CasePage":
        """Return some of the cases of a run that a filter lists."""
        from shall.results.listing import CasePage

        store = self._existing()
        if store is None:
            return CasePage()
        return store.case_page(run_id, wanted, order, limit, offset)

    def case_counts(self, run_id: str) -> "listing.CaseCounts":
        """Return how many cases of a run have each outcome, tag and feature."""
        from shall.results.listing import CaseCounts

        store = self._existing()
        return CaseCounts() if store is None else store.case_counts(run_id)

    def case_at(self, run_id: str, number: int) -> "CaseResult | None":
        """Return the case of a run with that number."""
        store = self._existing()
        return None if store is None else store.case_at(run_id, number)

    def cases_from(self, run_id: str, number: int, limit: int) -> list["CaseResult"]:
        """Return the cases of a run from that number on."""
        store = self._existing()
        return [] if store is None else store.cases_from(run_id, number, limit)

    def reasons(self, run_id: str) -> "listing.ReasonCounts":
        """Return why cases of a run did not pass."""
        from shall.results.listing import ReasonCounts

        store = self._existing()
        return ReasonCounts() if store is None else store.reasons(run_id)

    def case_briefs(self, run_id: str) -> "list[listing.CaseBrief]":
        """Return the cases of a run as comparing reads them."""
        store = self._existing()
        return [] if store is None else store.case_briefs(run_id)

    def past_cases(self, runs: int, wanted: "listing.PastFilter") -> "listing.PastCases":
        """Return how cases ended in the newest runs."""
        from shall.results.listing import PastCases

        store = self._existing()
        return PastCases() if store is None else store.past_cases(runs, wanted)

    def past_totals(self, runs: int, most: int) -> "listing.PastTotals":
        """Count how cases ended in the newest runs, which have at most ``most`` results."""
        from shall.results.listing import PastTotals

        store = self._existing()
        return PastTotals() if store is None else store.past_totals(runs, most)

    def save_coverage(self, line: "listing.CoverageLine") -> None:
        """Store what was measured of a stored run, in the place of what was before."""
        store = self._existing()
        if store is not None:
            store.save_coverage(line)

    def newest_coverage(self, limit: int) -> "list[listing.CoverageLine]":
        """Return what was measured of the newest runs, newest first."""
        store = self._existing()
        return [] if store is None else store.newest_coverage(limit)

    def failed_last(self) -> frozenset[str]:
        """Return the keys of the cases whose newest result was bad."""
        store = self._existing()
        return frozenset() if store is None else store.failed_last()

    def save_call(self, call: "CallRecord") -> None:
        """Store a call where there is a store. Raises nothing."""
        try:
            store = self._existing()
        except ShallError as error:
            self.fault = f"Results are not stored: {error}"
            return
        if store is not None:
            store.save_call(call)

    def call_statistics(self, limit: int, since: datetime | None) -> "CallStatistics":
        """Count calls."""
        from shall.store.base import CallStatistics

        store = self._existing()
        if store is None:
            return CallStatistics(0, 0, 0, 0.0, 0.0, 0.0, {})
        return store.call_statistics(limit, since)

    def save_connection(self, connection: "ConnectionRecord") -> None:
        """Store a connection."""
        self._made().save_connection(connection)

    def touch_connection(self, connection_id: str, principal: str) -> bool:
        """Store a heartbeat."""
        store = self._existing()
        return store is not None and store.touch_connection(connection_id, principal)

    def delete_connection(self, connection_id: str, principal: str) -> bool:
        """End a connection."""
        store = self._existing()
        return store is not None and store.delete_connection(connection_id, principal)

    def connections(self) -> list["ConnectionRecord"]:
        """Return all connections."""
        store = self._existing()
        return [] if store is None else store.connections()

    def check(self) -> None:
        """Check the store, where there is one."""
        store = self._existing()
        if store is not None:
            store.check()

    def close(self) -> None:
        """Close what is open; nothing is opened any more."""
        with self._lock:
            store, self._store, self._is_closed = self._store, None, True
        if store is not None:
            store.close()

    def _existing(self) -> "Store | None":
        if self.exists():
            return self._opened()
        if self.fault is not None:  # it could not be made: empty would be a claim
            raise StoreUnavailable(self.fault)
        return None

    def _made(self) -> "Store":
        if not self.may_make and not self.exists():
            raise StoreUnavailable(
                "This server is read-only, and its workspace has no state.",
                hint="Run `shall init` in the workspace, or serve without --read-only.",
            )
        return self._opened()

    def _opened(self) -> "Store":
        with self._lock:
            if self._is_closed:
                raise StoreUnavailable("The workspace is closed.", hint="Retry the call.")
            if self._store is None:
                self._store = self._open()
                self.fault = None
            return self._store
