"""The names that a case's expressions can read."""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from msgspec import Struct, field

from shall.cases.syntax import GLOBAL
from shall.engine.budgets import Budget
from shall.engine.random_values import Draws
from shall.errors import BadExpression

_ENVIRONMENT = frozenset({"env", "environ", "environment", "os"})
"""What other tools call the environment of the process."""


class Scope(Struct):
    """Step results, case variables and run variables; the first that has a name gives its value.

    ``missing`` holds the reason for each step without a JSON body, ``unavailable`` that for each
    secret of the run that could not be read. ``budget`` counts what the expressions make,
    ``draws`` are their random values.
    """

    run_variables: Mapping[str, Any] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, Any] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    unavailable: Mapping[str, str] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    draws: Draws = field(default_factory=Draws)

    def read(self, root: str, path: tuple[str | int, ...]) -> Any:
        """Return the value of a reference. Only object keys and list indexes are followed.

        Raises:
            BadExpression: There is no such name or no such value on the way.
        """
        if root == GLOBAL:
            if path and path[0] not in self.run_variables and path[0] in self.unavailable:
                raise BadExpression(f"`{root}.{path[0]}` {self.unavailable[str(path[0])]}")
            return self._follow(self.run_variables, path, root)
        for names in (self.steps, self.variables, self.run_variables):
            if root in names:
                return self._follow(names[root], path, root)
        if root in self.missing:
            raise BadExpression(f"`{root}` cannot be read: {self.missing[root]}.")
        if root in self.unavailable:
            raise BadExpression(f"`{root}` {self.unavailable[root]}")
        raise BadExpression(f"`{root}` is not defined.", hint=self._hint(root))

    def _follow(self, value: Any, path: tuple[str | int, ...], root: str) -> Any:
        reached = value
        for part in path:  # most paths are keys of objects that are there
            if type(reached) is not dict or part not in reached:
                break
            reached = reached[part]
        else:
            return reached
        shown = root
        for part in path:
            found, value_or_reason = step_into(value, part)
            if not found:
                why = self.unavailable.get(f"{shown}.{part}".removeprefix(f"{GLOBAL}."))
                if why is not None:  # of a login
                    raise BadExpression(f"`{shown}.{part}` {why}")
                hint = self._hint(str(part)) if shown == GLOBAL else None
                raise BadExpression(f"`{shown}` has no `{part}`: {value_or_reason}.", hint=hint)
            value = value_or_reason
            shown = f"{shown}[{part}]" if isinstance(part, int) else f"{shown}.{part}"
        return value

    def _hint(self, root: str) -> str:
        from shall.cases.nearest import nearest  # only where something is wrong, as below

        near = nearest(root, chain(self.steps, self.variables, self.run_variables))
        if near:
            return f"Did you mean `{near}`?"
        if root.lower() in _ENVIRONMENT:
            return "Cases read no environment variable: list it under `secrets:` in shall.yaml."
        return "Define it under `variables:`, or pass it with --var."


def step_into(value: Any, part: str | int) -> tuple[bool, Any]:
    """Follow one part of a path: found and the value, or not found and the reason."""
    if isinstance(value, dict):
        if part in value:
            return True, value[part]
        from shall.cases.nearest import nearest

        near = nearest(str(part), map(str, value))
        if near and value[near] == []:
            return False, f"{near} is empty"  # a query without rows
        return False, f"it has {near}" if near else "it is an object without that key"
    if isinstance(value, list):
        index = int(part) if isinstance(part, str) and part.lstrip("-").isdecimal() else part
        if isinstance(index, int) and -len(value) <= index < len(value):
            return True, value[index]
        return False, f"it is a list of {len(value)}"
    return False, "it is neither an object nor a list"
