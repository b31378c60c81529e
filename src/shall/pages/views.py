"""Views of tool results inside MCP clients: one file each, filled by its own script.

The file holds no result. The client passes it one as a message (the extension MCP Apps), and
``assets/view.js`` sets its values, as text alone, in a copy of the template of the reader's
language. What an element shows is named by its attributes:

- ``data-field``: the text of a value; ``.`` is the item itself
- ``data-pill``: a value that has a pill in the template ``data-pills``
- ``data-counts``: an object of counts, as pills
- ``data-share``: the counts that a bar is drawn from
- ``data-rows``: a list; the template inside is copied for each item
- ``data-when``, ``data-unless``: shown only where the value is there, or is not
"""

from functools import cache

from shall.messages import Message
from shall.pages.frame import LANGUAGES, embedded
from shall.pages.markup import Content, Html, joined, tag
from shall.pages.parts import glyph, share
from shall.pages.words import word
from shall.report.wording import label, message_text
from shall.results.records import Outcome

_STATUSES = (
    *("failing", "suspect", "stale", "vacuous", "unreachable", "partly", "skipped", "not run"),
    *("untested", "proved", "waived", "not testable", "removed", "draft"),
)


@cache
def run_view() -> str:
    """Return the view of what ``run_tests`` answers."""
    return _view("Test run", {it: _run(it) for it in LANGUAGES})


@cache
def matrix_view() -> str:
    """Return the view of what ``trace_requirements`` answers."""
    return _view("Coverage of criteria", {it: _matrix(it) for it in LANGUAGES})


def _view(title: str, contents: dict[str, Html]) -> str:
    templates = [
        tag("template", content, data_language=language) for language, content in contents.items()
    ]
    waiting = [
        tag("p", word("view.waiting", language), class_="soft", lang=language)
        for language in contents
    ]
    main = tag("main", *waiting, id="view")
    return embedded(title, main, *templates, script="view.js")


def _run(language: str) -> Html:
    pills = {it.value: glyph(it, language) for it in Outcome}
    counts = {"passed": "passed", "failed": "failed", "errors": "error", "skipped": "skipped"}
    listed = [
        tag("li", tag("span", _field(name), " ", _outcome(it, language), class_=f"pill {it}"))
        for name, it in counts.items()
    ]
    head = _head(
        label("title", language),
        tag("h1", label("all_hold", language), data_when="all_passed"),
        tag("h1", label("others_skipped", language), data_when="some_passed"),
        tag("h1", label("no_cases", language), data_when="none_ran"),
        tag("h1", word("view.not_all", language), data_when="has_failures"),
        tag("div", share({}), data_share=" ".join(f"{it}={kind}" for it, kind in counts.items())),
        tag("ul", *listed, class_="counts"),
        tag(
            "dl",
            _fact(label("duration", language), "duration", " s"),
            _fact(label("run", language), "run_id"),
            _fact(word("view.left_out", language), "left_out"),
            class_="facts",
        ),
    )
    case = tag("td", tag("b", _field("test_name")), _field("yaml_path", "code", class_="place"))
    rows = _table(
        "results",
        (label("outcome", language), label("cases", language), word("view.reason", language)),
        tag("td", tag("span", data_pill="status")),
        case,
        tag("td", _field("error_message")),
    )
    return joined(
        _refused(language),
        tag("div", head, _note("warning"), data_when="is_answer"),
        _section(word("view.bad", language), "results", rows, _more("results", language)),
        _section(word("view.unsteady", language), "flaky", _list("flaky")),
        _pills(pills),
    )


def _matrix(language: str) -> Html:
    pills = {
        it: tag("span", message_text(Message(f"report.status.{it}"), language), class_=f"pill {it}")
        for it in _STATUSES
    }
    head = _head(
        label("coverage", language),
        tag("h1", word("view.proved", language), " ", _field("proved_percent"), " %"),
        tag("ul", data_counts="counts", class_="counts"),
        tag(
            "dl", _fact(word("view.unread", language), "unread"), class_="facts", data_when="unread"
        ),
    )
    criterion = tag(
        "td",
        _field("key", class_="key"),
        " ",
        _field("text"),
        _field("place", "code", class_="place"),
    )
    rows = _table(
        "criteria",
        (label("status", language), label("criterion", language), label("proved_by", language)),
        tag("td", tag("span", data_pill="status")),
        criterion,
        tag("td", _list("verified_by")),
    )
    unknown = tag("li", _field("criterion"), " ", _field("source", "code"), " ", _field("place"))
    return joined(
        _refused(language),
        tag("div", head, data_when="is_answer"),
        _section(word("view.problems", language), "problems", _list("problems")),
        _section(word("view.criteria", language), "criteria", rows, _more("criteria", language)),
        _section(
            word("view.unknown", language),
            "unknown",
            tag("ul", tag("template", unknown), data_rows="unknown"),
            _more("unknown", language),
        ),
        _field("text", "pre", data_when="text", tabindex="0"),
        _pills(pills),
    )


def _outcome(outcome: str, language: str) -> str:
    return label(f"outcome.{outcome}", language)


def _head(eyebrow: str, *content: Content) -> Html:
    return tag("header", tag("p", eyebrow, class_="eyebrow"), *content, class_="head")


def _refused(language: str) -> Html:
    """Show an error, or a text that is not an answer of ours."""
    return joined(
        tag(
            "header",
            tag("h1", word("view.refused", language)),
            _note("error_message"),
            class_="head error",
            data_when="error_message",
        ),
        tag("p", word("view.cancelled", language), class_="notice", data_when="is_cancelled"),
        _field("plain_text", "pre", data_when="plain_text", tabindex="0"),
    )


def _section(heading: str, name: str, *content: Content) -> Html:
    return tag("section", tag("h2", heading), *content, data_when=name)


def _table(name: str, headings: tuple[str, ...], *cells: Html) -> Html:
    head = tag("thead", tag("tr", *(tag("th", it, scope="col") for it in headings)))
    row = tag("template", tag("tr", *cells))
    return tag("table", head, tag("tbody", row, data_rows=name))


def _list(name: str) -> Html:
    return tag("ul", tag("template", _field(".", "li")), data_rows=name, class_="links")


def _more(name: str, language: str) -> Html:
    text = word("view.more", language)
    more = f"more_{name}"
    return tag("p", f"{text}: ", _field(more), class_="soft", data_when=more)


def _fact(name: str, field: str, unit: str = "") -> Html:
    return tag("div", tag("dt", name), tag("dd", _field(field), unit), data_when=field)


def _note(name: str) -> Html:
    return _field(name, "p", data_when=name, class_="notice")


def _field(name: str, element: str = "span", **attributes: str) -> Html:
    return tag(element, data_field=name, **attributes)


def _pills(pills: dict[str, Html]) -> Html:
    named = (tag("span", pill, data_name=name) for name, pill in pills.items())
    return tag("template", *named, data_pills=True)
