"""What is left to fill in of a draft."""

import re
from collections.abc import Iterator
from typing import Any

from shall.case_lint.rules import FILLED_DRAFT, TO_BE_FILLED, Found
from shall.cases.fields import Keys, written
from shall.cases.forms import TO_FILL
from shall.cases.model import Case
from shall.cases.reader import load_yaml
from shall.cases.root import fields_of
from shall.diagnostics.bounds import shortened

_MARKED = re.compile(rf"{TO_FILL}(?::\s*(?P<what>.*))?", re.DOTALL)
_LONGEST = 100


def check_draft(case: Case, text: str, file: str) -> Iterator[Found]:
    """Yield the values of a case that are marked, or that a draft has none.

    Outside of drafts ``TODO`` alone is a value like others; with a colon it is a mark.
    """
    if not case.draft and f"{TO_FILL}:" not in text:
        return
    data = load_yaml(text, file)
    marked = list(_marked(fields_of(data), (), is_draft=case.draft))
    yield from marked
    if case.draft and not marked:
        yield Found(FILLED_DRAFT, "draft")


def is_unfilled(case: Case, text: str, file: str) -> bool:
    """Return whether a value of a case is still marked."""
    return any(found.rule is TO_BE_FILLED for found in check_draft(case, text, file))


def _marked(value: Any, keys: Keys, *, is_draft: bool) -> Iterator[Found]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _marked(each, (*keys, name), is_draft=is_draft)
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from _marked(each, (*keys, at), is_draft=is_draft)
    elif isinstance(value, str) and (found := _MARKED.fullmatch(value)):
        what = found["what"] or (written(keys) if is_draft else "")
        if what:
            yield Found(TO_BE_FILLED, written(keys), shortened(what, _LONGEST))
