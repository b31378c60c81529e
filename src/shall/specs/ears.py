"""Reads EARS, the Easy Approach to Requirements Syntax (Mavin et al., RE'09).

The shape of every sentence is ``[where F,] [while S,] [when E,] the <subject> shall <response>``.
What real documents do is read too: ``THEN`` after any condition, a missing comma or ``then``,
conditions in any order, and ``after``/``before`` for an event. English only: another language is
another reader beside this one.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence

from shall.specs.model import Clause, Condition, Trigger

_TRIGGERS = {
    "while": Trigger.STATE,
    "when": Trigger.EVENT,
    "after": Trigger.EVENT,
    "before": Trigger.EVENT,
    "where": Trigger.FEATURE,
    "if": Trigger.UNWANTED,
}
_OPENING = re.compile(r"(?:and )?(while|when|after|before|where|if) ", re.IGNORECASE)
_QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"|“[^“”]*”")
_EMPHASISED = re.compile(
    r"(\*{1,3}|_{1,3})((?:while|when|after|before|where|if|then|and|the|shall not|shall|not),?)\1",
    re.IGNORECASE,
)
_MODAL = re.compile(r"(?<!\w)shall(?!\w)", re.IGNORECASE)
_THEN = re.compile(r",? then[ ,]+", re.IGNORECASE)
_NEXT_CONDITION = re.compile(r", (?:and )?(?=(?:while|when|after|before|where|if) )", re.IGNORECASE)
_ARTICLE = re.compile(r"the ", re.IGNORECASE)
_LOUD_ARTICLE = re.compile(r" (?=THE )")
_ANY_ARTICLE = re.compile(r" (?=the )", re.IGNORECASE)


def parse_clause(sentence: str) -> Clause | None:
    """Read one EARS sentence; None when it is none. Takes time linear in its length.

    >>> parse_clause("When the token expires, the API shall answer 401.").response
    'answer 401'
    """
    text = _EMPHASISED.sub(r"\2", " ".join(sentence.split()))
    # Searched in place of the text: what is quoted is not read for keywords.
    shape = _QUOTED.sub(lambda found: "\0" * len(found[0]), text)
    modal = _MODAL.search(shape)
    if modal is None:
        return None
    conditions, start = _conditions(text, shape[: modal.start()].rstrip())
    subject = _ARTICLE.sub("", text[start : modal.start()].strip(" ,"), count=1)
    response = text[modal.end() :].strip().removesuffix(".").strip()
    if not response or (not subject and not conditions):
        return None
    return Clause(conditions, subject, response)


def _conditions(text: str, shape: str) -> tuple[tuple[Condition, ...], int]:
    """Read the conditions before the subject; give them and where the subject starts."""
    conditions: list[Condition] = []
    position = 0
    # Found once, not once a condition: a long line must not take quadratic time.
    ends = sorted(
        found.span() for pattern in (_THEN, _NEXT_CONDITION) for found in pattern.finditer(shape)
    )
    while opening := _OPENING.match(shape, position):
        end, following = _end_of_condition(shape, opening.end(), ends)
        if end is None:
            break
        words = text[opening.end() : end].strip(" ,")
        conditions.append(Condition(_TRIGGERS[opening[1].lower()], words))
        position = following
    return tuple(conditions), position


def _end_of_condition(
    shape: str, start: int, ends: Sequence[tuple[int, int]]
) -> tuple[int | None, int]:
    """Find where a condition ends and what follows begins; None when it cannot be told."""
    index = bisect_left(ends, (start, 0))
    if index < len(ends):
        end, following = ends[index]
        return end, following
    comma = shape.rfind(", ", start)
    if comma >= 0:
        return comma, comma + 2
    for article in (_LOUD_ARTICLE, _ANY_ARTICLE):
        found = list(article.finditer(shape, start))
        if found:
            return found[-1].start(), found[-1].end()
    return None, start
