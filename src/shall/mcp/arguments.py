"""Arguments that several tools take, and those that are declared elsewhere."""

import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import Field

from shall.actions.run_request import Argument

WorkspaceName = Annotated[
    str | None, Field(description="project folder, inside an allowed one; default: the first")
]
MOST = 10**8
"""As many newest things, or minutes, as anybody has: more means all, and overflows nothing."""

CasePath = Annotated[str, Field(description="path in the workspace, as tests/cases/login.yaml")]

Function = TypeVar("Function", bound=Callable[..., Any])


def with_arguments(declared: Mapping[str, Argument]) -> Callable[[Function], Function]:
    """Show the SDK, which reads signatures, declared arguments in the place of ``**arguments``."""
    further = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[argument.kind | None, Field(description=argument.meaning)],
        )
        for name, argument in declared.items()
    ]

    def decorate(function: Function) -> Function:
        signature = inspect.signature(function)
        own = [it for it in signature.parameters.values() if it.kind is not it.VAR_KEYWORD]
        signature = signature.replace(parameters=[*own, *further])
        function.__signature__ = signature  # type: ignore[attr-defined]
        return function

    return decorate
