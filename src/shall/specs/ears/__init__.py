"""Reads requirement sentences: EARS in English and Chinese, and MUST sentences."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from msgspec.structs import replace

from shall.late_pattern import late_pattern
from shall.specs.clause import Clause, Kind, Step
from shall.specs.ears import en, zh
from shall.specs.ears.grammar import (
    has_modal,
    keyword_spans,
    plain,
    recommends,
    shape_of,
    split_clause,
    starts_condition,
)

__all__ = [
    "has_modal",
    "is_property",
    "keywords_in",
    "kind_of",
    "language_of",
    "parse_clause",
    "parse_clauses",
    "plain",
    "recommends",
]

_SENTENCE_END = late_pattern(
    r"(?<!e\.g)(?<!i\.e)(?<!etc)(?<!vs)\.\s+(?=[A-Z*`\"“(_])|[。！？!?]\s*(?=\S)"
)
_PART = late_pattern(r"(?<=[^-\s]) - (?=\S)|；(?=\S)|; (?=\S)")
_MUST = frozenset({"must", "必须", "必須", "务必", "须", "須"})
_KANA = late_pattern("[\u3041-\u30ff]")
_HAN = late_pattern("[\u3400-\u9fff]")


def parse_clause(sentence: str) -> Clause | None:
    """Read one sentence with ``shall``, ``must``, 应 or 必须; None when it is none.

    >>> parse_clause("When the token expires, the API shall answer 401.").response
    'answer 401'
    >>> parse_clause("当令牌过期时，系统应返回 401。").conditions[0].text
    '令牌过期'
    """
    return split_clause(sentence, strict=True)


@lru_cache(maxsize=16_384)
def parse_clauses(text: str) -> tuple[Clause, ...]:
    """Return the clauses of a text, one for each of its sentences that has a modal."""
    found: list[Clause] = []
    for whole, continues in _parts(text):
        for at, sentence in enumerate(_prohibition_apart(whole)):
            clause = split_clause(sentence, strict=True)
            if clause is None:
                continue
            if continues and found and at == 0 and not clause.conditions:
                clause = replace(clause, conditions=found[-1].conditions)
            found.append(clause)
    if found:
        return tuple(found)
    only = split_clause(text)
    return (only,) if only is not None else ()


def sentences(text: str) -> list[str]:
    """Return the sentences of a text. A full stop inside of quotes or a number ends none.

    A list item, or what follows a semicolon, is a sentence if it has a modal of its own.
    """
    return [sentence for sentence, _ in _parts(text)]


@lru_cache(maxsize=16_384)
def keywords_in(text: str) -> tuple[tuple[int, int], ...]:
    """Return where the EARS keywords of a text are: start and end of each, in order.

    >>> text = "当令牌过期时，系统应返回 401。"
    >>> [text[start:end] for start, end in keywords_in(text)]
    ['当', '时', '应']
    """
    found: list[tuple[int, int]] = []
    at = 0
    for sentence in sentences(text):
        at = max(text.find(sentence, at), 0)
        found += [(at + start, at + end) for start, end in keyword_spans(sentence)]
        at += len(sentence)
    return tuple(found)


def _parts(text: str) -> list[tuple[str, bool]]:
    """Return the sentences of a text, and whether each follows a semicolon.

    Such a one is said under the conditions of the sentence before, unless it has its own.
    """
    if _SENTENCE_END.search(text) is None and _PART.search(text) is None:
        return [(text, False)]
    shape = shape_of(text)
    ends = [end.end() for end in _SENTENCE_END.finditer(shape)]
    items = [item.end() for item in _PART.finditer(shape)]
    for start, end in pairwise((*items, len(text))):
        if has_modal(text[start:end]):
            ends.append(start)
    starts = [0, *sorted(set(ends))]
    return [
        (sentence, text[:start].rstrip().endswith((";", "；")))
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True)
        if (sentence := text[start:end].strip().removesuffix(" -"))
    ]


def _prohibition_apart(sentence: str) -> tuple[str, ...]:
    """Split a Chinese sentence where an obligation is followed by a prohibition of its own."""
    if "不得" not in sentence and "禁" not in sentence:
        return (sentence,)
    found = zh.PROHIBITION.search(shape_of(sentence))
    if found is None or not has_modal(sentence[: found.start()]) or starts_condition(sentence):
        return (sentence,)
    return (sentence[: found.start()], sentence[found.end() :])


def kind_of(text: str, clauses: Sequence[Clause], steps: Sequence[Step]) -> Kind:
    """Return what a text is."""
    if steps:
        return Kind.SCENARIO
    if is_property(text):
        return Kind.PROPERTY
    if not clauses:
        return Kind.UNPARSED
    first = clauses[0]
    if first.is_negative and len(clauses) == 1:
        return Kind.PROHIBITION
    if not first.conditions and first.modal.lower() in _MUST:
        return Kind.MUST
    return Kind.EARS


def is_property(text: str) -> bool:
    """Return whether a sentence holds for all of something: ``FOR ALL valid paths, ...``."""
    bare = plain(text)
    return en.QUANTIFIER.match(bare) is not None or bare.startswith(
        ("对于任意", "对任意", "对于所有", "对所有", "對於所有", "对于任何")
    )


def language_of(text: str) -> str:
    """Return ``ja`` where a text has kana, ``zh`` where it has Han letters, else ``en``."""
    if text.isascii():
        return "en"
    if _KANA.search(text):
        return "ja"
    return "zh" if _HAN.search(text) else "en"
