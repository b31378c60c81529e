"""The words of a criterion that rules look at."""

import re
from dataclasses import dataclass

from shall.specs.lint.rule import Finding, Rule
from shall.specs.model import Criterion

_NOT_WORDS = re.compile(
    r"<!--.*?-->|`[^`]*`|~~.*?~~|\"[^\"]*\"|(?<![\w*])'[^'\n]*'(?!\w)|“[^“”]*”|‘[^‘’]*’"
    r"|「[^「」]*」|『[^『』]*』|《[^《》]*》|(?<=\])\([^()\s]*\)|https?://\S+",
    re.DOTALL,
)
TOKEN = re.compile("[a-z0-9%-]+")
_MARKS = re.compile("[<`~\"'“‘「『《]")


def masked(text: str) -> str:
    """Return a text of the same length in which code, quotes, links and comments are blank.

    >>> masked('WHEN "quickly" is typed').split()
    ['WHEN', 'is', 'typed']
    """
    if _MARKS.search(text) is None and "](" not in text and "://" not in text:
        return text
    return _NOT_WORDS.sub(lambda found: "\0" * len(found[0]), text).replace("\0", " ")


@dataclass(frozen=True, slots=True)
class Passage:
    """A criterion, and its text without what is quoted.

    ``tokens`` are the English words and numbers of the text in lower case: what a rule looks for
    by them is found without a search.
    """

    criterion: Criterion
    words: str
    tokens: frozenset[str]

    def finding(
        self, rule: Rule, start: int = -1, found: str = "", replacement: str | None = None
    ) -> Finding:
        """Return the finding that some words of this criterion, or all of it, break a rule."""
        criterion = self.criterion
        return Finding(rule, criterion.span, criterion, start, found, replacement)


def passage_of(criterion: Criterion) -> Passage:
    """Return the words of a criterion."""
    words = masked(criterion.text)
    return Passage(criterion, words, frozenset(TOKEN.findall(words.lower())))
