"""What changed between two baselines, criterion by criterion."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from shall.late_pattern import late_pattern
from shall.specs.baseline import Baseline, BaselineRow
from shall.specs.status import Status


class ChangeKind(StrEnum):
    """What happened to a criterion. One criterion may have several."""

    LOST = "lost"  # proved before, and now neither proved nor excused
    EXPIRED = "expired"  # lost, because the requirement or its case or test changed
    REMOVED = "removed"  # no document has the text any more
    UNTESTED = "new without a test"
    ADDED = "new"  # with a case or test
    PROVED = "newly proved"
    REWORDED = "reworded"
    MOVED = "moved"  # the same text under another key


_EXPIRED = frozenset({Status.SUSPECT.value, Status.STALE.value})


class Change(Struct, frozen=True):
    """One change. ``before`` is None for what is new, ``after`` for what was removed."""

    kind: ChangeKind
    before: BaselineRow | None
    after: BaselineRow | None

    @property
    def key(self) -> str:
        """The present key; the former one of what was removed."""
        row = self.after or self.before
        return row.key if row else ""


def changes_between(
    before: Baseline, after: Baseline, renamed: Mapping[str, str] | None = None
) -> tuple[Change, ...]:
    """Return what changed, by kind and then by key.

    A criterion is recognised by its text, then by its key: one that moved is compared with itself,
    and not with what is at its former number. ``renamed`` maps former keys to present ones.
    """
    found = [*_changes(before, after, renamed or {})]
    order = {kind: at for at, kind in enumerate(ChangeKind)}
    return tuple(sorted(found, key=lambda it: (order[it.kind], it.key)))


def successors(before: Baseline, after: Baseline, renamed: Mapping[str, str]) -> dict[str, str]:
    """Map each key of ``before`` to the key of the same criterion in ``after``, where there is one.

    First the criteria whose key and text stayed and those that were renamed, then those whose text
    has another key, at last those that were reworded.
    """
    found = {key: key for key, row in before.items() if _is_same(row, after.get(key))}
    found |= {
        old: new
        for old, new in renamed.items()
        if old in before and old not in after and new in after and new not in found
    }
    taken = set(found.values())
    by_text: dict[str, list[str]] = {}
    for key, row in sorted(after.items()):
        if key not in taken:
            by_text.setdefault(row.fingerprint, []).append(key)
    for key, row in sorted(before.items()):
        if key not in found and by_text.get(row.fingerprint):
            found[key] = by_text[row.fingerprint].pop(0)
            taken.add(found[key])
    for key in before:
        if key not in found and key in after and key not in taken:
            found[key] = key
    return found


def _is_same(before: BaselineRow, after: BaselineRow | None) -> bool:
    return after is not None and before.fingerprint == after.fingerprint


def _changes(before: Baseline, after: Baseline, renamed: Mapping[str, str]) -> Iterator[Change]:
    pairs = successors(before, after, renamed)
    for key, row in before.items():
        now = after[pairs[key]] if key in pairs else None
        yield from _changes_of(row, now)
    for key in after.keys() - set(pairs.values()):
        yield from _changes_of(None, after[key])


def _changes_of(before: BaselineRow | None, after: BaselineRow | None) -> Iterator[Change]:
    def change(kind: ChangeKind) -> Change:
        return Change(kind, before, after)

    if after is None:
        yield change(ChangeKind.REMOVED)
        return
    was_proved = before is not None and before.is_proved
    if after.is_proved and not was_proved:
        yield change(ChangeKind.PROVED)
    if was_proved and not after.is_proved and not after.is_excused:
        yield change(ChangeKind.EXPIRED if after.status in _EXPIRED else ChangeKind.LOST)
    if before is None:
        is_untested = after.status in {Status.UNTESTED.value, Status.DRAFT.value}
        yield change(ChangeKind.UNTESTED if is_untested else ChangeKind.ADDED)
    elif before.fingerprint != after.fingerprint:
        yield change(ChangeKind.REWORDED)
    elif before.key != after.key:
        yield change(ChangeKind.MOVED)


def word_diff(before: str, after: str) -> str:
    """Return two texts in one, as ``git diff --word-diff`` does: ``[-old-]{+new+}``."""
    parts = []
    for is_same, old, new in compared_words(before, after):
        if is_same:
            parts.append(old)
            continue
        parts += [f"[-{old}-]"] if old else []
        parts += [f"{{+{new}+}}"] if new else []
    return "".join(parts)


MOST_EXACT = 400
"""Words and signs of two texts that are compared without regard to how often they occur."""


def compared_words(before: str, after: str) -> Iterator[tuple[bool, str, str]]:
    """Yield the parts of two texts: whether they are the same, the old part and the new one.

    In texts of more than 400 words and signs those that occur often are compared only where they
    lie beside others that match: the time would grow with the cube of their number.
    """
    old, new = _words(before), _words(after)
    is_long = max(len(old), len(new)) > MOST_EXACT
    for what, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, is_long).get_opcodes():
        yield what == "equal", "".join(old[i1:i2]), "".join(new[j1:j2])


_WORD = late_pattern(r"\s+|[一-鿿぀-ヿ]|\w+|[^\w\s]")


def _words(text: str) -> Sequence[str]:
    """Split a text into words, spaces and signs; each Chinese or Japanese character is a word."""
    return _WORD.findall(text)
