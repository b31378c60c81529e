"""The page of the newest runs together: trend, flaky and slow cases."""

from collections.abc import Sequence
from datetime import UTC, datetime

from shall.actions.history import CaseHistory
from shall.actions.past_runs import PastRuns, RunTrend
from shall.pages.charts import line_chart, outcome_strip, shown_outcome
from shall.pages.frame import Look, saved, served
from shall.pages.links import row_id
from shall.pages.markup import Html, joined, tag
from shall.pages.parts import age, hidden_fields, link, share, short, table
from shall.pages.words import word
from shall.report.wording import count_label, duration
from shall.results.listing import CoverageLine
from shall.results.records import Outcome

CHOICES = (10, 20, 50, 100)
"""Numbers of runs that the page offers."""


def history_page(past: PastRuns, runs: int, look: Look) -> str:
    """Return the page; ``runs`` is the number that was asked for."""
    language = look.language
    title = word("history", language)
    heading = tag("h1", title)
    if not past.trend:
        none = tag("p", word("history.none", language), class_="soft")
        return served(title, look, tag("main", heading, none), here="history")
    count = len(past.trend)
    shown = tag("p", word("history.runs", language, runs=count), class_="soft")
    main = tag(
        "main",
        heading,
        shown,
        _choice(runs, look),
        _trend(past.trend, look),
        _flaky(past.flaky, past.flaky_total, look),
        _slow(past.slow, past.slow_total, look),
        *_coverage(past.coverage, look),
    )
    return served(title, look, main, here="history")


def history_file(past: PastRuns, look: Look) -> str:
    """Return the page as a file."""
    title = word("history", look.language)
    shown = word("history.none", look.language)
    parts: tuple[Html, ...] = ()
    if past.trend:
        shown = word("history.runs", look.language, runs=len(past.trend))
        parts = (
            _trend(past.trend, look),
            _flaky(past.flaky, past.flaky_total, look),
            _slow(past.slow, past.slow_total, look),
        )
    runs = tag("p", shown, class_="soft")
    return saved(title, look, tag("main", tag("h1", title), runs, *parts), here="history")


def case_title(case: CaseHistory) -> str:
    """Return the key of a case with its row of data."""
    row = f" [{case.data_row}]" if case.data_row is not None else ""
    return f"{case.case_key}{row}"


