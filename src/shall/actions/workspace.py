"""Where files live and what the actions use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shall.actions.files import Files
from shall.engine.ports import Loop
from shall.results.events import Emit
from shall.store.base import Store
from shall.store.call_log import CallLog
from shall.store.evidence import EvidenceLog


@dataclass(frozen=True, slots=True)
class RunDefaults:
    """What a run uses unless the caller says otherwise. Durations in seconds."""

    host: str | None = None
    project_hosts: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    concurrency: int = 16
    request_timeout_s: float = 30.0
    run_timeout_s: float = 300.0
    environment: str = ""
    language: str = "en"
    max_error_length: int = 500
    keep_all: bool = False


@dataclass(frozen=True, slots=True)
class Workspace:
    """One project folder, joined to the parts that act on it.

    ``store`` and ``evidence`` are None where the state cannot be written; ``state_warning`` says
    why, once, and whatever needs no state still works. ``make_loop`` makes the loop of one run, in
    the thread of the run. ``observe`` takes the events of every run, whoever asked for it.
    ``call_log`` is None where no call log is kept.
    """

    root: Path
    state: Path
    files: Files
    store: Store | None
    evidence: EvidenceLog | None
    make_loop: Callable[[], Loop]
    defaults: RunDefaults = RunDefaults()
    state_warning: str | None = None
    observe: Emit | None = None
    call_log: CallLog | None = None
