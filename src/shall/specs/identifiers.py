"""The ids that requirements documents give their requirements and criteria."""

import unicodedata

from msgspec import Struct

from shall.late_pattern import late_pattern

# Prefixes that may stand without a hyphen: FR1.1, AC2. Others need one, so that H2: is not an id.
_SHORT = r"(?:N?FR|AC|REQ|R|SC|US|UC|BR|NR|IR|DR|SR|CR|TR|PR|UR|QR|ER|UX|SEC|PERF)"
_PART = r"(?:[a-z](?:\.\d+)*)?"  # FR-005a, FR-005a.1
_NAME = (
    rf"(?:{_SHORT}\d+(?:\.\d+)*{_PART}"
    rf"|[A-Z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*[-_]\d+(?:[.-]\d+)*{_PART})"
)
# What is not an id: "SHA-256 SHALL be used" (no colon), "1.5 seconds after ..." (a word follows).
_OWN_ID = late_pattern(
    r"[*_`\[【(（]*+(?:"
    rf"(?P<name>{_NAME})(?:"
    # **FR-001**: The, FR-001： The, [FR-001] The, **FR-001** (P1): The
    r"[*_`]*+[\]】)）]*+[*_`]*+(?:\s*[(（][^()（）]{1,12}[)）])?\s*(?:[:：)、]|\.(?!\d)|[-–—](?=\s))[*_`]*+\s*"
    r"|(?:[\]】][*_`]*+|[*_]++`?)\s+"
    # **FR-001 Title**: The
    r"|\s+(?=[^*_`]{1,60}\*\*\s*[:：])"
    r")(?=\S)"
    r"|(?P<number>\d+(?:\.\d+)+)(?:[*_`]*+(?:\s*[:：.)、][*_`]*+)?\s+(?=[^\sa-z])"
    r"|[*_`]*+[:：、][*_`]*+(?=\S)))"
)
_REQUIREMENT_NAME = late_pattern(rf"(?P<name>{_NAME})(?:\s*[:：.\-–—]|\s|$)\s*(?P<title>.*)")
_REQUIREMENT_PREFIXES = frozenset(
    {
        "FR",
        "NFR",
        "SC",
        "REQ",
        "AC",
        "BR",
        "RULE",
        "SR",
        "PR",
        "UR",
        "UX",
        "IR",
        "DR",
        "CR",
        "TR",
        "QR",
    }
)
_STATUS_TAG = late_pattern(r"\s*[\[【][^\[\]【】]{1,20}[\]】]\s*$")
_NO_SLUG = late_pattern(r"[\W_]+")
_CHINESE_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}


class OwnId(Struct, frozen=True):
    """An id at the beginning of a text, and where the sentence begins."""

    local: str
    end: int
    is_number: bool


def own_id(text: str) -> OwnId | None:
    """Return the id with which a text begins, such as ``**FR-001**: ``; None where there is none.

    >>> own_id("- no"), own_id("`AC-1`: The shop shall open.").local
    (None, 'AC-1')
    >>> own_id("**FR-5a.1**: The shop shall close.").local
    'FR-5a.1'
    """
    found = _OWN_ID.match(text)
    if found is None:
        return None
    local = found["name"] or found["number"]
    return OwnId(local, found.end(), found["name"] is None)


def id_of_heading(text: str) -> tuple[str, str] | None:
    """Return id and title of a heading that begins with an id: ``FR-001: Search [done]``."""
    found = _REQUIREMENT_NAME.match(text)
    return (found["name"], without_tag(found["title"])) if found else None


def names_requirement(local: str) -> bool:
    """Return whether an id is by its prefix that of a requirement: FR-001, SC-001, REQ-AUTH-2."""
    prefix = local.split("-")[0].rstrip("0123456789.")
    return prefix in _REQUIREMENT_PREFIXES or local.startswith(("REQ", "FR", "NFR"))


def without_tag(title: str) -> str:
    """Return a title without a status in brackets at its end."""
    return _STATUS_TAG.sub("", title).strip()


def slug(title: str) -> str:
    """Return the key of an OpenSpec title.

    NFKC, lower case; letters and digits of any script stay, everything else is one hyphen.

    >>> slug("User login (OAuth 2)")
    'user-login-oauth-2'
    """
    words = unicodedata.normalize("NFKC", title).lower()
    return _NO_SLUG.sub("-", words).strip("-")


def chinese_number(text: str) -> str:
    """Return a Chinese number below one hundred in digits; any other text as it is.

    >>> chinese_number("十二"), chinese_number("3")
    ('12', '3')
    """
    if not text or any(char not in _CHINESE_DIGITS and char != "十" for char in text):
        return text
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return "".join(str(_CHINESE_DIGITS[char]) for char in text)
    return str(10 * _CHINESE_DIGITS.get(tens or "一", 1) + _CHINESE_DIGITS.get(ones, 0))


def requirement_key(key: str) -> str:
    """Return the key of the requirement that a scenario belongs to.

    >>> requirement_key("shop/cart#pay/no-card"), requirement_key("shop/cart#pay")
    ('shop/cart#pay', 'shop/cart#pay')
    """
    feature, hash_sign, local = key.partition("#")
    return f"{feature}{hash_sign}{local.partition('/')[0]}"
