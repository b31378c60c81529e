"""A requirements document to a Feature.

Under a heading ``Requirement 2: Title`` the numbered acceptance criteria have the keys
``<feature>#2.1``, ``#2.2`` and so on; a requirement without a list has its EARS sentences instead.
A criterion that carries its own id (``REQ-014: ...``, ``**3.2** When ...``) is known by that. In a
document without such headings every EARS sentence is a criterion, numbered in order:
``<feature>#1``. Withdrawn (struck through) criteria do not count.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, field

from shall.diagnostics import Diagnostic, Severity
from shall.errors import InvalidSpec
from shall.span import Span
from shall.specs.blocks import Block, BlockKind, read_blocks
from shall.specs.ears import parse_clause
from shall.specs.fingerprint import criterion_fingerprint
from shall.specs.layouts import kiro, plain
from shall.specs.model import Criterion, Feature, Requirement, SpecSet

LAYOUTS = (kiro.feature_of, plain.feature_of)

_REQUIREMENT = re.compile(
    r"(?:Requirement|Req)\.?\s*#?(?P<number>\d+(?:\.\d+)*)[*_]*\s*"
    r"(?:[:：.\-–—][*_]*\s*)?(?P<title>.*)",
    re.IGNORECASE,
)
_CRITERIA = re.compile(r"acceptance criteria\b.*", re.IGNORECASE)
_STORY = re.compile(r"\W*user story\W*", re.IGNORECASE)
# What is no id: "SHA-256 SHALL be used" (no colon), "1.5 seconds after ..." (a word follows).
_OWN_ID = re.compile(
    r"[*_`]*+(?:"
    r"(?P<name>[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*-\d+)(?:[*_`]*+\s*[:：.)][*_`]*+|[*_]++)\s+(?=\S)"
    r"|(?P<number>\d+(?:\.\d+)+)[*_`]*+(?:\s*[:：.)][*_`]*+)?\s+(?=[^\sa-z]))"
)
_TASK_BOX = re.compile(r"\[[ xX~-]\]\*?\s+")
_WITHDRAWN = re.compile(r"~~.*?~~")


def feature_of(path: str) -> str | None:
    """Return the feature whose requirements stand at a path in any layout; None for other paths."""
    return next((name for layout in LAYOUTS if (name := layout(path)) is not None), None)


def read_document(text: str, file: str, feature: str) -> Feature:
    """Read one requirements document.

    Raises:
        InvalidSpec: Two criteria have the same key; all such are told.
    """
    drafts = _Reader(feature, file).read(text)
    requirements = tuple(
        Requirement(draft.number, draft.title, draft.span, draft.criteria(), draft.story)
        for draft in drafts
        if draft.number or draft.criteria()
    )
    problems = list(_same_keys(it for read in requirements for it in read.criteria))
    if problems:
        raise InvalidSpec(problems)
    return Feature(feature, file, requirements)


def join_features(features: Sequence[Feature]) -> SpecSet:
    """Join the documents of a workspace.

    Raises:
        InvalidSpec: Two documents describe a feature of the same name.
    """
    files: dict[str, str] = {}
    problems = []
    for feature in features:
        other = files.setdefault(feature.name, feature.file)
        if other != feature.file:
            message = f"The feature {feature.name} is described in {other} too."
            problems.append(
                Diagnostic(
                    "spec.duplicate-feature",
                    Severity.ERROR,
                    message,
                    Span(feature.file, 1),
                    "Rename one of the two folders.",
                )
            )
    if problems:
        raise InvalidSpec(problems)
    return SpecSet(tuple(features))


def _same_keys(criteria: Iterable[Criterion]) -> Iterator[Diagnostic]:
    first: dict[str, Criterion] = {}
    for criterion in criteria:
        other = first.setdefault(criterion.key, criterion)
        if other is not criterion:
            yield Diagnostic(
                "spec.duplicate-number",
                Severity.ERROR,
                f"{criterion.key} is at {other.span} already.",
                criterion.span,
                "Each requirement and criterion needs a number of its own.",
            )


class _Draft(Struct):
    """A requirement while it is read. ``number`` is empty for sentences under no requirement."""

    number: str
    title: str
    span: Span
    level: int = 0
    story: str = ""
    in_criteria: bool = False
    had_heading: bool = False  # of the acceptance criteria
    last: int = 0
    named: list[Criterion] = field(default_factory=list)  # those with their own id
    items: list[Criterion] = field(default_factory=list)
    sentences: list[Criterion] = field(default_factory=list)  # those in paragraphs

    def criteria(self) -> tuple[Criterion, ...]:
        """Return what counts, as written: a sentence beside a list only explains the list."""
        counted = self.items or self.sentences
        return tuple(sorted((*self.named, *counted), key=lambda criterion: criterion.span))

    def open_criteria(self) -> None:
        """Begin the acceptance criteria: what stood above them without an id explained them."""
        if not self.had_heading:
            self.items.clear()
            self.sentences.clear()
            self.last = 0
        self.in_criteria = self.had_heading = True


class _Reader:
    def __init__(self, feature: str, file: str) -> None:
        self._feature = feature
        self._file = file
        self._loose = _Draft("", "", Span(file, 1))  # EARS sentences under no requirement
        self._drafts: list[_Draft] = []
        self._current: _Draft | None = None
        self._depth = 0  # of the list item that was a criterion last, or a withdrawn one
        self._above: list[Criterion] | None = None  # ends with that criterion

    def read(self, text: str) -> list[_Draft]:
        for block in read_blocks(text):
            if block.kind is BlockKind.HEADING:
                self._heading(block)
            elif self._current is None:
                self._add_loose(block)
            else:
                self._add(self._current, block)
        return self._drafts or [self._loose]

    def _heading(self, block: Block) -> None:
        self._depth = 0
        found = _REQUIREMENT.fullmatch(block.text.strip("*_ "))
        if found:
            span = Span(self._file, block.line, block.column)
            self._current = _Draft(found["number"], found["title"], span, block.level)
            self._drafts.append(self._current)
        elif self._current is not None and block.level <= self._current.level:
            self._current = None
        elif self._current is not None:
            self._current.in_criteria = False
            self._opens_criteria(self._current, block)

    def _opens_criteria(self, draft: _Draft, block: Block) -> bool:
        if not _CRITERIA.fullmatch(block.text.strip("*_: ")):
            return False
        self._depth, self._above = 0, None
        draft.open_criteria()
        return True

    def _add_loose(self, block: Block) -> None:
        text = _live(block.text)
        if parse_clause(text) is not None:
            self._append(self._loose, block, text)

    def _add(self, draft: _Draft, block: Block) -> None:
        if _STORY.match(block.text):
            draft.story = _STORY.sub("", block.text, count=1)
            return
        if self._opens_criteria(draft, block):
            return
        is_item = block.kind is BlockKind.ITEM
        if self._depth and block.level >= self._depth + is_item:
            self._extend(block)
            return
        self._depth, self._above = 0, None
        own = _OWN_ID.match(block.text)
        wanted = draft.in_criteria and (is_item or own is not None)
        text = _live(block.text)
        if text and (wanted or parse_clause(text) is not None):
            self._above = self._append(draft, block, text)
        elif is_item and draft.in_criteria:
            draft.last = _number(draft, block)  # withdrawn: its number stays taken
        else:
            return
        self._depth = block.level

    def _append(self, draft: _Draft, block: Block, text: str) -> list[Criterion]:
        """Add a criterion; give the list that it now ends."""
        own = _OWN_ID.match(text)
        if own is not None:
            into, local, text = draft.named, own["name"] or own["number"], text[own.end() :]
        elif draft.number and block.kind is not BlockKind.ITEM:
            into, local = draft.sentences, f"{draft.number}.{len(draft.sentences) + 1}"
        else:
            draft.last = _number(draft, block)
            into, local = draft.items, f"{draft.number}.{draft.last}".lstrip(".")
        span = Span(self._file, block.line, block.column)
        into.append(_criterion(f"{self._feature}#{local}", text, span))
        return into

    def _extend(self, block: Block) -> None:
        """What is nested in a list item belongs to its criterion; of a withdrawn one, to none."""
        text = _live(block.text)
        if self._above is None or not text:
            return
        above = self._above.pop()
        dash = "- " if block.kind is BlockKind.ITEM else ""
        self._above.append(_criterion(above.key, f"{above.text} {dash}{text}", above.span))


def _criterion(key: str, text: str, span: Span) -> Criterion:
    return Criterion(key, text, span, criterion_fingerprint(text), parse_clause(text))


def _number(draft: _Draft, block: Block) -> int:
    """Return an item's number: as written, unless it does not count up (``1. 1. 1.``)."""
    written = block.number if block.number is not None else 0
    return written if written > draft.last else draft.last + 1


def _live(text: str) -> str:
    """Return what is not struck through; nothing where only a remark about that is left."""
    text = _TASK_BOX.sub("", text, count=1) if text.startswith("[") else text
    if "~~" not in text:
        return text
    rest = " ".join(_WITHDRAWN.sub("", text).split())
    own = _OWN_ID.match(text)
    struck_first = text.startswith("~~", own.end() if own else 0)
    return "" if struck_first and parse_clause(rest) is None else rest.lstrip("—–- ")
