"""What a ``{{ template }}`` is made of: frozen values that the engine walks."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from shall.cases.filters import Filter

GLOBAL = "Global"
"""The root under which the variables of a run are read; ``GLOBAL`` is read as the same."""

WORDS = {"true": True, "True": True, "false": False, "False": False, "null": None, "None": None}
"""Names that are values."""


class Literal(Struct, frozen=True):
    """A value written in the expression: a number, a text, true, false or null."""

    value: str | int | float | bool | None


class Array(Struct, frozen=True):
    """A list written in the expression: ``[1, login.id]``. It evaluates to a new list."""

    items: "tuple[Expression, ...]"


class Reference(Struct, frozen=True):
    """A value by name: ``login.data[0]`` is root ``login`` and path ``("data", 0)``.

    ``GLOBAL.x`` has the root ``Global``.
    """

    root: str
    path: tuple[str | int, ...] = ()


class Call(Struct, frozen=True):
    """A function call. ``module`` is empty for a bare ``uuid()``."""

    module: str
    name: str
    args: "tuple[Expression, ...]" = ()
    kwargs: "tuple[tuple[str, Expression], ...]" = ()


class Operation(Struct, frozen=True):
    """An operator with its operands: ``+``, ``<``, ``and`` and others; ``not`` has a left one."""

    operator: str
    left: "Expression"
    right: "Expression | None" = None


class Filtered(Struct, frozen=True):
    """A value behind which filters are written: ``row.qty | to_int``."""

    value: "Expression"
    filters: "tuple[Filter, ...]"


Expression: TypeAlias = Literal | Array | Reference | Call | Operation | Filtered


class Template(Struct, frozen=True):
    """A text cut into literal parts and expressions. No part is an empty text."""

    parts: tuple[str | Expression, ...]

    @property
    def is_lone(self) -> bool:
        """Whether it is one expression with nothing around it: its value keeps its type."""
        return len(self.parts) == 1 and not isinstance(self.parts[0], str)

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The expressions, in the order written."""
        return tuple(part for part in self.parts if not isinstance(part, str))


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield an expression and everything inside it."""
    yield expression
    inner: tuple[Expression, ...] = ()
    if isinstance(expression, Array):
        inner = expression.items
    elif isinstance(expression, Call):
        inner = (*expression.args, *(value for _, value in expression.kwargs))
    elif isinstance(expression, Operation):
        inner = (
            (expression.left,) if expression.right is None else (expression.left, expression.right)
        )
    elif isinstance(expression, Filtered):
        inner = (expression.value,)
    for each in inner:
        yield from walk(each)
