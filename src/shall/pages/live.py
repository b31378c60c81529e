"""Runs that go on: what the list and the page of a run show of them, and the events that renew it.

The element ``shall-live`` of the script listens to the events. It finds what to renew by
``data-live-run`` (the id of a run that goes on) and, inside that, ``data-live`` (the name of a
text), ``data-live-count`` (an outcome) and ``svg.share``. Without script
the page is as it was made.
"""

from collections.abc import Callable, Sequence
from typing import Any

from shall.escaping import one_line
from shall.pages.frame import Look
from shall.pages.groups import Group, reason_text
from shall.pages.markup import Html, joined, tag
from shall.pages.parts import share
from shall.pages.words import word
from shall.report.columns import cut
from shall.report.wording import label
from shall.results.listing import LiveRun, RunLine
from shall.results.records import Outcome, RunStatus

MOST_KNOWN = 50
"""Runs of a list whose end is announced."""

_LONGEST = 300


def live_list(lines: Sequence[RunLine], look: Look) -> Html:
    """Make what renews a list of runs; its rows have ``data_live_run``. Nothing in a file."""
    going_on = [it.run_id for it in lines if it.status is RunStatus.RUNNING]
    source = look.links.live(known=",".join(going_on[:MOST_KNOWN]))
    if not source:
        return joined()
    return _element(source, look, look.links.runs(), "live.reload")


def live_run(run: LiveRun, look: Look) -> Html:
    """Make what shows how far a run is that goes on, with the form that stops it."""
    line = run.line
    if not is_followed(line, look):
        return joined()
    shown = event_of(run, look.language)
    source = look.links.live(run=line.run_id)
    return tag(
        "div",
        tag("p", tag("b", shown["done"], data_live="done"), class_="num"),
        tag("p", shown["reason"], data_live="reason", class_="error-text"),
        tag("p", shown["asked"], data_live="asked", class_="soft"),
        _stop_form(run, look),
        _element(source, look, look.links.run(line.run_id), "live.results"),
        class_="live",
    )


def live_cell(line: RunLine, look: Look) -> Html:
    """Make what a list shows of a run that goes on."""
    done = word("live.done", look.language, done=sum(line.outcomes.values()), total=line.total)
    return joined(
        share_of_total(line),
        live_counts(line, look.language),
        tag("span", done, class_="soft num", data_live="done"),
    )


def is_followed(line: RunLine, look: Look) -> bool:
    """Return whether a page follows a run: it goes on, and the page is one of a server."""
    return line.status is RunStatus.RUNNING and bool(look.links.live())


def live_counts(line: RunLine, language: str) -> Html:
    """Make the counts of cases by outcome, to be renewed."""
    pills = [
        tag(
            "span",
            tag("span", str(line.outcomes.get(it, 0)), data_live_count=it.value),
            f" {label(f'outcome.{it.value}', language)}",
            class_=f"pill {it.value}",
        )
        for it in Outcome
    ]
    return tag("ul", *(tag("li", pill) for pill in pills), class_="counts")


def share_of_total(line: RunLine) -> Html:
    """Draw the cases that have ended as parts of all that are to run."""
    done = sum(line.outcomes.values())
    counts = {it.value: line.outcomes.get(it, 0) for it in Outcome}
    return share({**counts, "left": max(line.total - done, 0)})


def event_of(
    run: LiveRun, language: str, mask: Callable[[str], str] = lambda text: text
) -> dict[str, Any]:
    """Return what is shown of a run now, as the data of an event. All of it is plain text."""
    line = run.line
    counts = {it.value: line.outcomes.get(it, 0) for it in Outcome}
    is_live = line.status is RunStatus.RUNNING
    ended = "" if is_live else word(f"live.ended.{line.status.value}", language)
    reason = ""
    if run.bad_reason is not None:
        reason = reason_text(Group((), run.bad_reason, 1, 1), language)
    if reason:
        newest = word("live.newest", language)
        reason = f"{newest}: {one_line(run.bad_name)}: {reason}"
    texts = {
        "heading": ended or word("live.running", language),
        "done": word("live.done", language, done=sum(counts.values()), total=line.total),
        "reason": cut(reason, _LONGEST),
        "asked": _asked(run, language) if is_live else "",
        "ended": ended and f"{ended}: {word('live.counts', language, **counts)}",
    }
    return {
        "run": line.run_id,
        "status": line.status.value,
        "total": line.total,
        "counts": counts,
        **{name: mask(text) for name, text in texts.items()},
    }


def _element(source: str, look: Look, address: str, link: str) -> Html:
    language = look.language
    again = tag(
        "p",
        tag("span", "", role="status", data_live_said=True),
        " ",
        tag("a", word(link, language), href=address, hidden=True),
    )
    return tag(
        "shall-live",
        again,
        data_source=source,
        data_begun=word("live.begun", language),
        data_lost=word("live.lost", language),
    )


def _stop_form(run: LiveRun, look: Look) -> Html | None:
    if "run" not in look.viewer.scopes or run.is_asked_to_stop:
        return None
    if not run.can_stop:
        return tag("p", word("live.deaf", look.language), class_="soft")
    token = tag("input", type="hidden", name="form_token", value=look.viewer.form_token)
    button = tag("button", word("live.stop", look.language))
    address = look.links.stop(run.line.run_id)
    return tag("form", token, button, method="post", action=address, class_="stop")


def _asked(run: LiveRun, language: str) -> str:
    return word("live.asked", language) if run.is_asked_to_stop else ""
