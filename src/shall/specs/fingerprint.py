"""The hash that tells whether a criterion's meaning may have changed."""

import hashlib
import re
import unicodedata
from itertools import groupby

# What is no markup carries meaning: total_amount, _id, 2 * 3, ~5 ms, and all of `*.yaml`.
_MARKUP = re.compile(r"\*\*+|`+|~~+")
_EMPHASIS = re.compile(
    r"\*(?=\S)([^*]{1,1000})(?<=\S)\*|(?<!\w)(_{1,3})(?=\S)(.{1,1000}?)(?<=\S)\2(?!\w)", re.DOTALL
)
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_IN_CODE = re.compile(r"\*+|~~+|(?<!\w)_+|_+(?!\w)|(?<=\])\(")
_PROTECTED = str.maketrans("*~_(", "\ue000\ue001\ue002\ue003")
_RESTORED = str.maketrans("\ue000\ue001\ue002\ue003", "*~_(")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\[\]]*\)")
# Only those that are not in lower case already.
_KEYWORD = re.compile(
    r"\b(?=(?-i:[a-z]*[A-Z]))(when|while|where|if|then|the|shall|not|and)\b", re.IGNORECASE
)
_MARKS = frozenset("*`~_")


def criterion_fingerprint(text: str) -> str:
    """Return the SHA-256 of a criterion's words, in hex.

    Unicode is normalised (NFKC, but 10² stays another number than 102), white space folded, markup
    and a final stop removed, the case of EARS keywords ignored: a change of markup alone changes
    nothing. What stands in code is no markup.
    """
    words = text if text.isascii() else _normalised(text)
    if "`" in words:
        words = _CODE.sub(_protected, words)
    if "](" in words:
        words = _LINK.sub(r"\1", words)
    if not _MARKS.isdisjoint(words):
        words = _EMPHASIS.sub(r"\1\3", _MARKUP.sub("", words))
    words = words.translate(_RESTORED)
    words = _KEYWORD.sub(lambda found: found[0].lower(), words)
    words = " ".join(words.split()).removesuffix(".")
    return hashlib.sha256(words.encode("utf-8")).hexdigest()


def fingerprint_with_content(fingerprint: str, content: str) -> str:
    """Return the fingerprint of a criterion to which code or tables belong, of which all counts."""
    return hashlib.sha256(f"{fingerprint}\0{content}".encode()).hexdigest()


def _normalised(text: str) -> str:
    return "".join(
        "".join(part) if is_raised else unicodedata.normalize("NFKC", "".join(part))
        for is_raised, part in groupby(text, _is_raised)
    )


def _is_raised(character: str) -> bool:
    """Return whether a character is one above or below the line, such as ²."""
    return unicodedata.decomposition(character).startswith(("<super>", "<sub>"))


def _protected(code: re.Match[str]) -> str:
    """Return what stands in code, with other characters in place of what looks like markup."""
    return _IN_CODE.sub(lambda found: found[0].translate(_PROTECTED), code[2])
