"""Requirements as data.

Nothing in this package reads a file or a clock: text comes in, values go out.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from msgspec import Struct

from shall.diagnostics import Diagnostic
from shall.span import Span
from shall.specs.clause import Clause, Condition, Kind, Level, Pattern, Step, Trigger
from shall.specs.identifiers import requirement_key

__all__ = [
    "Change",
    "Clause",
    "Condition",
    "Criterion",
    "Feature",
    "Kind",
    "Level",
    "Link",
    "LinkKind",
    "Operation",
    "Pattern",
    "Rename",
    "Requirement",
    "SpecSet",
    "Standing",
    "Step",
    "Trigger",
]

_CLARIFY = ("[NEEDS CLARIFICATION", "[需要澄清", "[待澄清", "[需澄清")


class Standing(StrEnum):
    """Whether a criterion counts. Only live ones are to be proved."""

    LIVE = "live"
    WITHDRAWN = "withdrawn"  # struck through; its number stays taken
    DEFECT = "defect"  # the behaviour that a bugfix document wants changed


class Operation(StrEnum):
    """What an OpenSpec change does with a requirement."""

    ADDED = "added"
    MODIFIED = "modified"
    REMOVED = "removed"
    RENAMED = "renamed"


class Change(Struct, frozen=True, gc=False):
    """The OpenSpec change that a criterion belongs to until it is archived."""

    name: str
    operation: Operation


class Criterion(Struct, frozen=True, gc=False):
    """A sentence or scenario with the key by which cases refer to it, such as ``login#3.2``.

    ``span`` is its first line and ``end_line`` its last, both included. ``fingerprint`` changes
    when the meaning may have changed, not when only the markup did. What its sentences say is
    split when it is asked for: tracing needs none of it.
    """

    key: str
    text: str
    span: Span
    fingerprint: str
    end_line: int = 0
    given_kind: Kind | None = None  # by its place: a scenario, a metric
    given_steps: tuple[Step, ...] = ()  # those of bullets
    standing: Standing = Standing.LIVE
    remark: str = ""  # the text beside a struck-out one
    change: Change | None = None

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The sentences that could be split. A text that is not an EARS sentence has none."""
        from shall.specs.ears import parse_clauses  # takes 25 ms, and many commands split nothing

        return parse_clauses(self.text)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of a scenario."""
        from shall.specs.scenarios import steps_of  # as above

        return self.given_steps or steps_of(self.text)

    @property
    def kind(self) -> Kind:
        """What it is, by its place or its words."""
        from shall.specs.ears import kind_of  # as above

        return self.given_kind or kind_of(self.text, self.clauses, self.steps)

    @property
    def language(self) -> str:
        """The language of its text: ``en``, ``zh`` or ``ja``."""
        if self.text.isascii():
            return "en"
        from shall.specs.ears import language_of  # as above

        return language_of(self.text)

    @property
    def is_open(self) -> bool:
        """Whether it asks for clarification."""
        text = self.text.upper().replace("[ ", "[")
        return any(words in text for words in _CLARIFY)

    @property
    def clause(self) -> Clause | None:
        """The first clause; None where the text is not an EARS sentence."""
        return next(iter(self.clauses), None)

    @property
    def pattern(self) -> Pattern | None:
        """The EARS pattern of the first clause."""
        return self.clause.pattern if self.clause else None

    @property
    def level(self) -> Level:
        """How binding it is: the level of its first clause."""
        return self.clause.level if self.clause else Level.NONE

    @property
    def local(self) -> str:
        """The key without its feature."""
        return self.key.partition("#")[2]


class Requirement(Struct, frozen=True, gc=False):
    """A heading with its criteria.

    ``number`` is local to the feature, as written (``3``, ``FR-001``), or the slug of an OpenSpec
    title. ``retired`` are the criteria that do not count: withdrawn ones, and defects.
    """

    number: str
    title: str
    span: Span
    criteria: tuple[Criterion, ...]
    user_story: str = ""
    retired: tuple[Criterion, ...] = ()


class Rename(Struct, frozen=True, gc=False):
    """A requirement to which an OpenSpec change gives another title."""

    old: str
    new: str
    change: Change
    span: Span


class Feature(Struct, frozen=True, gc=False):
    """One document of requirements; a feature may have several.

    ``alias`` is a shorter name that counts where it is unique: ``auth`` of ``003-auth``.
    ``problems`` make the document wrong; ``unread`` lists what looks like a requirement and was
    not read.
    """

    name: str
    file: str
    requirements: tuple[Requirement, ...]
    layout: str = ""
    alias: str = ""
    renames: tuple[Rename, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    unread: tuple[Diagnostic, ...] = ()

    def criteria(self) -> Iterator[Criterion]:
        """Yield the criteria that count, in the order written."""
        for requirement in self.requirements:
            yield from requirement.criteria


class SpecSet(Struct, frozen=True, gc=False):
    """All documents of a workspace. ``problems`` and ``unread`` are those of every document."""

    features: tuple[Feature, ...]
    problems: tuple[Diagnostic, ...] = ()
    unread: tuple[Diagnostic, ...] = ()

    def criteria(self) -> tuple[Criterion, ...]:
        """Return the criteria that count, in the order written.

        A requirement that an OpenSpec change modifies or renames counts as it is until the change
        is archived; one that the change adds counts at once.
        """
        written = [it for feature in self.features for it in feature.criteria()]
        if all(it.change is None for it in written):
            return tuple(written)
        current = {it.key for it in written if it.change is None}
        current |= {f"{it.name}#{rename.new}" for it in self.features for rename in it.renames}
        return tuple(it for it in written if it.change is None or _adds(it, current))

    def proposed(self) -> tuple[Criterion, ...]:
        """Return the criteria of OpenSpec changes, which hold once the change is archived."""
        return tuple(it for feature in self.features for it in feature.criteria() if it.change)

    def aliases(self) -> Mapping[str, str]:
        """Map each short name of a feature to its name, where it names one feature only."""
        names = {feature.name for feature in self.features}
        found: dict[str, set[str]] = {}
        for feature in self.features:
            if feature.alias and feature.alias not in names:
                found.setdefault(feature.alias, set()).add(feature.name)
        return {alias: known.pop() for alias, known in found.items() if len(known) == 1}


def _adds(criterion: Criterion, current: set[str]) -> bool:
    removes = criterion.change and criterion.change.operation is Operation.REMOVED
    return not removes and current.isdisjoint({criterion.key, _renamed_to(criterion)})


def _renamed_to(criterion: Criterion) -> str:
    """Return the key of the requirement of a scenario, which may be a new title."""
    is_modified = criterion.change and criterion.change.operation is Operation.MODIFIED
    return requirement_key(criterion.key) if is_modified else criterion.key


class LinkKind(StrEnum):
    """What says that it verifies a criterion."""

    CASE = "case"
    TEST = "test"
    REPORT = "report"  # a test of a recorded report, in whatever language


class Link(Struct, frozen=True, gc=False):
    """A case or a marked test says that it verifies a criterion.

    ``source`` is the case key (its path in the workspace) or the pytest node id without
    parameters; ``fingerprint`` is that of the case or test text. ``can_fail`` is False where
    nothing that was written in it can fail: it asserts nothing; ``others_can_fail`` is False where
    nothing else that it uses asserts. ``is_draft``: the case is not run until somebody fills it in.
    ``sets`` are the parameter sets of a test, as far as its text says how many there are.
    ``run_names`` are the names, each with its path, that a case reads and variables of its run may
    have.
    """

    criterion: str
    kind: LinkKind
    source: str
    span: Span
    fingerprint: str = ""
    can_fail: bool = True
    is_draft: bool = False
    others_can_fail: bool = True
    sets: int = 1
    run_names: tuple[tuple[str | int, ...], ...] = ()

    @property
    def place(self) -> str:
        """Where it is written; empty for a test of a report that names no file which is there."""
        is_nowhere = self.kind is LinkKind.REPORT and not self.fingerprint
        return "" if is_nowhere else str(self.span)
