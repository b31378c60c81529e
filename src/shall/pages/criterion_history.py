"""The page of the cases of a criterion over the newest runs."""

from collections.abc import Mapping, Sequence

from shall.actions.history import CaseHistory
from shall.pages.charts import outcome_strip, shown_outcome
from shall.pages.frame import Look, served
from shall.pages.history import case_cell, strip_of
from shall.pages.links import PAGE_LENGTH
from shall.pages.markup import Html, tag
from shall.pages.parts import link, short, table
from shall.pages.words import word
from shall.results.records import Outcome

_WORST_FIRST = (Outcome.ERROR, Outcome.FAILED, Outcome.SKIPPED, Outcome.PASSED)


def criterion_history_page(key: str, cases: Sequence[CaseHistory], look: Look) -> str:
    """Return the page; the cases are those that verified the criterion in some run."""
    language = look.language
    heading = tag("h1", link(look.links.criterion(key), tag("code", short(key))))
    eyebrow = tag("p", word("history", language), class_="eyebrow")
    if not cases:
        none = tag("p", word("history.criterion.none", language), class_="soft")
        return served(short(key, 100), look, tag("main", eyebrow, heading, none), here="history")
    headings = tuple(word(f"history.{it}", language) for it in ("case", "outcomes"))
    rows = [
        (
            case_cell(case, "case", look),
            tag("td", strip_of(case, language), data_label=headings[1]),
        )
        for case in cases[:PAGE_LENGTH]
    ]
    left = len(cases) - len(rows)
    more = None
    if left > 0:
        more = tag("p", word("history.more", language, count=left), class_="soft")
    main = tag(
        "main", eyebrow, heading, _together(cases, look), table("history", headings, rows), more
    )
    return served(short(key, 100), look, main, here="history")


def _together(cases: Sequence[CaseHistory], look: Look) -> Html:
    """Draw the worst outcome of each run, the oldest first."""
    worst = [*worst_outcomes(cases).values()][::-1]
    bad = sum(it in _WORST_FIRST[:2] for it in worst)
    name = word("history.strip", look.language, bad=bad, total=len(worst))
    caption = tag("figcaption", word("history.criterion.worst", look.language))
    return tag("figure", outcome_strip(worst, name), caption, class_="chart")


def worst_outcomes(cases: Sequence[CaseHistory]) -> Mapping[str, Outcome]:
    """Return the worst outcome of each run, the newest first."""
    found = sorted(
        (it for case in cases for it in case.outcomes), key=lambda it: it.started_at, reverse=True
    )
    worst: dict[str, Outcome] = {}
    for it in found:
        outcome = shown_outcome(it)
        known = worst.setdefault(it.run_id, outcome)
        if _WORST_FIRST.index(outcome) < _WORST_FIRST.index(known):
            worst[it.run_id] = outcome
    return worst
