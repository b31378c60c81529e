"""Runs test cases: choose, run, keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shall.actions.workspace import Workspace
from shall.engine.events import Emit
from shall.engine.result import RunResult


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to run. No paths: every case below ``tests/cases`` (older layouts are found too).

    ``tags`` keeps cases that have any of them; ``variables`` win over those of ``shall.yaml``.
    """

    paths: Sequence[str] = ()
    tags: Sequence[str] = ()
    host: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    run_timeout_s: float | None = None


async def run_tests(
    workspace: Workspace, request: RunRequest, emit: Emit | None = None
) -> RunResult:
    """Run cases and keep the results.

    A file that cannot be read counts as a case with outcome ``error``; the others run.

    Raises:
        CaseNotFound: A path names no file, or no case was found at all.
        FolderNotFound: A folder does not exist.
        OutsideWorkspace: A path leads out.
    """
    raise NotImplementedError
