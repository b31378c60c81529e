"""What looks like a token, in a text or in the path of a URL, though nobody said that it is one."""

from itertools import pairwise
from typing import Any

from shall.late_pattern import late_pattern
from shall.redaction.forms import MASK

_JWT = late_pattern(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*")  # RFC 7519
_KNOWN = late_pattern(
    r"(?a)(?<![A-Za-z0-9])((gh[opsru]_|github_pat_|glpat-|xox[abeoprs]-|[rs]k_(live|test)_|A[KS]IA"
    r"|AIza|ya29\.)[\w-]{12,}|(sk-|npm_|hf_)[\w-]{24,}|shall_[\w-]{40,})"
)
_SHORTEST = 11
"""Each of these tokens, and a random text, has so many characters without a slash."""

_PIECE = late_pattern(r"[A-Za-z0-9_~=+-]{20,}")
_SHORTEST_PIECE = 20
_WORD_OF_DIGITS = late_pattern(r"(?=.*\d)[A-Za-z0-9._~=+/-]{12,}")
_HEX = late_pattern(r"[0-9A-Fa-f]+")
_LONGEST_ID = 40
"""Hexadecimal digits of a UUID, a trace or a commit: ids that one wants to see."""

_LEAST_DIGITS = 2
_LEAST_CHANGES = 0.45
"""The share of neighbours of different kind: about 0.6 in random text, less in words."""


_STARTS = (
    *("eyJ", "gho_", "ghp_", "ghr_", "ghs_", "ghu_", "github_pat_", "glpat-", "xox", "k_live_"),
    *("k_test_", "AKIA", "ASIA", "AIza", "ya29.", "sk-", "npm_", "hf_", "shall_"),
)
"""What a token of a known form holds: looking for it takes a tenth of the time of a pattern."""


def mask_tokens(text: str) -> str:
    """Mask the tokens of known forms in a text: a JWT, a known prefix."""
    if not any(start in text for start in _STARTS):
        return text
    return _KNOWN.sub(MASK, _JWT.sub(MASK, text))


def mask_path(path: str) -> str:
    """Mask what looks like a token in a path: a JWT, a known prefix, a long random text."""
    path = mask_tokens(path)
    if max(map(len, path.split("/"))) < _SHORTEST_PIECE:
        return path
    return _PIECE.sub(lambda found: MASK if _is_random(found[0]) else found[0], path)


def mask_url_path(url: str) -> str:
    """Mask what looks like a token in the path of a URL; the rest stays."""
    parts = url.split("/")
    if max(map(len, parts[3:] if "://" in url[:9] else parts), default=0) < _SHORTEST:
        return url
    scheme, mark, rest = url.rpartition("://")
    if "://" in scheme:  # in the query
        scheme, mark, rest = url.partition("://")
    authority, slash, path = rest.partition("/") if mark else ("", "", rest)
    end = min((at for at in (path.find("?"), path.find("#")) if at >= 0), default=len(path))
    return f"{scheme}{mark}{authority}{slash}{mask_path(path[:end])}{path[end:]}"


def looks_random(value: Any) -> bool:
    """Return whether a value is one word of letters and digits, as no person writes."""
    return isinstance(value, str) and _WORD_OF_DIGITS.fullmatch(value) is not None


def _is_random(piece: str) -> bool:
    if _HEX.fullmatch(piece):
        return len(piece) > _LONGEST_ID
    kinds = [_kind(char) for char in piece]
    changes = sum(left != right for left, right in pairwise(kinds)) / (len(kinds) - 1)
    return (
        kinds.count("0") >= _LEAST_DIGITS and {"a", "A"} <= set(kinds) and changes >= _LEAST_CHANGES
    )


def _kind(char: str) -> str:
    return "0" if char.isdigit() else "a" if char.islower() else "A" if char.isupper() else "-"
