"""The text of a criterion with the keywords of EARS and of scenarios set off."""

from collections.abc import Sequence
from functools import lru_cache

from shall.pages.markup import Html, joined, tag
from shall.specs.ears import keywords_in
from shall.specs.markup import without_markup
from shall.specs.model import Criterion
from shall.specs.scenarios import steps_of

LONGEST = 4_000
"""Characters of a text that a row shows."""


def marked_text(criterion: Criterion) -> Html:
    """Show the text of a criterion, its keywords as ``<b class="keyword">``."""
    return marked(criterion.text)


def marked(text: str) -> Html:
    """Show a text of a criterion with its keywords set off."""
    return joined(
        *(
            tag("b", part, class_="keyword") if at % 2 else part
            for at, part in enumerate(parts_of(text, LONGEST))
        )
    )


@lru_cache(maxsize=16_384)
def parts_of(text: str, longest: int) -> Sequence[str]:
    """Return a text in parts: every second one is a keyword; the first may be empty."""
    shown = " ".join(without_markup(text).split())
    cut = shown if len(shown) <= longest else f"{shown[:longest]}…"
    parts, end = [], 0
    for start, stop in _spans(text, shown):
        if end <= start < stop <= longest:
            parts += [cut[end:start], cut[start:stop]]
            end = stop
    return (*parts, cut[end:])


def _spans(text: str, shown: str) -> Sequence[tuple[int, int]]:
    steps = steps_of(text) if len(text) <= LONGEST else ()
    if not steps:
        return keywords_in(shown) if len(shown) <= LONGEST else ()
    spans, end = [], 0
    for step in steps:
        words = " ".join(without_markup(step.text).split())
        at = shown.find(words, end)
        if at < 0:
            return ()
        keyword = shown[end:at].strip(" ,，;；、。.:：")
        if keyword:
            start = shown.index(keyword, end)
            spans.append((start, start + len(keyword)))
        end = at + len(words)
    return spans
