"""The store in one SQLite file. Only this module and ``copies`` import ``sqlite3``."""

import _sqlite3 as sqlite3  # what sqlite3 names; that adds conversions of times, in 0.3 ms
import os
import sys
import time
from _thread import RLock  # what threading names; to import that takes 2 M instructions
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from shall.errors import StoreUnavailable
from shall.results.records import CaseResult, RunStatus
from shall.store import queries
from shall.store.folders import Folder, walk
from shall.store.locks import Lease, in_use_file, is_held, locked_file, share
from shall.store.migrate import migrate, refuse_newer
from shall.store.opened_file import opens_only
from shall.store.records import UNKNOWN_ORIGIN, RunOrigin, RunRecord
from shall.store.rows import RunRow, case_from_text, run_record, time_text

MAX_CALLS = 100_000
_BUSY_S = 10.0
_LIVE_FOLDER = "live"
_OPEN_FOLDERS = Path("/proc/self/fd")
_FEW_PAGES = 200
"""Of a WAL that is copied into the database when a run begins. A process leaves its WAL behind, and
the next one reads it all when it opens the database: 1,000 pages take 2 of the 55 ms of a run."""

_MANY_PAGES = 1000
"""As above, while a run goes on; SQLite's own default."""

_REPAIR = "Run `shall doctor --repair`: it retains the file and recovers readable data."

# Primary result code: what it means, and what to do next.
_REASONS = {
    sqlite3.SQLITE_BUSY: ("is locked by another process", "Try again in a moment."),
    sqlite3.SQLITE_LOCKED: ("is locked by another process", "Try again in a moment."),
    sqlite3.SQLITE_FULL: ("cannot grow: the disk is full", "Free some space and try again."),
    sqlite3.SQLITE_READONLY: (
        "is read-only",
        "Make it writable, or choose another state folder with SHALL_STATE_DIR.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "cannot be opened",
        "Check that its folder exists and is writable.",
    ),
    sqlite3.SQLITE_CORRUPT: ("is damaged", _REPAIR),
    sqlite3.SQLITE_NOTADB: ("is not a SQLite database", _REPAIR),
}

if TYPE_CHECKING:  # a run that is stored needs no list
    from shall.results import listing
    from shall.store.base import CallRecord, CallStatistics, ConnectionRecord
    from shall.store.call_buffer import CallBuffer


def _uri(path: Path) -> str:
    text = str(path)
    is_plain = text[0] == "/" and text.isascii() and not any(it in text for it in "%?#")
    return f"file://{text}" if is_plain else path.as_uri()  # it imports urllib: 4 M instructions


