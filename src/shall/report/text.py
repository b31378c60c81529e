"""A run as a terminal summary: what went wrong, with its line in the file, then the counts."""

from collections.abc import Mapping

from msgspec.structs import replace

from shall.report.style import BOLD, DIM, PAINT, Style
from shall.report.wording import Places, counted, duration, label
from shall.results.records import Outcome, RunResult, RunStatus, RunSummary


def summary(
    run: RunResult | RunSummary,
    language: str = "en",
    colour: bool = False,
    width: int = 80,
    places: Places | None = None,
    sources: Mapping[str, str] | None = None,
) -> str:
    """Write the summary of a run; it ends with the line of counts.

    ``sources`` are the texts of case files: what did not hold is shown with its line.
    """
    return styled_summary(run, Style(language, colour, width, places or {}, sources or {}))


def styled_summary(run: RunResult | RunSummary, style: Style) -> str:
    """Write the summary of a run in a style."""
    style = replace(style, width=max(style.width, 40))
    language = style.language
    lines: list[str] = []
    if run.bad or run.skipped or run.flaky or run.retried:
        from shall.report.failures import failure_lines  # in most runs all cases pass

        lines += failure_lines(run, style)
    if run.left_out:
        lines.append(style.paint(label("only", language, count=run.left_out), BOLD))
    if run.status is not RunStatus.COMPLETE:
        lines.append(style.paint(label(f"run.{run.status.value}", language), BOLD))
    lines += [style.line(0, label("run_id", language, run_id=run.run_id), DIM)]
    lines.append(_counts_line(run, style))
    return "\n".join(lines) + "\n"


def _counts_line(run: RunResult | RunSummary, style: Style) -> str:
    counts = run.counts()
    parts = [
        style.paint(counted(run, outcome, style.language), PAINT[outcome] if count else DIM)
        for outcome, count in counts.items()
    ]
    if run.torn:
        text = label("count.teardowns", style.language, count=run.torn)
        parts.append(style.paint(text, PAINT[Outcome.FAILED]))
    took = label("took", style.language, duration=duration(run.duration_s))
    counted_all = label("separator", style.language).join(parts)
    return label("counts", style.language, counts=counted_all, took=took)
