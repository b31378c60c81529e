"""Settings to Workspace, store and sender: the one place where concrete parts are joined."""

import hashlib
import secrets
from dataclasses import replace
from pathlib import Path

from shall.actions.files import Files
from shall.actions.workspace import RunDefaults, Workspace
from shall.actions.workspaces import Workspaces
from shall.engine.ports import Loop
from shall.errors import InvalidSetting, ShallError, StoreUnavailable
from shall.results.events import Emit
from shall.settings import FILE_NAME, Settings
from shall.store.base import Store
from shall.store.call_log import CallLog
from shall.store.evidence import EvidenceLog
from shall.store.sqlite import SqliteStore
from shall.store.state import DATABASE, EVIDENCE, LOCAL, prepare_state, sealing_key
from shall.transport.target_policy import TargetPolicy, read_policy

STATE_FOLDER = ".shall"

MARKERS = (FILE_NAME, STATE_FOLDER)
"""What the folder of a project holds."""


def project_folder(start: Path) -> Path:
    """Give the folder of a project: ``start``, or the nearest one above that has a marker."""
    for folder in (start, *start.parents):
        if folder == Path.home() and folder != start:
            break
        if any((folder / marker).exists() for marker in MARKERS):
            return folder
    return start


def state_folder(root: Path, settings: Settings) -> Path:
    """Give the folder that the state of a workspace lies in."""
    return root / (settings.state_dir or STATE_FOLDER)


def private_files(settings: Settings) -> tuple[Path, ...]:
    """Give the files that make a server safe: a tool that reached them could let anybody in."""
    named = (settings.token_file, settings.tls_key, settings.tls_client_ca)
    return tuple(file.absolute() for file in named if file is not None)


def log_files(root: Path, settings: Settings) -> tuple[Path, ...]:
    """Give the logs of a server: a tool that wrote them could hide what was done."""
    calls = call_log_path(root, settings)
    return (calls,) if settings.log_file is None else (calls, settings.log_file.absolute())


def open_workspace(
    root: Path, settings: Settings, *, keeps_state: bool = True, observe: Emit | None = None
) -> Workspace:
    """Join one folder with its store, evidence and sender.

    ``keeps_state`` False gives a workspace that makes no state folder and keeps nothing. State
    that cannot be written gives a workspace without state and a ``state_warning``. ``observe`` is
    told the events of every run.

    Raises:
        FolderNotFound: There is no such folder.
        StoreTooNew: A newer release of this program wrote the state.
        InvalidSetting: The rules about targets cannot be read.
    """
    policy = read_policy(settings.targets_allow, settings.targets_deny)
    root = root.resolve()
    files = Files(root, private_files(settings), log_files(root, settings))
    state = state_folder(root, settings)
    store: Store | None = None
    evidence: EvidenceLog | None = None
    warning: str | None = None
    try:
        if keeps_state:
            prepare_state(state)
            store = SqliteStore(
                state / DATABASE,
                max_runs=settings.max_history_size,
                max_age_days=settings.max_history_days,
            )
            evidence = EvidenceLog(state / EVIDENCE)
    except StoreUnavailable as error:
        warning = f"Nothing is kept of what runs here: {error}"
    return Workspace(
        root=root,
        state=state,
        files=files,
        store=store,
        evidence=evidence,
        make_loop=lambda: _make_loop(policy),
        defaults=run_defaults(settings),
        state_warning=warning,
        observe=observe,
    )


def open_workspaces(settings: Settings, observe: Emit | None = None) -> Workspaces:
    """Join the folders that the settings allow, for a server: its calls are logged.

    ``observe`` is told the events of every run.

    Raises:
        InvalidSetting: One of them does not exist, or the rules about targets cannot be read.
    """
    read_policy(settings.targets_allow, settings.targets_deny)  # tell it before anybody asks
    missing = [str(folder) for folder in settings.workspaces if not folder.is_dir()]
    if missing:
        raise InvalidSetting(f"These workspaces are no folders: {', '.join(missing)}.")
    logs: dict[Path, CallLog] = {}

    def open_one(root: Path) -> Workspace:
        call_log = None
        if settings.log_calls:
            path = call_log_path(root, settings)
            call_log = logs.setdefault(
                path, CallLog(path, settings.calls_log_bytes, settings.calls_log_days)
            )
        return replace(open_workspace(root, settings, observe=observe), call_log=call_log)

    return Workspaces(
        settings.workspaces,
        current=Path.cwd(),
        home=Path.home(),
        open_workspace=open_one,
        interpreters=settings.interpreters,
        state_of=lambda root: state_folder(root, settings),
    )


def state_key(settings: Settings, workspaces: Workspaces) -> bytes:
    """Give the key that seals what clients carry: as set, else the one kept in the state.

    Without state it is good for this process only.
    """
    if settings.state_key:
        return hashlib.sha256(settings.state_key.encode("utf-8")).digest()
    try:
        return sealing_key(workspaces.choose(None).state)
    except ShallError:
        return secrets.token_bytes(32)


def call_log_path(root: Path, settings: Settings) -> Path:
    """Give the path of the call log of a workspace.

    A bare ``calls_log`` lies in ``logs_root``, a path with a folder is taken as it is; both may be
    relative to the workspace.
    """
    path = Path(settings.calls_log)
    if path.name == settings.calls_log:
        path = (settings.logs_root or state_folder(root, settings) / LOCAL / "logs") / path
    return root / path


def run_defaults(settings: Settings) -> RunDefaults:
    """Give what a run uses unless its caller says otherwise."""
    return RunDefaults(
        host=settings.host,
        project_hosts=settings.project_hosts,
        variables=settings.variables,
        secrets=settings.secrets,
        concurrency=settings.concurrency,
        request_timeout_s=settings.request_timeout_s,
        run_timeout_s=settings.run_timeout_s,
        environment=settings.environment,
        language=settings.language,
        max_error_length=settings.max_error_length,
        keep_all=settings.keep == "all",
    )


def _make_loop(policy: TargetPolicy) -> Loop:
    from shall.transport.http.loop import CurlLoop  # libcurl is loaded when something is sent

    return CurlLoop(policy)
