"""One case of the HTML page: its steps, what was sent, what came back, what was checked."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct, field

from shall.pages.events import event_list
from shall.pages.links import Links
from shall.pages.markup import Html, joined, tag
from shall.pages.parts import BODY_LIMIT, body_text, copy_button, glyph, link, short, table, timing
from shall.pages.words import word
from shall.report.case_wording import (
    case_name,
    first_bad_path,
    place_of,
    redirect_lines,
    request_line,
    shown_outcome,
    shown_steps,
    step_title,
)
from shall.report.curl import curl_of
from shall.report.values import check_message, check_title, difference, has_expected, value_pair
from shall.report.wording import BAD, Places, duration, label, message_text
from shall.results.records import (
    SQL_METHOD,
    CaseResult,
    CheckResult,
    ExchangeRecord,
    Outcome,
    StepResult,
    is_bad,
    outage_of,
)

VALUE_LENGTH = 300
"""Characters of an expected or actual value that the table shows."""

_HEADER_LENGTH = 4_000

DIFFERENCE_FROM = 60
"""JSON structures longer than this are compared line by line."""


MOST_BESIDE = 5
"""Structures of a step that are shown side by side."""


class Showing(Struct, frozen=True):
    """How to show cases. ``exchanges`` False leaves requests and responses out.

    Cases that only met one of ``outages`` are folded: a notice says it for all of them. ``texts``
    are those of the criteria that the page has, by their key.
    """

    language: str = "en"
    places: Places = field(default_factory=dict)
    exchanges: bool = True
    outages: Collection[tuple[str, str]] = ()
    links: Links = Links()
    texts: Mapping[str, str] = field(default_factory=dict)
    body_limit: int = BODY_LIMIT


def case_section(case: CaseResult, number: int, showing: Showing) -> Html:
    """Make the foldable section of a case; one that went wrong by itself is open.

    ``number`` is its position in the run, from 1.
    """
    is_open = is_bad(case) and outage_of(case) not in showing.outages
    outcome = shown_outcome(case)
    return tag(
        "details",
        tag(
            "summary",
            glyph(outcome, showing.language),
            tag("h3", short(case_name(case))),
            tag("span", duration(case.duration_s), class_="soft num"),
            place_line(case, showing),
        ),
        tag("div", *case_body(case, showing), class_="body"),
        class_=f"case {outcome.value}",
        open=is_open,
        id=f"case-{number}",
        data_row=True,
    )


def case_body(case: CaseResult, showing: Showing) -> list[Html]:
    """Make what is below the heading of a case: what happened, step by step."""
    parts = [*_case_notes(case, showing), *_steps(case, showing)]
    if is_bad(case) and showing.exchanges:
        from shall.report.assistant import assistant_text  # many runs pass

        text = assistant_text(case, showing.texts, showing.language, showing.places)
        parts.append(copy_button(text, word("copy.assistant", showing.language), showing.language))
    return parts


def place_line(case: CaseResult, showing: Showing) -> Html:
    """Make the line that says where a case is written, and what it verifies."""
    place = place_of(showing.places, case.case_key, first_bad_path(case))
    keys = ", ".join(criterion.key for criterion in case.criteria)
    verifies = f" · {label('verifies', showing.language, keys=short(keys))}" if keys else ""
    return tag("span", tag("code", short(str(place or case.case_key))), verifies, class_="place")


def criterion_links(keys: Collection[str], showing: Showing) -> list[Html]:
    """Make an item for each criterion that a case verifies: its key, linked, and its text."""
    if not showing.texts:
        return []
    from shall.pages.criterion_text import marked  # it imports what reads requirements

    return [
        tag(
            "li",
            link(showing.links.criterion(key), short(key), class_="key"),
            " ",
            marked(showing.texts[key]),
        )
        for key in keys
        if key in showing.texts
    ]


def _case_notes(case: CaseResult, showing: Showing) -> list[Html]:
    notes = []
    if criteria := criterion_links([it.key for it in case.criteria], showing):
        notes.append(tag("ul", *criteria, class_="links criteria"))
    if case.error is not None:
        notes.append(
            tag("p", short(message_text(case.error, showing.language), 8_000), class_="error-text")
        )
    if outage_of(case) not in (None, *showing.outages):
        notes.append(tag("p", label("outage.next", showing.language)))
    if is_bad(case) and not showing.exchanges:
        notes.append(tag("p", label("left_out", showing.language), class_="soft"))
    return notes


def _steps(case: CaseResult, showing: Showing) -> list[Html]:
    return [
        _step(short(step_title(kind, step, showing.language)), step, showing)
        for kind, step in shown_steps(case)
    ]


def _step(title: str, step: StepResult, showing: Showing) -> Html:
    sent = short(request_line(step, showing.language), 2_000)
    line = _line(step.outcome, title, sent, showing.language)
    bad = step.outcome in BAD
    if not bad and not (showing.exchanges and step.exchange):
        return tag("div", line, class_="step")
    return tag(
        "details",
        tag("summary", line),
        *_step_body(step, showing),
        class_="step",
        open=bad,
    )


@lru_cache(maxsize=512, typed=True)  # the cases of a suite begin with the same requests
def _line(outcome: Outcome, title: str, sent: str, language: str) -> Html:
    return tag(
        "div",
        glyph(outcome, language),
        tag("h4", title),
        tag("span", sent or None, class_="sent mono soft"),
        class_="line",
    )


def _step_body(step: StepResult, showing: Showing) -> list[Html]:
    parts = [tag("p", short(it, 2_000), class_="mono soft") for it in redirect_lines(step)]
    if step.error is not None:
        parts.append(
            tag("p", short(message_text(step.error, showing.language), 8_000), class_="error-text")
        )
    if step.checks:
        parts.append(_checks(step.checks, showing.language))
        bad = [it for it in step.checks if it.outcome in BAD]
        if showing.exchanges and bad:
            parts += _structures(bad, showing.language)
    if showing.exchanges and step.exchange is not None:
        parts += [timing(step.exchange, showing.language), _sides(step.exchange, showing)]
        command = curl_of(step) if step.outcome in BAD else ""
        if 0 < len(command) <= 2 * showing.body_limit:
            parts.append(
                copy_button(command, word("copy.curl", showing.language), showing.language)
            )
    return parts


def _checks(checks: tuple[CheckResult, ...], language: str) -> Html:
    headings = tuple(label(it, language) for it in ("outcome", "check", "expected", "actual"))
    return table("checks", headings, [_check(check, headings, language) for check in checks])


def _structures(checks: Sequence[CheckResult], language: str) -> Iterator[Html]:
    """Yield the structures that were to be equal, side by side, below the name of their check."""
    from shall.pages.side_by_side import values_beside  # as in case_body

    names = (label("expected", language), label("actual", language))
    shown = 0
    for check in checks:
        if shown == MOST_BESIDE:
            return
        if beside := values_beside(check, names, DIFFERENCE_FROM):
            shown += 1
            yield joined(tag("h5", short(check_title(check, language))), beside)


def _check(check: CheckResult, headings: tuple[str, ...], language: str) -> tuple[Html, ...]:
    message = check_message(check, language) if check.outcome in BAD else ""
    first = tag("td", glyph(check.outcome, language))
    why = tag("span", message, class_="why") if message else None
    name = tag("td", tag("code", short(check_title(check, language))), why)
    _, _, expected_word, actual_word = headings
    if lines := difference(check, DIFFERENCE_FROM):
        key = f"- {expected_word}, + {actual_word}"
        return first, name, tag("td", tag("pre", _diff(key, lines), class_="diff"), colspan="2")
    expected, actual = value_pair(check, language, VALUE_LENGTH)
    wanted = tag("code", expected) if has_expected(check) else None
    bad = "bad" if check.outcome in BAD else ""
    return (
        first,
        name,
        tag("td", wanted, data_label=expected_word) if wanted else tag("td"),
        tag("td", tag("code", actual), data_label=actual_word, class_=bad),
    )


def _diff(key: str, lines: list[str]) -> Html:
    kinds = {"-": "less", "+": "more"}
    drawn = [tag("span", f"{line}\n", class_=kinds.get(line[0], "same")) for line in lines]
    return joined(tag("span", f"{key}\n", class_="soft"), *drawn)


def _sides(exchange: ExchangeRecord, showing: Showing) -> Html:
    language = showing.language
    size = label("size", language, size=f"{exchange.response_size_bytes:,}")
    sides = [
        tag(
            "div",
            tag("h5", label("request", language)),
            _headers(exchange.request_headers, language),
            body_text(exchange.request_body, language, showing.body_limit),
        )
    ]
    if exchange.status is not None or exchange.method == SQL_METHOD:
        status = "" if exchange.status is None else f" {exchange.status}"
        sides.append(
            tag(
                "div",
                tag("h5", f"{label('response', language)}{status} · {size}"),
                _headers(exchange.response_headers, language),
                event_list(exchange, language, showing.body_limit)
                or body_text(exchange.response_body, language, showing.body_limit),
            )
        )
    return tag("div", *sides, class_="sides")


def _headers(headers: tuple[tuple[str, str], ...], language: str) -> Html:
    if not headers:
        return Html()
    listed = [
        joined(tag("dt", short(name)), tag("dd", short(value, _HEADER_LENGTH)))
        for name, value in headers
    ]
    counted = tag("summary", label("headers", language, count=len(headers)))
    return tag("details", counted, tag("dl", *listed, class_="mono"), class_="headers")
