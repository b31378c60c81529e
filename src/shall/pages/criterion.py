"""The page of a criterion: why it has its status, what changed since, what was recorded."""

from collections.abc import Sequence

from shall.actions.criterion_story import FileChange, SourceChange, Story, TextChange
from shall.actions.proof import Proof
from shall.messages import translated
from shall.pages.criterion_text import marked_text
from shall.pages.frame import Look, served
from shall.pages.links import row_id
from shall.pages.markup import Content, Html, joined, tag
from shall.pages.matrix_filter import feature_of
from shall.pages.parts import age, glyph, link, table
from shall.pages.side_by_side import MOST_LINES, lines_beside, words_beside
from shall.pages.status import status_pill
from shall.pages.why import why_chain
from shall.pages.words import word
from shall.report.wording import label
from shall.results.records import Outcome
from shall.specs.decisions import Decision
from shall.specs.matrix import Row
from shall.specs.status import Latest, Status

MOST_OUTCOMES = 100
"""Recorded outcomes that are listed: the newest."""

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}


def criterion_page(proof: Proof, row: Row, story: Story, look: Look) -> str:
    """Return the page of a criterion."""
    key, language = row.criterion.key, look.language
    feature = feature_of(row)
    up = link(look.links.matrix(feature=feature), feature)
    history = look.links.history(criterion=key)
    past = joined(" · ", link(history, word("nav.history", language))) if history else None
    return served(
        key,
        look,
        tag(
            "header",
            tag("p", up, past, class_="eyebrow"),
            tag("h1", key, " ", status_pill(row.status, language), id=row_id(key)),
            tag("p", marked_text(row.criterion), class_="ears"),
            class_=f"head {_kind(row.status)}",
        ),
        tag(
            "main",
            tag("h2", word("why.chain", language), id="why"),
            why_chain(proof, row, look),
            _changes(story, language),
            _decisions(story.decisions, row, look),
            _outcomes(story, row, look),
        ),
        here="matrix",
    )


def _kind(status: Status) -> str:
    kinds = {Status.PROVED: "passed", Status.FAILING: "failed"}
    return kinds.get(status, "skipped")


def _changes(story: Story, language: str) -> Html:
    parts = [
        *(_text(it, language) for it in story.texts),
        *(_source(it, language) for it in story.sources),
    ]
    if not parts:
        return joined()
    if story.left_out:
        more = word("story.left_out", language, count=story.left_out)
        parts.append(tag("p", more, class_="soft"))
    heading = tag("h2", word("story.changed", language), id="changed")
    return tag("section", heading, *parts, aria_labelledby="changed")


def _text(change: TextChange, language: str) -> Html:
    heading = tag("h3", word("story.text", language))
    if change.before is None:
        return tag("div", heading, _note("story.text.unknown", language), class_="change")
    origin = change.origin
    origin = word(
        "story.baseline" if origin == "baseline" else "story.commit", language, commit=origin
    )
    return tag(
        "div",
        heading,
        _note("story.text.origin", language, origin=origin),
        words_beside(change.before, change.after, language),
        class_="change",
    )


def _source(change: SourceChange, language: str) -> Html:
    heading = tag("h3", word("story.source", language, source=change.source))
    if not change.is_known:
        shown = [_note("story.source.unknown", language)]
    elif not change.files:
        shown = [_note("story.source.same", language, commit=change.commit)]
    else:
        shown = [_file(it, language) for it in change.files]
    return tag("div", heading, *shown, class_="change")


def _file(change: FileChange, language: str) -> Html:
    name = tag("p", tag("code", change.path))
    if change.before is None and change.after is None:
        return joined(name, _note("story.file.hidden", language))
    if change.before is None or change.after is None:
        gone = "new" if change.before is None else "gone"
        return joined(name, _note(f"story.file.{gone}", language))
    compared = [it.splitlines()[:MOST_LINES] for it in (change.before, change.after)]
    if compared[0] == compared[1]:
        return joined(name, _note("story.file.lines", language))
    return joined(name, lines_beside(change.before, change.after, language))


def _note(name: str, language: str, **params: str) -> Html:
    return tag("p", word(name, language, **params), class_="soft")


def _decisions(decisions: Sequence[Decision], row: Row, look: Look) -> Html:
    if not decisions:
        return joined()
    language = look.language
    items = [_decision(it, row, look) for it in decisions]
    heading = tag("h2", word("story.decisions", language), id="decisions")
    return tag(
        "section", heading, tag("ul", *items, class_="decision-list"), aria_labelledby="decisions"
    )


def _decision(decision: Decision, row: Row, look: Look) -> Html:
    language = look.language
    kind = translated(str(decision.kind), language)
    parts = [word("story.decision", language, kind=kind, by=decision.by)]
    if decision.source:
        parts.append(decision.source)
    if decision.reason:
        parts.append(decision.reason)
    if decision.until is not None:
        parts.append(word("story.until", language, until=decision.until))
    if decision.is_withdrawn:
        parts.append(word("story.withdrawn", language))
    if decision.criterion_fingerprint != row.criterion.fingerprint:
        parts.append(word("story.other_text", language))
    return tag("li", age(decision.at, look.now, language), " ", " · ".join(parts))


def _outcomes(story: Story, row: Row, look: Look) -> Html:
    if not story.outcomes:
        return joined()
    language = look.language
    names = ("story.when", "story.by", "matrix.environment", "why.commit")
    columns = (
        word(names[0], language),
        label("outcome", language),
        *(word(it, language) for it in names[1:]),
    )
    shown = story.outcomes[:MOST_OUTCOMES]
    rows = [_outcome(it, row, look, columns) for it in shown]
    left = len(story.outcomes) - len(shown)
    heading = tag("h2", word("story.outcomes", language), id="outcomes")
    more = tag("p", word("matrix.more", language, count=left), class_="soft") if left else None
    return tag(
        "section", heading, table("outcomes", columns, rows), more, aria_labelledby="outcomes"
    )


def _outcome(fact: Latest, row: Row, look: Look, columns: tuple[str, ...]) -> tuple[Html, ...]:
    language = look.language
    outcome = _OUTCOMES.get(fact.outcome)
    mark = glyph(outcome, language) if outcome is not None else joined(fact.outcome)
    text_now = fact.criterion_fingerprint == row.criterion.fingerprint
    about = None if text_now else tag("span", word("story.other_text", language), class_="why")
    where = f"{fact.source}[{fact.data_row}]" if fact.data_row is not None else fact.source
    commit = f"{fact.commit[:7]}{'+' if fact.is_dirty else ''}"
    cells: tuple[Content, ...] = (
        link(look.links.run(fact.run_id), age(fact.at, look.now, language)),
        joined(mark, about),
        tag("code", where),
        fact.environment,
        tag("code", commit) if commit else None,
    )
    return tuple(
        tag("td", it, data_label=name if it else "")
        for it, name in zip(cells, columns, strict=True)
    )
