"""What to run, and how."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct, field

from shall.cases.model import Case
from shall.diagnostics import Diagnostic
from shall.engine.budgets import Memory
from shall.messages import Message
from shall.results.records import CriterionRef, Position


class Job(Struct, frozen=True):
    """One case to run. ``key`` is the path of its file in the workspace, with ``/``.

    ``case`` None: the file could not be read; ``error`` and ``problems`` say why, and the case
    counts as an error without anything being sent. ``locate`` returns where a path such as
    ``steps[0].assert[1]`` is written in that file; it is asked about what did not hold.
    """

    key: str
    case: Case | None
    fingerprint: str = ""
    criteria: tuple[CriterionRef, ...] = ()
    error: Message | None = None
    problems: tuple[Diagnostic, ...] = ()
    data_row: str | None = None
    attempt: int = 1
    locate: Callable[[str], Position] | None = None


class RunOptions(Struct, frozen=True):
    """How to run. Durations in seconds.

    ``host`` wins over the host of a case; ``default_host`` is used where neither a case nor its
    project names one. ``variables`` are what ``{{ Global.x }}`` reads, and a bare name falls back
    to them. ``secrets`` names variables whose values must not be shown. ``keep_all``: headers and
    bodies of cases that passed are stored, too. ``deadline_s``, on the monotonic clock, comes
    before ``run_timeout_s`` is over where the run began earlier. ``memory`` is shared with the
    other runs of the process.
    """

    run_id: str
    host: str | None = None
    default_host: str | None = None
    project_hosts: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    concurrency: int = 16
    request_timeout_s: float = 30.0
    run_timeout_s: float = 300.0
    environment: str = ""
    shard: int = 0
    keep_all: bool = False
    deadline_s: float = math.inf
    memory: Memory = field(default_factory=Memory)
