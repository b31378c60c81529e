"""Lists of cases made in memory: what the store returns is compared with them."""

from collections.abc import Iterator, Sequence

from shall.results.listing import (
    BAD,
    PAGE_LINES,
    CaseFilter,
    CaseLine,
    CaseOrder,
    CasePage,
    counts_of,
)
from shall.results.records import feature_of

_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
EVERY_CASE = CaseFilter()


def page_of(
    lines: Sequence[CaseLine],
    wanted: CaseFilter = EVERY_CASE,
    order: CaseOrder = CaseOrder.BAD_FIRST,
    limit: int = PAGE_LINES,
    offset: int = 0,
) -> CasePage:
    """Return a page of lines in memory, as a store returns it of a run."""
    found = [line for line in lines if matches(line, wanted)]
    if order is CaseOrder.BAD_FIRST:
        found.sort(key=lambda it: (not it.is_bad, it.number))
    elif order is CaseOrder.SLOWEST:
        found.sort(key=lambda it: (-it.duration_s, it.number))
    shown = tuple(found[offset : offset + min(limit, PAGE_LINES)])
    return CasePage(shown, len(found), counts_of(lines))


def matches(line: CaseLine, wanted: CaseFilter) -> bool:
    """Return whether a case is one of those that a filter lists."""
    if wanted.outcome and not _has_outcome(line, wanted.outcome):
        return False
    if wanted.tag and wanted.tag not in line.tags:
        return False
    if wanted.feature and wanted.feature not in map(feature_of, line.criteria):
        return False
    if wanted.slower_than_s is not None and line.duration_s <= wanted.slower_than_s:
        return False
    if not wanted.words and not wanted.excluded:
        return True
    texts = [it.translate(_ASCII_LOWER) for it in _searched(line)]
    return all(_is_in(word, texts) for word in wanted.words) and not any(
        _is_in(word, texts) for word in wanted.excluded
    )


def _has_outcome(line: CaseLine, outcome: str) -> bool:
    return line.is_bad if outcome == BAD else line.shown_outcome == outcome


def _searched(line: CaseLine) -> Iterator[str]:
    yield line.name
    yield line.case_key
    yield line.data_row or ""
    yield from line.criteria


def _is_in(word: str, texts: Sequence[str]) -> bool:
    folded = word.translate(_ASCII_LOWER)
    return any(folded in text for text in texts)
