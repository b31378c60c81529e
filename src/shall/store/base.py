"""Records of calls, connections and evidence, and the protocol that every store follows."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct, field

from shall.results.records import CaseResult, RunStatus
from shall.store.records import UNKNOWN_ORIGIN, RunOrigin, RunRecord

if TYPE_CHECKING:  # a run that is stored needs no list
    from shall.results import listing


class CallRecord(Struct, frozen=True):
    """One tool call. ``at`` is aware UTC. Of its arguments only ``meta`` is stored (sizes, ids)."""

    at: datetime
    tool: str
    request_id: str
    status: str
    latency_ms: float
    error_code: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


class CallStatistics(Struct, frozen=True):
    """Tool calls counted. ``success_rate`` is 0..1; latencies in milliseconds."""

    total: int
    success: int
    error: int
    success_rate: float
    avg_latency_ms: float
    p95_latency_ms: float
    error_codes: Mapping[str, int]


class ConnectionRecord(Struct, frozen=True):
    """A client of the REST routes that is connected. Times are aware UTC.

    ``errors`` counts how often it was missed: see ``store.connections``.
    """

    connection_id: str
    principal: str
    protocol_version: str
    created_at: datetime
    last_heartbeat: datetime
    client_info: Mapping[str, Any] = field(default_factory=dict)
    errors: int = 0


class Store(Protocol):
    """Stores runs and tool calls. Methods block shortly and may be called from any thread.

    Every method but ``save_call`` raises ``StoreUnavailable`` when the database cannot be read or
    written.
    """

    def start_run(
        self,
        run_id: str,
        started_at: datetime,
        total: int,
        environment: str,
        origin: RunOrigin = UNKNOWN_ORIGIN,
    ) -> None:
        """Store that a run began."""
        ...

    def save_cases(
        self, results: Sequence[CaseResult], encoded: Sequence[bytes | None] = ()
    ) -> None:
        """Store finished cases with every step and check, in one transaction.

        ``encoded``: each as ``encode_case`` returns it, where that was made already.
        """
        ...

    def finish_run(
        self,
        run_id: str,
        status: RunStatus,
        duration_s: float,
        results: Sequence[CaseResult] = (),
        encoded: Sequence[bytes | None] = (),
    ) -> None:
        """Store that a run ended, and drop runs beyond the history's bounds.

        The last ``results`` are stored in the same transaction, as ``save_cases`` does.
        """
        ...

    def ask_to_stop(self, run_id: str) -> bool:
        """Ask a run to stop, whichever process runs it; False where that one never looks."""
        ...

    def is_asked_to_stop(self, run_id: str) -> bool:
        """Return whether a run was asked to stop."""
        ...

    def live_runs(self, named: Collection[str] = ()) -> "list[listing.LiveRun]":
        """Return the runs that go on, and those that are named, whether or not they do."""
        ...

    def runs(self, limit: int) -> list[RunRecord]:
        """Return the newest runs, newest first. A run whose process died reads INTERRUPTED."""
        ...

    def run(self, run_id: str) -> RunRecord | None:
        """Return one run."""
        ...

    def cases(self, run_id: str, case_key: str | None = None) -> list[CaseResult]:
        """Return the cases of a run as they were stored, with steps and checks."""
        ...

    def run_page(self, wanted: "listing.RunFilter", limit: int, offset: int) -> "listing.RunPage":
        """Return some of the runs that a filter lists, newest first; at most 500."""
        ...

    def run_line(self, run_id: str) -> "listing.RunLine | None":
        """Return one run as lists show it."""
        ...

    def case_page(
        self,
        run_id: str,
        wanted: "listing.CaseFilter",
        order: "listing.CaseOrder",
        limit: int,
        offset: int,
    ) -> "listing.CasePage":
        """Return some of the cases of a run that a filter lists; at most 500."""
        ...

    def case_counts(self, run_id: str) -> "listing.CaseCounts":
        """Return how many cases of a run have each outcome, tag and feature."""
        ...

    def case_at(self, run_id: str, number: int) -> CaseResult | None:
        """Return the case of a run with that number, as it was stored."""
        ...

    def cases_from(self, run_id: str, number: int, limit: int) -> list[CaseResult]:
        """Return the cases of a run from that number on, as they were stored."""
        ...

    def reasons(self, run_id: str) -> "listing.ReasonCounts":
        """Return why cases of a run did not pass, at most a thousand reasons."""
        ...

    def case_briefs(self, run_id: str) -> "list[listing.CaseBrief]":
        """Return the cases of a run as comparing reads them."""
        ...

    def past_cases(self, runs: int, wanted: "listing.PastFilter") -> "listing.PastCases":
        """Return how cases ended in the newest runs, by key and row of data."""
        ...

    def past_totals(self, runs: int, most: int) -> "listing.PastTotals":
        """Count how cases ended in the newest runs, which have at most ``most`` results."""
        ...

    def save_coverage(self, line: "listing.CoverageLine") -> None:
        """Store what was measured of a stored run, in the place of what was before."""
        ...

    def newest_coverage(self, limit: int) -> "list[listing.CoverageLine]":
        """Return what was measured of the newest runs, newest first."""
        ...

    def failed_last(self) -> frozenset[str]:
        """Return the keys of the cases whose newest result was bad; skipped ones do not count."""
        ...

    def save_call(self, call: CallRecord) -> None:
        """Queue one tool call, to be stored within 100 ms. Returns at once and raises nothing.

        It waits only where thousands of calls wait before it.
        """
        ...

    def call_statistics(self, limit: int, since: datetime | None) -> CallStatistics:
        """Count the newest ``limit`` calls (0: all), only those after ``since`` if given.

        Every call that this process took before is counted. The P95 is the nearest rank, the
        smallest latency that 95 of 100 calls do not exceed: exact up to 10,000 calls, within 1 %
        above.
        """
        ...

    def save_connection(self, connection: ConnectionRecord) -> None:
        """Store a connection. Raises ``TooManyConnections`` at the bounds."""
        ...

    def touch_connection(self, connection_id: str, principal: str) -> bool:
        """Store a heartbeat; False where the principal has no such connection."""
        ...

    def delete_connection(self, connection_id: str, principal: str) -> bool:
        """End a connection; False where the principal has no such connection."""
        ...

    def connections(self) -> list[ConnectionRecord]:
        """Return all that are connected, the oldest first."""
        ...

    def check(self) -> None:
        """Read the database and take its write lock; changes nothing."""
        ...

    def close(self) -> None:
        """Store what was taken, and close the database."""
        ...


class Evidence(Struct, frozen=True):
    """One line of ``evidence/*.jsonl``: how a case or test last spoke about a criterion.

    ``at`` is aware UTC. ``source`` is the case key or the pytest node id. ``commit`` is the
    checked-out commit in hex, empty without git; ``is_dirty`` says whether tracked files differed
    from it, None where that is unknown. ``variables`` stands for the variables of ``shall.yaml``
    that the case reads (``engine.run_variables``); empty: it reads none, or it is not recorded.
    """

    at: datetime
    criterion: str
    source: str
    kind: str
    outcome: str
    run_id: str
    criterion_fingerprint: str | None
    source_fingerprint: str
    checks_executed: int
    duration_s: float
    environment: str = ""
    data_row: str | None = None
    commit: str = ""
    is_dirty: bool | None = None
    variables: str = ""


IsUnchanged = Callable[[str, Evidence], bool]
"""Whether a fingerprint that an older release recorded is that of a fact's source."""
