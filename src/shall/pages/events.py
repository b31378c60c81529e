"""The events of a stream: server-sent events, each with its name and its data."""

from collections.abc import Iterator

from msgspec import UNSET

from shall.pages.markup import Html, joined, tag
from shall.pages.parts import body_text, short
from shall.pages.words import word
from shall.report.wording import label
from shall.results.records import ExchangeRecord

MOST_EVENTS = 100
"""Events of a stream that a page shows."""


def event_list(exchange: ExchangeRecord, language: str, limit: int) -> Html:
    """Make the list of the events that came, from the first ``limit`` characters of the body.

    Nothing where the response was no stream of server-sent events, or had none.
    """
    if not _is_stream(exchange):
        return Html()
    body = exchange.response_body
    events = list(events_in(body[:limit]))
    if not events:
        return Html()
    items = [
        tag("li", tag("code", short(name)) if name else None, body_text(data, language, limit))
        for name, data in events[:MOST_EVENTS]
    ]
    more = len(events) - MOST_EVENTS
    return joined(
        tag("ol", *items, class_="events"),
        tag("p", word("matrix.more_links", language, count=more), class_="soft")
        if more > 0
        else None,
        tag("p", label("cut", language), class_="soft") if len(body) > limit else None,
    )


def events_in(text: str) -> Iterator[tuple[str, str]]:
    r"""Yield the name and the data of each event of a text; comments are none.

    >>> list(events_in("event: paid\r\ndata: 1\r\ndata: 2\r\n\r\n: ping\n\ndata: {}"))
    [('paid', '1\n2'), ('', '{}')]
    """
    for block in text.replace("\r\n", "\n").replace("\r", "\n").split("\n\n"):
        name, data = "", []
        for line in block.split("\n"):
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "data":
                data.append(value)
            elif field == "event":
                name = value
        if data:
            yield name, "\n".join(data)


def _is_stream(exchange: ExchangeRecord) -> bool:
    types = [value for name, value in exchange.response_headers if name.lower() == "content-type"]
    if exchange.content_type is not UNSET:
        types.append(exchange.content_type)
    return any(it.strip().lower().startswith("text/event-stream") for it in types)
