"""Texts without their escapes: of HTML, URLs, JSON, YAML, programs and mail, one in another too.

Any character may be escaped or not, so that the spellings of a secret cannot be listed.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from shall.late_pattern import late_pattern

if TYPE_CHECKING:
    from re import Match, Pattern

_BEFORE_ONE = (
    r"&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
    r"|%(?P<percent>[0-9a-fA-F]{2}(?:%[0-9a-fA-F]{2})*+)"
    r"|%u(?P<percent_units>[0-9a-fA-F]{4}(?:%u[0-9a-fA-F]{4})*+)"
    r"|\\(?:x(?P<bytes>[0-9a-fA-F]{2}(?:\\x[0-9a-fA-F]{2})*+)"
    r"|u(?P<units>[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4})*+)"
    r"|u\{(?P<braced>[0-9a-fA-F]{1,6})\}|U(?P<long>[0-9a-fA-F]{8})"
)
_ESCAPE = late_pattern(
    rf"{_BEFORE_ONE}|(?P<one>[^ux]))"
    r"|\n(?P<line>(?<=[A-Za-z0-9+/]{60}\n)(?=[A-Za-z0-9+/=]))"  # of Base64
    r"|\r\n(?P<crlf>(?<=[A-Za-z0-9+/]{60}\r\n)(?=[A-Za-z0-9+/=]))"
)
"""Every branch begins with a known character, which ``re`` searches for."""
_BESIDE_BACKSLASHES = late_pattern(rf"{_BEFORE_ONE})")
"""As above where a backslash before one character is itself, as in `a&#039;b\\c`."""
_QUOTED = late_pattern(
    r"=(?:(?P<quoted>[0-9a-fA-F]{2}(?:(?:=[ \t]*\r?\n)*+=[0-9a-fA-F]{2})*+)"
    r"|(?P<soft>[ \t]*\r?\n))"
)
"""Quoted-printable (RFC 2045, section 6.7). Read apart, for in `?a=20%2Fb` it is none."""
_CUT = late_pattern(
    r"(?:&\#?\w{0,8}|[%=][0-9a-fA-F]?|=\r|\\(?:u\{?[0-9a-fA-F]{0,5}|x[0-9a-fA-F]?)?)\Z"
)
_MEANT = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
_WITHOUT_MARKS = str.maketrans("", "", "%\\x=")
_LAST = 0x10FFFF

_ROUNDS = 3
"""An escape inside an escape inside an escape."""

_ROUNDS_OF_MAIL = 2
"""A mail as it is, or in JSON."""

_WINDOW = 1 << 18
_OVERLAP = 1 << 14
"""So much is looked at together, for a list of escapes takes many times the memory of a text."""


class Plain:
    """A text without its escapes, and where its characters stood."""

    __slots__ = ("_before", "_plain_starts", "_starts", "text")

    def __init__(self, text: str, before: "Plain | int", escape: "Pattern[str]") -> None:
        """``before``: what ``text`` is, or where it begins in the original."""
        parts: list[str] = []  # in turn as it was, and an escape
        self._starts = [0]
        for match in escape.finditer(text):
            parts += [text[self._starts[-1] : match.start()], _meant(match)]
            self._starts += match.span()
        self._plain_starts = list(accumulate(map(len, parts), initial=0))
        self.text = "".join([*parts, text[self._starts[-1] :]]) if parts else text
        self._before = before

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of this text stands in the original, whole escapes included."""
        first, last = self._place(start)[0], self._place(end - 1)[1]
        before = self._before
        if isinstance(before, Plain):
            return before.span(first, last)
        return before + first, before + last

    def _place(self, at: int) -> tuple[int, int]:
        """Return where a character of this text begins and ends in the text before."""
        from bisect import bisect_right  # few texts that hold secrets have escapes

        part = bisect_right(self._plain_starts, at) - 1
        start = self._starts[part]
        if part % 2:
            return start, self._starts[part + 1]
        start += at - self._plain_starts[part]
        return start, start + 1


def may_have_escapes(text: str) -> bool:
    """Return whether there may be escapes in a text."""
    return (
        "%" in text
        or "&" in text
        or "\\" in text
        or "\n" in text
        or ("=" in text and _QUOTED.search(text) is not None)
    )


def plain_texts(text: str) -> Iterator[Plain]:
    """Yield a text without its escapes, and again without those that are left then.

    A long one is yielded in parts that overlap.
    """
    if not may_have_escapes(text):
        return
    for start in range(0, len(text), _WINDOW):
        yield from _rounds(text[start : start + _WINDOW + _OVERLAP], start)


def _rounds(text: str, before: Plain | int) -> Iterator[Plain]:
    for number in range(_ROUNDS):
        if number < _ROUNDS_OF_MAIL and "=" in text:
            yield from _mail(text, before)
        if "\\" in text:
            beside = Plain(text, before, _BESIDE_BACKSLASHES)
            if beside.text is not text:
                yield beside
        before = Plain(text, before, _ESCAPE)
        if before.text is text:
            return
        text = before.text
        yield before


def _mail(text: str, before: Plain | int) -> Iterator[Plain]:
    mail = Plain(text, before, _QUOTED)
    if mail.text is not text:
        yield mail
        yield Plain(mail.text, mail, _ESCAPE)  # of HTML


def without_cut_escape(text: str) -> str:
    """Return a text without the escape that it was cut in."""
    return _CUT.sub("", text)


def _meant(found: "Match[str]") -> str:
    kind = found.lastgroup
    if kind is None:
        return _entity(found[0])
    text = found[kind]
    if kind == "one":
        return _MEANT.get(text, text)
    if kind in ("line", "crlf", "soft"):
        return ""
    if kind in ("percent", "bytes", "quoted"):
        return _text(bytes.fromhex(text.translate(_WITHOUT_MARKS)))
    if kind in ("units", "percent_units"):
        data = bytes.fromhex(text.replace("%u", "").replace("\\u", ""))
        return data.decode("utf-16-be", "surrogatepass")
    number = int(text, 16)
    return chr(number) if number <= _LAST else found[0]


@lru_cache(maxsize=1024)
def _entity(text: str) -> str:
    from html import unescape  # its table takes long to load

    return unescape(text)


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")
