"""The forms that a secret takes on its way through headers, URLs, JSON, YAML and HTML.

Everything is compared in folded case: the case of letters, of hexadecimal digits and of base64 is
covered by one comparison, at the price of texts that differ from a secret by case only.
"""

import binascii
from collections.abc import Iterator
from functools import lru_cache

from shall.late_json import encode_basestring, encode_basestring_ascii
from shall.late_pattern import late_pattern
from shall.redaction.escapes import plain_texts

MASK = "***"

SHORTEST = 6
"""Values of fewer characters are masked only as whole values and whole words."""


_IN_URLS = "!#$&'()*+,/:;=?@~"
_STRAY = late_pattern(r"%(?![0-9A-Fa-f]{2})")
"""A sign that begins no escape is escaped where a URL is sent."""


_WITHOUT_SIGNS = str.maketrans("", "", "._-")


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


def forget_forms() -> None:
    """Forget the forms of values, which are secrets."""
    _known_forms.cache_clear()


def _make_forms(value: str) -> frozenset[str]:
    data = _bytes(value)
    forms = {value, *_hexadecimal(data), *_everything_escaped(value), *_base64(data)}
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


def _hexadecimal(data: bytes) -> Iterator[str]:
    """Encode as hexadecimal, also as OpenSSL, .NET and dumps separate it."""
    yield data.hex()
    for between in ":- ":
        yield data.hex(between)


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
