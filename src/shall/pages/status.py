"""The status of a criterion or link as a mark with its word, and what it is read from."""

from shall.messages import Message
from shall.pages.markup import Html, tag
from shall.report.wording import message_text
from shall.specs.matrix import Row
from shall.specs.status import WORST_FIRST, LinkOutcome, Status

ORDER = (*WORST_FIRST, Status.PROVED)
"""Statuses as they are listed: the worst first."""

_MARKS = {
    "proved": "✓",
    "failing": "✗",
    "suspect": "?",
    "stale": "~",
    "vacuous": "!",
    "unreachable": "◌",
    "waived": "»",
    "not testable": "§",
    "removed": "⊖",
    "partly": "◐",
    "skipped": "–",
    "not run": "–",
    "untested": "?",
    "draft": "+",
}


def status_pill(status: str, language: str, count: int | None = None) -> Html:
    """Show a status; one that this release has no word for is shown as it is."""
    number = "" if count is None else f"{count:,} "
    text = f"{_MARKS.get(status, '·')} {number}{status_word(status, language)}"
    return tag("span", text, class_=f"pill {status}")


def status_word(status: str, language: str) -> str:
    """Return the name of a status in a language."""
    return message_text(Message(f"report.status.{status}"), language).removeprefix("report.status.")


def decisive(row: Row) -> LinkOutcome | None:
    """Return the link whose outcome the status of a criterion rests on; None where nothing ran.

    Of what is proved it is the oldest outcome, of all else the newest of that status.
    """
    ran = [it for it in row.links if it.latest is not None]
    if row.status is Status.PROVED or not ran:
        return min(ran, key=_at, default=None)
    return max((it for it in ran if it.status is row.status), key=_at, default=max(ran, key=_at))


def _at(link: LinkOutcome) -> float:
    return link.latest.at.timestamp() if link.latest is not None else 0.0
