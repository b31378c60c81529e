"""One stored run: what did not pass first, by reason; searched and filtered by the server."""

from collections.abc import Mapping

from msgspec import Struct, structs

from shall.actions.run_views import RunView
from shall.pages.frame import Look, served
from shall.pages.groups import grouped, groups_section
from shall.pages.links import PAGE_LENGTH
from shall.pages.live import live_run
from shall.pages.markup import Html, joined, tag
from shall.pages.parts import hidden_fields, pager, search_form, select
from shall.pages.run_parts import Known, case_rows, run_head, verdict
from shall.pages.timeline import timeline
from shall.pages.words import word
from shall.report.wording import duration, label
from shall.results.listing import BAD, CaseCounts, CaseFilter, CaseOrder, search_words
from shall.results.records import Outage, Outcome

SLOW_S = (0.1, 0.5, 1.0, 5.0, 30.0)
"""What "slow" may mean, in seconds."""

DOWNLOADS = {"json": "JSON", "junit.xml": "JUnit XML", "csv": "CSV"}
"""The files that a run can be had as, by the ending of their address."""

_MOST_CHOICES = 200
_LONGEST_CHOICE = 200


class RunQuery(Struct, frozen=True):
    """What an address asks for, as text; what is not known there asks for nothing."""

    q: str = ""
    outcome: str = ""
    tag: str = ""
    feature: str = ""
    slow: str = ""
    page: str = ""

    @property
    def wanted(self) -> CaseFilter:
        """The cases that are listed."""
        words, excluded = search_words(self.q)
        known = {BAD, *(it.value for it in Outcome)}
        outcome = self.outcome if self.outcome in known else ""
        return CaseFilter(words, excluded, outcome, self.tag, self.feature, self.slower_than_s)

    @property
    def slower_than_s(self) -> float | None:
        """Cases that took longer are listed; None: all."""
        return next((it for it in SLOW_S if f"{it:g}" == self.slow), None)

    @property
    def order(self) -> CaseOrder:
        """The order in which they are listed."""
        return CaseOrder.BAD_FIRST if self.slower_than_s is None else CaseOrder.SLOWEST

    @property
    def number(self) -> int:
        """The page, from 1."""
        return page_number(self.page)

    @property
    def is_plain(self) -> bool:
        """Whether it asks for the run as a whole."""
        return not self.on(self.number)

    def on(self, number: int) -> Mapping[str, str]:
        """Return the same query for another page of it."""
        fields = {**structs.asdict(self), "page": str(number) if number > 1 else ""}
        return {name: value for name, value in fields.items() if value}


def page_number(text: str) -> int:
    """Return the number of a page in an address; 1 where it is none."""
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def run_page(view: RunView, query: RunQuery, look: Look) -> str:
    """Make the page of a run."""
    language, run, page = look.language, view.run, view.page
    groups = grouped(view.reasons.counts)
    outages = [
        Outage(*it.reason.outage, it.count) for it in groups if it.reason.outage and it.count > 1
    ]
    first = PAGE_LENGTH * (view.number - 1) + 1
    rows = case_rows(page.lines, groups, run.run_id, look)
    heading = f"{label('cases', language)} ({page.matching:,})"
    pages = pager(first, page.matching, *_pages(view, query, look), language)
    return served(
        verdict(run, language),
        look,
        run_head(
            run,
            look,
            Known(outages),
            None if view.live is None else live_run(view.live, look),
            downloads(run.run_id, look),
        ),
        tag(
            "main",
            groups_section(groups, look.links, run.run_id, language, view.reasons.others)
            if query.is_plain
            else None,
            timeline(
                view.longest, page.counts.total, run.started_at, run.run_id, look.links, language
            )
            if query.is_plain
            else None,
            tag(
                "section",
                tag("h2", heading, id="cases"),
                _filters(page.counts, query, run.run_id, look),
                pages,
                joined(*rows) if rows else tag("p", word("run.none", language), class_="soft"),
                pages if len(rows) > 20 else None,
                aria_labelledby="cases",
            ),
        ),
        here="runs",
    )


def downloads(run_id: str, look: Look) -> Html:
    """Make the links to the files of a run; nothing where it has none."""
    links = [
        tag("a", name, href=address, download=True)
        for ending, name in DOWNLOADS.items()
        if (address := look.links.run_file(run_id, ending))
    ]
    if not links:
        return Html()
    return tag("p", f"{word('run.downloads', look.language)} ", *_spaced(links), class_="downloads")


def _spaced(items: list[Html]) -> list[Html | str]:
    return [part for item in items for part in (item, " ")]


def _pages(view: RunView, query: RunQuery, look: Look) -> tuple[str, str]:
    """Return the addresses of the pages before and after."""
    run_id, number = view.run.run_id, view.number
    before = look.links.run(run_id, **query.on(number - 1)) if number > 1 else ""
    has_more = PAGE_LENGTH * number < view.page.matching
    return before, look.links.run(run_id, **query.on(number + 1)) if has_more else ""


def _filters(counts: CaseCounts, query: RunQuery, run_id: str, look: Look) -> Html:
    language = look.language
    address = look.links.run(run_id)
    if not address:
        return Html()
    outcomes = {BAD: word("run.bad", language)}
    outcomes |= {
        it.value: f"{label(f'outcome.{it.value}', language)} ({counts.outcomes[it]:,})"
        for it in Outcome
        if counts.outcomes.get(it)
    }
    slow = {f"{it:g}": word("run.slower", language, duration=duration(it)) for it in SLOW_S}
    fields = [
        select("outcome", outcomes, query.outcome, word("run.any_outcome", language)),
        _choice("tag", counts.tags, query.tag, word("run.any_tag", language)),
        _choice("feature", counts.features, query.feature, word("run.any_feature", language)),
        select("slow", slow, query.slow, word("run.any_duration", language)),
    ]
    return search_form(address, query.q, language, *fields, *hidden_fields(look.links))


def _choice(name: str, counts: Mapping[str, int], chosen: str, nothing: str) -> Html:
    """Make the choice between the most frequent values; nothing where there is none."""
    usual = [it for it in counts if len(it) <= _LONGEST_CHOICE]
    frequent = sorted(usual, key=lambda it: (-counts[it], it))[:_MOST_CHOICES]
    if chosen and chosen not in frequent:
        frequent.append(chosen)
    if not frequent:
        return Html()
    return select(
        name, {it: f"{it} ({counts.get(it, 0):,})" for it in sorted(frequent)}, chosen, nothing
    )
