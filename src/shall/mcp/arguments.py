"""Arguments that several tools take."""

from typing import Annotated

from pydantic import Field

WorkspaceName = Annotated[
    str | None, Field(description="project folder, inside an allowed one; default: the first")
]
MOST = 10**8
"""As many newest things, or minutes, as anybody has: more means all, and overflows nothing."""

CasePath = Annotated[str, Field(description="path in the workspace, as tests/cases/login.yaml")]
