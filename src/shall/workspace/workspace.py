"""Where files live and what the actions use."""

from _thread import allocate_lock
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from shall.engine.budgets import Memory
from shall.engine.options import RunSettings
from shall.engine.redact import Redactor
from shall.engine.unit_options import UnitOptions
from shall.results.events import Emit
from shall.rules import GateRules, LintOptions
from shall.store.lazy_store import StoreOpenedLater
from shall.workspace.file_memory import FileMemory
from shall.workspace.files import Files

if TYPE_CHECKING:
    from threading import Lock

    from shall.config_source import Config
    from shall.engine.ports import Loop
    from shall.engine.spawned_workers import WorkerProgram
    from shall.specs.links import Marks
    from shall.specs.lint.checker import Checked
    from shall.specs.model import Feature
    from shall.specs.python_module import PythonModule
    from shall.specs.used_code import LinkedTests
    from shall.store.base import Store
    from shall.store.call_log import CallLog
    from shall.store.decisions import DecisionLog
    from shall.store.evidence import EvidenceLog
    from shall.store.outages import OutageLog


class RunDefaults(RunSettings, frozen=True, kw_only=True):
    """What the actions use unless the caller says otherwise: fields of the settings."""

    config: "Config | None" = None
    openapi: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    environment_settings: Mapping[str, Mapping[str, Any]] = {}
    language: str = "en"
    max_error_length: int = 500


class Workspace(Struct, frozen=True):
    """One project folder, joined to the parts that act on it.

    ``store`` and ``evidence_log`` are None where the state cannot be written; ``state_warning``
    says why, once, and whatever needs no state still works. ``later`` is the store where it is
    opened when it is needed. ``make_loop`` makes the loop of one run, in the thread of the run; it
    takes the number of processes that the run has (1).
    ``worker_program`` is what large runs start in processes where threads forbid to fork.
    ``observe`` takes the events of every run of any caller. ``call_log`` is None where
    no call log is written; ``logs_in_state``: it is a part of the state. ``redactor`` knows the
    secrets of the settings: what is shown of the workspace passes through it. ``memory`` is what
    the cases that run at once may take; the workspaces of a server share it. ``writable`` are
    globs of further files that the tools may write, ``specs`` those of further requirements.
    ``lint`` says how these are written, ``gate`` are the rules of ``shall gate``. ``unit`` says how
    unit cases run.
    ``settings_files`` are the stamps of the settings' files when the workspace was opened;
    ``read_defaults`` reads those of another folder.
    ``documents`` are the requirements as read last, by path: an unchanged text is parsed once.
    ``marks`` are the links of case and test files, by path, with the digest of the file's text;
    ``modules`` are Python files of the project as read last, ``linked`` those links of test files
    whose fingerprints cover what the tests use. ``proofs`` are the matrices that pages show, as
    read last, with the files that they were made of, ``file_memory`` what was read for them, and
    ``checked`` what lint found in documents, by path and language; all for the one who holds
    ``proof_lock``. ``commits`` are the criteria of commits that pages compare, by commit and day.
    ``outage_log`` notes on this machine which services were not reached; decisions are committed.
    Most runs need none of the three logs: what returns one makes it when it is first called.
    ``environ`` returns the environment of the process, from which secrets may be read.
    """

    root: Path
    state: Path
    files: Files
    store: "Store | None"
    evidence_log: "Callable[[], EvidenceLog] | None"
    make_loop: "Callable[..., Loop]"
    defaults: RunDefaults = RunDefaults()
    state_fault: str | None = None
    worker_program: "WorkerProgram | None" = None
    observe: Emit | None = None
    call_log: "CallLog | None" = None
    redactor: Redactor = field(default_factory=Redactor)
    memory: Memory = field(default_factory=Memory)
    later: StoreOpenedLater | None = None
    logs_in_state: bool = True
    writable: tuple[str, ...] = ()
    specs: tuple[str, ...] = ()
    gate: GateRules = GateRules()
    lint: LintOptions = LintOptions()
    documents: dict[str, tuple[str, "Feature"]] = field(default_factory=dict)
    marks: dict[str, tuple[bytes, "Marks"]] = field(default_factory=dict)
    modules: dict[str, tuple[bytes, "PythonModule"]] = field(default_factory=dict)
    linked: dict[str, "LinkedTests"] = field(default_factory=dict)
    proofs: dict[str, object] = field(default_factory=dict)
    commits: dict[tuple[str, str], object] = field(default_factory=dict)
    file_memory: FileMemory = field(default_factory=FileMemory)
    checked: dict[tuple[str, str], "Checked"] = field(default_factory=dict)
    proof_lock: "Lock" = field(default_factory=allocate_lock)
    unit: UnitOptions = UnitOptions()
    outage_log: "Callable[[], OutageLog] | None" = None
    decision_log: "Callable[[], DecisionLog] | None" = None
    environ: Callable[[], Mapping[str, str]] = dict
    settings_files: Mapping[str, tuple[int, ...] | None] = {}
    read_defaults: Callable[[Path], RunDefaults] | None = None

    @property
    def evidence(self) -> "EvidenceLog | None":
        """The evidence; None where the state cannot be written."""
        return None if self.evidence_log is None else self.evidence_log()

    @property
    def outages(self) -> "OutageLog | None":
        """Services that were not reached; None where that is not noted."""
        return None if self.outage_log is None else self.outage_log()

    @property
    def decisions(self) -> "DecisionLog | None":
        """The decisions; None where there is no state."""
        return None if self.decision_log is None else self.decision_log()

    @property
    def state_warning(self) -> str | None:
        """Why nothing is stored of what runs here; None as far as is known."""
        return self.state_fault or (self.later.fault if self.later is not None else None)

    def make_state(self) -> None:
        """Make the state, for a caller who may write. ``state_warning`` says why it failed."""
        if self.later is not None:
            self.later.make()

    def with_state(self) -> "Workspace":
        """Return the workspace with its state made; where that fails, one that stores nothing."""
        self.make_state()
        if self.state_warning is None:
            return self
        evidence_log = self.evidence_log if self.has_state() else None
        return replace(self, store=None, evidence_log=evidence_log, outage_log=None)

    def has_state(self) -> bool:
        """Check whether there is a state folder with a store."""
        return self.later is None or self.later.exists()

    def makes_state(self) -> bool:
        """Check whether the state is made when something is first stored."""
        return self.later is not None and self.later.may_make

    def close(self) -> None:
        """Close everything that is open."""
        self.files.close()
        if self.store is not None:
            self.store.close()
        if self.call_log is not None:
            self.call_log.close()
