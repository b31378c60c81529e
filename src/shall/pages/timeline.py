"""When the cases of a run ran, as a drawing: a bar each, beside those of the same time."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from shall.pages.links import PAGE_LENGTH, Links
from shall.pages.markup import Html, tag
from shall.pages.parts import short
from shall.pages.words import word
from shall.report.wording import duration, label
from shall.results.listing import CaseLine

_MOST_LANES = 64
_WIDTH = 1000
_LEAST_WIDTH = 2.0
_MOST_HEIGHT = 320
_LANE_HEIGHT = 14


class Bar(Struct, frozen=True):
    """A case in a drawing: its lane, and when it began and ended, in seconds since the run did."""

    line: CaseLine
    lane: int
    start_s: float
    end_s: float


def bars_of(lines: Sequence[CaseLine], began_at: datetime) -> list[Bar]:
    """Place cases in lanes, so that those of one lane do not overlap; each worker has its own.

    Beyond 64 lanes the lane that is free first is used again.
    """
    bars: list[Bar] = []
    ends: list[float] = []
    workers: list[tuple[int, int]] = []
    for line in sorted(lines, key=lambda it: (worker_of(it), it.started_at, it.number)):
        start = max((line.started_at - began_at).total_seconds(), 0.0)
        own = [lane for lane, worker in enumerate(workers) if worker == worker_of(line)]
        lane = next((it for it in own if ends[it] <= start), None)
        if lane is None and (len(ends) < _MOST_LANES or not own):
            lane = len(ends)
            ends.append(0.0)
            workers.append(worker_of(line))
        elif lane is None:
            lane = min(own, key=lambda it: ends[it])
        end = start + line.duration_s
        ends[lane] = max(ends[lane], end)
        bars.append(Bar(line, lane, start, end))
    return bars


def worker_of(line: CaseLine) -> tuple[int, int]:
    """Return the shard that a case belongs to, and the process of it that ran the case."""
    return line.shard, line.worker or 0


def timeline(
    lines: Sequence[CaseLine],
    total: int,
    began_at: datetime,
    run_id: str,
    links: Links,
    language: str,
) -> Html:
    """Draw the longest cases of a run, 500 at most, of ``total``; nothing of a single one."""
    longest = sorted(lines, key=lambda it: (-it.duration_s, it.number))[:PAGE_LENGTH]
    bars = bars_of(longest, began_at)
    whole = max((it.end_s for it in bars), default=0.0)
    if len(bars) < 2 or whole <= 0:
        return Html()
    lanes = 1 + max(it.lane for it in bars)
    height = min(_LANE_HEIGHT, _MOST_HEIGHT / lanes)
    cut = word("timeline.cut", language, shown=len(bars), total=f"{total:,}")
    shown = word("timeline.all", language, count=len(bars)) if len(bars) >= total else cut
    drawing = tag(
        "svg",
        *_bands(bars, height),
        *(_bar(it, whole, height, links.case(run_id, it.line.number), language) for it in bars),
        viewBox=f"0 0 {_WIDTH} {lanes * height:.1f}",
        preserveAspectRatio="none",
        role="group",
        aria_label=word("timeline", language),
        height=f"{max(lanes * height, 24):.0f}",
    )
    marks = [tag("span", duration(whole * part)) for part in (0.0, 0.5, 1.0)]
    lanes_text = word("timeline.lanes", language, count=lanes)
    if workers := len({worker_of(it.line) for it in bars}) - 1:
        lanes_text = word("timeline.workers", language, count=workers + 1)
    return tag(
        "section",
        tag("h2", word("timeline", language), id="timeline"),
        tag("p", f"{shown} {lanes_text}", class_="soft"),
        tag("div", drawing, tag("div", *marks, class_="axis num", aria_hidden="true")),
        class_="timeline",
        aria_labelledby="timeline",
    )


def _bands(bars: Sequence[Bar], height: float) -> list[Html]:
    """Set the lanes of every second worker off."""
    lanes: dict[tuple[int, int], list[int]] = {}
    for bar in bars:
        lanes.setdefault(worker_of(bar.line), []).append(bar.lane)
    own = list(lanes.values())[1::2]
    return [
        tag(
            "rect",
            class_="band",
            x="0",
            y=f"{min(it) * height:.1f}",
            width=f"{_WIDTH}",
            height=f"{(max(it) - min(it) + 1) * height:.1f}",
        )
        for it in own
    ]


def _bar(bar: Bar, whole: float, height: float, address: str, language: str) -> Html:
    line = bar.line
    outcome = line.shown_outcome.value
    ended = f"{label(f'outcome.{outcome}', language)}, {duration(line.duration_s)}"
    title = f"{short(line.name, 100)}: {ended}"
    if line.worker is not None:
        title += f" ({word('timeline.worker', language, number=line.worker)})"
    width = max(_WIDTH * line.duration_s / whole, _LEAST_WIDTH)
    rect = tag(
        "rect",
        tag("title", title),
        class_=outcome,
        x=f"{min(_WIDTH * bar.start_s / whole, _WIDTH - width):.1f}",
        y=f"{bar.lane * height:.1f}",
        width=f"{width:.1f}",
        height=f"{height * 0.85:.1f}",
    )
    # the keyboard reaches the same cases in the list below
    return tag("a", rect, href=address, aria_label=title, tabindex="-1") if address else rect
