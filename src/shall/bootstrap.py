"""Settings to Workspace, store and sender: the one place where concrete parts are joined."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from shall.bounded import CONFIG_NAME
from shall.engine.redact import Redactor
from shall.engine.unit_options import UnitOptions
from shall.errors import StoreUnavailable
from shall.results.events import Emit
from shall.rules import LintOptions
from shall.settings import FILE_NAME, Settings, process_environment, read_settings
from shall.store.folders import Folder, exists
from shall.store.lazy_store import StoreOpenedLater
from shall.store.sqlite import SqliteStore
from shall.store.state import DATABASE, DECISIONS, EVIDENCE, LOCAL, prepare_state
from shall.transport.target_policy import TargetPolicy, read_policy
from shall.workspace.account import home_folder
from shall.workspace.files import Files
from shall.workspace.paths import MARKERS
from shall.workspace.refusals import Refusals
from shall.workspace.workspace import RunDefaults, Workspace

if TYPE_CHECKING:
    from shall.engine.ports import Loop
    from shall.store.base import Store
    from shall.store.decisions import DecisionLog
    from shall.store.evidence import EvidenceLog
    from shall.store.outages import OutageLog

STATE_FOLDER = ".shall"


def project_folder(start: Path) -> Path:
    """Return the root of the project: the nearest folder that has a marker, else ``start``.

    A home folder above ``start`` is not a project.
    """
    return next((it for it in _upwards(start) if _has_marker(it)), start)


def unused_state(start: Path) -> Path | None:
    """Return the nearest folder that only a state folder would make a project; None: there is none.

    Earlier releases took it for the root. A folder outside the project does not count.
    """
    for folder in _upwards(start):
        if (folder / STATE_FOLDER).is_dir():
            return None if folder == project_folder(start) else folder
        if _has_marker(folder):
            return None
    return None


def unused_state_notice(folder: Path, root: Path) -> str:
    """Return the notice about a state folder that is no longer used."""
    return (
        f"{folder / STATE_FOLDER} is ignored: the project is {root}. "
        f"To make {folder} a project of its own, create {folder / FILE_NAME}; it may be empty."
    )


def _upwards(start: Path) -> Iterator[Path]:
    home = home_folder()
    yield start
    for folder in start.parents:
        if folder == home:
            return
        yield folder


def _has_marker(folder: Path) -> bool:
    return any([os.path.exists(f"{folder}/{marker}") for marker in MARKERS])  # noqa: PTH110, C419 - faster


def state_folder(root: Path, settings: Settings) -> Path:
    """Return the folder that the state of a workspace lies in."""
    return root / (settings.state_dir or STATE_FOLDER)


def private_files(settings: Settings) -> tuple[Path, ...]:
    """Return the files that make a server safe: a tool that reached them could let anybody in."""
    named = (settings.token_file, settings.tls_key, settings.tls_client_ca)
    return tuple(file.absolute() for file in named if file is not None)


def log_files(root: Path, settings: Settings) -> tuple[Path, ...]:
    """Return the logs of a server: a tool that wrote them could hide what was done."""
    calls = call_log_path(root, settings)
    return (calls,) if settings.log_file is None else (calls, settings.log_file.absolute())


def refusals(root: Path, settings: Settings) -> Refusals:
    """Return what no caller of a workspace reaches."""
    state: set[tuple[str, ...]] = {(STATE_FOLDER,)}
    if settings.state_dir is not None:
        state.add(_names_below(root, settings.state_dir))
    private = private_files(settings)
    if settings.config is not None:
        private = (*private, root / CONFIG_NAME)
    return Refusals(tuple(state - {()}), private, log_files(root, settings))


def _names_below(root: Path, folder: Path) -> tuple[str, ...]:
    """Return the names of a folder as it lies below a root; none where it does not."""
    if not folder.is_absolute():
        return tuple(name for name in folder.parts if name != ".")
    resolved = folder.resolve()
    return resolved.relative_to(root).parts if resolved.is_relative_to(root) else ()


def open_workspace(
    root: Path,
    settings: Settings,
    *,
    keeps_state: bool = True,
    observe: Emit | None = None,
    folder: int | None = None,
) -> Workspace:
    """Join one folder with its store, evidence and sender, for a user who may write.

    ``keeps_state`` False: the workspace has no state folder and stores nothing. If the state cannot
    be written, the workspace has none and a ``state_warning``. ``observe`` receives
    the events of every run. ``folder`` is the descriptor of ``root``, where that is open
    already.

    Raises:
        FolderNotFound: There is no such folder.
        StoreTooNew: A newer release of this program wrote the state.
        InvalidSetting: The rules about targets cannot be read.
    """
    policy = read_policy(settings.targets_allow, settings.targets_deny)
    root = root.resolve() if folder is None else root
    files = Files(root, refusals(root, settings), descriptor=folder)
    state = opened_state(root, settings, files)
    store: Store | None = None
    is_stored = False
    fault: str | None = None
    try:
        if keeps_state:
            store = _open_store(state, settings)
            is_stored = True
    except StoreUnavailable as error:
        fault = f"Results are not stored: {error}"
    return Workspace(
        root=root,
        state=state.path,
        files=files,
        store=store,
        evidence_log=_evidence_log(state) if is_stored else None,
        make_loop=lambda processes=1: _make_loop(policy, processes),
        defaults=run_defaults(settings),
        state_fault=fault,
        observe=observe,
        redactor=redactor_of(settings, root),
        writable=settings.writable,
        specs=settings.specs,
        gate=settings.gate_rules(),
        lint=lint_options(settings),
        unit=unit_options(root, settings),
        outage_log=_outage_log(state) if is_stored else None,
        decision_log=_decision_log(state),
        environ=process_environment,
        read_defaults=_read_defaults,
        settings_files={name: files.stamp(name) for name in (FILE_NAME, CONFIG_NAME)},
    )


def unit_options(root: Path, settings: Settings) -> UnitOptions:
    """Return what the settings say about unit cases; without a named interpreter, our own."""
    python = settings.python or Path(sys.executable)
    return UnitOptions(
        root=root,
        python=python if python.is_absolute() else root / python,
        is_allowed=settings.unit_tests,
        may_install=settings.auto_install_deps,
        environment=process_environment(),
    )


def lint_options(settings: Settings) -> LintOptions:
    """Return what the settings say about ``shall lint``."""
    return LintOptions(
        settings.lint_select,
        settings.lint_ignore,
        settings.lint_severity,
        settings.lint_terms,
        settings.lint_per_file,
    )


def open_project(root: Path, settings: Settings) -> Workspace:
    """Join the folder of a command: its state is made when there is something to store.

    Raises:
        FolderNotFound: There is no such folder.
        InvalidSetting: The rules about targets cannot be read.
    """
    space = open_workspace(root, settings, keeps_state=False)
    return with_later_store(space, settings, may_make=True)


def with_later_store(
    space: Workspace, settings: Settings, vfs: str | None = None, *, may_make: bool
) -> Workspace:
    """Join a store that is opened when it is needed, by the VFS that is named."""
    state = opened_state(space.root, settings, space.files)
    later = StoreOpenedLater(
        lambda: _has_store(state),
        lambda: _open_store(state, settings, vfs),
        may_make=may_make,
    )
    return replace(
        space,
        store=later,
        evidence_log=_evidence_log(state),
        later=later,
        outage_log=_outage_log(state),
    )


def _evidence_log(state: Folder) -> "Callable[[], EvidenceLog]":
    @cache
    def log() -> "EvidenceLog":
        from shall.store.evidence import EvidenceLog

        return EvidenceLog(state.below(EVIDENCE))

    return log


def _outage_log(state: Folder) -> "Callable[[], OutageLog]":
    def log() -> "OutageLog":
        from shall.store.outages import OutageLog

        return OutageLog(state.below(LOCAL))

    return log


def _decision_log(state: Folder) -> "Callable[[], DecisionLog]":
    @cache
    def log() -> "DecisionLog":
        from shall.store.decisions import DecisionLog

        return DecisionLog(state.below(DECISIONS))

    return log


def opened_state(root: Path, settings: Settings, files: Files) -> Folder:
    """Return the state folder: below the open workspace, or where the operator named it."""
    path = state_folder(root, settings)
    if settings.state_dir is not None and settings.state_dir.is_absolute():
        return Folder(path)
    return Folder(path, files.fileno, _names_below(root, settings.state_dir or Path(STATE_FOLDER)))


def _has_store(state: Folder) -> bool:
    name = DATABASE.rpartition("/")[2]
    with suppress(OSError), state.below(LOCAL).opened() as folder:
        return exists(folder, name)
    return False


def _open_store(state: Folder, settings: Settings, vfs: str | None = None) -> SqliteStore:
    prepare_state(state)
    return SqliteStore(
        state.path / DATABASE,
        max_runs=settings.max_history_size,
        max_age_days=settings.max_history_days,
        folder=state.below(LOCAL),
        vfs=vfs,
    )


def redactor_of(settings: Settings, root: Path | None = None) -> Redactor:
    """Return what masks the secrets of the settings in any text, those of every environment too.

    It knows the values of environment variables, and those in files of ``root``; commands are
    started when a run begins.
    """
    environments = settings.environment_settings.values()
    names = [name for it in environments for name in it.get("secrets", ())]
    redactor = Redactor((*settings.secrets, *names), settings.variables)
    for environment in environments:
        redactor.learn_variables(environment.get("variables", {}))
    declared = [settings.secret_sources, *(it.get("secret_sources", {}) for it in environments)]
    sources = [source for it in declared for source in it.values()]
    if sources and root is not None:
        from shall.workspace.secrets import stored_secrets  # few projects have any

        for value in stored_secrets(root, process_environment(), sources):
            redactor.learn(value, shortest=1)
    elif sources:
        environ = process_environment()
        for name in {it.environment for it in sources} & environ.keys():
            redactor.learn(environ[name], shortest=1)
    return redactor


def call_log_path(root: Path, settings: Settings) -> Path:
    """Return the path of the call log of a workspace.

    A bare ``calls_log`` lies in ``logs_root``, a path with a folder is taken as it is; both may be
    relative to the workspace.
    """
    path = Path(settings.calls_log)
    if path.name == settings.calls_log:
        path = (settings.logs_root or state_folder(root, settings) / LOCAL / "logs") / path
    return root / path


def run_defaults(settings: Settings) -> RunDefaults:
    """Return what a run uses unless its caller says otherwise."""
    return RunDefaults(**{it: getattr(settings, it) for it in RunDefaults.__struct_fields__})


def _read_defaults(folder: Path) -> RunDefaults:
    """Return what the settings of another folder say. Raises ``InvalidSetting``."""
    return run_defaults(read_settings({}, process_environment(), folder)[0])


def load_http_client() -> None:
    """Load libcurl, as the first run does.

    Raises:
        ImportError: It is missing, or another version than pycurl was built for.
    """
    import shall.transport.http.loop  # noqa: F401 - loading it is what is asked


def _make_loop(policy: TargetPolicy, processes: int) -> "Loop":
    from shall.transport.http.loop import CurlLoop  # libcurl is loaded when something is sent

    return CurlLoop(policy, processes)
