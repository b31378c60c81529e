"""The page of one case over the stored runs: since when it fails, and what changed then."""

from collections.abc import Sequence

from msgspec.structs import replace

from shall.actions.case_history import Between, CasePast, FirstFailure
from shall.pages.charts import line_chart, shown_outcome
from shall.pages.frame import Look, served
from shall.pages.history import case_title, strip_of, time_place
from shall.pages.links import PAGE_LENGTH, row_id
from shall.pages.markup import Html, joined, tag
from shall.pages.parts import age, fact, glyph, link, short, table
from shall.pages.words import word
from shall.report.wording import duration
from shall.results.listing import PastOutcome
from shall.results.records import Outcome

_DRAWN = 200
_ROWS = 50


def case_history_page(past: CasePast, look: Look) -> str:
    """Return the page."""
    case, language = past.history, look.language
    main = tag(
        "main",
        tag(
            "header",
            tag("p", word("history", language), class_="eyebrow"),
            tag("h1", short(case.name)),
            tag("p", tag("span", short(case_title(case)), class_="place"), _flaky_pill(past, look)),
            tag(
                "dl",
                fact(word("history.p50", language), _time(case.p50_s)),
                fact(word("history.p95", language), _time(case.p95_s)),
                fact(word("history.rows", language), _rows(past, look)),
                class_="facts",
            ),
            class_=f"head {_state(past).value}",
        ),
        _first(past, look),
        _charts(past, look),
        _outcomes(past, look),
    )
    return served(short(case.name, 100), look, main, here="history")


def _state(past: CasePast) -> Outcome:
    """Return the outcome that the page is marked with; of a case that never ran, skipped."""
    if past.first is not None and past.first.fixed is None:
        return Outcome.FAILED
    passed = any(it.outcome is Outcome.PASSED for it in past.history.outcomes)
    return Outcome.PASSED if passed else Outcome.SKIPPED


def _flaky_pill(past: CasePast, look: Look) -> Html:
    if not past.history.is_flaky:
        return Html()
    return tag("span", f"≈ {word('history.is_flaky', look.language)}", class_="pill skipped")


def _rows(past: CasePast, look: Look) -> Html:
    case = past.history
    others = [it for it in past.rows if it != case.data_row][:_ROWS]
    if not others:
        return Html()
    links = [
        link(look.links.case_history(case.case_key, it), short(it or "–", 60)) for it in others
    ]
    return tag("ul", *(tag("li", it) for it in links), class_="links")


def _first(past: CasePast, look: Look) -> Html:
    language = look.language
    heading = tag("h2", word("history.first", language), id="first")
    if past.first is None:
        none = tag("p", word("history.first.none", language), class_="soft")
        return tag("section", heading, none, aria_labelledby="first")
    first = past.first
    after = (
        joined(word("history.first.still", language))
        if first.fixed is None
        else joined(f"{word('history.first.fixed', language)} ", _run(first.fixed, look))
    )
    return tag(
        "section",
        heading,
        tag("p", glyph(shown_outcome(first.failed), language), " ", _run(first.failed, look)),
        tag("p", after),
        _before(first, past.between, look),
        aria_labelledby="first",
    )


def _before(first: FirstFailure, between: Between | None, look: Look) -> Html:
    language = look.language
    if first.passed is None or between is None:
        return tag("p", word("history.first.no_passed", language), class_="soft")
    address = look.links.compare(first.passed.run_id, first.failed.run_id)
    passed = f"{word('history.first.passed', language)} "
    compare = link(address, word("compare", language))
    keys = between.criteria
    criteria = [_changed(None if keys is None else bool(keys), language)]
    for key in keys or ():
        criteria += [" ", link(look.links.criterion(key), tag("code", short(key)))]
    runs = [between.before, between.after]
    commits = " → ".join((it.commit or "?")[:10] if it is not None else "?" for it in runs)
    return joined(
        tag("p", passed, _run(first.passed, look), " · ", compare),
        tag("h3", word("history.between", language)),
        tag(
            "dl",
            fact(word("history.between.case", language), _changed(between.case, language)),
            fact(word("history.between.criteria", language), joined(*criteria)),
            fact(
                word("history.between.commit", language),
                joined(_changed(between.commit, language), " ", tag("code", commits)),
            ),
            class_="facts",
        ),
    )


def _changed(changed: bool | None, language: str) -> str:
    name = "unknown" if changed is None else "yes" if changed else "no"
    return word(f"history.{name}", language)


def _run(past: PastOutcome, look: Look) -> Html:
    address = look.links.case(past.run_id, past.number)
    return link(address, age(past.started_at, look.now, look.language))


def _charts(past: CasePast, look: Look) -> Html:
    case, language = past.history, look.language
    drawn = case.outcomes[:_DRAWN]
    marked = None
    if past.first is not None and past.first.failed in drawn:
        marked = len(drawn) - 1 - drawn.index(past.first.failed)
    durations = [it.duration_s if it.outcome is Outcome.PASSED else None for it in reversed(drawn)]
    lines: list[tuple[str, Sequence[float | None]]] = [("each", durations)]
    for kind, value in (("p95", case.p95_s), ("p50", case.p50_s)):
        if value is not None:
            lines.append((kind, [value] * len(drawn)))
    name = word("history.trend.alt", language, p50=_time(case.p50_s), p95=_time(case.p95_s))
    shown = replace(case, outcomes=drawn)
    caption = tag(
        "figcaption",
        tag("span", f"{word('history.p50', language)} {_time(case.p50_s)}", class_="p50"),
        tag("span", f"{word('history.p95', language)} {_time(case.p95_s)}", class_="p95"),
    )
    return tag(
        "section",
        tag("h2", word("history.outcomes", language), id="outcomes"),
        tag("figure", strip_of(shown, language, marked), class_="chart"),
        tag("figure", line_chart(lines, name, marked), caption, class_="chart"),
        aria_labelledby="outcomes",
    )


def _outcomes(past: CasePast, look: Look) -> Html:
    language = look.language
    outcomes = past.history.outcomes
    names = ("started", "outcome", "duration", "environment")
    headings = tuple(word(f"history.{it}", language) for it in names)
    rows = []
    for it in outcomes[:PAGE_LENGTH]:
        notes = []
        if past.first is not None and it == past.first.failed:
            notes.append(f"◀ {word('history.first.mark', language)}")
        if it.is_outage:
            notes.append(word("history.outage", language))
        note = tag("span", " · ".join(notes), class_="why") if notes else Html()
        outcome = joined(glyph(shown_outcome(it), language), note)
        rows.append(
            (
                tag(
                    "td",
                    _run(it, look),
                    time_place(it.started_at),
                    id=f"run-{row_id(it.run_id)}-{it.number}",
                ),
                tag("td", outcome, data_label=headings[1]),
                tag("td", duration(it.duration_s), data_label=headings[2], class_="num"),
                tag("td", short(it.environment, 80), data_label=headings[3]),
            )
        )
    older = len(outcomes) - PAGE_LENGTH
    more = None
    if older > 0:
        more = tag("p", word("history.older", language, count=older), class_="soft")
    return joined(table("history", headings, rows), more)


def _time(seconds: float | None) -> str:
    return "" if seconds is None else duration(seconds)
