"""The terms of the rules about words, found in one scan for each language."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from shall.specs.lint.lexicon import en, zh
from shall.specs.lint.passage import TOKEN, Passage

_HAN = re.compile("[\u3400-\u9fff]")
_SPACE = re.compile(r"\s+")


class Term(NamedTuple):
    """A term of a rule, where it is used as such. ``name`` is that of the rule."""

    name: str
    start: int
    found: str


class Lexicon:
    """The terms of each rule by its name."""

    def __init__(self, terms: Mapping[str, Iterable[str]]) -> None:
        self._name_of = {term: name for name, found in terms.items() for term in found}
        english = [term for term in self._name_of if not _HAN.search(term)]
        chinese = [term for term in self._name_of if _HAN.search(term)]
        # Most sentences have none of these words, and are not searched.
        self._hints = {max(TOKEN.findall(term), key=len, default=term) for term in english}
        self._english = re.compile(
            rf"(?<![A-Za-z0-9_-]){_alternatives(english)}(?![A-Za-z0-9_-])", re.IGNORECASE
        )
        self._chinese = re.compile(_alternatives(chinese))

    def terms_in(self, passage: Passage) -> Iterator[Term]:
        """Yield the terms in a criterion, without those that its other words give another meaning.

        Japanese words that are written like Chinese ones mean something else.
        """
        words = passage.words
        if not self._hints.isdisjoint(passage.tokens):
            for found in self._english.finditer(words):
                term = _SPACE.sub(" ", found[0].lower())
                if en.is_meant(term, words, found.start(), found.end()):
                    yield Term(self._name_of[term], found.start(), found[0])
        if passage.criterion.language != "zh":
            return
        for found in self._chinese.finditer(words):
            if zh.is_meant(found[0], words, found.start(), found.end()):
                yield Term(self._name_of[found[0]], found.start(), found[0])


@lru_cache(maxsize=16)
def lexicon(changes: tuple[tuple[str, tuple[str, ...]], ...] = ()) -> Lexicon:
    """Return the terms of every rule, with a project's own.

    ``changes`` are terms by the name of their rule; one that begins with a minus sign is removed.
    """
    terms = {name: [*en.TERMS[name], *zh.TERMS[name]] for name in en.TERMS}
    for name, changed in changes:
        removed = {term[1:].strip().lower() for term in changed if term.startswith("-")}
        added = [term.strip().lower() for term in changed if not term.startswith("-")]
        for other in terms:
            terms[other] = [it for it in terms[other] if it not in added]
        terms[name] = [it for it in [*terms[name], *added] if it not in removed]
    return Lexicon(terms)


def _alternatives(terms: Iterable[str]) -> str:
    """Return a pattern of terms, the longest first; by first letter, so that most are not tried."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for term in sorted(terms, key=len, reverse=True):
        groups[term[0]].append(re.escape(term[1:]).replace(r"\ ", r"\s+"))
    if not groups:
        return "(?!)"
    parts = [f"{re.escape(first)}(?:{'|'.join(rests)})" for first, rests in groups.items()]
    return f"(?:{'|'.join(parts)})"
