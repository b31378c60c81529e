"""One case of a stored run, as a page of its own."""

from collections.abc import Iterator
from datetime import UTC

from shall.actions.run_views import CaseView
from shall.pages.case import Showing, case_body, place_line
from shall.pages.frame import Look, served
from shall.pages.markup import Html, joined, tag
from shall.pages.parts import fact, glyph, link, short
from shall.pages.words import word
from shall.report.case_wording import case_name, places_in, shown_outcome
from shall.report.wording import duration, label
from shall.results.records import CaseResult

BODY_LIMIT = 100_000
"""Characters of a body that the page shows."""

_MOST_FILES = 20


def case_page(view: CaseView, look: Look) -> str:
    """Make the page of a case: its steps, what was sent, what came back, what was checked."""
    case, language, links = view.case, look.language, look.links
    outcome = shown_outcome(case)
    showing = Showing(
        language, places_in([case]), links=links, texts=view.texts, body_limit=BODY_LIMIT
    )
    name = short(case_name(case))
    run_id = view.run.run_id
    run = link(links.run(run_id), label("run_id", language, run_id=short(run_id)))
    head = tag(
        "header",
        tag("p", run, class_="eyebrow"),
        tag("h1", name),
        tag("p", glyph(outcome, language), " ", place_line(case, showing)),
        tag("dl", *_facts(view, look), class_="facts"),
        _neighbours(view, look),
        class_=f"head {outcome.value}",
    )
    body = tag("div", *case_body(case, showing), class_="body")
    shown = tag("article", body, class_=f"case {outcome.value}", id=f"case-{view.number}")
    return served(name, look, head, tag("main", shown), here="runs")


def _facts(view: CaseView, look: Look) -> list[Html]:
    case, language = view.case, look.language
    at = case.started_at.astimezone(UTC)
    started = tag("time", f"{at:%Y-%m-%d %H:%M:%S} UTC", datetime=at.isoformat(timespec="seconds"))
    history = look.links.case_history(case.case_key, case.data_row)
    repetition = f"{case.attempt} / {case.repeats}" if case.repeats else ""
    return [
        fact(label("started", language), started),
        fact(label("duration", language), duration(case.duration_s)),
        fact(label("checks", language), f"{case.checks_executed:,}"),
        fact(label("environment", language), short(case.environment)),
        fact(word("one_case.tags", language), short(", ".join(case.tags))),
        fact(word("one_case.repetition", language), repetition),
        fact(word("one_case.files", language), _files(case)),
        fact(word("nav.history", language), link(history, word("one_case.all_runs", language)))
        if history
        else Html(),
    ]


def _files(case: CaseResult) -> Html:
    """Name the files that checks of a case compared with and that did not hold."""
    names = dict.fromkeys(_named_files(case))
    listed = [tag("code", short(name)) for name in list(names)[:_MOST_FILES]]
    return joined(*(part for it in listed for part in (it, " ")))


def _named_files(case: CaseResult) -> Iterator[str]:
    for step in (*case.steps, *case.teardowns):
        for check in step.checks:
            params = check.message.params if check.message is not None else {}
            name = params.get("file") or params.get("document")
            if isinstance(name, str):
                yield name


def _neighbours(view: CaseView, look: Look) -> Html:
    """Make the links to the cases before and after, and to the row of this one."""
    language, links, run_id = look.language, look.links, view.run.run_id
    total = sum(view.run.outcomes.values())
    others = [
        tag("a", word(f"one_case.{name}", language), href=links.case(run_id, number), rel=rel)
        for name, number, rel in (
            ("previous", view.number - 1, "prev"),
            ("next", view.number + 1, "next"),
        )
        if 1 <= number <= total
    ]
    return tag("p", *(part for it in others for part in (it, " ")), class_="downloads")
