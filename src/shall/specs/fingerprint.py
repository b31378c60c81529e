"""The hash that tells whether a criterion's meaning may have changed."""

import hashlib
import re
import unicodedata

# An underscore inside a name and a single tilde carry meaning: total_amount, ~5 ms.
_MARKUP = re.compile(r"[*`]+|~~+|(?<!\w)_+|_+(?!\w)")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\[\]]*\)")
# Only those that are not in lower case already.
_KEYWORD = re.compile(
    r"\b(?=(?-i:[a-z]*[A-Z]))(when|while|where|if|then|the|shall|not|and)\b", re.IGNORECASE
)
_MARKS = frozenset("*`~_")


def criterion_fingerprint(text: str) -> str:
    """Return the SHA-256 of a criterion's words, in hex.

    Unicode is normalised (NFKC), white space folded, markup and a final stop removed, the case
    of EARS keywords ignored: a change of markup alone changes nothing.
    """
    words = text if text.isascii() else unicodedata.normalize("NFKC", text)
    if "](" in words:
        words = _LINK.sub(r"\1", words)
    if not _MARKS.isdisjoint(words):
        words = _MARKUP.sub("", words)
    words = _KEYWORD.sub(lambda found: found[0].lower(), words)
    words = " ".join(words.split()).removesuffix(".")
    return hashlib.sha256(words.encode("utf-8")).hexdigest()
