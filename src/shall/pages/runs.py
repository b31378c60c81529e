"""The stored runs, the newest first."""

from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from shall.pages.frame import Look, saved, served
from shall.pages.links import PAGE_LENGTH, row_id
from shall.pages.live import is_followed, live_cell, live_list
from shall.pages.markup import Html, tag
from shall.pages.parts import (
    age,
    hidden_fields,
    link,
    pager,
    search_form,
    select,
    share,
    short,
    table,
)
from shall.pages.run import page_number
from shall.pages.run_parts import commit_text, outcome_pills, verdict, worst
from shall.pages.words import word
from shall.report.wording import duration, label
from shall.results.listing import BAD, RunFilter, RunLine, RunPage
from shall.results.records import Outcome, RunStatus


class RunsQuery(Struct, frozen=True):
    """What an address asks for, as text."""

    environment: str | None = None
    outcome: str = ""
    page: str = ""

    @property
    def wanted(self) -> RunFilter:
        """The runs that are listed."""
        outcome = self.outcome if self.outcome in {BAD, Outcome.PASSED} else ""
        return RunFilter(self.environment or None, outcome)

    @property
    def number(self) -> int:
        """The page, from 1."""
        return page_number(self.page)

    def on(self, number: int) -> Mapping[str, str]:
        """Return the same query for another page of it."""
        fields = {**structs.asdict(self), "page": str(number) if number > 1 else ""}
        return {name: value for name, value in fields.items() if value}


def runs_page(page: RunPage, query: RunsQuery, look: Look) -> str:
    """Make the list of runs."""
    title = word("runs", look.language)
    return served(
        title, look, tag("main", tag("h1", title), runs_list(page, query, look)), here="runs"
    )


def runs_file(page: RunPage, look: Look) -> str:
    """Make the list of runs as a file."""
    title = word("runs", look.language)
    content = tag("main", tag("h1", title), runs_list(page, RunsQuery(), look))
    return saved(title, look, content, here="runs")


def runs_list(page: RunPage, query: RunsQuery, look: Look) -> Html:
    """Make the table of runs, with the filters and the links to other pages of it."""
    language, links = look.language, look.links
    number = query.number
    first = PAGE_LENGTH * (number - 1) + 1
    before = links.runs(**query.on(number - 1)) if number > 1 else ""
    has_more = PAGE_LENGTH * number < page.matching
    after = links.runs(**query.on(number + 1)) if has_more else ""
    if not page.lines:
        name = "runs.no_match" if page.total else "runs.none"
        rows = tag("p", word(name, language), class_="soft")
    else:
        rows = runs_table(page.lines, look)
    return tag(
        "section",
        _filters(page, query, look) if page.total else None,
        live_list(page.lines, look),
        rows,
        pager(first, page.matching, before, after, language),
    )


def runs_table(lines: Sequence[RunLine], look: Look, most: int = PAGE_LENGTH) -> Html:
    """Make the rows of runs, the newest first; ``most`` of them are shown."""
    names = ("run", "outcome", "started", "duration", "environment")
    headings = tuple(label(it, look.language) for it in names)
    drawn = [
        _row(run, previous, look) for run, previous in zip(lines, [*lines[1:], None], strict=True)
    ]
    return table("runs", (*headings, word("run.commit", look.language)), drawn[:most])


def _row(run: RunLine, previous: RunLine | None, look: Look) -> tuple[Html, ...]:
    language, links = look.language, look.links
    status = ""
    if run.status is not RunStatus.COMPLETE:
        status = word(f"runs.{run.status.value}", language)
    compared = ""
    if previous is not None and previous.environment == run.environment:
        compared = links.compare(previous.run_id, run.run_id)
    return (
        tag(
            "td",
            tag(
                "span",
                link(links.run(run.run_id), verdict(run, language)),
                class_=f"verdict {worst(run).value}",
                id=row_id(f"run-{run.run_id}"),
            ),
            tag(
                "span",
                f"{status} " if status else None,
                tag("code", short(run.run_id, 40)),
                f" · {short(run.host, 80)}" if run.host else None,
                class_="place",
            ),
        ),
        _counts(run, look),
        tag("td", age(run.started_at, look.now, language), data_label=label("started", language)),
        tag(
            "td",
            "" if run.duration_s is None else duration(run.duration_s),
            class_="num",
            data_label="" if run.duration_s is None else label("duration", language),
        ),
        tag(
            "td",
            short(run.environment, 80),
            data_label=label("environment", language) if run.environment else "",
        ),
        tag(
            "td",
            tag("code", commit_text(run, language)) if run.commit else None,
            " ",
            link(compared, word("runs.compare", language)) if compared else None,
            data_label=word("run.commit", language) if run.commit else "",
        ),
    )


def _counts(run: RunLine, look: Look) -> Html:
    if is_followed(run, look):
        return tag("td", live_cell(run, look), data_live_run=run.run_id)
    shown = {it: run.outcomes[it] for it in Outcome if run.outcomes.get(it)}
    return tag(
        "td",
        share({it.value: run.outcomes.get(it, 0) for it in Outcome}),
        outcome_pills(shown, look.language),
    )


def _filters(page: RunPage, query: RunsQuery, look: Look) -> Html:
    language = look.language
    address = look.links.action("/runs")
    if not address:
        return Html()
    environments = {it: short(it, 80) for it in page.environments if 0 < len(it) <= 200}
    outcomes = {BAD: word("run.bad", language), "passed": word("runs.passed", language)}
    fields = [select("outcome", outcomes, query.outcome, word("run.any_outcome", language))]
    if environments:
        nothing = word("runs.any_environment", language)
        fields.insert(0, select("environment", environments, query.environment or "", nothing))
    return search_form(address, None, language, *fields, *hidden_fields(look.links))
