"""Requirements as data.

Nothing in this package reads a file or a clock: text comes in, values go out.
"""

from enum import StrEnum

from msgspec import Struct

from shall.span import Span


class Trigger(StrEnum):
    """The EARS words that open a condition."""

    STATE = "while"
    EVENT = "when"
    FEATURE = "where"
    UNWANTED = "if"


class Condition(Struct, frozen=True):
    """When a clause applies: ``when the password is wrong``."""

    trigger: Trigger
    text: str


class Clause(Struct, frozen=True):
    """One EARS sentence. No condition means that it always applies."""

    conditions: tuple[Condition, ...]
    subject: str
    response: str


class Criterion(Struct, frozen=True):
    """A sentence with the key by which cases refer to it, such as ``login#3.2``.

    ``clause`` is None when the sentence is not EARS: it still counts. ``fingerprint`` changes
    when the meaning may have changed, not when only the markup did.
    """

    key: str
    text: str
    span: Span
    fingerprint: str
    clause: Clause | None = None


class Requirement(Struct, frozen=True):
    """A heading with its criteria. ``number`` is local to the feature: ``3``."""

    number: str
    title: str
    span: Span
    criteria: tuple[Criterion, ...]
    user_story: str = ""


class Feature(Struct, frozen=True):
    """One requirements document."""

    name: str
    file: str
    requirements: tuple[Requirement, ...]


class SpecSet(Struct, frozen=True):
    """All features of a workspace."""

    features: tuple[Feature, ...]

    def criteria(self) -> tuple[Criterion, ...]:
        """Return every criterion in the order written."""
        return tuple(
            criterion
            for feature in self.features
            for requirement in feature.requirements
            for criterion in requirement.criteria
        )


class LinkKind(StrEnum):
    """What says that it verifies a criterion."""

    CASE = "case"
    TEST = "test"


class Link(Struct, frozen=True):
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
