"""The page of what differs between two runs."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from shall.actions.compare import ComparedCase, Comparison, Difference
from shall.pages.frame import Look, served
from shall.pages.links import PAGE_LENGTH, row_id
from shall.pages.markup import Html, joined, tag
from shall.pages.parts import (
    age,
    glyph,
    hidden_fields,
    link,
    pager,
    search_form,
    select,
    short,
    table,
)
from shall.pages.words import word
from shall.report.wording import duration
from shall.results.listing import CaseBrief, RunLine, search_words
from shall.results.records import Outcome, RunStatus

_PILLS = {
    Difference.NEW: "failed",
    Difference.STILL: "error",
    Difference.FIXED: "passed",
    Difference.OTHER: "skipped",
    Difference.CHANGED: "skipped",
    Difference.SLOWER: "skipped",
}
_BAD = frozenset({Outcome.FAILED, Outcome.ERROR})


class CompareFilter(Struct, frozen=True):
    """Which differences the page shows; ``page`` counts from 1."""

    kind: str = ""
    query: str = ""
    page: int = 1


def compare_page(found: Comparison, wanted: CompareFilter, look: Look) -> str:
    """Return the page."""
    language = look.language
    title = word("compare", language)
    cases = [case for case in found.cases if _is_wanted(case, wanted)]
    start = (max(wanted.page, 1) - 1) * PAGE_LENGTH
    shown = cases[start : start + PAGE_LENGTH]
    swap = link(
        look.links.compare(found.after.run_id, found.before.run_id), word("compare.swap", language)
    )
    failing = found.counts()[Difference.NEW] + found.counts()[Difference.STILL]
    main = tag(
        "main",
        tag(
            "header",
            tag("h1", title),
            tag("dl", _run("before", found.before, look), _run("after", found.after, look)),
            tag("p", swap, " · ", word("compare.same", language, count=found.same)),
            _criteria(found, look),
            *(tag("p", word(it, language), class_="notice") for it in _notices(found)),
            class_=f"head compare {'failed' if failing else 'passed'}",
        ),
        _filters(found, wanted, look),
        _cases(found, shown, look),
        pager(start + 1, len(cases), *_around(found, wanted, len(cases), look), language),
    )
    return served(title, look, main, here="history")


def _criteria(found: Comparison, look: Look) -> Html:
    """Make the link to the criteria between the commits of both runs."""
    before, after = found.before.commit, found.after.commit
    address = look.links.changes(before=before, after=after) if before and after else ""
    if not address or before == after:
        return Html()
    return tag("p", link(address, word("changes.criteria", look.language)))


def _notices(found: Comparison) -> Iterator[str]:
    """Yield the names of what a reader has to know before the differences."""
    if found.before.environment != found.after.environment:
        yield "compare.environments"
    if not found.before.status is found.after.status is RunStatus.COMPLETE:
        yield "compare.incomplete"


def _is_wanted(case: ComparedCase, wanted: CompareFilter) -> bool:
    if wanted.kind and case.kind.value != wanted.kind:
        return False
    words, excluded = search_words(wanted.query)
    text = f"{case.name}\n{case.case_key}\n{case.data_row or ''}".lower()
    return all(it.lower() in text for it in words) and not any(
        it.lower() in text for it in excluded
    )


def _run(name: str, run: RunLine, look: Look) -> Html:
    language = look.language
    bad = run.bad_total
    parts = [
        link(look.links.run(run.run_id), age(run.started_at, look.now, language)),
        f" · {run.total:,} · ",
        f"✗ {bad:,}" if bad else "✓",
    ]
    if run.environment:
        parts.append(f" · {short(run.environment, 80)}")
    if run.commit:
        parts += [" · ", tag("code", run.commit[:10])]
    return joined(tag("dt", word(f"compare.{name}", language)), tag("dd", *parts))


def _filters(found: Comparison, wanted: CompareFilter, look: Look) -> Html:
    language = look.language
    counts = found.counts()
    kinds = {
        kind.value: f"{word(f'compare.{kind.value}', language)} ({count:,})"
        for kind, count in counts.items()
        if count
    }
    every = f"{word('compare.all', language)} ({len(found.cases):,})"
    runs = {"before": found.before.run_id, "after": found.after.run_id}
    return search_form(
        look.links.action("/compare"),
        wanted.query,
        language,
        select("kind", kinds, wanted.kind, every),
        *(tag("input", type="hidden", name=name, value=value) for name, value in runs.items()),
        *hidden_fields(look.links),
    )


def _cases(found: Comparison, cases: Sequence[ComparedCase], look: Look) -> Html:
    language = look.language
    if not cases:
        return tag("p", word("compare.none", language), class_="soft")
    headings = (
        word("compare.kind", language),
        word("history.case", language),
        word("compare.before", language),
        word("compare.after", language),
    )
    rows = []
    for case in cases:
        kind = word(f"compare.{case.kind.value}", language)
        pill = tag("span", kind, class_=f"pill {_PILLS.get(case.kind, '')}".strip())
        rows.append(
            (
                tag("td", pill, id=f"{case.kind.value}-{_row(case)}"),
                _name(case, look),
                _side(found.before.run_id, case.before, headings[2], look),
                _side(found.after.run_id, case.after, headings[3], look),
            )
        )
    return table("history", headings, rows)


def _row(case: ComparedCase) -> str:
    row = f" {case.data_row}" if case.data_row is not None else ""
    return row_id(short(f"{case.case_key}{row}", 200))


def _name(case: ComparedCase, look: Look) -> Html:
    address = look.links.case_history(case.case_key, case.data_row)
    row = f" [{case.data_row}]" if case.data_row is not None else ""
    place = tag("span", short(f"{case.case_key}{row}"), class_="place")
    return tag("td", link(address, short(case.name)), place)


def _side(run_id: str, case: CaseBrief | None, heading: str, look: Look) -> Html:
    if case is None:
        return tag("td", "–", data_label=heading)
    is_torn = case.is_bad and case.outcome not in _BAD
    outcome = glyph(Outcome.ERROR if is_torn else case.outcome, look.language)
    shown = link(look.links.case(run_id, case.number), outcome)
    return tag("td", shown, " ", duration(case.duration_s), data_label=heading, class_="num")


def _around(found: Comparison, wanted: CompareFilter, count: int, look: Look) -> tuple[str, str]:
    """Return the addresses of the pages before and after."""
    last = (count + PAGE_LENGTH - 1) // PAGE_LENGTH
    before, after = (
        look.links.compare(
            found.before.run_id,
            found.after.run_id,
            kind=wanted.kind,
            q=wanted.query,
            page=str(number),
        )
        if 1 <= number <= last
        else ""
        for number in (wanted.page - 1, wanted.page + 1)
    )
    return before, after
