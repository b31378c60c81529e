"""What a requirement says: conditions, subject, modal and response, or steps of a scenario."""

from enum import StrEnum

from msgspec import Struct


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


_PATTERNS = {
    Trigger.STATE: Pattern.STATE,
    Trigger.EVENT: Pattern.EVENT,
    Trigger.FEATURE: Pattern.OPTIONAL,
    Trigger.UNWANTED: Pattern.UNWANTED,
}


class Condition(Struct, frozen=True):
    """When a clause applies: ``when the password is wrong``."""

    trigger: Trigger
    text: str


class Clause(Struct, frozen=True, eq=False):
    """One EARS sentence. No condition means that it always applies.

    ``subject`` is empty where the sentence names none, as Chinese allows. ``is_negative`` holds
    for ``shall not`` and 不得; ``modal`` is the word as written. Two clauses are equal where they
    say the same, with whatever modal.
    """

    conditions: tuple[Condition, ...]
    subject: str
    response: str
    modal: str = ""
    level: Level = Level.MUST
    is_negative: bool = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Clause) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def _parts(self) -> tuple[tuple[Condition, ...], str, str]:
        return self.conditions, self.subject, self.response

    @property
    def pattern(self) -> Pattern:
        """The EARS pattern."""
        triggers = {condition.trigger for condition in self.conditions}
        if not triggers:
            return Pattern.UBIQUITOUS
        return _PATTERNS[triggers.pop()] if len(triggers) == 1 else Pattern.COMPLEX


class Step(Struct, frozen=True):
    """One step of a scenario. ``keyword`` is given, when, then or and, in whatever language."""

    keyword: str
    text: str
