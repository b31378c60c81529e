"""What to run."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from shall.cases.model import Case
from shall.messages import Message
from shall.results.records import CaseResult, CriterionRef, Position
from shall.transport.waits import Work

if TYPE_CHECKING:
    from shall.cases.run_names import Name
    from shall.diagnostics import Diagnostic
    from shall.engine.shared import Shared


class Row(Struct, frozen=True):
    """A row of data with which a case runs, one of ``total``.

    ``has_expressions``: its texts are evaluated, since the author of the case wrote them.
    """

    values: Mapping[str, Any]
    total: int
    has_expressions: bool = False


class Job(Struct, frozen=True):
    """One case to run. ``key`` is the path of its file in the workspace, with ``/``.

    ``case`` None: the file could not be read; ``error`` and ``problems`` say why, and the case
    counts as an error without anything being sent. ``skip`` is why the case is not run.
    ``run_names`` are the names that it reads and variables of the run may have, where it verifies
    criteria. ``data_row`` is the name of ``row``. ``shared`` are what the shared steps left behind
    that the case uses. ``needs`` maps the keys of the cases that must have passed before, which
    come before it, to their names; ``is_needed``: others need this one. ``locate`` returns where a
    path such as ``steps[0].assert[1]`` is written in that file; it is asked about what did not
    hold. ``run`` carries out a case that sends no requests: with the job, the options of the run,
    and what says why the run was stopped. Of such a case ``case`` holds only what describes it.
    """

    key: str
    case: Case | None
    fingerprint: str = ""
    criteria: tuple[CriterionRef, ...] = ()
    run_names: "tuple[Name, ...]" = ()
    error: Message | None = None
    problems: "tuple[Diagnostic, ...]" = ()
    data_row: str | None = None
    row: Row | None = None
    shared: "tuple[Shared, ...]" = ()
    needs: Mapping[str, str] = {}
    is_needed: bool = False
    skip: Message | None = None
    attempt: int = 1
    locate: Callable[[str], Position] | None = None
    run: Callable[["Job", Any, Callable[[], Message]], Work[CaseResult]] | None = None
