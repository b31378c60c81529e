"""Suggestions for a name that is not known, at a bounded cost."""

from collections.abc import Iterable
from itertools import islice

MAX_LENGTH = 100
"""Characters of a name that is compared: nobody mistypes a longer one by a letter or two."""

MAX_CANDIDATES = 200
"""Names that it is compared with."""

MAX_SEEN = 10_000
"""Names that are looked at to find the candidates."""


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the known name that is most like ``name``; None where none is.

    The cost does not grow with what a caller sends: a name longer than ``MAX_LENGTH`` has no
    suggestion, and of many known names the first ``MAX_CANDIDATES`` of a similar length count.

    >>> nearest("expcted", ["type", "expected"])
    'expected'
    """
    if len(name) > MAX_LENGTH:
        return None
    from difflib import get_close_matches  # only where a name is unknown

    similar = (each for each in islice(known, MAX_SEEN) if _may_be_like(name, each, cutoff))
    found = get_close_matches(name, list(islice(similar, MAX_CANDIDATES)), n=1, cutoff=cutoff)
    return found[0] if found else None


_NEGATIONS = frozenset({"not", "no", "non", "isnt", "doesnt", "dont", "never", "without"})


def without_negation(name: str) -> tuple[str, bool]:
    """Return a name without its negation, and whether it had one.

    >>> without_negation("does_not_exist")
    ('does_exist', True)
    """
    words = name.lower().replace("'", "").replace("-", "_").replace(" ", "_").split("_")
    kept = [word for word in words if word not in _NEGATIONS]
    stem = "_".join(kept)
    if len(kept) == len(words) and stem.startswith("not") and len(stem) > len("not"):
        return stem.removeprefix("not"), True
    return stem, len(kept) < len(words)


def _may_be_like(name: str, other: str, cutoff: float) -> bool:
    """Return whether the lengths alone let the ratio of two names reach the cutoff."""
    shorter, longer = sorted((len(name), len(other)))
    return 2 * shorter >= cutoff * (shorter + longer)