def time_place(at: datetime) -> Html:
    """Show a time below an age: a day has many runs."""
    return tag("span", f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC", class_="place")


def strip_of(case: CaseHistory, language: str, marked: int | None = None) -> Html:
    """Draw the outcomes of a case."""
    bad = sum(it.is_bad for it in case.outcomes)
    name = word("history.strip", language, bad=bad, total=len(case.outcomes))
    outcomes = [shown_outcome(it) for it in reversed(case.outcomes)]
    return outcome_strip(outcomes, name, marked)


def _choice(runs: int, look: Look) -> Html:
    language = look.language
    options = [
        tag("option", str(it), value=str(it), selected=it == runs)
        for it in sorted({*CHOICES, runs})
    ]
    select = tag("select", *options, name="runs")
    labelled = tag("label", f"{word('history.count', language)} ", select)
    button = tag("button", word("history.show", language))
    return tag(
        "form",
        labelled,
        *hidden_fields(look.links),
        button,
        method="get",
        action=look.links.action("/history"),
        class_="search",
    )


def _trend(trend: Sequence[RunTrend], look: Look) -> Html:
    language = look.language
    oldest_first = [*reversed(trend)]
    newest = trend[0]
    name = word("history.trend.alt", language, p50=_time(newest.p50_s), p95=_time(newest.p95_s))
    chart = line_chart(
        [("p95", [it.p95_s for it in oldest_first]), ("p50", [it.p50_s for it in oldest_first])],
        name,
    )
    caption = tag(
        "figcaption",
        tag("span", word("history.p50", language), class_="p50"),
        tag("span", word("history.p95", language), class_="p95"),
    )
    names = ("started", "outcomes", "duration", "p50", "p95", "environment", "commit")
    headings = (*(word(f"history.{it}", language) for it in names), "")
    befores = [*trend[1:], None]
    rows = [
        _run_cells(it, before, headings, look) for it, before in zip(trend, befores, strict=True)
    ]
    return tag(
        "section",
        tag("h2", word("history.trend", language), id="trend"),
        tag("figure", chart, caption, class_="chart"),
        table("history", headings, rows),
        aria_labelledby="trend",
    )


def _run_cells(
    it: RunTrend, before: RunTrend | None, headings: Sequence[str], look: Look
) -> tuple[Html, ...]:
    run, language = it.run, look.language
    counts = {outcome.value: run.outcomes.get(outcome, 0) for outcome in Outcome}
    text = ", ".join(
        count_label(outcome, counts[outcome.value], language)
        for outcome in Outcome
        if counts[outcome.value]
    )
    started = link(look.links.run(run.run_id), age(run.started_at, look.now, language))
    address = "" if before is None else look.links.compare(before.run.run_id, run.run_id)
    compare = word("history.compare", language)
    return (
        tag("td", started, time_place(run.started_at), id=f"run-{row_id(run.run_id)}"),
        _cell(joined(share(counts), tag("span", text, class_="place")), headings[1]),
        _cell(_time(run.duration_s), headings[2], "num"),
        _cell(_time(it.p50_s), headings[3], "num"),
        _cell(_time(it.p95_s), headings[4], "num"),
        _cell(short(run.environment, 80), headings[5]),
        _cell(tag("code", run.commit[:10]) if run.commit else "", headings[6]),
        tag("td", link(address, compare) if address else None),
    )


def _flaky(cases: Sequence[CaseHistory], total: int, look: Look) -> Html:
    language = look.language
    heading = tag(
        "h2", f"{word('history.flaky', language)} ({max(total, len(cases)):,})", id="flaky"
    )
    if not cases:
        none = tag("p", word("history.flaky.none", language), class_="soft")
        return tag("section", heading, none, aria_labelledby="flaky")
    headings = tuple(word(f"history.{it}", language) for it in ("case", "outcomes"))
    rows = []
    for case in cases:
        bad = sum(it.is_bad for it in case.outcomes)
        counted = word("history.flaky.bad", language, bad=bad, total=len(case.outcomes))
        note = "" if case.is_unchanged else word("history.flaky.unknown", language)
        caption = tag("span", f"{counted}. {note}", class_="place")
        strip = joined(strip_of(case, language), caption)
        rows.append((case_cell(case, "flaky", look), _cell(strip, headings[1])))
    shown = table("history", headings, rows)
    return tag("section", heading, shown, _more(total - len(rows), look), aria_labelledby="flaky")


def _slow(cases: Sequence[CaseHistory], total: int, look: Look) -> Html:
    language = look.language
    heading = tag("h2", word("history.slow", language), id="slow")
    if not cases:
        none = tag("p", word("history.slow.none", language), class_="soft")
        return tag("section", heading, none, aria_labelledby="slow")
    headings = tuple(word(f"history.{it}", language) for it in ("case", "p50", "p95"))
    rows = [
        (
            case_cell(case, "slow", look),
            _cell(_time(case.p50_s), headings[1], "num"),
            _cell(_time(case.p95_s), headings[2], "num"),
        )
        for case in cases
    ]
    shown = table("history", headings, rows)
    return tag("section", heading, shown, _more(total - len(rows), look), aria_labelledby="slow")


def _more(count: int, look: Look) -> Html:
    """Return how many cases are not listed."""
    text = word("history.more", look.language, count=count)
    return tag("p", text, class_="soft") if count > 0 else Html()


def _coverage(lines: Sequence[CoverageLine], look: Look) -> list[Html]:
    """Draw for each document how much of it the runs saw of which that was measured."""
    sources = dict.fromkeys(line.source for line in lines)
    return [
        _coverage_of(number, source, [it for it in lines if it.source == source], look)
        for number, source in enumerate(sources, start=1)
    ]


def _coverage_of(number: int, source: str, lines: Sequence[CoverageLine], look: Look) -> Html:
    language = look.language
    identity = f"coverage-{number}"
    names = ("started", "operations", "statuses", "content_types")
    headings = tuple(word(f"history.{it}", language) for it in names)
    series = [
        (kind, [_percent(getattr(it, name)) for it in reversed(lines)])
        for kind, name in (("each", "content_types"), ("p95", "statuses"), ("p50", "operations"))
    ]
    newest = lines[0]
    name = word("history.coverage.alt", language, count=len(lines), share=_share(newest.operations))
    caption = tag(
        "figcaption",
        tag("span", headings[1], class_="p50"),
        tag("span", headings[2], class_="p95"),
        tag("span", headings[3]),
    )
    rows = [
        (
            tag(
                "td",
                link(look.links.run(it.run_id), age(it.started_at, look.now, language)),
                time_place(it.started_at),
                id=f"{identity}-{row_id(it.run_id)}",
            ),
            _cell(_share(it.operations), headings[1], "num"),
            _cell(_share(it.statuses), headings[2], "num"),
            _cell(_share(it.content_types), headings[3], "num"),
        )
        for it in lines
    ]
    title = tag("h2", f"{word('history.coverage', language)} ", tag("code", short(source)))
    return tag(
        "section",
        title,
        tag("p", word("history.coverage.measured", language), class_="soft"),
        tag("figure", line_chart(series, name, highest=100.0), caption, class_="chart"),
        table("history", headings, rows),
        id=identity,
    )


def _percent(seen: tuple[int, int]) -> float | None:
    covered, total = seen
    return 100 * covered / total if total else None


def _share(seen: tuple[int, int]) -> str:
    percent = _percent(seen)
    return "–" if percent is None else f"{percent:.1f} % ({seen[0]:,}/{seen[1]:,})"


def case_cell(case: CaseHistory, list_name: str, look: Look) -> Html:
    """Make the cell of a case, which links to its history."""
    title = case_title(case)
    address = look.links.case_history(case.case_key, case.data_row)
    shown = link(address, short(case.name))
    place = tag("span", short(title), class_="place")
    return tag("td", shown, place, id=f"{list_name}-{row_id(short(title, 200))}")


def _cell(content: str | Html, heading: str, kind: str = "") -> Html:
    return tag("td", content, data_label=heading, class_=kind)


def _time(seconds: float | None) -> str:
    return "" if seconds is None else duration(seconds)
