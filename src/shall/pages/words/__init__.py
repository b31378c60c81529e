"""The pages' own words, English and Chinese side by side; nothing else loads them.

What a page shares with the other reports is a message: see ``shall.messages``.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from shall.messages import filled
from shall.pages.words.api import WORDS as API
from shall.pages.words.changes import WORDS as CHANGES
from shall.pages.words.frame import WORDS as FRAME
from shall.pages.words.history import WORDS as HISTORY
from shall.pages.words.live import WORDS as LIVE
from shall.pages.words.login import WORDS as LOGIN
from shall.pages.words.matrix import WORDS as MATRIX
from shall.pages.words.run import WORDS as RUN
from shall.pages.words.server import WORDS as SERVER
from shall.pages.words.story import WORDS as STORY
from shall.pages.words.views import WORDS as VIEWS

Words = Mapping[str, tuple[str, str]]
"""Names to templates in English and in Chinese."""

TOPICS: tuple[Words, ...] = (
    API,
    CHANGES,
    FRAME,
    HISTORY,
    LIVE,
    LOGIN,
    MATRIX,
    RUN,
    SERVER,
    STORY,
    VIEWS,
)


def word(name: str, language: str, **params: Any) -> str:
    """Return a text of the pages: ``word("nav.runs", "en")``.

    Raises:
        KeyError: No topic has that name.
    """
    english, chinese = _all()[name]
    return filled(chinese if language == "zh" else english, params, language)


@cache
def _all() -> Words:
    return {name: texts for topic in TOPICS for name, texts in topic.items()}
