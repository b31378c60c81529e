"""The page of what changed between two commits, or since the baseline."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import asdict

from shall.actions.baseline import Compared
from shall.messages import translated
from shall.pages.frame import Look, served
from shall.pages.links import PAGE_LENGTH, row_id
from shall.pages.markup import Html, joined, tag
from shall.pages.parts import (
    download_links,
    hidden_fields,
    link,
    pager,
    search_form,
    select,
    short,
    table,
)
from shall.pages.side_by_side import MOST_WORDS, words_inline
from shall.pages.status import status_pill
from shall.pages.words import word
from shall.results.listing import search_words
from shall.specs.changes import Change, ChangeKind
from shall.specs.markup import without_markup

_PILLS = {
    ChangeKind.LOST: "failed",
    ChangeKind.EXPIRED: "stale",
    ChangeKind.REMOVED: "skipped",
    ChangeKind.UNTESTED: "untested",
    ChangeKind.PROVED: "proved",
}
_LONGEST_REFERENCE = 200


class ChangesFilter(Struct, frozen=True):
    """What an address asks for. ``before`` and ``after`` name commits.

    An empty ``before`` is the baseline, an empty ``after`` the workspace as it is. ``kind`` is the
    name of a ``ChangeKind`` in small letters.
    """

    before: str = ""
    after: str = ""
    kind: str = ""
    q: str = ""

    def query(self, **changes: str) -> dict[str, str]:
        """Return the query of an address, with some fields changed."""
        return {name: value for name, value in {**asdict(self), **changes}.items() if value}


def chosen(changes: Sequence[Change], wanted: ChangesFilter) -> tuple[Change, ...]:
    """Return the changes of the kind that have the words."""
    has, has_not = search_words(wanted.q.casefold())
    return tuple(
        it
        for it in changes
        if wanted.kind in {"", _name(it.kind)} and _matches(_searched(it), has, has_not)
    )


def _searched(change: Change) -> str:
    sides = [it for it in (change.before, change.after) if it is not None]
    return "\n".join(text for it in sides for text in (it.key, it.text)).casefold()


def _matches(text: str, has: Sequence[str], has_not: Sequence[str]) -> bool:
    return all(it in text for it in has) and not any(it in text for it in has_not)


def _name(kind: ChangeKind) -> str:
    return kind.name.lower()


class Known(Struct, frozen=True):
    """What the page links to: the present ``keys``, and the ``commits`` of stored runs by time."""

    keys: Collection[str] = ()
    commits: Mapping[str, datetime] = {}


def changes_page(
    found: Compared | None,
    wanted: ChangesFilter,
    look: Look,
    problem: str = "",
    page: int = 1,
    known: Known = Known(),  # noqa: B008 - frozen
) -> str:
    """Return the page; where ``found`` is None ``problem`` says why nothing is compared."""
    language = look.language
    title = word("changes", language)
    notes = (problem,) if found is None else found.notes
    main = tag(
        "main",
        tag(
            "header",
            tag("h1", title),
            tag("dl", *(_side(name, wanted, look) for name in ("before", "after"))),
            *(tag("p", short(translated(it, language), 500), class_="notice") for it in notes),
            class_=f"head compare {_verdict(found)}",
        ),
        _form(found, wanted, look, known),
        *(_list(found, wanted, look, page, known) if found is not None else ()),
    )
    return served(title, look, main, here="matrix")


def _verdict(found: Compared | None) -> str:
    kinds = {it.kind for it in found.changes} if found is not None else set()
    if kinds & {ChangeKind.LOST, ChangeKind.EXPIRED}:
        return "failed"
    return "skipped" if kinds or found is None else "passed"


def _side(name: str, wanted: ChangesFilter, look: Look) -> Html:
    reference = asdict(wanted)[name]
    nothing = {"before": "changes.baseline", "after": "changes.now"}[name]
    shown = tag("code", short(reference, 80)) if reference else word(nothing, look.language)
    return joined(tag("dt", word(f"changes.{name}", look.language)), tag("dd", shown))


def _form(found: Compared | None, wanted: ChangesFilter, look: Look, known: Known) -> Html:
    language = look.language
    references = [
        tag(
            "input",
            name=name,
            value=value[:_LONGEST_REFERENCE],
            list="commits",
            maxlength=str(_LONGEST_REFERENCE),
            placeholder=word(f"changes.{name}.short", language),
            aria_label=word(f"changes.{name}.hint", language),
            title=word(f"changes.{name}.hint", language),
        )
        for name, value in (("before", wanted.before), ("after", wanted.after))
    ]
    commits = [
        tag("option", f"{at:%Y-%m-%d %H:%M} UTC", value=it) for it, at in known.commits.items()
    ]
    changes = found.changes if found is not None else ()
    counts = {it: sum(change.kind is it for change in changes) for it in ChangeKind}
    kinds = {
        _name(it): f"{word(f'changes.{_name(it)}', language)} ({count:,})"
        for it, count in counts.items()
        if count
    }
    every = f"{word('changes.all', language)} ({len(changes):,})"
    return search_form(
        look.links.action("/changes"),
        wanted.q,
        language,
        select("kind", kinds, wanted.kind, every),
        *references,
        tag("datalist", *commits, id="commits"),
        *hidden_fields(look.links),
    )


def _list(
    found: Compared, wanted: ChangesFilter, look: Look, page: int, known: Known
) -> Sequence[Html]:
    language = look.language
    changes = chosen(found.changes, wanted)
    if not changes:
        name = "changes.no_match" if found.changes else "changes.none"
        return (tag("p", word(name, language), class_="soft", role="status"),)
    last = -(-len(changes) // PAGE_LENGTH)
    page = min(max(page, 1), last)
    start = (page - 1) * PAGE_LENGTH
    before, after = (
        look.links.changes(**wanted.query(page=str(it))) if 1 <= it <= last else ""
        for it in (page - 1, page + 1)
    )
    headings = tuple(word(f"changes.{it}", language) for it in ("kind", "criterion", "text"))
    rows = [_row(it, found, look, headings, known) for it in changes[start : start + PAGE_LENGTH]]
    files = {it: look.links.changes_file(it, **wanted.query()) for it in ("json", "csv")}
    return (
        table("history", headings, rows),
        pager(start + 1, len(changes), before, after, language),
        download_links(files, language),
    )


def _row(
    change: Change, found: Compared, look: Look, headings: tuple[str, ...], known: Known
) -> tuple[Html, ...]:
    language, key, kind = look.language, change.key, _name(change.kind)
    pill = tag(
        "span",
        word(f"changes.{kind}", language),
        class_=f"pill {_PILLS.get(change.kind, '')}".strip(),
    )
    address = look.links.criterion(key) if key in known.keys else ""
    notes = []
    if change.before is not None and change.before.key != key:
        notes.append(word("changes.was", language, key=short(change.before.key, 200)))
    if key in found.removed:
        notes.append(word("changes.removed_by", language, change=short(found.removed[key], 200)))
    return (
        tag("td", pill, id=f"{kind}-{row_id(short(key, 200))}"),
        tag(
            "td",
            link(address, short(key, 200)),
            *(tag("span", it, class_="place") for it in notes),
            tag("span", *_statuses(change, language), class_="place"),
            data_label=headings[1],
        ),
        tag("td", _text(change), data_label=headings[2], class_="ears"),
    )


def _statuses(change: Change, language: str) -> list[Html | str]:
    """Show the status before and after; one of them where it stayed or is the only one."""
    sides = (change.before, change.after)
    names = list(dict.fromkeys(it.status for it in sides if it is not None))
    pills = [status_pill(it, language) for it in names]
    return [pills[0], " → ", pills[1]] if len(pills) > 1 else [*pills]


def _text(change: Change) -> Html:
    before, after = change.before, change.after
    if before is not None and after is not None and before.text != after.text:
        return words_inline(before.text[:MOST_WORDS], after.text[:MOST_WORDS])
    row = after or before
    return joined(short(without_markup(row.text), MOST_WORDS) if row is not None else "")