class SqliteStore:
    """Stores runs and calls in one file; several threads and processes may use it at once.

    At most ``max_runs`` finished runs stay, none older than ``max_age_days`` (0: no bound by
    age), and the newest 100,000 calls; older calls stay counted. Results are on the disk when
    ``save_cases`` and ``finish_run`` return. Calls are written by a thread of the store, many at
    once: a process that ends keeps all of them, one that is killed loses those of the last 100 ms.

    A run reads INTERRUPTED when it never finished and the process that started it is gone: that
    process holds a lock, which the kernel gives back however the process ends.
    """

    def __init__(
        self,
        path: Path,
        *,
        max_runs: int,
        max_age_days: int,
        folder: Folder | None = None,
        vfs: str | None = None,
    ) -> None:
        """Open the file, or make it, at the path or in the folder that is named beside it.

        ``vfs`` names a VFS of SQLite that resolves no links (``store.vfs``): it opens the file
        through the open folder. Without it the file is checked once it is open.

        Raises:
            StoreUnavailable: It cannot be opened or written.
            StoreTooNew: A newer release wrote it.
        """
        self._opened = ExitStack()
        self._path = path
        self._folder = folder or Folder(path.parent)
        with self._translated():
            held, self._reached = _reached(self._folder, path)
        self._vfs = vfs if self._reached.is_relative_to(_OPEN_FOLDERS) else None
        self._max_runs = max(1, max_runs)
        self._max_age_days = max_age_days
        self._lock = RLock()
        self._lease: Lease | None = None
        self._calls: CallBuffer | None = None
        with self._translated(), ExitStack() as undo:
            for descriptor in held:
                undo.callback(os.close, descriptor)
            in_use = share(in_use_file(self._reached))
            undo.callback(os.close, in_use)
            with self._starting():
                with opens_only(None if self._vfs else self._folder, path.name) as opened:
                    self._connection = opened(self._connect)  # nothing is written before
                    undo.callback(self._connection.close)
                    refuse_newer(self._connection, str(path))
                    self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA foreign_keys = ON")
                # A migration that a power failure undoes is applied again.
                self._connection.execute("PRAGMA synchronous = NORMAL")
                migrate(self._connection)
            self._opened = undo.pop_all()

    def __del__(self) -> None:
        """Close what is open, so that nobody waits for a forgotten store."""
        if not sys.is_finalizing():  # the system closes all; a forked process must not
            self._opened.close()

    def _connect(self) -> sqlite3.Connection:
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with suppress(FileExistsError):
            # Only a new file: closing one that is open elsewhere in this process drops its locks.
            os.close(os.open(self._reached, flags, 0o600))
        uri = f"{_uri(self._reached.absolute())}?mode=rw"  # it is made above, or not at all
        return sqlite3.connect(
            uri if self._vfs is None else f"{uri}&vfs={self._vfs}",
            timeout=_BUSY_S,
            isolation_level=None,
            check_same_thread=False,
            uri=True,
        )

    @contextmanager
    def _starting(self) -> Iterator[None]:
        with locked_file(self._reached.with_name(self._path.name + ".lock")):
            yield

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            reason, hint = _REASONS.get(code, (f"cannot be used: {error}", None))
            raise StoreUnavailable(f"The store {self._path} {reason}.", hint=hint) from error
        except OSError as error:
            raise StoreUnavailable(
                f"The store {self._path} cannot be opened: {error.strerror}.",
                hint="Choose a writable folder with SHALL_STATE_DIR.",
            ) from error

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._transaction("BEGIN") as connection:  # so that all queries see one state
            yield connection

    @contextmanager
    def _writing(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        with self._lock, self._translated():
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            with self._transaction("BEGIN IMMEDIATE") as connection:
                yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock, self._translated():
            self._connection.execute(begin)
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # the first error is the one to report
                    self._connection.execute("ROLLBACK")
                raise

    def start_run(
        self,
        run_id: str,
        started_at: datetime,
        total: int,
        environment: str,
        origin: RunOrigin = UNKNOWN_ORIGIN,
    ) -> None:
        """Store that a run began."""
        with self._lock:
            if self._lease is None:
                with self._starting():
                    self._lease = Lease.take(self._reached.with_name(_LIVE_FOLDER))
            lease = self._lease.name
        self._set_pages_of_wal(_FEW_PAGES)
        # It reaches the disk with the first results: there is nothing to lose before.
        with self._writing(durable=False) as connection:
            queries.insert_run(connection, run_id, started_at, total, environment, lease)
            if origin is not UNKNOWN_ORIGIN:
                queries.write_origin(connection, run_id, origin)
        self._set_pages_of_wal(_MANY_PAGES)

    def _set_pages_of_wal(self, pages: int) -> None:
        with self._lock, self._translated():
            self._connection.execute(f"PRAGMA wal_autocheckpoint = {pages}")

    def save_cases(
        self, results: Sequence[CaseResult], encoded: Sequence[bytes | None] = ()
    ) -> None:
        """Store finished cases with every step and check, in one transaction."""
        with self._writing() as connection:
            queries.insert_cases(connection, results, encoded or [None] * len(results))

    def finish_run(
        self,
        run_id: str,
        status: RunStatus,
        duration_s: float,
        results: Sequence[CaseResult] = (),
        encoded: Sequence[bytes | None] = (),
    ) -> None:
        """Store the last cases and that a run ended; drop runs beyond the history's bounds."""
        with self._writing() as connection:
            if results:
                queries.insert_cases(connection, results, encoded or [None] * len(results))
            queries.end_run(connection, run_id, status, duration_s)
            self._drop_old_runs(connection)

    def ask_to_stop(self, run_id: str) -> bool:
        """Ask a run to stop, whichever process runs it; False where that one never looks."""
        from shall.store import stops  # few runs are asked

        with self._writing(durable=False) as connection:
            return stops.ask(connection, run_id, datetime.now(UTC))

    def is_asked_to_stop(self, run_id: str) -> bool:
        """Return whether a run was asked to stop."""
        from shall.store import stops  # as above

        with self._reading() as connection:
            return bool(stops.asked_at(connection, run_id))

    def live_runs(self, named: Collection[str] = ()) -> "list[listing.LiveRun]":
        """Return the runs that go on, and those that are named, whether or not they do."""
        from shall.store import live_runs  # only where lists are read, as below

        with self._reading() as connection:
            return live_runs.live_runs(connection, named, self._status_of)

    def _drop_old_runs(self, connection: sqlite3.Connection) -> None:
        oldest = ""
        if self._max_age_days > 0:
            oldest = time_text(datetime.now(UTC) - timedelta(days=self._max_age_days))
        for row in queries.runs_beyond(connection, oldest, self._max_runs):
            if self._status(row) is not RunStatus.RUNNING:
                queries.delete_run(connection, row.id)

    def runs(self, limit: int) -> list[RunRecord]:
        """Return the newest runs, newest first. A run whose process died reads INTERRUPTED."""
        with self._reading() as connection:
            rows = queries.newest_runs(connection, limit)
            return [self._record(connection, row) for row in rows]

    def run(self, run_id: str) -> RunRecord | None:
        """Return one run."""
        with self._reading() as connection:
            row = queries.one_run(connection, run_id)
            return None if row is None else self._record(connection, row)

    def _record(self, connection: sqlite3.Connection, row: RunRow) -> RunRecord:
        cases = queries.names_and_outcomes(connection, row.id)
        return run_record(row, self._status(row), cases)

    def _status(self, row: RunRow) -> RunStatus:
        return self._status_of(row.status, row.lease)

    def _status_of(self, stored: str, lease: str) -> RunStatus:
        live = self._reached.with_name(_LIVE_FOLDER)
        if stored == RunStatus.RUNNING and not is_held(live, lease):
            return RunStatus.INTERRUPTED
        return RunStatus(stored)

    def cases(self, run_id: str, case_key: str | None = None) -> list[CaseResult]:
        """Return the cases of a run as they were stored, with steps and checks."""
        with self._reading() as connection:
            documents = queries.documents(connection, run_id, case_key)
        return [case_from_text(document) for document in documents]

    def run_page(self, wanted: "listing.RunFilter", limit: int, offset: int) -> "listing.RunPage":
        """Return some of the runs that a filter lists, newest first; at most 500."""
        from shall.store import run_lines

        with self._reading() as connection:
            return run_lines.run_page(connection, wanted, limit, offset, self._status_of)

    def run_line(self, run_id: str) -> "listing.RunLine | None":
        """Return one run as lists show it."""
        from shall.store import run_lines

        with self._reading() as connection:
            return run_lines.run_line(connection, run_id, self._status_of)

    def case_page(
        self,
        run_id: str,
        wanted: "listing.CaseFilter",
        order: "listing.CaseOrder",
        limit: int,
        offset: int,
    ) -> "listing.CasePage":
        """Return some of the cases of a run that a filter lists; at most 500."""
        from shall.store import lines

        with self._reading() as connection:
            return lines.case_page(connection, run_id, wanted, order, limit, offset)

    def case_counts(self, run_id: str) -> "listing.CaseCounts":
        """Return how many cases of a run have each outcome, tag and feature."""
        from shall.store import lines

        with self._reading() as connection:
            return lines.case_counts(connection, run_id)

    def case_at(self, run_id: str, number: int) -> CaseResult | None:
        """Return the case of a run with that number, as it was stored."""
        from shall.store import lines

        with self._reading() as connection:
            document = lines.document_at(connection, run_id, number)
        return None if document is None else case_from_text(document)

    def cases_from(self, run_id: str, number: int, limit: int) -> list[CaseResult]:
        """Return the cases of a run from that number on, as they were stored."""
        from shall.store import lines

        with self._reading() as connection:
            documents = lines.documents_from(connection, run_id, number, limit)
        return list(map(case_from_text, documents))

    def reasons(self, run_id: str) -> "listing.ReasonCounts":
        """Return why cases of a run did not pass, at most a thousand reasons."""
        from shall.store import reasons

        with self._reading() as connection:
            return reasons.reasons(connection, run_id)

    def case_briefs(self, run_id: str) -> "list[listing.CaseBrief]":
        """Return the cases of a run as comparing reads them."""
        from shall.store import past

        with self._reading() as connection:
            return past.case_briefs(connection, run_id)

    def past_cases(self, runs: int, wanted: "listing.PastFilter") -> "listing.PastCases":
        """Return how cases ended in the newest runs, by key and row of data."""
        from shall.store import past

        with self._reading() as connection:
            return past.past_cases(connection, runs, wanted)

    def past_totals(self, runs: int, most: int) -> "listing.PastTotals":
        """Count how cases ended in the newest runs, which have at most ``most`` results."""
        from shall.store import past

        with self._reading() as connection:
            return past.past_totals(connection, runs, most)

    def save_coverage(self, line: "listing.CoverageLine") -> None:
        """Store what was measured of a stored run, in the place of what was before."""
        from shall.store import coverage

        with self._writing(durable=False) as connection:
            coverage.insert_coverage(connection, line)

    def newest_coverage(self, limit: int) -> "list[listing.CoverageLine]":
        """Return what was measured of the newest runs, newest first."""
        from shall.store import coverage

        with self._reading() as connection:
            return coverage.newest_coverage(connection, limit)

    def failed_last(self) -> frozenset[str]:
        """Return the keys of the cases whose newest result was bad; skipped ones do not count."""
        with self._reading() as connection:
            return queries.failed_last(connection)

    def save_call(self, call: "CallRecord") -> None:
        """Queue one tool call, to be stored within 100 ms. Returns at once and raises nothing."""
        self._call_buffer().put(call)

    def _call_buffer(self) -> "CallBuffer":
        with self._lock:
            if self._calls is None:
                from shall.store.call_buffer import CallBuffer  # of servers alone, as those below

                self._calls = CallBuffer(self._insert_calls)
            return self._calls

    def _insert_calls(self, calls: Sequence["CallRecord"]) -> None:
        from shall.store.call_statistics import insert_calls

        with self._writing(durable=False) as connection:
            insert_calls(connection, calls, MAX_CALLS, datetime.now(UTC))

    def call_statistics(self, limit: int, since: datetime | None) -> "CallStatistics":
        """Count the newest ``limit`` calls (0: all), only those after ``since`` if given.

        A window that begins before the newest 100,000 calls begins with a whole minute, hour or day
        (``call_statistics.count_calls``); a ``limit`` beyond them may count a span fewer.
        """
        from shall.store.call_statistics import count_calls

        self._call_buffer().flush()
        with self._reading() as connection:
            return count_calls(connection, max(limit, 0), since)

    def save_connection(self, connection: "ConnectionRecord") -> None:
        """Store a connection. Raises ``TooManyConnections`` at the bounds."""
        from shall.store import connections

        with self._writing(durable=False) as database:
            connections.insert(database, connection, time.monotonic)

    def touch_connection(self, connection_id: str, principal: str) -> bool:
        """Store a heartbeat; False where the principal has no such connection."""
        from shall.store import connections

        with self._writing(durable=False) as database:
            return connections.touch(database, connection_id, principal, time.monotonic)

    def delete_connection(self, connection_id: str, principal: str) -> bool:
        """End a connection; False where the principal has no such connection."""
        from shall.store import connections

        with self._writing(durable=False) as database:
            return connections.delete(database, connection_id, principal, time.monotonic)

    def connections(self) -> list["ConnectionRecord"]:
        """Return all that are connected, the oldest first."""
        from shall.store import connections

        with self._writing(durable=False) as database:
            return connections.everyone(database, time.monotonic)

    def check(self) -> None:
        """Read the database and take its write lock; changes nothing."""
        with self._writing(durable=False) as database:
            queries.newest_runs(database, 1)

    def close(self) -> None:
        """Store what calls wait, and close the database.

        A run that this store started and did not finish is interrupted.
        """
        self._call_buffer().close()
        with self._lock, self._translated():
            if self._lease is not None:
                self._lease.give_back()
                self._lease = None
            self._opened.close()  # the connection first: it deletes its WAL through the folder


def _reached(folder: Folder, path: Path) -> tuple[tuple[int, ...], Path]:
    """Return the descriptors to hold while the store is open, and the database's path by them.

    Elsewhere than on Linux an open folder cannot be a part of a path: ``opens_only`` finds out.
    """
    if folder.base is None:
        return (), path
    descriptor = walk(folder.base(), folder.names)
    through = _OPEN_FOLDERS / str(descriptor)
    return (descriptor,), (through if through.is_dir() else folder.path) / path.name
