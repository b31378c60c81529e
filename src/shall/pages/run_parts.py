"""What every page of a run has: its head, and the rows of its cases, by reason."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC

from msgspec import Struct

from shall.pages.frame import Look
from shall.pages.groups import Group, key_of, reason_text
from shall.pages.live import is_followed, live_counts, share_of_total
from shall.pages.markup import Content, Html, joined, tag
from shall.pages.parts import fact, glyph, link, share, short
from shall.pages.words import word
from shall.report import wording
from shall.report.case_wording import outage_line
from shall.report.wording import count_label, duration, label
from shall.results.listing import CaseLine, RunLine
from shall.results.reason import Reason
from shall.results.records import Outage, Outcome, RunStatus

_BAD = (Outcome.FAILED, Outcome.ERROR)
_COMMIT_LENGTH = 12


class Known(Struct, frozen=True):
    """What is known of a run besides its line."""

    outages: Sequence[Outage] = ()
    torn: int = 0
    checks: int | None = None
    left_out: int = 0


NOTHING_MORE = Known()


def verdict(run: RunLine, language: str) -> str:
    """Return the heading of a run: whether all of it passed."""
    return wording.verdict(run.outcomes, run.bad_total, run.status, language)


def run_head(run: RunLine, look: Look, known: Known = NOTHING_MORE, *more: Content) -> Html:
    """Make the head of a page of a run."""
    language = look.language
    follows = is_followed(run, look)
    heading = tag("h1", verdict(run, language))
    notices = list(_notices(run, known, language))
    if follows:
        notices = notices[1:]  # the heading says it
        heading = tag("h1", word("live.running", language), data_live="heading")
        counts = joined(share_of_total(run), live_counts(run, language))
    else:
        occurred = {it: count for it in Outcome if (count := run.outcomes.get(it, 0))}
        counts = joined(
            share({it.value: count for it, count in occurred.items()}),
            outcome_pills(occurred, language, known.torn),
        )
    return tag(
        "header",
        tag("p", label("title", language), class_="eyebrow"),
        heading,
        *(tag("p", it, class_="notice") for it in notices),
        counts,
        tag("dl", *_facts(run, look, known), class_="facts"),
        *more,
        class_=f"head {worst(run).value}",
        data_live_run=follows and run.run_id,
    )


def outcome_pills(outcomes: Mapping[Outcome, int], language: str, torn: int = 0) -> Html:
    """Make the counts of cases by the outcomes that ``outcomes`` has."""
    pills = [
        tag("span", count_label(it, outcomes.get(it, 0), language), class_=f"pill {it.value}")
        for it in Outcome
        if it in outcomes
    ]
    if torn:
        text = label("count.teardowns", language, count=torn)
        pills.append(tag("span", text, class_="pill error"))
    return tag("ul", *(tag("li", pill) for pill in pills), class_="counts")


def worst(run: RunLine) -> Outcome:
    """Return the outcome that a run is marked with."""
    for outcome in _BAD:
        if run.outcomes.get(outcome):
            return outcome
    is_whole = run.status is RunStatus.COMPLETE and run.outcomes.get(Outcome.PASSED)
    return Outcome.PASSED if is_whole else Outcome.SKIPPED


def started_text(run: RunLine) -> Html:
    """Return when a run began."""
    at = run.started_at.astimezone(UTC)
    return tag("time", f"{at:%Y-%m-%d %H:%M:%S} UTC", datetime=at.isoformat(timespec="seconds"))


def commit_text(run: RunLine, language: str) -> str:
    """Return the commit that was checked out, if it is known."""
    commit = (run.commit or "")[:_COMMIT_LENGTH]
    return word("run.dirty", language, commit=commit) if commit and run.is_dirty else commit


def _commit(run: RunLine, look: Look) -> Html:
    """Show the commit, with the link to what became of the criteria since."""
    shown = commit_text(run, look.language)
    address = look.links.changes(before=run.commit) if run.commit else ""
    since = link(address, word("changes.since", look.language)) if address else None
    return joined(shown, " " if since else None, since)


def case_rows(
    lines: Sequence[CaseLine], groups: Sequence[Group], run_id: str, look: Look
) -> list[Html]:
    """Make a row for each case, those that did not pass below their reason."""
    rows = []
    for group, members in by_group(lines, groups):
        if group is not None and group.count > 1:
            rows.append(group_heading(group, look.language))
        rows += [case_row(it, run_id, look) for it in members]
    return rows


def by_group(
    lines: Sequence[CaseLine], groups: Sequence[Group]
) -> Iterator[tuple[Group | None, list[CaseLine]]]:
    """Yield the cases that did not pass by their group, the largest first, then the others."""
    members: dict[int, list[CaseLine]] = {}
    others: list[CaseLine] = []
    positions = {it.key: index for index, it in enumerate(groups)}
    for line in lines:
        index = positions.get(key_of(line.reason or Reason())) if line.is_bad else None
        if index is None and line.is_bad:
            index = len(groups)
        (others if index is None else members.setdefault(index, [])).append(line)
    for index in sorted(members):
        yield (groups[index] if index < len(groups) else None), members[index]
    if others:
        yield None, others


def group_heading(group: Group, language: str) -> Html:
    """Make the line above the cases of one reason."""
    count = word("groups.count", language, count=group.count)
    return tag(
        "p",
        reason_text(group, language),
        " ",
        tag("span", count, class_="soft num"),
        class_="reason",
    )


def case_row(line: CaseLine, run_id: str, look: Look) -> Html:
    """Make the row of a case, which links to its page."""
    language, links = look.language, look.links
    name = link(links.case(run_id, line.number), short(line_name(line)))
    history = links.case_history(line.case_key, line.data_row)
    return tag(
        "div",
        glyph(line.shown_outcome, language),
        tag("h3", name),
        tag("span", duration(line.duration_s), class_="soft num"),
        tag(
            "span",
            place_text(line, language),
            " " if history else None,
            tag("a", word("one_case.history", language), href=history) if history else None,
            class_="place",
        ),
        class_=f"case row {line.shown_outcome.value}",
        id=f"case-{line.number}",
        data_row=True,
    )


def line_name(line: CaseLine) -> str:
    """Return a case's name with its row of data and its repetition."""
    row = f" [{line.data_row}]" if line.data_row is not None else ""
    attempt = f" (#{line.attempt})" if line.attempt > 1 else ""
    return f"{line.name}{row}{attempt}"


def place_text(line: CaseLine, language: str) -> str:
    """Return where a case is written and what it verifies, as text."""
    keys = ", ".join(line.criteria)
    verifies = f" · {label('verifies', language, keys=short(keys))}" if keys else ""
    return f"{short(line.case_key)}{verifies}"


def _notices(run: RunLine, known: Known, language: str) -> Iterator[str]:
    if run.status is not RunStatus.COMPLETE:
        yield label(f"run.{run.status.value}", language)
    if known.left_out:
        yield label("only", language, count=known.left_out)
    for outage in known.outages:
        yield f"{outage_line(outage, language)} {label('outage.next', language)}"


def _facts(run: RunLine, look: Look, known: Known) -> list[Html]:
    language = look.language
    took = "" if run.duration_s is None else duration(run.duration_s)
    checks = "" if known.checks is None else f"{known.checks:,}"
    return [
        fact(label("started", language), started_text(run)),
        fact(label("duration", language), took),
        fact(label("checks", language), checks),
        fact(label("environment", language), short(run.environment)),
        fact(word("run.commit", language), _commit(run, look)),
        fact(word("run.host", language), short(run.host or "")),
        fact(label("run", language), short(run.run_id)),
    ]
