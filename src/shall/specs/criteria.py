"""Builds criteria: what a text is, its language, its clauses and its fingerprint."""

import re
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from shall.late_pattern import late_pattern
from shall.span import Span
from shall.specs.block import Block
from shall.specs.ears import has_modal
from shall.specs.fingerprint import criterion_fingerprint
from shall.specs.identifiers import own_id
from shall.specs.model import Change, Criterion, Kind, Standing, Step

_SLOT_MARKS = frozenset("[{<【")
_SLOT = late_pattern(r"\[[^\[\]]*\]|\{\{?[^{}]*\}?\}|<[^<>]*>|【[^【】]*】")
_NO_SLOT = late_pattern(
    r"\[\s*(?:NEEDS CLARIFICATION|需要澄清|待澄清|需澄清|[ xX~-]?\])", re.IGNORECASE
)
_SHELL = late_pattern(
    r"\b(?:given|when|while|where|if|then|and|or|the|a|an|system|shall|must|should|not|be|able|to|is|feature|included"
    r"|users?)\b|系统|用户|必须|应当|应该|应|当|如果|那么|时|[\W_]",
    re.IGNORECASE,
)
_TASK_BOX = late_pattern(r"\[[ xX~-]\]\*?\s+")
_WITHDRAWN = late_pattern(r"~~.*?~~")


class Sentence(Struct, frozen=True):
    """What is left of a text without task box and struck-out words.

    ``is_struck`` holds where nothing but a ``remark`` about what was struck is left.
    """

    text: str
    is_struck: bool = False
    remark: str = ""


def live_sentence(text: str) -> Sentence:
    """Return what of a text is not struck through."""
    text = _TASK_BOX.sub("", text, count=1) if text.startswith("[") else text
    if "~~" not in text:
        return Sentence(text)
    rest = " ".join(_WITHDRAWN.sub("", text).split())
    own = own_id(text)
    struck_first = text.lstrip("*_ ").startswith("~~") or text.startswith(
        "~~", own.end if own else 0
    )
    if struck_first and not has_modal(_after_own_id(rest)):
        struck = " ".join(found.strip("~") for found in _WITHDRAWN.findall(text))
        return Sentence(struck, is_struck=True, remark=_after_own_id(rest).lstrip("—–- "))
    return Sentence(rest.lstrip("—–- "))


def _after_own_id(text: str) -> str:
    own = own_id(text)
    return text[own.end :] if own else text


def is_template(text: str) -> bool:
    """Return whether a sentence is a template: nothing but slots and the words around them.

    >>> is_template("WHEN [event] THEN [system] SHALL [response]"), is_template("THE API SHALL go")
    (True, False)
    """
    if _SLOT_MARKS.isdisjoint(text):
        return False
    slots = _SLOT.findall(text)
    if not slots or any(_NO_SLOT.match(slot) for slot in slots):
        return False
    return _SHELL.sub("", _SLOT.sub("", text)) == ""


def criterion(  # noqa: PLR0913 - the parts of one record
    key: str,
    text: str,
    span: Span,
    end_line: int,
    *,
    kind: Kind | None = None,
    steps: Sequence[Step] = (),
    standing: Standing = Standing.LIVE,
    remark: str = "",
    change: Change | None = None,
) -> Criterion:
    """Return the criterion that a text is."""
    return Criterion(
        key,
        text,
        span,
        criterion_fingerprint(text),
        max(end_line, span.line),
        kind,
        tuple(steps),
        standing,
        remark,
        change,
    )


def extended(found: Criterion, text: str, end_line: int) -> Criterion:
    """Return a criterion with the text of a block that belongs to it, to be ``finished``.

    Without a fingerprint yet: an item may have thousands of paragraphs.
    """
    return Criterion(
        found.key,
        text,
        found.span,
        "",
        max(end_line, found.span.line),
        Kind.METRIC if found.given_kind is Kind.METRIC else None,
        standing=found.standing,
        change=found.change,
    )


def finished(found: Criterion) -> Criterion:
    """Return a criterion with the fingerprint of its whole text."""
    if found.fingerprint:
        return found
    return replace(found, fingerprint=criterion_fingerprint(found.text))


def place_of(file: str, block: Block) -> Span:
    """Return where a block begins."""
    return Span(file, block.line, block.column)
