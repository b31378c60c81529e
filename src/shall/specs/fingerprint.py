"""The hash that tells whether a criterion's meaning may have changed."""

import hashlib
import re
import unicodedata

# An underscore inside a name and a single tilde carry meaning: total_amount, ~5 ms.
_MARKUP = re.compile(r"[*`]+|~~+|(?<!\w)_+|_+(?!\w)")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\[\]]*\)")
_KEYWORD = re.compile(r"\b(when|while|where|if|then|the|shall|not|and)\b", re.IGNORECASE)


def criterion_fingerprint(text: str) -> str:
    """Return the SHA-256 of a criterion's words, in hex.

    Unicode is normalised (NFKC), white space folded, markup and a final stop removed, the case
    of EARS keywords ignored: a change of markup alone changes nothing.
    """
    words = unicodedata.normalize("NFKC", text)
    words = _MARKUP.sub("", _LINK.sub(r"\1", words))
    words = _KEYWORD.sub(lambda found: found[0].lower(), words)
    words = " ".join(words.split()).removesuffix(".")
    return hashlib.sha256(words.encode("utf-8")).hexdigest()
