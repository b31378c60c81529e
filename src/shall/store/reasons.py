"""Why the cases of a run did not pass, counted: at most a thousand reasons of a large run.

Every function runs inside the caller's transaction.
"""

from collections import Counter
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from shall.errors import StoreUnavailable
from shall.results.listing import ReasonCount, ReasonCounts
from shall.results.reason import Reason
from shall.store.rows import plain

if TYPE_CHECKING:
    import sqlite3

MOST_REASONS = 1_000
"""Reasons that are read as they are stored; of more, those that are one for a reader are joined."""

_TEXTS = """
    SELECT reason, number FROM cases INDEXED BY cases_of_run
    WHERE run = (SELECT id FROM runs WHERE run_id = ?) AND is_bad = 1 ORDER BY number
"""


class _Params(Struct, gc=False):
    address: Any = None
    why: Any | UnsetType = UNSET


class _Message(Struct, gc=False):
    code: str = ""
    params: _Params | UnsetType = UNSET


class _Brief(Struct, gc=False):
    """What reasons that are one for a reader have in common."""

    message: _Message | None = None
    check: str = ""
    field: str = ""


class _Written(Struct, gc=False):
    message: msgspec.Raw = msgspec.Raw(b"")


class _Joined(Struct, gc=False):
    text: str
    count: int
    message: bytes
    varies: bool = False


_reason_decoder = msgspec.json.Decoder(Reason)
_briefs_decoder = msgspec.json.Decoder(list[_Brief])
_written_decoder = msgspec.json.Decoder(list[_Written])


def reason_from_text(text: str) -> Reason:
    """Return a stored reason.

    Raises:
        StoreUnavailable: It is damaged.
    """
    try:
        return _reason_decoder.decode(text)
    except msgspec.DecodeError as error:
        raise StoreUnavailable(f"A case of this run cannot be read: {error}.") from error


def reasons(connection: "sqlite3.Connection", run_id: str) -> ReasonCounts:
    """Return why cases of a run did not pass: the reasons in the order of their first cases.

    Of more than ``MOST_REASONS`` the most frequent are returned, those of a check and those of a
    service that is down as one reason each.
    """
    rows = connection.execute(_TEXTS, (plain(run_id),)).fetchall()
    counts = Counter(map(itemgetter(0), rows))
    first = dict(reversed(rows))
    if len(counts) <= MOST_REASONS:
        return ReasonCounts(
            [ReasonCount(_reason(text), count, first[text]) for text, count in counts.items()]
        )
    joined = _joined(counts)
    frequent = sorted(joined, key=attrgetter("count"), reverse=True)[:MOST_REASONS]
    frequent.sort(key=lambda it: first[it.text])
    return ReasonCounts(
        [ReasonCount(_reason(it.text), it.count, first[it.text], it.varies) for it in frequent],
        len(joined) - len(frequent),
    )


def _joined(counts: Counter[str | None]) -> list[_Joined]:
    """Join texts that differ in values of a check alone; ``counts`` come by their first case."""
    texts = f"[{','.join(text or '{}' for text in counts)}]"  # one call of a decoder for all
    try:
        briefs, written = _briefs_decoder.decode(texts), _written_decoder.decode(texts)
    except msgspec.DecodeError as error:
        raise StoreUnavailable(f"A case of this run cannot be read: {error}.") from error
    found: dict[tuple[Any, ...], _Joined] = {}
    for (text, count), brief, it in zip(counts.items(), briefs, written, strict=True):
        message = bytes(it.message)
        key = _key(brief, message)
        known = found.get(key)
        if known is None:
            found[key] = _Joined(text or "", count, message)
        else:
            known.count += count
            known.varies = known.varies or known.message != message
    return list(found.values())


def _key(brief: _Brief, message: bytes) -> tuple[Any, ...]:
    """Return what reasons of one group have in common; ``message`` is as it is written."""
    if brief.message is None:
        return (brief.check, brief.field)
    params = brief.message.params
    if params and params.why is not UNSET:
        return ("outage", None, str(params.address), str(params.why))
    if brief.check and brief.check != "status_code":
        return (brief.check, brief.field, brief.message.code)
    return (brief.check, message, brief.message.code)


def _reason(text: str | None) -> Reason:
    return reason_from_text(text) if text else Reason()
