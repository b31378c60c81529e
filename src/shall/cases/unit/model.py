"""A unit case file as data: what is called, with what, and what must hold of it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import UNSET, Struct, UnsetType, field

from shall.cases.model import Allure, CheckKind


class CallKind(StrEnum):
    """What an assertion of a unit case says about calls and exceptions."""

    RAISES = "raises"
    TYPE = "type"
    CALLED = "called"
    CALLED_ONCE = "called_once"
    CALLED_WITH = "called_with"
    CALLED_ONCE_WITH = "called_once_with"
    ANY_CALL = "any_call"
    CALL_COUNT = "call_count"
    NOT_CALLED = "not_called"


VALUE_KINDS = (
    "equals",
    "not_equals",
    "exists",
    "not_exists",
    "is_none",
    "is_not_none",
    "contains",
    "not_contains",
    "length",
    "in",
    "not_in",
    "regex",
    "less_than",
    "less_or_equal",
    "greater_than",
    "greater_or_equal",
)
"""The checks of API cases that look at a value, and not at an HTTP response."""


class Arguments(Struct, frozen=True, gc=False, omit_defaults=True):
    """What a function is called with."""

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict[str, Any])


NO_ARGUMENTS = Arguments()


class Raised(Struct, frozen=True, gc=False, omit_defaults=True):
    """An exception that a mock raises: a dotted name, and the arguments that it is made with."""

    exception: str
    args: tuple[Any, ...] = ()


class Mock(Struct, frozen=True, gc=False, omit_defaults=True):
    """What replaces an attribute while a case calls its function.

    ``target`` is the dotted name of the attribute. ``value`` replaces it as it is; without one it
    is a mock that returns ``return_value``, or one after the other of the ``side_effect`` list, or
    raises. ``name`` is how assertions name it.
    """

    target: str
    name: str
    value: Any | UnsetType = UNSET
    return_value: Any | UnsetType = UNSET
    side_effect: Raised | tuple[Any, ...] | None = None

    @property
    def counts_calls(self) -> bool:
        """Whether it is a mock, and not a plain value."""
        return self.value is UNSET


class FixtureKind(StrEnum):
    """What a fixture does before each case, and undoes after it."""

    ENV = "env"
    SET = "set"
    MOCK = "mock"
    CALL = "call"


class Fixture(Struct, frozen=True, gc=False, omit_defaults=True):
    """A step of setting up or tearing down. ``mock`` is given for ``set`` and ``mock``.

    ``target`` is an environment variable, or the dotted name of a function of the workspace.
    """

    kind: FixtureKind
    target: str
    value: str | None = None
    mock: Mock | None = None
    arguments: Arguments = NO_ARGUMENTS


class UnitCheck(Struct, frozen=True, gc=False, omit_defaults=True):
    """One assertion.

    ``path`` leads from the result, or from the instance where ``on_instance``. ``mock`` is the
    index of a mock of its case.
    """

    kind: CheckKind | CallKind
    path: tuple[str | int, ...] = ()
    field: str | None = None
    on_instance: bool = False
    expected: Any = None
    mock: int | None = None
    arguments: Arguments = NO_ARGUMENTS
    exception: str | None = None
    message: str | None = None


class UnitCase(Struct, frozen=True, gc=False, omit_defaults=True):
    """One call of the function, and what must hold of it. ``skip`` is why it is not made."""

    id: str
    description: str = ""
    mocks: tuple[Mock, ...] = ()
    inputs: Arguments = NO_ARGUMENTS
    init: Arguments = NO_ARGUMENTS
    checks: tuple[UnitCheck, ...] = ()
    skip: str | None = None


class Target(Struct, frozen=True, gc=False, omit_defaults=True):
    """The code under test. Without ``function`` the class itself is called."""

    module: str
    function: str | None = None
    class_name: str | None = None

    @property
    def name(self) -> str:
        """The dotted name of what is called."""
        return ".".join(it for it in (self.module, self.class_name, self.function) if it)


class Unit(Struct, frozen=True, gc=False, omit_defaults=True):
    """A file rooted ``unittest:``: calls of one function, each with its assertions."""

    name: str
    target: Target
    cases: tuple[UnitCase, ...]
    description: str = ""
    allure: Allure | None = None
    setup: tuple[Fixture, ...] = ()
    teardown: tuple[Fixture, ...] = ()
    tags: tuple[str, ...] = ()
    verifies: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    skip: str | None = None
    timeout_s: float | None = None

    @property
    def can_fail(self) -> bool:
        """Whether something is asserted in each case."""
        return all(case.checks for case in self.cases)
