"""The forms that a secret takes on its way through headers, URLs, JSON, YAML and HTML.

Everything is compared in folded case: the case of letters, of hexadecimal digits and of base64 is
covered by one comparison, at the price of texts that differ from a secret by case only.
"""

import binascii
from collections.abc import Iterable, Iterator
from functools import lru_cache

from shall.late_json import encode_basestring, encode_basestring_ascii
from shall.late_pattern import late_pattern
from shall.redaction.escapes import plain_texts, without_cut_escape

MASK = "***"

SHORTEST = 6
"""Values of fewer characters are masked only as whole values and whole words."""

_SHORTEST_CUT = 4
_LONGEST_CUT = 2_000
"""The beginning of a secret that is masked where a text was cut within it."""

_IN_URLS = "!#$&'()*+,/:;=?@~"
_STRAY = late_pattern(r"%(?![0-9A-Fa-f]{2})")
"""A sign that begins no escape is escaped where a URL is sent."""

_ELLIPSIS = late_pattern(r"(\s?(?:…|\.\.\.))")

_WITHOUT_SIGNS = str.maketrans("", "", "._-")

_FEW = 64
_MOST_SEARCHED = 800
"""Up to so many forms are searched for one by one; in a short text, up to ``_FEW``."""

_REMEMBERED = 256
"""The forms of values of so many characters are made once; those of longer ones take memory."""

_BITS = 6  # of one base64 character (RFC 4648, section 4)
_OFFSETS = ((b"", 0), (b"\0", 2), (b"\0\0", 3))
"""Bytes before a value, and the characters that hold nothing but them or a part of it."""


def forms_of(value: str) -> frozenset[str]:
    """Return the folded forms of a value of at least ``SHORTEST`` characters."""
    return _known_forms(value) if len(value) <= _REMEMBERED else _make_forms(value)


@lru_cache(maxsize=2048)
def _known_forms(value: str) -> frozenset[str]:
    return _make_forms(value)


def _make_forms(value: str) -> frozenset[str]:
    data = _bytes(value)
    forms = {value, data.hex(), *_everything_escaped(value), *_base64(data)}
    # No encoding has to change letters, digits and these signs: most tokens are such.
    if value.isascii() and value.translate(_WITHOUT_SIGNS).isalnum():
        return frozenset(map(str.lower, forms))
    import html  # its table of entities takes longer to load than most values need

    spelled = {value, *(it.text for it in plain_texts(value) if len(it.text) >= SHORTEST)}
    if not value.isascii():
        forms |= set(_base64(value.encode("latin-1", "replace")))  # as many send Basic
        spelled |= {value.upper(), value.lower(), *_normalized(value), *_misread(data)}
    for text in spelled:
        forms |= {text, html.escape(text), html.escape(text, quote=False), repr(text)[1:-1]}
        forms |= {
            text.replace("'", "''"),
            text.replace('"', '""'),
            html.escape(text).replace("&#x27;", "&#39;"),
        }
        forms |= _percent(text)
        forms |= _json(text)
    for text in _json_plain(value):  # in the payload of a JWT
        forms |= set(_base64(_bytes(text)))
    return frozenset(map(folded, forms))


def folded(text: str) -> str:
    """Return a text in lower case, character for character: its length does not change."""
    low = text.lower()
    if text.isascii():
        return low
    if len(low) != len(text):  # "İ" becomes two characters
        low = "".join(one if len(one := char.lower()) == 1 else char for char in text)
    return low.replace("ς", "σ")  # which of the two depends on what follows


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
        from bisect import bisect_left  # few texts are cut

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


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")  # a lone surrogate is sent as "?"


def _normalized(text: str) -> Iterator[str]:
    from unicodedata import normalize  # most values are ASCII

    yield normalize("NFC", text)
    yield normalize("NFD", text)


def _misread(data: bytes) -> Iterator[str]:
    """Read UTF-8 as Latin-1, and as windows-1252 in the way of browsers."""
    text = data.decode("latin-1")
    yield text
    yield "".join(char.encode("latin-1").decode("cp1252", "ignore") or char for char in text)


def _percent(text: str) -> set[str]:
    """Percent-encode once and twice, as different libraries do (RFC 3986, section 2.1)."""
    from urllib.parse import quote, quote_plus  # most values are plain

    safe = _bytes(text).decode()
    once = {
        quote(safe, safe=""),
        quote(safe),
        quote_plus(safe),
        quote(safe, safe="!'()*"),  # encodeURIComponent
        quote_plus(safe, safe="*").replace("~", "%7E"),  # forms of the URL standard, and Java
        quote(safe, safe=_IN_URLS),  # encodeURI
        quote(_STRAY.sub("%25", safe), safe=f"{_IN_URLS}[]%"),  # a URL as it is sent
    }
    return once | {
        again for one in once for again in (quote(one, safe=""), quote(one), quote_plus(one))
    }


def _json_plain(text: str) -> set[str]:
    return {encode_basestring_ascii(text)[1:-1], encode_basestring(text)[1:-1]}


def _json(text: str) -> set[str]:
    """Escape as JSON does (RFC 8259, section 7), also inside another JSON text."""
    plain = _json_plain(text)
    forms = plain | {one.replace("/", "\\/") for one in plain}
    forms |= {_html_safe(one) for one in plain}
    return forms | {encode_basestring(one)[1:-1] for one in forms}


def _html_safe(text: str) -> str:
    """Escape ``<``, ``>``, ``&`` and ``'`` as Go, Rails and PHP do."""
    for char in "<>&'":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _everything_escaped(text: str) -> Iterator[str]:
    """Escape each character, whether it has to be or not: in URLs once and twice, in JSON."""
    digits = _bytes(text).hex(" ")
    yield f"%{digits}".replace(" ", "%")
    yield f"%25{digits}".replace(" ", "%25")
    if text.isascii():
        yield f"\\u00{digits}".replace(" ", "\\u00")
        return
    units = text.encode("utf-16-be", "surrogatepass").hex(" ", 2)
    yield f"\\u{units}".replace(" ", "\\u")


def _base64(data: bytes) -> Iterator[str]:
    """Encode at the three offsets that a value may have; characters it shares are left out."""
    for before, first in _OFFSETS:
        end = (len(before) + len(data)) * 8 // _BITS
        plain = binascii.b2a_base64(before + data, newline=False).decode()[first:end]
        yield plain
        if "+" in plain or "/" in plain:
            yield plain.replace("+", "-").replace("/", "_")  # base64url (section 5)
            yield plain.replace("/", "\\/")
            yield plain.replace("+", "%2B").replace("/", "%2F")
