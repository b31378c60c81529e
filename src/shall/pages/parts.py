"""Pieces that the pages share."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache

from shall.pages.links import PAGE_LENGTH, Links
from shall.pages.markup import Content, Html, joined, tag
from shall.pages.words import word
from shall.report.wording import duration, label
from shall.results.records import ExchangeRecord, Outcome

BODY_LIMIT = 4_000
"""Characters of a body that the page shows."""

_GLYPHS = {
    Outcome.PASSED: "✓",
    Outcome.FAILED: "✗",
    Outcome.ERROR: "!",
    Outcome.SKIPPED: "–",
}
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
_PHASES = ("dns", "connect", "tls", "wait", "receive")


@cache
def glyph(outcome: Outcome, language: str) -> Html:
    """Show an outcome as a mark with its word beside it: never by colour alone."""
    return tag("span", glyph_text(outcome, language), class_=f"pill {outcome.value}")


def glyph_text(outcome: Outcome, language: str) -> str:
    """Return the mark and the word of an outcome."""
    return f"{_GLYPHS[outcome]} {label(f'outcome.{outcome.value}', language)}"


def share(counts: Mapping[str, int]) -> Html:
    """Draw counts as one bar, each kind with its part of the width."""
    total = sum(counts.values()) or 1
    drawn, start = [], 0.0
    for kind, count in counts.items():
        part = 100 * count / total
        if count:
            drawn.append(_bar(kind, start, part))
        start += part
    return _chart(*drawn, class_="share")


def timing(exchange: ExchangeRecord, language: str) -> Html:
    """Draw how long each phase of an exchange took."""
    times = exchange.timings
    waited_until = times.total_s if exchange.status is None else times.first_byte_s
    marks = (times.dns_s, times.connect_s, times.tls_s, waited_until, times.total_s)
    whole = max(times.total_s, 1e-9)
    drawn, captions, before = [], [], 0.0
    for phase, mark in zip(_PHASES, marks, strict=True):
        if mark <= before:
            continue
        drawn.append(_bar(phase, 100 * before / whole, 100 * (mark - before) / whole))
        text = f"{label(f'timing.{phase}', language)} {duration(mark - before)}"
        captions.append(tag("span", _chart(_bar(phase, 0, 100)), text, class_="num"))
        before = mark
    if not drawn:
        return Html()
    caption = tag("figcaption", *captions)
    return tag("figure", _chart(*drawn), caption, class_="timing")


def short(text: str, length: int = 300) -> str:
    """Cut a name: it is shown in a heading or a row."""
    return text if len(text) <= length else f"{text[:length]}…"


def body_text(text: str, language: str, limit: int = BODY_LIMIT) -> Html:
    """Show a body: JSON on lines of its own, cut at a limit."""
    shown = text[:limit]
    if shown.lstrip()[:1] in ("{", "["):
        shown = indented(shown)
    if len(text) > limit:
        shown += f"\n{label('cut', language)}"
    return tag("pre", shown, tabindex="0") if shown else Html()


def indented(text: str) -> str:
    """Break JSON text into lines without reading it as values.

    Numbers stay as they were written, repeated keys stay, and a body that was cut is fine.
    """
    written: list[str] = []
    depth, fresh = 0, False
    for part in _TOKEN.findall(text):
        if part in ("}", "]"):
            depth = max(depth - 1, 0)
            written.append(part if fresh else _line_start(depth) + part)
        else:
            written.append(_line_start(depth) + part if fresh else part)
        fresh = part in ("{", "[")
        depth += fresh
        if part == ",":
            written.append(_line_start(depth))
        elif part == ":":
            written.append(" ")
    return "".join(written)


def table(kind: str, headings: tuple[str, ...], rows: Sequence[tuple[Html, ...]]) -> Html:
    """Make a table that becomes a list of cards on a phone; cells are ``td`` elements."""
    head = tag("thead", tag("tr", *(tag("th", heading, scope="col") for heading in headings)))
    return tag("table", head, tag("tbody", *(tag("tr", *cells) for cells in rows)), class_=kind)


def fact(name: str, value: Content) -> Html:
    """Make a term and its value."""
    return tag("div", tag("dt", name), tag("dd", value)) if value else joined()


def link(address: str, *content: Content, **attributes: str) -> Html:
    """Make a link; where the form of the page has no such address, what it would show."""
    return tag("a", *content, href=address, **attributes) if address else joined(*content)


_SPANS = (("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1))


def age(at: datetime, now: datetime, language: str) -> Html:
    """Show how long ago something was, with the time itself as its title; the script renews it."""
    seconds = max(int((now - at).total_seconds()), 0)
    unit, length = next((it for it in _SPANS if seconds >= it[1]), _SPANS[-1])
    shown = word(f"age.{unit}", language, count=seconds // length)
    at = at.astimezone(UTC)
    return tag(
        "time",
        shown,
        datetime=at.isoformat(timespec="seconds"),
        title=f"{at:%Y-%m-%d %H:%M:%S} UTC",
        data_age=True,
    )


def copy_button(text: str, name: str, language: str) -> Html:
    """Make a button that copies a text, which is shown beside it when unfolded."""
    button = tag("button", name, type="button", class_="plain")
    shown = tag(
        "details",
        tag("summary", word("copy.show", language)),
        tag("pre", text, tabindex="0"),
        class_="command",
    )
    return tag("shall-copy", button, shown, data_done=word("copied", language))


def select(name: str, choices: Mapping[str, str], chosen: str, nothing: str) -> Html:
    """Make a field for one of some values, each with its text; ``nothing`` is that for any."""
    options = [
        tag("option", text, value=value, selected=value == chosen)
        for value, text in choices.items()
    ]
    anything = tag("option", nothing, value=True)  # an attribute without a value is empty
    return tag("select", anything, *options, name=name, aria_label=nothing)


def download_links(addresses: Mapping[str, str], language: str) -> Html:
    """Make the links to what a page shows as files; ``addresses`` by the ending of the name."""
    links = [tag("a", it.upper(), href=address, download=True) for it, address in addresses.items()]
    spaced = [part for it in links for part in (" ", it)]
    return tag("p", word("matrix.download", language), *spaced)


def hidden_fields(links: Links) -> list[Html]:
    """Make the fields that each form asking for a page has besides those that are shown."""
    fields = links.form_fields().items()
    return [tag("input", type="hidden", name=name, value=value) for name, value in fields]


def search_form(address: str, query: str | None, language: str, *others: Content) -> Html:
    """Make the search of a page: ``others`` are further fields of the same form.

    ``query`` None: no text is searched.
    """
    text = (
        None
        if query is None
        else tag(
            "input",
            type="search",
            name="q",
            value=query,
            placeholder=word("search.hint", language),
            aria_label=word("search", language),
        )
    )
    button = tag("button", word("search", language))
    return tag("form", text, *others, button, method="get", action=address, class_="search")


def pager(first: int, total: int, before: str, after: str, language: str) -> Html:
    """Make the links to the pages before and after; nothing where one page shows all."""
    if total <= PAGE_LENGTH and first <= 1:
        return joined()
    last = min(first + PAGE_LENGTH - 1, total)
    shown = word("pager", language, first=f"{first:,}", last=f"{last:,}", total=f"{total:,}")
    links = [
        tag("a", word(f"pager.{name}", language), href=address, rel=rel)
        for name, address, rel in (("before", before, "prev"), ("after", after, "next"))
        if address
    ]
    return tag("nav", tag("span", shown, class_="soft"), *links, class_="pager", aria_label=shown)


def _line_start(depth: int) -> str:
    return "\n" + "  " * min(depth, 20)


def _bar(kind: str, start: float, part: float) -> Html:
    # widths are attributes, not styles: the page's policy allows no inline style
    return tag("rect", class_=kind, x=f"{start:.2f}", width=f"{part:.2f}", height="10")


def _chart(*bars: Html, class_: str = "") -> Html:
    attributes = {"viewBox": "0 0 100 10", "preserveAspectRatio": "none", "aria_hidden": "true"}
    if class_:
        attributes["class_"] = class_
    return tag("svg", *bars, **attributes)
