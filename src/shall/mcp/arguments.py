"""Arguments that several tools take."""

from typing import Annotated

from pydantic import Field

WorkspaceName = Annotated[
    str | None, Field(description="project folder, inside an allowed one; default: the first")
]
CasePath = Annotated[str, Field(description="path in the workspace, as tests/cases/login.yaml")]
