"""The hash that shows whether a criterion's meaning may have changed."""

import hashlib
import re
import unicodedata
from functools import lru_cache
from itertools import groupby

from shall.late_pattern import late_pattern
from shall.specs.markup import without_markup

# Only those that are not in lower case already.
_KEYWORD = late_pattern(
    r"\b(?=(?-i:[a-z]*[A-Z]))(when|while|where|if|then|the|shall|not|and)\b", re.IGNORECASE
)


def criterion_fingerprint(text: str) -> str:
    """Return the SHA-256 of a criterion's words, in hex.

    Unicode is normalised (NFKC, but 10² stays another number than 102), white space folded, markup
    and a final stop removed, the case of EARS keywords ignored: a change of markup alone changes
    nothing. The content of code is not markup.
    """
    words = text if text.isascii() else _normalised(text)
    words = without_markup(words)
    words = _KEYWORD.sub(lambda found: found[0].lower(), words)
    words = " ".join(words.split()).removesuffix(".")
    return hashlib.sha256(words.encode("utf-8")).hexdigest()


def fingerprint_with_content(fingerprint: str, content: str) -> str:
    """Return the fingerprint of a criterion to which code or tables belong, of which all counts."""
    return hashlib.sha256(f"{fingerprint}\0{content}".encode()).hexdigest()


def _normalised(text: str) -> str:
    if not any(map(_is_raised, text)):
        return unicodedata.normalize("NFKC", text)
    return "".join(
        "".join(part) if is_raised else unicodedata.normalize("NFKC", "".join(part))
        for is_raised, part in groupby(text, _is_raised)
    )


@lru_cache(maxsize=4096)
def _is_raised(character: str) -> bool:
    """Return whether a character is one above or below the line, such as ²."""
    return unicodedata.decomposition(character).startswith(("<super>", "<sub>"))
