"""Charts of the history: outcomes beside one another, and lines of numbers.

Sizes are attributes, not styles: the policy of pages allows no inline style.
"""

from collections.abc import Sequence

from shall.pages.markup import Html, tag
from shall.results.listing import PastOutcome
from shall.results.records import Outcome

_HEIGHT = 100.0
_BAD = frozenset({Outcome.FAILED, Outcome.ERROR})
# A shape for each outcome beside its colour: the height of its bar.
_HEIGHTS = {Outcome.PASSED: 0.5, Outcome.FAILED: 1.0, Outcome.ERROR: 1.0, Outcome.SKIPPED: 0.2}


def shown_outcome(past: PastOutcome) -> Outcome:
    """Return the outcome to show: a failed teardown of a case that passed is an error."""
    return Outcome.ERROR if past.is_bad and past.outcome not in _BAD else past.outcome


def outcome_strip(outcomes: Sequence[Outcome], name: str, marked: int | None = None) -> Html:
    """Draw outcomes, the oldest first, each as a bar; a line marks one of them."""
    bars = [
        _bar(number, _HEIGHTS[outcome], outcome.value) for number, outcome in enumerate(outcomes)
    ]
    if marked is not None:
        bars.append(_mark(marked))
    return _chart(bars, max(len(outcomes), 1), "strip", name)


def line_chart(
    lines: Sequence[tuple[str, Sequence[float | None]]],
    name: str,
    marked: int | None = None,
    highest: float = 0.0,
) -> Html:
    """Draw numbers, the oldest first: one line for each series, broken where one is None."""
    values = [it for _, series in lines for it in series if it is not None]
    highest = max([highest, *values])
    width = max((len(series) for _, series in lines), default=0)
    drawn = [part for kind, series in lines for part in _line(kind, series, highest or 1.0)]
    if marked is not None:
        drawn.append(_mark(marked))
    return _chart(drawn, max(width, 1), "trend", name)


def _line(kind: str, series: Sequence[float | None], highest: float) -> list[Html]:
    parts: list[list[str]] = [[]]
    for number, value in enumerate(series):
        if value is None:
            parts.append([])
        else:
            y = _HEIGHT * (1 - 0.96 * value / highest) - 1
            parts[-1].append(f"{number + 0.5:.1f},{y:.1f}")
    return [
        tag(
            "polyline",
            class_=kind,
            points=" ".join(it if len(it) > 1 else [it[0], it[0]]),
            fill="none",
            vector_effect="non-scaling-stroke",
        )
        for it in parts
        if it
    ]


def _bar(number: int, height: float, kind: str) -> Html:
    size = _HEIGHT * height
    return tag(
        "rect",
        class_=kind,
        x=f"{number + 0.1:.1f}",
        y=f"{_HEIGHT - size:.0f}",
        width="0.8",
        height=f"{size:.0f}",
    )


def _mark(number: int) -> Html:
    at = f"{number:.1f}"
    return tag(
        "line", class_="mark", x1=at, x2=at, y1="0", y2="100", vector_effect="non-scaling-stroke"
    )


def _chart(parts: Sequence[Html], width: int, kind: str, name: str) -> Html:
    return tag(
        "svg",
        *parts,
        viewBox=f"0 0 {width} {_HEIGHT:.0f}",
        preserveAspectRatio="none",
        class_=kind,
        role="img",
        aria_label=name,
    )
