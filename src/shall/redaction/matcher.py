"""Finds and masks forms of secrets in texts."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from shall.late_pattern import late_pattern
from shall.redaction.escapes import plain_texts, without_cut_escape
from shall.redaction.forms import MASK, SHORTEST, folded

_SHORTEST_CUT = 4
_LONGEST_CUT = 2_000
"""The beginning of a secret that is masked where a text was cut within it."""

_ELLIPSIS = late_pattern(r"(\s?(?:…|\.\.\.))")

_FEW = 64
_MOST_SEARCHED = 800
"""Up to so many forms are searched for one by one; in a short text, up to ``_FEW``."""


class Matcher:
    """Finds folded forms in texts.

    Few forms are searched for one after the other, which is forty times faster than one
    alternation: ``find`` skips ahead, ``re`` tries each branch at each character. Many forms are
    looked up by their first characters at each place of the text.
    """

    __slots__ = ("_forms", "_index", "_sorted")

    def __init__(self, forms: Iterable[str]) -> None:
        self._forms = tuple(forms)
        self._sorted: list[str] = []
        self._index: dict[str, dict[int, set[str]]] = {}

    def mask(self, text: str) -> str:
        """Replace every form in a text by the mask; overlapping ones by one."""
        spans = list(self._spans(text))
        for plain in plain_texts(text):
            spans += (plain.span(start, end) for start, end in self._spans(plain.text))
        return mask_spans(text, spans) if spans else text

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        low = folded(text)
        return self._search(low) if self._are_few(low) else self._look_up(low)

    def _are_few(self, low: str) -> bool:
        return len(self._forms) <= min(_FEW + len(low) // 2, _MOST_SEARCHED)

    def finds(self, text: str) -> bool:
        """Return whether a form is in a text."""
        return self._finds(text) or any(self._finds(plain.text) for plain in plain_texts(text))

    def _finds(self, text: str) -> bool:
        low = folded(text)
        if self._are_few(low):
            return any(map(low.__contains__, self._forms))
        return next(self._look_up(low), None) is not None

    def mask_cut(self, text: str) -> str:
        """Replace the beginning of a form before an ellipsis, also that of other programs."""
        if "…" not in text and "..." not in text:
            return text
        *parts, rest = _ELLIPSIS.split(text)
        masked = (it if at % 2 else self.mask_end(it) for at, it in enumerate(parts))
        return "".join([*masked, rest])

    def mask_end(self, text: str) -> str:
        """Replace the beginning of a form that a text ends with."""
        if not self._sorted:
            self._sorted = sorted(self._forms)
        start = self._begins_at(text)
        whole = without_cut_escape(text)
        for plain in plain_texts(whole):
            at = self._begins_at(plain.text)
            if at is not None:
                found = plain.span(at, len(plain.text))[0]
                start = found if start is None else min(start, found)
        return text if start is None else f"{text[:start]}{MASK}"

    def _begins_at(self, text: str) -> int | None:
        """Return where a form begins that a text ends within."""
        low = folded(text[-_LONGEST_CUT:])
        for size in range(len(low), _SHORTEST_CUT - 1, -1):
            at = bisect_left(self._sorted, low[-size:])
            if at < len(self._sorted) and self._sorted[at].startswith(low[-size:]):
                return len(text) - size
        return None

    def _search(self, low: str) -> Iterator[tuple[int, int]]:
        for form in self._forms:
            at = low.find(form)
            while at >= 0:
                end = at + len(form)
                yield at, end
                at = low.find(form, end)

    def _look_up(self, low: str) -> Iterator[tuple[int, int]]:
        if not self._index:
            self._index = _by_beginning(self._forms)
        index = self._index
        for at in range(len(low) - SHORTEST + 1):
            found = index.get(low[at : at + SHORTEST])
            if found is not None:
                yield from ((at, at + size) for size in found if low[at : at + size] in found[size])


class Words:
    """Finds short values where they are whole words.

    One alternation of them would be tried at each character, while nothing else runs.
    """

    __slots__ = ("_sizes", "_words")

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._sizes = sorted({len(word) for word in self._words})

    def mask(self, text: str) -> str:
        """Replace every word in a text by the mask; overlapping ones by one."""
        few = len(self._words) <= _FEW
        spans = list(self._search(text) if few else self._look_up(text))
        return mask_spans(text, spans) if spans else text

    def _search(self, text: str) -> Iterator[tuple[int, int]]:
        for word in self._words:
            at = text.find(word)
            while at >= 0:
                if _is_whole(text, at, at + len(word)):
                    yield at, at + len(word)
                at = text.find(word, at + 1)

    def _look_up(self, text: str) -> Iterator[tuple[int, int]]:
        for at in range(len(text)):
            for size in self._sizes:
                if text[at : at + size] in self._words and _is_whole(text, at, at + size):
                    yield at, at + size


def _is_whole(text: str, start: int, end: int) -> bool:
    around = text[max(start - 1, 0) : start], text[end : end + 1]
    return not any(char == "_" or (char.isascii() and char.isalnum()) for char in around)


def _by_beginning(forms: Iterable[str]) -> dict[str, dict[int, set[str]]]:
    index: dict[str, dict[int, set[str]]] = {}
    for form in forms:
        index.setdefault(form[:SHORTEST], {}).setdefault(len(form), set()).add(form)
    return index


def mask_spans(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Replace parts of a text, given by start and end, by the mask; overlapping ones by one."""
    parts, done = [], 0
    for start, end in _merged(spans):
        parts += [text[done:start], MASK]
        done = end
    return "".join([*parts, text[done:]])


def _merged(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    first, last = -1, -1
    for start, end in sorted(spans):
        if start > last:
            if last >= 0:
                yield first, last
            first, last = start, end
        else:
            last = max(last, end)
    if last >= 0:
        yield first, last
