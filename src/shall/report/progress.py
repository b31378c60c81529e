"""A progress bar for long runs on a terminal.

The state is plain data fed by events; the bar draws it at most ten times a second, and not at all
on a run that ends before a person would wonder.
"""

from collections import Counter
from collections.abc import Callable
from typing import TextIO

from msgspec import Struct, field

from shall.escaping import one_line
from shall.report.columns import cut
from shall.report.wording import count_label, duration
from shall.results.events import CaseFinished, CaseStarted, Event, RunFinished, RunStarted
from shall.results.records import Outcome

QUIET_S = 1.0
"""A run that ends within this time shows no bar."""

INTERVAL_S = 0.1
"""The least time between two drawings."""

BAR_COLUMNS = 24


class Progress(Struct):
    """The progress of a run, from its events."""

    total: int = 0
    counts: Counter[Outcome] = field(default_factory=Counter)
    current: str = ""

    @property
    def done(self) -> int:
        """The number of cases that ended."""
        return self.counts.total()

    def take(self, event: Event) -> None:
        """Read one event."""
        match event:
            case RunStarted():
                self.total = event.total
            case CaseStarted():
                self.current = event.name
            case CaseFinished():
                self.counts[event.figures.outcome] += 1
            case _:
                pass

    def line(self, elapsed_s: float, width: int, language: str = "en") -> str:
        """Draw the state as one line of at most ``width`` columns."""
        filled = BAR_COLUMNS * self.done // self.total if self.total else 0
        bar = "#" * filled + "-" * (BAR_COLUMNS - filled)
        bad = [
            count_label(outcome, self.counts[outcome], language)
            for outcome in (Outcome.FAILED, Outcome.ERROR)
            if self.counts[outcome]
        ]
        parts = [f"[{bar}] {self.done}/{self.total}", *bad, duration(elapsed_s), self.current]
        return cut(one_line("  ".join(part for part in parts if part)), width)


class ProgressBar(Struct):
    """Draws progress on a terminal; on anything else it writes nothing.

    ``clock`` gives seconds that never go back, such as ``time.monotonic``. ``take`` is an
    ``Emit``: hand it to the run. ``clear`` takes the bar away; the end of the run does so too.
    """

    stream: TextIO
    clock: Callable[[], float]
    width: int = 80
    language: str = "en"
    _progress: Progress = field(default_factory=Progress)
    _started: float | None = None
    _drawn: float | None = None
    _shows: bool = False

    def __post_init__(self) -> None:
        self._shows = self.stream.isatty()

    def take(self, event: Event) -> None:
        """Read one event and draw, when it is time to."""
        if not self._shows:
            return
        self._progress.take(event)
        if isinstance(event, RunFinished):
            self.clear()
            return
        now = self.clock()
        if self._started is None:
            self._started = now
        since = self._started + QUIET_S if self._drawn is None else self._drawn + INTERVAL_S
        if now >= since:
            line = self._progress.line(now - self._started, self.width - 1, self.language)
            self.stream.write(f"\r{line}\x1b[K")
            self.stream.flush()
            self._drawn = now

    def clear(self) -> None:
        """Clear the bar from the terminal, so that other text can be written."""
        if self._drawn is not None:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
            self._drawn = None
