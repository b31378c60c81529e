"""Requirements as data.

Nothing in this package reads a file or a clock: text comes in, values go out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from shall.diagnostics import Diagnostic
from shall.span import Span


class Trigger(StrEnum):
    """The EARS words that open a condition."""

    STATE = "while"
    EVENT = "when"
    FEATURE = "where"
    UNWANTED = "if"


class Pattern(StrEnum):
    """The EARS pattern of a sentence, by its conditions."""

    UBIQUITOUS = "ubiquitous"
    EVENT = "event"
    STATE = "state"
    OPTIONAL = "optional"
    UNWANTED = "unwanted"
    COMPLEX = "complex"  # conditions of more than one kind


class Level(StrEnum):
    """How binding a sentence is (RFC 2119); ``must`` stands for shall, MUST, 应 and 必须."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"
    NONE = ""  # no modal: a scenario, a measure, a remark


class Kind(StrEnum):
    """What a criterion is."""

    EARS = "ears"
    SCENARIO = "scenario"  # Given, When, Then
    MUST = "must"  # an obligation without EARS conditions, in the words of RFC 2119
    METRIC = "metric"  # a measurable outcome, such as SC-001 of spec-kit
    PROPERTY = "property"  # holds for all of something
    PROHIBITION = "prohibition"
    UNPARSED = "unparsed"


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


_PATTERNS = {
    Trigger.STATE: Pattern.STATE,
    Trigger.EVENT: Pattern.EVENT,
    Trigger.FEATURE: Pattern.OPTIONAL,
    Trigger.UNWANTED: Pattern.UNWANTED,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """When a clause applies: ``when the password is wrong``."""

    trigger: Trigger
    text: str


@dataclass(frozen=True, slots=True)
class Clause:
    """One EARS sentence. No condition means that it always applies.

    ``subject`` is empty where the sentence names none, as Chinese allows. ``is_negative`` holds
    for ``shall not`` and 不得; ``modal`` is the word as written.
    """

    conditions: tuple[Condition, ...]
    subject: str
    response: str
    modal: str = field(default="", compare=False)
    level: Level = field(default=Level.MUST, compare=False)
    is_negative: bool = field(default=False, compare=False)

    @property
    def pattern(self) -> Pattern:
        """The EARS pattern."""
        triggers = {condition.trigger for condition in self.conditions}
        if not triggers:
            return Pattern.UBIQUITOUS
        return _PATTERNS[triggers.pop()] if len(triggers) == 1 else Pattern.COMPLEX


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a scenario. ``keyword`` is given, when, then or and, in whatever language."""

    keyword: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """The OpenSpec change that a criterion belongs to until it is archived."""

    name: str
    operation: Operation


@dataclass(frozen=True, slots=True)
class Criterion:
    """A sentence or scenario with the key by which cases refer to it, such as ``login#3.2``.

    ``span`` is its first line and ``end_line`` its last, both included. ``clauses`` are the
    sentences that could be split; a text that is no EARS sentence has none, and counts all the
    same. ``fingerprint`` changes when the meaning may have changed, not when only the markup did.
    """

    key: str
    text: str
    span: Span
    fingerprint: str
    clauses: tuple[Clause, ...] = ()
    kind: Kind = Kind.UNPARSED
    language: str = "en"
    end_line: int = 0
    steps: tuple[Step, ...] = ()
    standing: Standing = Standing.LIVE
    is_open: bool = False  # asks for clarification
    remark: str = ""  # what stands beside a struck-out text
    change: Change | None = None

    @property
    def clause(self) -> Clause | None:
        """The first clause; None where the text is no EARS sentence."""
        return self.clauses[0] if self.clauses else None

    @property
    def pattern(self) -> Pattern | None:
        """The EARS pattern of the first clause."""
        return self.clauses[0].pattern if self.clauses else None

    @property
    def level(self) -> Level:
        """How binding it is: the level of its first clause."""
        return self.clauses[0].level if self.clauses else Level.NONE

    @property
    def local(self) -> str:
        """The key without its feature."""
        return self.key.partition("#")[2]


@dataclass(frozen=True, slots=True)
class Requirement:
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


@dataclass(frozen=True, slots=True)
class Rename:
    """A requirement to which an OpenSpec change gives another title."""

    old: str
    new: str
    change: Change
    span: Span


@dataclass(frozen=True, slots=True)
class DesignElement:
    """A section of a design that says which criteria it covers."""

    title: str
    span: Span
    references: tuple["Reference", ...]


@dataclass(frozen=True, slots=True)
class Task:
    """An item of a task list. ``state`` is the character in its box: ``x`` is done."""

    number: str
    title: str
    span: Span
    state: str
    is_optional: bool
    references: tuple["Reference", ...]

    @property
    def is_done(self) -> bool:
        """Whether its box is ticked."""
        return self.state in {"x", "X"}


@dataclass(frozen=True, slots=True)
class Reference:
    """What a design or a task names: a local id, a whole requirement, or all (``*``)."""

    local: str
    span: Span


@dataclass(frozen=True, slots=True)
class Feature:
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


@dataclass(frozen=True, slots=True)
class SpecSet:
    """All documents of a workspace. ``problems`` and ``unread`` are those of every document."""

    features: tuple[Feature, ...]
    problems: tuple[Diagnostic, ...] = ()
    unread: tuple[Diagnostic, ...] = ()

    def criteria(self) -> tuple[Criterion, ...]:
        """Return the criteria that count, in the order written.

        A requirement that an OpenSpec change modifies counts as it is until the change is
        archived; one that the change adds counts at once.
        """
        written = [it for feature in self.features for it in feature.criteria()]
        current = {it.key for it in written if it.change is None}
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
    return not removes and criterion.key not in current


class LinkKind(StrEnum):
    """What says that it verifies a criterion."""

    CASE = "case"
    TEST = "test"
    REPORT = "report"  # a test of a recorded report, in whatever language


@dataclass(frozen=True, slots=True)
class Link:
    """A case or a marked test says that it verifies a criterion.

    ``source`` is the case key (its path in the workspace) or the pytest node id without
    parameters; ``fingerprint`` is that of the case or test text. ``can_fail`` is False where
    nothing that was written in it can fail: it asserts nothing.
    """

    criterion: str
    kind: LinkKind
    source: str
    span: Span
    fingerprint: str = ""
    can_fail: bool = True
