"""Scenarios: Given, When, Then in English and Chinese, in one sentence or as bullets."""

import re

from shall.late_pattern import late_pattern
from shall.specs.clause import Step
from shall.specs.ears.grammar import shape_of

_GIVEN = "given|给定|給定|假设|假設|假如|已知|前提|完"
_WHEN = "when|当|當"
_THEN = "then|那么|那麼|然后|然後|则|則"
_AND = "and|but|并且|並且|而且|且|以及|同时|同時|但是|但"
_KEYWORDS = {
    word: name
    for name, words in (("given", _GIVEN), ("when", _WHEN), ("then", _THEN), ("and", _AND))
    for word in words.split("|")
}
_STEP = late_pattern(
    rf"\W*?[*_]*(?P<word>{_GIVEN}|{_WHEN}|{_THEN}|{_AND})(?![A-Za-z])[*_]*\s*[:：,，]?[*_]*\s*",
    re.IGNORECASE,
)
_INLINE_GIVEN = late_pattern(rf"[*_]*(?:{_GIVEN})(?![A-Za-z])[*_]*[:：]?\s*", re.IGNORECASE)
_INLINE_STARTS = frozenset("*_G" + "".join(word[0] for word in _GIVEN.split("|")))
_INLINE_NEXT = late_pattern(
    rf"(?:^|[,，.。;；、]|\s)\s*(?P<mark>[*_]*)(?P<word>{_WHEN}|{_THEN}|{_AND})(?![A-Za-z])(?P<close>[*_]*)[:：]?\s*",
    re.IGNORECASE,
)


def step_of(text: str) -> Step | None:
    """Return the step that a bullet is, such as ``**WHEN** it rains``; None for other bullets."""
    found = _STEP.match(text)
    if found is None:
        return None
    return Step(_KEYWORDS[found["word"].lower()], text[found.end() :].strip())


def steps_of(text: str) -> tuple[Step, ...]:
    """Return the steps of a scenario in one sentence, which begins with Given or a bold When.

    >>> [step.keyword for step in steps_of("**Given** a, **When** b, **Then** c")]
    ['given', 'when', 'then']
    """
    if text[:1] not in _INLINE_STARTS:
        return ()
    if _INLINE_GIVEN.match(text) is None and not text.startswith(("**When", "**WHEN", "**当")):
        return ()
    shape = shape_of(text)
    starts = [(0, *_first(text))]
    for found in _INLINE_NEXT.finditer(shape):
        word = found["word"]
        keyword = _KEYWORDS[word.lower()]
        is_marked = bool(found["mark"]) or (word.isascii() and word.isupper())
        if found.start() < starts[-1][2] or (keyword == "and" and not is_marked):
            continue
        if not is_marked and keyword in {known[1] for known in starts}:
            continue  # "then" within a step
        starts.append((found.start(), keyword, found.end()))
    steps = [
        Step(keyword, text[begin:end].strip(" ,，;；、。."))
        for (_, keyword, begin), end in zip(
            starts, [*(start for start, _, _ in starts[1:]), len(text)], strict=True
        )
    ]
    return tuple(steps) if any(step.keyword == "then" for step in steps) else ()


def _first(text: str) -> tuple[str, int]:
    found = _STEP.match(text)
    return (_KEYWORDS[found["word"].lower()], found.end()) if found else ("given", 0)
