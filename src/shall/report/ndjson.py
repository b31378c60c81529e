"""The events of a run as lines of JSON, written while the run goes on."""

import json
from collections.abc import Iterator
from io import RawIOBase
from typing import Any

from shall.results.events import CaseFinished, Event, RunFinished, RunStarted, event_to_json
from shall.results.records import RunResult
from shall.results.summary import summary_of


class EventLines:
    """A listener that writes each event as one line, at once.

    A write that fails ends the writing, and not the run: ``fault`` is why.
    """

    def __init__(self, file: RawIOBase) -> None:
        self.fault: OSError | None = None
        self._file = file

    def take(self, event: Event) -> None:
        """Handle an event."""
        if self.fault is None:
            try:
                self._write(f"{event_line(event)}\n".encode("ascii"))
            except OSError as error:
                self.fault = error

    def _write(self, line: bytes) -> None:
        while line:
            line = line[self._file.write(line) or 0 :]


def event_line(event: Event) -> str:
    """Return an event as JSON in one line. Its ``event`` is ``RunStarted`` to ``RunFinished``."""
    data: dict[str, Any] = event_to_json(event)
    if type(event) is RunFinished:  # its cases have had lines of their own
        for name in ("bad", "skipped"):
            data["summary"].pop(name, None)
    return json.dumps(data, separators=(",", ":"))


def ndjson_lines(run: RunResult) -> Iterator[str]:
    """Yield the lines of the events of a whole run, but for the starts of cases."""
    return (f"{event_line(event)}\n" for event in _events(run))


def _events(run: RunResult) -> Iterator[Event]:
    yield RunStarted(run.run_id, run.started_at, len(run.cases), run.environment, run.shard)
    for number, case in enumerate(run.cases):
        yield CaseFinished(case, number)
    yield RunFinished(summary_of(run))
