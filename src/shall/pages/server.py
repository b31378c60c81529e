"""The page of the server: is it ready, what is open, how do the calls of tools end."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from shall.pages.frame import Look, served
from shall.pages.markup import Html, tag
from shall.pages.parts import age, fact, link, table
from shall.pages.words import word
from shall.report.wording import duration

DAY_MIN = 1440

WINDOWS_MIN = (15, 60, DAY_MIN, None)
"""The times that calls are counted over, in minutes; None: since the beginning."""


class CallFigures(Struct, frozen=True):
    """Tool calls counted over some time: ``codes`` are those of the failed ones."""

    total: int
    failed: int
    mean_s: float
    p95_s: float
    codes: Mapping[str, int]


class OpenRun(Struct, frozen=True):
    """A run that has not ended."""

    run_id: str
    started_at: datetime
    environment: str


class ServerFacts(Struct, frozen=True):
    """What a server knows of itself.

    ``reasons`` are why it is not ready: none where it is. ``calls`` has the figures of each of
    ``WINDOWS_MIN``; where there are none, ``calls_unknown`` says why.
    """

    version: str
    started_at: datetime
    reasons: Sequence[str]
    workers: int
    instance: str
    connections: int
    workspaces: Sequence[str]
    runs: Sequence[OpenRun]
    calls: Mapping[int | None, CallFigures]
    calls_unknown: str = ""


def server_page(facts: ServerFacts, look: Look) -> str:
    """Return the page."""
    title = word("server", look.language)
    main = tag("main", _head(facts, look), _calls(facts, look), _errors(facts, look.language))
    return served(title, look, main, here="server")


def _head(facts: ServerFacts, look: Look) -> Html:
    language = look.language
    shown = (
        ("version", facts.version),
        ("started", age(facts.started_at, look.now, language)),
        ("ready", _ready(facts.reasons, language)),
        ("workers", f"{facts.workers:,}"),
        ("instance", facts.instance),
        ("connections", f"{facts.connections:,}"),
        ("workspaces", ", ".join(facts.workspaces)),
    )
    return tag(
        "header",
        tag("h1", word("server", language)),
        tag(
            "dl",
            *(fact(word(f"server.{name}", language), it) for name, it in shown),
            class_="facts",
        ),
        class_=f"head {'failed' if facts.reasons else 'passed'}",
    )


def _ready(reasons: Sequence[str], language: str) -> Html:
    if not reasons:
        return tag("span", f"✓ {word('server.ready.yes', language)}", class_="pill passed")
    why = "; ".join(_reason(it, language) for it in reasons)
    return tag("span", f"✗ {why}", class_="pill failed")


def _reason(reason: str, language: str) -> str:
    try:
        return word(f"server.reason.{reason}", language)
    except KeyError:  # of another release
        return reason


def _calls(facts: ServerFacts, look: Look) -> Html:
    language = look.language
    if facts.calls_unknown:
        text = word("server.calls.unknown", language, reason=facts.calls_unknown)
        shown = tag("p", text, class_="notice")
    elif not facts.calls[None].total:
        shown = tag("p", word("server.calls.none", language), class_="soft")
    else:
        names = ("window", "count", "rate", "failed", "mean", "p95")
        headings = tuple(word(f"server.{it}", language) for it in names)
        rows = [_window(minutes, it, headings, language) for minutes, it in facts.calls.items()]
        shown = table("figures", headings, rows)
    heading = tag("h2", word("server.calls", language), id="calls")
    return tag("section", _runs(facts.runs, look), heading, shown, aria_labelledby="calls")


def _window(
    minutes: int | None, calls: CallFigures, headings: Sequence[str], language: str
) -> tuple[Html, ...]:
    name = word(f"server.window.{minutes or 'all'}", language)
    share = f" ({calls.failed / calls.total:.1%})" if calls.total else ""
    cells = (
        f"{calls.total:,}",
        f"{calls.total / minutes:,.1f}" if minutes else "",
        f"{calls.failed:,}{share}",
        duration(calls.mean_s) if calls.total else "",
        duration(calls.p95_s) if calls.total else "",
    )
    return (
        tag("td", name),
        *(_cell(text, it) for text, it in zip(cells, headings[1:], strict=True)),
    )


def _errors(facts: ServerFacts, language: str) -> Html | None:
    if facts.calls_unknown or not facts.calls[None].codes:
        return None
    day, ever = facts.calls[DAY_MIN].codes, facts.calls[None].codes
    headings = tuple(word(f"server.{it}", language) for it in ("code", "code.day", "code.all"))
    codes = sorted(ever, key=lambda code: (-day.get(code, 0), -ever[code], code))
    rows = [
        (
            tag("td", tag("code", code)),
            _cell(f"{day.get(code, 0):,}", headings[1]),
            _cell(f"{ever[code]:,}", headings[2]),
        )
        for code in codes
    ]
    heading = tag("h2", word("server.errors", language), id="errors")
    return tag("section", heading, table("figures", headings, rows), aria_labelledby="errors")


def _runs(runs: Sequence[OpenRun], look: Look) -> Html:
    language = look.language
    heading = tag("h2", word("server.running", language), id="running")
    if not runs:
        none = tag("p", word("server.running.none", language), class_="soft")
        return tag("section", heading, none, aria_labelledby="running")
    headings = tuple(word(f"server.{it}", language) for it in ("run", "started", "environment"))
    rows = [
        (
            tag("td", link(look.links.run(it.run_id), tag("code", it.run_id))),
            _cell(age(it.started_at, look.now, language), headings[1]),
            _cell(it.environment, headings[2]),
        )
        for it in runs
    ]
    return tag("section", heading, table("figures", headings, rows), aria_labelledby="running")


def _cell(content: str | Html, heading: str) -> Html:
    return tag("td", content, data_label=heading)
