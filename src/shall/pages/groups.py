"""The cases that did not pass, grouped by reason: a service that is down is one group."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from shall.escaping import one_line
from shall.pages.links import Links
from shall.pages.markup import Html, tag
from shall.pages.parts import link
from shall.pages.words import word
from shall.report.columns import cut
from shall.report.values import title_of
from shall.report.wording import label, message_text
from shall.results.listing import CaseLine, ReasonCount
from shall.results.reason import Reason

SHOWN_GROUPS = 50
"""Groups that a page shows; the largest come first."""

_LONGEST = 300
_NO_REASON = Reason()


class Group(Struct, frozen=True):
    """Cases that did not pass for one reason; ``first`` is the number of the first of them.

    ``reason`` is that of the first one. ``varies`` says that its values differ in the others.
    """

    key: tuple[str, ...]
    reason: Reason
    count: int
    first: int
    varies: bool = False


def grouped(counts: Sequence[ReasonCount]) -> list[Group]:
    """Join reasons that are one for a reader, wherever they occurred; the largest come first."""
    groups: dict[tuple[str, ...], Group] = {}
    for it in counts:
        key = key_of(it.reason)
        found = groups.get(key)
        if found is None:
            groups[key] = Group(key, it.reason, it.count, it.first, it.varies)
            continue
        first = found if found.first <= it.first else it
        groups[key] = Group(
            key,
            first.reason,
            found.count + it.count,
            first.first,
            found.varies or it.varies or found.reason.message != it.reason.message,
        )
    return sorted(groups.values(), key=lambda it: (-it.count, it.first))


def counted(lines: Sequence[CaseLine]) -> list[ReasonCount]:
    """Count the reasons of the cases that did not pass, as a store counts them."""
    counts: dict[tuple[str, ...], ReasonCount] = {}
    for line in lines:
        if not line.is_bad:
            continue
        reason = line.reason or _NO_REASON
        key = (*key_of(reason), "" if reason.message is None else str(reason.message))
        found = counts.get(key)
        counts[key] = (
            ReasonCount(reason, 1, line.number)
            if found is None
            else replace(found, count=found.count + 1)
        )
    return list(counts.values())


def groups_section(
    groups: Sequence[Group], links: Links, run_id: str, language: str, others: int = 0
) -> Html:
    """Make the list of the reasons; nothing where each case that did not pass has its own.

    There are ``others``, of fewer cases than those of ``groups``.

    Services that could not be reached are left out: the head of the page names them.
    """
    if not any(it.count > 1 for it in groups):
        return Html()
    groups = [it for it in groups if it.reason.outage is None or it.count == 1]
    if not groups:
        return Html()
    rows = [
        tag(
            "li",
            tag("span", word("groups.count", language, count=it.count), class_="pill failed"),
            " ",
            tag("span", reason_text(it, language), class_="reason"),
            " ",
            link(links.case(run_id, it.first), word("groups.first", language), class_="num"),
        )
        for it in groups[:SHOWN_GROUPS]
    ]
    if (left_out := max(len(groups) - SHOWN_GROUPS, 0) + others) > 0:
        more = word("groups.more", language, count=left_out)
        rows.append(tag("li", more, class_="soft"))
    heading = tag("h2", word("groups", language), id="reasons")
    return tag("section", heading, tag("ul", *rows, class_="groups"), aria_labelledby="reasons")


def reason_text(group: Group, language: str) -> str:
    """Return why the cases of a group did not pass, in one line."""
    reason = group.reason
    if reason.outage is not None:
        address, why = reason.outage
        return label(
            "skipped_case", language, case=address, reason=label(f"outage.{why}", language)
        )
    title = title_of(reason.path, reason.field, reason.check)
    if reason.message is None:
        return title or word("groups.unknown", language)
    if group.varies:
        return word("groups.varies", language, check=title or reason.step)
    text = one_line(message_text(reason.message, language))
    if title:
        text = label("skipped_case", language, case=title, reason=text)
    return cut(text, _LONGEST)


def key_of(reason: Reason) -> tuple[str, ...]:
    """Return what the cases of one group have in common."""
    if reason.outage is not None:
        return ("outage", *reason.outage)
    message = reason.message
    if message is None:
        return ("check", reason.check, reason.field)
    if not reason.check or reason.check == "status_code":
        return ("message", message.code, reason.check, message_text(message, "en"))
    return ("check", reason.check, reason.field, message.code)
